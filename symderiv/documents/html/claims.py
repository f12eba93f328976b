"""Claims as formulas side by side in one line of text, which a narrow window breaks between them as it does words."""

from __future__ import annotations

from typing import Final

from symderiv.documents.display import Additive, Bracket, Display, Fenced, Large, Multiplied, Operator, Row, is_tall
from symderiv.documents.html.formulas import formula
from symderiv.documents.measure import Joint, broken, packed, width
from symderiv.documents.notation import display, display_claim
from symderiv.statements import Claim, Theory

__all__ = ["flowing", "stated"]

# A window of 360 px leaves 300 px to a claim, at 17.6 px an em.
_NARROW: Final = 16.5


def stated(claim: Claim, theory: Theory, room: float) -> str:
    """A claim that stands by itself, in rows of `room` em where it is wider."""
    whole = display_claim(claim, theory)
    if width(whole) <= room:
        return f'<div class="formula">{flowing("", whole)}</div>'
    lead, sign = display(claim.left, theory), Operator(claim.relation)
    first, *rest = packed(broken(display(claim.right, theory), room - 4), room - 4)
    rows = [flowing("", Row((lead, sign, first.node)))]
    if width(lead) + 1.4 + width(first.node) > room:
        rows = [formula("", lead), flowing("", Row((sign, first.node)))]
    rows += [flowing(piece.joint, piece.node) for piece in rest]
    return f'<div class="formula rows">{"".join(f"<div>{row}</div>" for row in rows)}</div>'


def flowing(joint: Joint, node: Display) -> str:
    """The formula; where it is wider than a phone, several, each from a relation or a sign to the next."""
    match node:
        case Row(items=(left, Operator() as sign, right)) if width(node) > _NARROW:
            (_, first), *rest = _pieces(right)
            shown = formula(joint, left) + formula("", Row((sign, first)))
        case Row(items=(Operator() as sign, right)):
            (_, first), *rest = _pieces(right)
            shown = formula(joint, Row((sign, first)))
        case Row():
            return formula(joint, node)
        case _:
            (_, first), *rest = _pieces(node)
            shown = formula(joint, first)
    return shown + "".join(formula(sign, part) for sign, part in rest)


def _pieces(node: Display, room: float = _NARROW) -> tuple[tuple[Joint, Display], ...]:
    """The formula from sign to sign where it is wider than `room`, also inside a bracket at its end that need not grow.

    The first piece has no sign.
    """
    if width(node) <= room:
        return (("", node),)
    match node:
        case Additive(items=((sign, lead), *others)):
            (_, first), *rest = _pieces(lead, room)
            made = [("", Additive((("-", first),)) if sign == "-" else first), *rest]
            for joint, part in others:
                (_, first), *rest = _pieces(part, room)
                made += [(joint, first), *rest]
            return tuple(made)
        case Multiplied(factors=(*before, last), dots=dots):
            (_, first), *rest = _pieces(last, room - sum(width(factor) for factor in before))
            return (("", Multiplied((*before, first), dots)), *rest)
        case Row(items=(*before, last)):
            (_, first), *rest = _pieces(last, room - sum(width(item) for item in before))
            return (("", Row((*before, first))), *rest)
        case Large(sign=symbol, under=under, body=body, over=over):
            (_, first), *rest = _pieces(body, room - 1.6)
            return (("", Large(symbol, under, first, over)), *rest)
        case Fenced(body=Additive() as body, left=left, right=right) if not is_tall(body):
            (_, first), *rest, (sign_of_last, last) = _pieces(body, min(room, width(body) - 0.1))
            opened, closed = Row((Bracket(left, True, True), first)), Row((last, Bracket(right, False, True)))
            return (("", opened), *rest, (sign_of_last, closed))
        case _:
            return (("", node),)
