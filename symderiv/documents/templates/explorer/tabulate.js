soon(() => tabulate(...window.symderiv.tried));
