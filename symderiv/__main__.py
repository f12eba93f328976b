"""``python -m symderiv`` is the ``symderiv`` command."""

from symderiv.cli import main

if __name__ == "__main__":
    main()
