"""What stands on the pages around the entries; oracles are the theorems, the rules, and the records of the entries."""

from __future__ import annotations

import json
import re
from html import unescape
from importlib.resources import files

from symderiv.build.writing import MANIFEST, sha256
from symderiv.documents import FORMATS
from symderiv.documents.html.frame import template
from symderiv.losses import find
from symderiv.proving import RULES, derive
from symderiv.reading import read_loss
from symderiv.site.entries import EntryPage, LeftOut, Listed, entry_page
from symderiv.site.making import make_site
from symderiv.site.material import Material, material
from symderiv.site.pages import entry_file
from symderiv.site.uses import rule_counts
from tests.site.sites import NAMES, listed, small_site

NOTHING = Material((), (), ())


def test_every_entry_has_a_card_and_a_page() -> None:
    site = small_site()
    index = site.files["index.html"]
    cards = re.findall(r'<li class="card[^"]*" id="entry-([^"]+)" (.*?)>\n(.*?)</li>', index, flags=re.DOTALL)
    assert sorted(name for name, _, _ in cards) == sorted((*NAMES, "my-mean"))
    for name, data, inside in cards:
        entry = next(entry for entry in site.entries if entry.name == name)
        assert f'data-verdict="{entry.verdict}"' in data
        assert f'<a href="{entry_file(name)}">' in inside
        assert inside.count("<math") >= 2
        assert f"{len(entry.theorems)} theorems" in inside
        assert ("losses.txt" in inside) == (name == "my-mean")
    assert 'data-family="own"' in index
    assert '<form class="find" role="search" hidden>' in index


def test_a_card_shows_the_gradient_and_its_conditions() -> None:
    huber = next(entry for entry in small_site().entries if entry.name == "huber")
    assert "sign(s − t)".casefold() in huber.words
    assert huber.holds == ()  # differentiable at the seams too
    hinge = entry_page(Listed(find("hinge")), 30.0)
    assert isinstance(hinge, EntryPage)
    assert "≠" in "".join(hinge.holds)
    softmax, brier = (next(e for e in small_site().entries if e.name == name) for name in ("softmax", "brier"))
    assert "y sub i equals the fraction" in softmax.defined[0]
    assert len(brier.defined) == 1  # y is explained once for all cards
    assert huber.variable == "number"
    assert brier.variable == "vector"


def test_the_page_of_an_entry_is_that_of_doc_with_a_way_back() -> None:
    site = small_site()
    for entry in site.entries:
        page = site.files[entry_file(entry.name)]
        assert entry.page.replace("<main>\n", "") == re.sub(r"<main>\n<p style=[^\n]*index\.html[^\n]*\n", "", page)


def test_the_rules_page_counts_what_the_derivations_use() -> None:
    page = small_site().files["rules.html"]
    problem = find("huber")
    counts = rule_counts(derive(problem, goal) for goal in problem.goals)
    assert counts == dict(next(entry for entry in small_site().entries if entry.name == "huber").rules)
    for slug in RULES:
        assert f'<li id="rule-{slug}">' in page
    for slug, count in counts.items():
        part = page.split(f'<li id="rule-{slug}">')[1].split("</li>")[0]
        assert f'<a href="huber/proof.html#rule-{slug}">' in part
        assert re.search(rf'huber/proof\.html#rule-{slug}">[^<]*</a> <span class="amount">{count}<', part)


def test_the_bytes_do_not_depend_on_the_number_of_processes() -> None:
    some = (Listed(find("squared-error")), Listed(find("hinge")))
    made = [make_site(some, NOTHING, limit=9.0, processes=count, progress=lambda *_: None) for count in (1, 2)]
    assert made[0].files == made[1].files


def test_the_manifest_names_every_file() -> None:
    record = json.loads(small_site().files[MANIFEST])
    others = {path: text for path, text in small_site().files.items() if path != MANIFEST}
    assert record["files"] == {path: sha256(text) for path, text in sorted(others.items())}
    assert record["generator"] == "symderiv doc --all"


def test_an_own_loss_with_an_undefined_line_is_left_out_with_a_reason() -> None:
    problem = read_loss("L = log(-exp(s))", wrt="s", assume=(), name="no-value").problem
    made = entry_page(Listed(problem, "losses.txt"), 30.0)
    assert isinstance(made, LeftOut)
    assert "undefined" in made.sentence


def test_without_texts_of_the_project_the_site_stands_and_says_what_is_missing() -> None:
    found = material(())
    assert found.guides == ()
    assert "getting-started.md" in found.missing
    assert "bench-ratios.svg" in found.missing
    made = make_site(listed()[2:3], found, limit=9.0, processes=1, progress=lambda *_: None)
    assert set(made.files) == {"index.html", "lemmas.html", "rules.html", "huber/proof.html", MANIFEST}
    assert "what-is-proved" not in made.files["index.html"]


def test_the_style_of_the_site_changes_no_class_of_the_proof_pages() -> None:
    def classes(style: str) -> set[str]:
        heads = re.findall(r"([^{}]*)\{", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))
        return {name for head in heads for name in re.findall(r"\.([a-z][a-z-]*)", head)}

    own = classes((files("symderiv.site") / "templates" / "site.css").read_text(encoding="utf-8"))
    both = own & classes(template("page.css"))
    assert both <= {"mark", "word", "note", "identity", "lit"}, f"choose another name for {sorted(both)}"


def test_a_title_is_escaped() -> None:
    problem = read_loss("L = s^2", wrt="s", assume=(), name="odd", title="a < b & c").problem
    made = entry_page(Listed(problem, "odd <file>.txt"), 30.0)
    assert isinstance(made, EntryPage)
    page = make_site((Listed(problem, "odd <file>.txt"),), NOTHING, limit=30.0, processes=1, progress=lambda *_: None)
    assert "a &lt; b &amp; c" in page.files["index.html"]
    assert "odd &lt;file&gt;.txt" in page.files["index.html"]
    assert "<title>Gradients" in unescape(page.files["index.html"])
    assert FORMATS["html"].suffix == "html"
