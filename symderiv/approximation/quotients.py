"""Proved bounds of quotients by a reciprocal in two parts, and of what a row of a few classes is made of with them.

All errors here are relative ones, in multiples of g = 2^-p, so that they add up: a relative error of j g is at most j
units in the last place, whatever the number. Powers of g beyond the first are kept, as balls.

The reciprocal is h + l with h = (1 + d)/b, |d| <= g, and l = h (1 - h b) rounded; 1 - h b = -d is a number of the format
(the remainder of a division), so h + l = (1 - d^2 - d d2 (1 + d))/b: off by 2 g^2. Times a factor f it is h f rounded,
and in the second part h f - (h f rounded), which is exact, plus l f, each rounded where it is at most 2 g in size:
3 g^2 more. The second product with a is off by 2 g^2 again. All of that is 2^-21 units or less; without fused
multiplication the first product is rounded by itself.

A number below the smallest normal one is off by more. That cannot happen to 1/b for a sum b of the row (`shifting`). A
factor must not be so small that f/b loses digits: |f| >= 2^-p b, as b 2^(p + 8) times the smallest number does.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, ctx

from symderiv.approximation.formats import Format
from symderiv.approximation.pieces import PRECISION, even, with_last_rounding, worst
from symderiv.approximation.ratios import log1p_of_relative_bound
from symderiv.approximation.suprema import upper
from symderiv.approximation.tables import ExponentialTable, LogarithmTable
from symderiv.approximation.ulps import exp_relative_bound
