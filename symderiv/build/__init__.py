"""What is written to generated/ (`contents`, `matrices`) and how (`writing`)."""
