"""``symderiv doc --numbers``: every line of the page has its value at them; what does not fit is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from symderiv.cli import run


def test_the_page_has_values_at_the_numbers_typed(tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    assert run(["doc", "squared-error", "--numbers", "s=3", "--numbers", "t=1", "-o", str(place)]) == 0
    page = place.read_text(encoding="utf-8")
    assert "Values, rounded, at s = 3, t = 1." in page
    assert '<span class="value">2</span>' in page  # s - t, the gradient of (s - t)^2/2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--numbers", "z=1"], "no data called 'z'"),
        (["--numbers", "s=one"], "is no name with numbers"),
        (["--numbers", "s"], "is no name with numbers"),
        (["--numbers", "s=1,2"], "s is one number"),
        (["--numbers", "s=1", "-f", "md"], "--numbers goes with a page"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doc", "squared-error", *options, "-o", str(tmp_path / "page")]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
