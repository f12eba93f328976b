"""The panel where probabilities are 1 to all digits: powers of what is left take their limit there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser

from symderiv import kernel
from tests.documents import browsing
from tests.documents.browsing import opened
from tests.documents.test_explorer import page
from tests.documents.test_panel import column, heat, put, said

pytestmark = browsing.pytestmark


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as made:
        yield made


def test_powers_of_a_vanishing_rest_have_their_limit(browser: Browser) -> None:
    with opened(browser, page("focal", "gradient", "hessian")) as seen:
        for gamma in (0.5, 1.0, 1.35):
            put(seen.page, "p:gamma", (gamma,))
            for logits in ((100.0, 0.0, 0.0), (744.0, 0.0, -3.0), (800.0, 0.0, -100.0), (1000.0, 0.0, -1000.0)):
                put(seen.page, "a:z", logits)
                assert "undefined" not in said(seen.page)
                assert np.abs(heat(seen.page)).max() < 1e-14, (gamma, logits)


@pytest.mark.slow
def test_where_logits_are_far_apart_small_numbers_are_those_of_the_compiled_kernel(browser: Browser) -> None:
    with opened(browser, page("focal", "gradient", "hessian")) as seen:
        for gamma in (0.3, 0.75, 1.0):
            compiled = kernel("focal", gamma=gamma)
            put(seen.page, "p:gamma", (gamma,))
            for far in (36.0, 55.0, 60.5, 72.0, 76.0, 140.0):
                z, t = np.array([far, 0.25, -1.0]), np.array([1.0, 0.0, 0.0])
                put(seen.page, "a:z", z.tolist())
                gradient = compiled.value_and_grad(z, t)[1]
                assert np.abs(gradient).min() > 0
                assert column(seen.page, "∂L/∂zᵢ") == pytest.approx(gradient, rel=1e-11, abs=0), (gamma, far)
                assert heat(seen.page) == pytest.approx(compiled.hessian(z, t), rel=1e-11, abs=0), (gamma, far)
