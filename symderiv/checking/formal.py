"""The formal exponentials and logarithms that a derivative meets, and where a definition must stay shut."""

from __future__ import annotations

from symderiv.checking.normal import Normaliser, Outside
from symderiv.statements import Theory, reachable, unfold
from symderiv.terms import Call, Entry, Exp, Index, Log, Number, Power, Product, Sum, Term, children

__all__ = ["atoms_under", "require_opaque"]


def require_opaque(term: Term, name: str, theory: Theory) -> None:
    """Outside if the defined quantity `name` stands in an exponential, a symbolic power, or a larger logarithm.

    Under a derivative by y, e**(y_i S - e**z_i) is not 1, though its normal form, in which y is unfolded, is.
    """
    match term:
        case Log(argument=Call(name=inner)) if inner == name:
            return
        case Exp() | Log():
            inside: tuple[Term, ...] = (term.argument,)
        case Power(exponent=exponent) if not _integer(exponent):
            inside = children(term)
        case Call() if term.name != name:
            require_opaque(unfold(term, theory), name, theory)
            return
        case _:
            for part in children(term):
                require_opaque(part, name, theory)
            return
    if any(isinstance(p, Call) and p.name == name for part in inside for p in reachable(part, theory)):
        raise Outside(f"{name} inside an exponential, power or logarithm under a derivative with respect to it")


def atoms_under(body: Term, theory: Theory, normaliser: Normaliser) -> dict[Exp | Log, frozenset[Index]]:
    """The distinct formal exponentials and logarithms in `body`, definitions unfolded, with the indices bound around
    them.

    An exponential of a single entry is a coordinate and left out.
    """
    found: dict[Exp | Log, frozenset[Index]] = {}

    def visit(term: Term, bound: frozenset[Index]) -> None:
        if isinstance(term, Call):
            visit(unfold(term, theory), bound)
        elif isinstance(term, Exp | Log) or (isinstance(term, Power) and not _integer(term.exponent)):
            collect(normaliser.canonical(term), bound)
        else:
            inner = bound | {term.index} if isinstance(term, Sum | Product) else bound
            for part in children(term):
                visit(part, inner)

    def collect(term: Term, bound: frozenset[Index]) -> None:
        if isinstance(term, Exp | Log) and not (isinstance(term, Exp) and isinstance(term.argument, Entry)):
            found[term] = found.get(term, frozenset()) | bound
        inner = bound | {term.index} if isinstance(term, Sum | Product) else bound
        for part in children(term):
            collect(part, inner)

    visit(body, frozenset())
    return found


def _integer(term: Term) -> bool:
    return isinstance(term, Number) and term.value.denominator == 1
