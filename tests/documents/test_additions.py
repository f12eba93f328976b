"""What a caller adds to a page: numbers that are put in, code beside its formulas, files beside the page."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from symderiv.documents import FORMATS
from symderiv.documents.additions import Code, CodePart, NumbersError, places_of, point_of, value_at
from symderiv.documents.document import Chain
from symderiv.losses import find
from symderiv.terms import Derivative
from tests.documents import samples
from tests.documents.entries import sample
from tests.documents.markup import elements
from tests.documents.samples import PLAIN, A, B, T, Y, Z

SOFTMAX = find("softmax")
LINEAR = find("linear-cross-entropy")
FOCAL = find("focal")


def test_every_line_of_a_proof_has_the_value_of_its_claim() -> None:
    logits = np.array([0.5, -1.0, 2.0])
    y = np.exp(logits) / np.exp(logits).sum()
    targets = np.array([0.2, 0.5, 0.3])
    document = replace(sample(), numbers=point_of(samples.problem(), {"z": tuple(logits), "t": tuple(targets)}))
    page = FORMATS["html"].render(document)
    shown = [element.text for element in elements(page) if element.attributes.get("class") == "value"]
    values = [float(text.replace("−", "-")) for text in shown]
    # Jacobian at i = 1, j = 2 in four lines; off the diagonal in one; two gradients at i = 1, in five and in six.
    expected = [-y[0] * y[1]] * 5 + [y[0] * targets.sum() - targets[0]] * 5 + [y[0] - targets[0]] * 6
    assert values == pytest.approx(expected, rel=1e-3)
    assert page.count("at z = (0.5, −1, 2), t = (0.2, 0.5, 0.3), i = 1, j = 2.") == 2


def test_without_numbers_no_value_is_shown() -> None:
    assert not re.search('class="?value', FORMATS["html"].render(sample()))


def test_lines_that_need_what_was_not_given_have_no_value() -> None:
    page = FORMATS["html"].render(replace(sample(), numbers=point_of(samples.problem(), {"z": (1.0, 2.0)})))
    assert "No line of this proof has a value at the numbers given." in page
    assert page.count("class=value") == 5


def test_a_value_is_that_of_the_formula_or_none() -> None:
    point = point_of(samples.problem(), {"z": (0.0, math.log(3.0))})
    places = places_of((Y(A) * Y(B),), point)
    assert places == {A: 1, B: 2}
    assert value_at(Y(A) * Y(B), PLAIN, point, places) == pytest.approx(3 / 16)
    assert value_at(Derivative(Y(A), Z[B]), PLAIN, point, places) == pytest.approx(-3 / 16)
    assert value_at(Y(A) * T[B], PLAIN, point, places) is None
    assert value_at(Y(A) / (Y(B) - Y(B)), PLAIN, point, places) is None


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("softmax", {"q": (1.0,)}, "no data called 'q'; it has z"),
        ("softmax", {"z": ()}, "z needs finite numbers"),
        ("softmax", {"z": (math.inf,)}, "z needs finite numbers"),
        ("softmax", {"z": (1.0, 2.0), "v": (1.0, 2.0, 3.0)}, "v has 3 numbers, but there are 2 classes"),
        ("focal", {"gamma": (1.0, 2.0)}, "gamma is one number"),
        ("linear-cross-entropy", {"W": (1.0, 2.0, 3.0)}, "W is indexed by"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(name: str, given: dict[str, tuple[float, ...]], words: str) -> None:
    with pytest.raises(NumbersError, match=re.escape(words)):
        point_of(find(name), given)


def test_sizes_follow_from_the_vectors_and_matrices_are_read_by_rows() -> None:
    weights = next(array for array in LINEAR.arrays if len(array.domains) == 2)
    rows, columns = weights.domains
    vectors = {array.name: array.domains[0].name for array in LINEAR.arrays if len(array.domains) == 1}
    sizes = {rows.name: 2, columns.name: 3}
    given = {name: tuple(map(float, range(sizes[domain]))) for name, domain in vectors.items() if domain in sizes}
    point = point_of(LINEAR, given | {weights.name: (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)})
    assert {name: point.sizes[name] for name in sizes} == sizes
    assert point.data[weights.name] == ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
    assert point_of(FOCAL, {"gamma": (2.0,)}).parameters == {"gamma": 2.0}


def test_code_stands_beside_its_formula() -> None:
    chain = next(block for block in sample().blocks if isinstance(block, Chain))
    part = CodePart(chain.left, chain.rows[-2].right, ("g = y[i] * ((i == j) - y[j])", "if a < b:"))
    code = Code('symderiv.derive("sample")', "kernels.py", (part,))
    document = replace(sample(), code=code, beside=(("record", "theorem.json"), ("LaTeX", "proof.tex")))
    found = elements(FORMATS["html"].render(document))
    after = next(at for at, element in enumerate(found) if element.attributes.get("id") == "code")
    listings = [element.text for element in found[after:] if element.tag == "code"][:3]
    assert listings == [code.call, "g = y[i] * ((i == j) - y[j])\nif a < b:", "kernels.py"]
    formula = next(element for element in found if element.tag == "math" and element.parents[-2].tag == "div"
                   and element.parents[-2].attributes.get("class") == "part")  # fmt: skip
    assert [element.text for element in found if formula in element.parents and element.text][:7] == [*"∂yi∂zj="]
    claimed = replace(document, code=replace(code, parts=(replace(part, right=chain.rows[-1].right),)))
    assert "<a class=same href=#goal-jacobian>as stated</a>" in FORMATS["html"].render(claimed)
    buttons = {element.text: element.attributes.get("data-text") for element in found if element.tag == "button"}
    assert buttons["copy Python call"] == code.call
    links = [element.attributes["href"] for element in found if element.tag == "a" and element.inside("footer")]
    assert links[-2:] == ["theorem.json", "proof.tex"]
    assert "copy Python call" not in FORMATS["html"].render(sample())
