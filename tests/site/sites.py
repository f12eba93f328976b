"""A site of a few entries, made once by the function that makes the whole, and what is read out of its pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from symderiv.losses import find
from symderiv.reading import read_loss
from symderiv.site.entries import Listed
from symderiv.site.making import Site, make_site
from symderiv.site.material import material, places

NAMES = ("softmax", "brier", "huber")
OWN = "L = sum_k y_k t_k^2 where y = softmax(z)"
WRONG = "L = log(z) where z in R"


def listed() -> tuple[Listed, ...]:
    """Three entries of the catalogue, and a loss of one's own that cites the first."""
    own = read_loss(OWN, wrt="z", assume=(), name="my-mean").problem
    return (*(Listed(find(name)) for name in NAMES), Listed(own, "losses.txt"))


@cache
def small_site() -> Site:
    """The site of `listed`."""
    return make_site(listed(), material(places()), limit=30.0, processes=1, progress=lambda *_: None)


@dataclass(slots=True)
class Read(HTMLParser):
    """The anchors, the links and what else a page would fetch."""

    anchors: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.anchors.append(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag in ("link", "script", "img", "iframe", "source", "image") and ("href" in found or "src" in found):
            self.fetched.append(found.get("href") or found["src"])


def read_page(text: str) -> Read:
    """What `text` links to and can be linked at."""
    found = Read()
    found.feed(text)
    return found
