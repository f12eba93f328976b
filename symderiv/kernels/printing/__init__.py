"""Printing the loop IR as code on vector registers: one printer of expressions, and a printer for each layout."""
