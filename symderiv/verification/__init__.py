"""Second opinions: other derivations, rigorous values, mutants and traps, and the report that gathers what they
found."""
