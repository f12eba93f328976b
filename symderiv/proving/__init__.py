"""Proving: rules, moves and the strategy that turns a goal into a chain of lines. The checker trusts none of it."""

from symderiv.proving.moves import MOVES, Move
from symderiv.proving.plan import Stuck
from symderiv.proving.rules import RULES, Lemma, Rule
from symderiv.proving.steps import replay
from symderiv.proving.strategy import derive, lemmas_of

__all__ = ["MOVES", "RULES", "Lemma", "Move", "Rule", "Stuck", "derive", "lemmas_of", "replay"]
