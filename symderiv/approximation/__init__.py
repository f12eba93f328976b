"""Constants of the elementary functions, derived here, and proved bounds of what they are off.

`remez` finds the polynomial, `fitting` rounds it to a format, `suprema` proves how far it is from the function, `ulps`
how far the whole program is, by `propagation`; `emulation` carries the same program out. Bounds rest on ball arithmetic
alone: no sample decides one.
"""
