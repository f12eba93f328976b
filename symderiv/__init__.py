"""symderiv."""
