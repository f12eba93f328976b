"""Lines of derivations cut into chains; oracles are written by hand."""

from __future__ import annotations

import pytest

from symderiv.reading.errors import FormulaError
from symderiv.reading.rows import rows_of

ALIGNED = r"""
The chain rule gives % a remark
\begin{align*}
\frac{\partial L}{\partial z_i} &= a_i \tag{1} \\
  % nothing
  &= \left( b_i
     + c \right) && \text{(by the chain rule)} \\[2pt]
  &\quad - d_i \quad \text{since } \sum_k t_k = 1.
\end{align*}
and so on = nothing here.
$$ y_i = x_i $$
"""
PLAIN = """Step 1: We begin.
1. dL/dz_i = a_i   (by definition)
   = b_i
     + c_i   # and so on
Therefore we have that
⇒ dy_i/dz_j = -y_i y_j   for i != j
"""


def shown(text: str) -> list[list[tuple[int, str]]]:
    return [[(side.line, " ".join(side.text.split())) for side in chain.sides] for chain in rows_of(text).chains]


def test_displayed_mathematics_is_read_alone() -> None:
    assert shown(ALIGNED) == [
        [(4, r"\frac{\partial L}{\partial z_i}"), (4, "a_i"), (6, "( b_i + c ) - d_i")],
        [(11, "y_i"), (11, "x_i")],
    ]
    assert rows_of(ALIGNED).skipped == ()


def test_of_other_texts_every_line_with_an_equals_sign_is_read_and_the_others_are_told() -> None:
    found = rows_of(PLAIN)
    assert shown(PLAIN) == [
        [(2, "dL/dz_i"), (2, "a_i"), (3, "b_i + c_i")],
        [(6, "dy_i/dz_j"), (6, "-y_i y_j")],
    ]
    assert [(row.line, row.text) for row in found.skipped] == [(1, "Step 1: We begin."), (5, "Therefore we have that")]
    assert "i != j" in "".join(found.chains[1].remarks)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"a = \mathbb{1}_{i=j} b", " delta_{ij} b"),
        ("a = 1[i = j] b", " delta_{ij} b"),
        ("a = [i=j] b", " delta_{ij} b"),
        (r"a = \operatorname{softmax}(z)_i", "softmax(z)_i"),
        (r"a = \hat{y}_i", "yhat_i"),
        ("a = sum_{k=1}^C b_k", "sum_{k=1}^C b_k"),
        (r"a = z_1 \, b", "z_1 b"),
    ],
)
def test_what_changes_looks_alone_is_left_out(written: str, read: str) -> None:
    ((_, side),) = shown(written)
    assert side == (1, read.strip())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing", "no equation"),
        ("= a", "line 1: the first equation has no left side"),
        ("\na = b =", "line 2: nothing"),
    ],
)
def test_refusals(text: str, said: str) -> None:
    with pytest.raises(FormulaError, match=said):
        rows_of(text)
