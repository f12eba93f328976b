"""What is said of transposed vectors and matrices: the sum over the entries that a product such as x^T A x is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.syntax import Chain, Name, Numeral, Raised, Syntax, walk

__all__ = ["refuse_transposed"]

_SIGNS: Final = ("T", "top")
_LETTERS: Final = "ijklmn"
_GENERAL: Final = (
    "the product of two vectors is dot(u, v) or sum_k u_k v_k, that of a matrix and a vector sum_d W_kd x_d, and "
    "x^T A x is sum_i sum_j x_i A_ij x_j"
)


def refuse_transposed(
    bodies: Collection[Syntax], names: Collection[Name], declared: Mapping[str, tuple[str, ...]], text: str
) -> None:
    """FormulaError for w^T, with a T that is nothing else in the formula; it has the sum to write in its place."""
    nodes = [node for body in bodies for node in walk(body)]
    for node in nodes:
        factors = [part for _, part in node.items] if isinstance(node, Chain) and node.kind == "product" else [node]
        at = next((each.at for each in factors if _transposed(each, names)), None)
        if at is None or "T" in declared:
            continue
        written = _as_sum(factors, declared, names) if len(factors) > 1 else None
        what = _GENERAL if written is None else f"write {written}"
        raise FormulaError(
            f"a transposed vector is not known: {what}. A power is meant where T in R is declared", text, at
        )


def _transposed(node: Syntax, names: Collection[Name]) -> bool:
    match node:
        case Raised(base=Name(indices=()), exponent=Name(name=sign, at=at)) if sign in _SIGNS:
            return not any(each.name in _SIGNS and each.at != at for each in names if not _is_exponent(each, names))
        case _:
            return False


def _is_exponent(name: Name, names: Collection[Name]) -> bool:
    """Whether a T stands right behind another name and a ^, as the sign of a transposed one does."""
    return any(name.at - each.end in (1, 2, 3) for each in names if each is not name and not each.indices)


def _as_sum(factors: list[Syntax], declared: Mapping[str, tuple[str, ...]], names: Collection[Name]) -> str | None:
    """The sum that a product of vectors and matrices is, numbers in front; None where it is no number or not clear."""
    front: list[str] = []
    chain: list[tuple[str, int, bool]] = []
    for factor in factors:
        turned = _transposed(factor, names)
        base = factor.base if turned and isinstance(factor, Raised) else factor
        match base:
            case Numeral(value=value) if not chain:
                front.append(str(value))
            case Name(name=name, indices=()):
                rank = len(declared[name]) if name in declared else 2 if name.isupper() else 1
                chain.append((name, rank, turned))
            case _:
                return None
    ranks = [rank for _, rank, _ in chain]
    if len(chain) < 2 or len(chain) > len(_LETTERS) or ranks[0] != 1 or ranks[-1] != 1 or set(ranks[1:-1]) - {2}:
        return None
    if not chain[0][2] or chain[-1][2]:
        return None
    if len(chain) == 2:
        return f"{' '.join((*front, ''))}dot({chain[0][0]}, {chain[1][0]})"
    letters = iter(_LETTERS)
    last = next(letters)
    used, entries = [last], [f"{chain[0][0]}_{last}"]
    for name, _, turned in chain[1:-1]:
        here = next(letters)
        used.append(here)
        entries.append(f"{name}_{here}{last}" if turned else f"{name}_{last}{here}")
        last = here
    entries.append(f"{chain[-1][0]}_{last}")
    return " ".join((*front, *(f"sum_{letter}" for letter in used), *entries))
