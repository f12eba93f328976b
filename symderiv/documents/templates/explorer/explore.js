soon(() => explore(...window.symderiv.tried));
