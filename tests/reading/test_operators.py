"""Derivatives of expressions become derivatives of names; oracles are written by hand."""

from __future__ import annotations

import pytest

from symderiv.reading.errors import FormulaError
from symderiv.reading.operators import named


def spaced(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("written", "read", "definitions"),
    [
        (r"\frac{\partial L}{\partial z_i}", "∂L/∂z_i", []),
        ("dL/dz_i", "∂L/∂z_i", []),
        (r"\frac{dL}{dz_i}", "∂L/∂z_i", []),
        ("∂²L/∂z_i∂z_j", "∂²L/(∂z_i ∂z_j)", []),
        (r"\frac{\partial^2 L}{\partial z_i^2}", "∂²L/(∂z_i ∂z_i)", []),
        ("∂/∂z_j (∂L/∂z_i)", "∂²L/(∂z_j ∂z_i)", []),
        ("-t_k d(log y_k)/dz_i", "-t_k ∂A_{k}/∂z_i", ["A_{k} = log y_k"]),
        (r"\frac{\partial}{\partial z_i} \sum_k t_k \log y_k + c", r"∂A/∂z_i + c", [r"A = \sum_k t_k \log y_k"]),
        (r"\frac{\partial}{\partial z_i} (a + b) c", "∂A/∂z_i c", ["A = a + b"]),
        ("d_k / d_j", "d_k / d_j", []),
        ("sum_k ∂L/∂y_k ∂y_k/∂z_i", "sum_k ∂L/∂y_k ∂y_k/∂z_i", []),
    ],
)
def test_a_derivative(written: str, read: str, definitions: list[str]) -> None:
    found = named((written,))
    assert [spaced(side) for side in found.sides] == [read]
    assert [spaced(each) for each in found.definitions] == definitions


def test_the_same_expression_has_one_name_and_names_in_use_are_avoided() -> None:
    found = named(("A ∂(log y_k)/∂z_i", "∂(log y_k)/∂z_j"), taken="B")
    assert [spaced(side) for side in found.sides] == ["A ∂C_{k}/∂z_i", "∂C_{k}/∂z_j"]
    assert found.names == ("C",)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("∂L", "a derivative is written as"),
        ("∇_z L", "by its entries"),
        ("∂²L/∂z_i", "one variable below the line and ∂² two"),
        ("∂/∂z_i", "nothing follows"),
        ("∂(y_k ∂L/∂z_i)/∂z_j", "write it in two lines"),
        ("∂/∂z_i (a", "is not closed"),
    ],
)
def test_refusals(written: str, said: str) -> None:
    with pytest.raises(FormulaError, match=said):
        named((written,))
