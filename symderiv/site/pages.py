"""The pages around the entries: index, lemmas, rules, guides; each is a body in the frame that proof pages have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from symderiv.documents.html.frame import framed, template
from symderiv.documents.mathml import mathml
from symderiv.documents.presenting import prose
from symderiv.documents.symbols import read
from symderiv.documents.words import MARKS, folder
from symderiv.proving import RULES
from symderiv.site.citations import WIDTH, Citations, citations_of, graph_of
from symderiv.site.entries import VARIABLES, EntryPage
from symderiv.site.formulas import legend, markup
from symderiv.site.markdown import rendered
from symderiv.site.material import Guide, Material
from symderiv.site.pictures import inlined
from symderiv.statements import VERDICTS, VerdictWord

__all__ = ["entry_file", "site_pages"]

INDEX: Final = "index.html"
EXPLAINED: Final = "what-is-proved.html"
_FAMILIES: Final = {"own": "Your own", "loss": "Losses", "activation": "Activations", "layer": "Layers"}


class Link(NamedTuple):
    """A page and what it is called, as markup."""

    page: str
    name: str


class Choice(NamedTuple):
    """A button of a filter: the value it stands for, what it shows, and how many entries have it."""

    value: str
    shown: Markup
    amount: int


class Filter(NamedTuple):
    """Buttons of which one or more may be pressed."""

    key: str
    name: str
    choices: tuple[Choice, ...]


def entry_file(name: str) -> str:
    """Where the page of an entry lies in the site: cross_entropy/proof.html, as under generated/."""
    return f"{folder(name)}/proof.html"


def site_pages(entries: Sequence[EntryPage], found: Material) -> dict[str, str]:
    """Every page of the site, path -> text."""
    guides = tuple(guide for guide, _ in found.guides)
    navigation = _navigation(guides)
    bodies: dict[str, tuple[str, str, tuple[str, ...]]] = {
        INDEX: ("Gradients and their proofs", _index(entries, guides), ("index.js",)),
        "lemmas.html": ("Lemmas", _lemmas(entries), ("lemmas.js",)),
        "rules.html": ("Rules", _rules(entries), ()),
    }
    if _listed(guides):
        bodies["guides.html"] = ("Guides", _body("guides.html", guides=_listed(guides)), ())
    pages = {guide.file: guide.page for guide in guides}
    pictures = {name: inlined(text, f"{name.partition('.')[0]}-") for name, text in found.pictures}
    for guide, text in found.guides:
        bodies[guide.page] = (guide.name, _guide(text, pages, pictures), ())
    made = {
        page: _framed(page, title, body, scripts, navigation, "guides.html" if page in _pages(guides) else page)
        for page, (title, body, scripts) in bodies.items()
    }
    return made | {entry_file(entry.name): _with_way_back(entry.page) for entry in entries}


def _listed(guides: Sequence[Guide]) -> tuple[Guide, ...]:
    return tuple(guide for guide in guides if guide.line)


def _pages(guides: Sequence[Guide]) -> tuple[str, ...]:
    return tuple(guide.page for guide in _listed(guides))


def _navigation(guides: Sequence[Guide]) -> tuple[Link, ...]:
    made = [Link(INDEX, "Catalogue"), Link("lemmas.html", "Lemmas"), Link("rules.html", "Rules")]
    made += [Link("guides.html", "Guides")] if _listed(guides) else []
    return (*made, *(Link(guide.page, guide.name) for guide in guides if not guide.line))


def _framed(page: str, title: str, body: str, scripts: Iterable[str], navigation: tuple[Link, ...], here: str) -> str:
    whole = _body("page.html", body=Markup(body), navigation=navigation, here=here)
    styles = (template("page.css"), _text("site.css"))
    shown = title if page == INDEX else f"{title} · symderiv"
    return framed(shown, whole, styles, tuple(_text(script) for script in ("site.js", *scripts)))


_BACK: Final = '<p style="margin:0 0 18px;font:14px system-ui,sans-serif"><a href="../index.html">Catalogue</a></p>'


def _with_way_back(page: str) -> str:
    """A proof page with a link to the index above its title."""
    before, opening, after = page.partition("<main>\n")
    if not opening or "<main>" in after:
        raise ValueError("a proof page has one <main>, where the way back to the index is put")
    return f"{before}{opening}{_BACK}\n{after}"


def _index(entries: Sequence[EntryPage], guides: Sequence[Guide]) -> str:
    families = [
        {"key": key, "name": name, "entries": [_card(entry) for entry in entries if entry.family == key]}
        for key, name in _FAMILIES.items()
    ]
    return _body(
        "index.html",
        entries=entries,
        legend=[Markup(each) for each in legend()],
        theorems=sum(len(entry.theorems) for entry in entries),
        filters=tuple(each for each in _filters(entries) if len(each.choices) > 1),
        families=[family for family in families if family["entries"]],
        explained=EXPLAINED if any(guide.page == EXPLAINED for guide in guides) else "",
    )


def _card(entry: EntryPage) -> dict[str, object]:
    count = len(entry.theorems)
    theorems = f"{count} theorem{'' if count == 1 else 's'}"
    weaker = f", the weakest {entry.verdict}" if entry.verdict != entry.headline else ""
    return {
        "name": entry.name, "family": entry.family, "verdict": entry.verdict, "words": entry.words,
        "assumed": "|".join(text for text, _ in entry.assumes) or "nothing",
        "page": entry_file(entry.name), "title": Markup(entry.title),
        "defined": [Markup(each) for each in entry.defined], "variable": entry.variable, "wide": entry.wide,
        "claimed": Markup(entry.claimed), "mark": _mark(entry.headline),
        "holds": Markup(", ").join(Markup(each) for each in entry.holds),
        "count": theorems + weaker, "source": entry.source,
    }  # fmt: skip


def _mark(word: VerdictWord) -> Markup:
    """The verdict as proof pages show it, with its word."""
    kind = "mark" if word == "proved" else "word"
    shown = f"{MARKS[word]} {word}" if word == "proved" else MARKS[word]
    return Markup('<span class="{}">{}</span>').format(kind, shown)


def _filters(entries: Sequence[EntryPage]) -> tuple[Filter, ...]:
    """Buttons for what is there: an empty choice would only disappoint."""
    families = [Choice(key, Markup(key), sum(entry.family == key for entry in entries)) for key in _FAMILIES]
    variables = [Choice(word, Markup(word), sum(entry.variable == word for entry in entries)) for word in VARIABLES]
    verdicts = [Choice(word, Markup(word), sum(entry.verdict == word for entry in entries)) for word in VERDICTS]
    assumed = {text: formula for entry in entries for text, formula in entry.assumes}
    assumptions = [
        Choice(text, Markup(formula), sum(text in dict(entry.assumes) for entry in entries))
        for text, formula in sorted(assumed.items())
    ]
    free = Choice("nothing", Markup("nothing"), sum(not entry.assumes for entry in entries))
    made = (
        Filter("family", "Family", tuple(families)),
        Filter("variable", "Variable", tuple(variables)),
        Filter("verdict", "Weakest verdict", tuple(verdicts)),
        Filter("assumes", "Assumes", (free, *assumptions)),
    )
    return tuple(each._replace(choices=tuple(choice for choice in each.choices if choice.amount)) for each in made)


def _lemmas(entries: Sequence[EntryPage]) -> str:
    citations = citations_of(entries)
    graph = graph_of(citations)
    boxes = [
        {
            "name": box.name, "title": box.title, "lines": box.lines, "x": box.x, "y": box.y, "height": box.height,
            "rows": box.rows, "page": entry_file(box.name),
        }
        for box in graph.boxes
    ]  # fmt: skip
    listed = [
        {
            "title": Markup(entry.title),
            "page": entry_file(entry.name),
            "theorems": [_cited(each) for each in citations if each.entry is entry],
        }
        for entry in entries
    ]
    shape = {"width": graph.width, "height": graph.height, "boxes": boxes, "arrows": graph.arrows}
    return _body("lemmas.html", graph=shape, box_width=WIDTH, listed=listed)


def _cited(each: Citations) -> dict[str, object]:
    return {
        "title": Markup(each.theorem.title),
        "page": _anchor(each.entry, each.theorem.goal),
        "mark": _mark(each.theorem.verdict),
        "cites": [{"title": Markup(t.title), "page": _anchor(e, t.goal)} for e, t in each.cites],
        "cited_by": [
            {"title": Markup(t.title), "page": _anchor(e, t.goal)} for e, t in each.cited_by if e is each.entry
        ],
        "elsewhere": _by_entry(each),
    }


def _by_entry(each: Citations) -> list[dict[str, object]]:
    """The entries with theorems that cite this one, which would be too long a list by their titles."""
    found: dict[str, dict[str, object]] = {}
    for entry in dict.fromkeys(entry for entry, _ in each.cited_by if entry is not each.entry):
        theorems = [theorem for other, theorem in each.cited_by if other is entry]
        found[entry.name] = {
            "title": Markup(entry.title),
            "theorems": [{"page": _anchor(entry, t.goal), "name": t.goal.replace("-", " ")} for t in theorems],
        }
    return list(found.values())


def _anchor(entry: EntryPage, goal: str) -> str:
    return f"{entry_file(entry.name)}#goal-{goal}"


def _rules(entries: Sequence[EntryPage]) -> str:
    uses: dict[str, list[tuple[EntryPage, int]]] = {slug: [] for slug in RULES}
    for entry in entries:
        for slug, count in entry.rules:
            uses[slug].append((entry, count))
    rules = [
        {
            "slug": slug,
            "title": Markup(markup(prose(rule.title[:1].upper() + rule.title[1:]))),
            "identity": Markup(mathml(read(rule.statement))),
            "conditions": Markup(markup(prose(rule.conditions))),
            "because": Markup(markup(prose(rule.because))),
            "count": _count(sum(count for _, count in uses[slug]), len(uses[slug])),
            "uses": [
                {
                    "page": f"{entry_file(entry.name)}#rule-{slug}",
                    "title": Markup(entry.title),
                    "count": count,
                }
                for entry, count in uses[slug]
            ],
        }
        for slug, rule in RULES.items()
    ]
    return _body("rules.html", rules=rules)


def _count(steps: int, entries: int) -> str:
    some = f"{steps} step{'' if steps == 1 else 's'}"
    return f"used in {some} of {entries} {'entry' if entries == 1 else 'entries'}"


def _guide(text: str, pages: Mapping[str, str], pictures: Mapping[str, str]) -> str:
    made = rendered(text, pages, pictures)
    sections = [{"anchor": anchor, "title": Markup(title)} for anchor, title in made.sections]
    return _body("guide.html", title=Markup(made.title), body=Markup(made.body), sections=sections)


@cache
def _text(name: str) -> str:
    return (files("symderiv.site") / "templates" / name).read_text(encoding="utf-8").strip()


def _body(name: str, **values: object) -> str:
    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=select_autoescape(default_for_string=True, default=True),
        undefined=StrictUndefined,
    )
    return environment.get_template(name).render(**values)
