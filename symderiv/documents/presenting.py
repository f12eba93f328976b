"""From a problem and its checked theorems to a neutral document.

Refused with `UnpublishableError`: a theorem with a false or undefined verdict, and a theorem of another problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symderiv.documents import display as shape
from symderiv.documents.background import hyperparameters, sources
from symderiv.documents.beside import Beside
from symderiv.documents.directly import direct_words, overall
from symderiv.documents.display import Digits, Display, Operator, Script, Symbol
from symderiv.documents.document import (
    AssumptionItem,
    Assumptions,
    Block,
    Chain,
    CheckRow,
    Checks,
    Contents,
    ContentsItem,
    Data,
    DataItem,
    DefinitionItem,
    Definitions,
    Document,
    ExplicitMatrix,
    Footer,
    Heading,
    Headline,
    Lemma,
    Link,
    Matrix,
    Paragraph,
    Row,
    RuleEntry,
    RuleIndex,
    RuleInfo,
    Statement,
    Text,
    UnpublishableError,
)
from symderiv.documents.explorer import tried_of
from symderiv.documents.needed import needed
from symderiv.documents.notation import changed, display_place
from symderiv.documents.obvious import is_obvious
from symderiv.documents.symbols import named, read, whole
from symderiv.statements import (
    Claim,
    Condition,
    Definition,
    Derivation,
    Distinct,
    Line,
    Problem,
    Relation,
    Theorem,
    Theory,
)
from symderiv.terms import Array, Domain, Term, at, is_piecewise

__all__ = ["present", "prose"]


def present(
    problem: Problem,
    theorems: tuple[Theorem, ...],
    rules: Mapping[str, RuleInfo],
    explicit: tuple[ExplicitMatrix, ...] | None = None,
    titles: Mapping[str, str] | None = None,
) -> Document:
    """The document of a catalogue entry, its theorems in the order given.

    `rules` maps a rule's slug to what is printed about it; a slug that is missing is printed as its own words.
    `explicit` are the matrices for a chosen class count; `titles` the titles of theorems in other entries, by
    "problem:goal", for the links to them. Raises `UnpublishableError` for what may not be printed.
    """
    for theorem in theorems:
        _publishable(problem, theorem)
    theory = _notation(problem, theorems)
    writer = _Writer(problem, theorems, rules, titles or {})
    blocks: list[Block] = [Heading(prose(problem.title), problem.name, 1), Paragraph(_summary(theorems), quiet=True)]
    blocks += writer.headline()
    blocks += [Paragraph(prose(part)) for part in problem.prose]
    blocks.append(Heading(("Definitions",), "definitions", 2))
    arrays, definitions = needed(problem, theorems, theory)
    if arrays:
        blocks.append(Data(tuple(_declared(array) for array in arrays)))
    blocks.append(Definitions(tuple(_defined(definition) for definition in definitions)))
    if _changes_with_signs(theory, theorems):
        blocks.append(Paragraph(prose(_CONVENTION)))
    blocks += hyperparameters(problem)
    if any(theorem.derivation.theory.assumptions for theorem in theorems):
        blocks += [Heading(("Assumptions",), "assumptions", 2), writer.assumptions()]
    if len(theorems) > 1:
        blocks += [Heading(("Theorems",), "theorems", 2), writer.contents()]
    for number, theorem in enumerate(theorems, 1):
        blocks += writer.section(number, theorem)
    if explicit:
        blocks.append(Heading(("Written out for a chosen class count",), "explicit", 2))
        blocks += [Matrix(_titled(m.title), m.symbol, m.rows, prose(m.sentence)) for m in explicit]
    tried = tried_of(problem, theorems, theory, writer.link)
    blocks += [tried] if tried is not None else []
    blocks += [Heading(("Checks",), "checks", 2), writer.checks()]
    blocks += [Heading(("Rules used",), "rules", 2), writer.rule_index()]
    blocks += sources(problem)
    digests = tuple((writer.link(theorem.derivation.goal), theorem.digest) for theorem in theorems)
    blocks.append(Footer(digests, "symderiv verify theorem.json"))
    return Document(problem.name, problem.title, theory, tuple(blocks), problem, theorems)


_CONVENTION = (
    r"$\operatorname{step}(u)$ is 1 for $u > 0$ and 0 for $u \leq 0$; $\operatorname{sign}(u)$ is 1, 0 or $-1$. Where "
    r"a theorem lists that an argument is not 0, no derivative is claimed at its zeros: the closed forms "
    r"take $\operatorname{step}(0) = 0$ and $\operatorname{sign}(0) = 0$ at $u = 0$."
)


def _changes_with_signs(theory: Theory, theorems: tuple[Theorem, ...]) -> bool:
    """Whether a maximum, an absolute value, a sign or a step is printed."""
    terms = [definition.body for definition in theory.definitions]
    terms += [term for theorem in theorems for term in (theorem.claim.left, theorem.claim.right)]
    return any(is_piecewise(term) for term in terms)


def prose(source: str) -> Text:
    """Words with `$formulas$` read into display trees; NotationError if one is outside the notation."""
    parts = source.split("$")
    if len(parts) % 2 == 0:
        raise ValueError(f"the text {source!r} opens a formula with $ and does not close it")
    return tuple(read(part) if at % 2 else part for at, part in enumerate(parts) if part)


def _titled(source: str) -> Text:
    """Prose that starts with a capital letter, for headings and lists."""
    return prose(source[:1].upper() + source[1:])


def _words(text: Text) -> str:
    """The plain words of a text, to compare titles."""
    return "".join(part if isinstance(part, str) else "$" for part in text).lower()


def _identity(source: str) -> Text:
    """The identity of a rule: prose if it marks its formulas with $, else one formula."""
    return prose(source) if "$" in source or not source else (read(source),)


def _publishable(problem: Problem, theorem: Theorem) -> None:
    derivation = theorem.derivation
    name = f"{derivation.problem}:{derivation.goal}"
    if derivation.problem != problem.name:
        raise UnpublishableError(
            f"the theorem {name} belongs to another problem than {problem.name}; give each its own document"
        )
    for number, verdict in enumerate(theorem.lines, 1):
        if verdict.word in ("false", "undefined"):
            raise UnpublishableError(
                f"{name} is not printed: line {number} is {verdict.word} ({verdict.evidence}); correct that line first"
            )
    steps = tuple(verdict for line in theorem.steps for verdict in line)
    for verdict in (*steps, theorem.direct, theorem.verdict):
        if verdict.word in ("false", "undefined"):
            raise UnpublishableError(f"{name} is not printed: its verdict is {verdict.word} ({verdict.evidence})")


def _notation(problem: Problem, theorems: tuple[Theorem, ...]) -> Theory:
    """Every definition of the problem and its theorems, once."""
    found: dict[str, Definition] = {}
    theories = (Theory(problem.definitions), *(theorem.derivation.theory for theorem in theorems))
    for definition in (d for theory in theories for d in theory.definitions):
        first = found.setdefault(definition.name, definition)
        if (first.body, first.symbol) != (definition.body, definition.symbol):
            raise UnpublishableError(
                f"{problem.name} defines {definition.name!r} in two ways; a document needs one meaning per name"
            )
    return Theory(tuple(found.values()))


def _summary(theorems: tuple[Theorem, ...]) -> Text:
    """How many theorems and lines there are, and the verdicts on the lines, none softened."""
    words = [verdict.word for theorem in theorems for verdict in theorem.lines]
    counts = ", ".join(f"{words.count(word)} {word}" for word in sorted(set(words), key=words.index))
    some = f"{len(theorems)} theorem{'' if len(theorems) == 1 else 's'}"
    lines = f"{len(words)} line{'' if len(words) == 1 else 's'}"
    return (f"{some} · {lines} · {counts}" if counts else f"{some} · {lines}",)


def _declared(array: Array) -> DataItem:
    sizes: list[Display] = []
    for domain in array.domains:
        sizes += [Operator("×"), _size(domain)] if sizes else [_size(domain)]
    power = sizes[0] if len(sizes) == 1 else shape.Row(tuple(sizes))
    reals: Display = Symbol("ℝ", "blackboard")
    formula = shape.Row((named(array.name), Operator("∈"), Script(reals, None, power) if sizes else reals))
    words = " and ".join(domain.name for domain in array.domains)
    note = f"indexed by {words}" if words else "a number"
    return DataItem(formula, (note + (", every entry positive" if array.positive else ""),))


def _size(domain: Domain) -> Display:
    return named(domain.symbol) if domain.size is None else whole(domain.size)


def _defined(definition: Definition) -> DefinitionItem:
    return DefinitionItem(definition(*definition.indices), definition.body, prose(definition.prose))


def _conditions(parts: Iterator[Condition]) -> tuple[Condition, ...]:
    """Each condition once, in order of appearance; i != j and j != i are one condition. 2 != 0 is left unsaid."""
    found: dict[object, Condition] = {}
    for part in (each for each in parts if not is_obvious(each)):
        found.setdefault(frozenset((part.left, part.right)) if isinstance(part, Distinct) else part, part)
    return tuple(found.values())


def _ranges(claim: Claim) -> tuple[Display, ...]:
    """For which indices the claim holds: i, j = 1, …, C, a range per domain, indices in alphabetical order."""
    free = claim.left.free | claim.right.free
    seen = sorted(free, key=lambda index: index.name)
    made: list[Display] = []
    for domain in dict.fromkeys(index.domain for index in seen):
        items: list[Display] = []
        for index in (index for index in seen if index.domain == domain):
            items += [Operator(","), display_place(index)] if items else [display_place(index)]
        bounds = (Operator("="), Digits("1"), Operator(","), Operator("…"), Operator(","), _size(domain))
        made.append(shape.Row((*items, *bounds)))
    return tuple(made)


class _Writer:
    """Builds the blocks of one entry; knows its theorems, so that it can link them."""

    __slots__ = ("by_goal", "next_row", "problem", "rules", "theorems", "titles")

    def __init__(
        self,
        problem: Problem,
        theorems: tuple[Theorem, ...],
        rules: Mapping[str, RuleInfo],
        titles: Mapping[str, str],
    ) -> None:
        self.problem = problem
        self.theorems = theorems
        self.rules = rules
        self.by_goal = {theorem.derivation.goal: theorem for theorem in theorems}
        self.titles = titles
        self.next_row = 1

    def link(self, goal: str) -> Link:
        """A link to a theorem of this document."""
        return Link(_titled(self.by_goal[goal].derivation.title), "", f"goal-{goal}")

    def cited(self, citation: str) -> Link:
        """The link of "problem:goal"; a theorem that is not printed here is linked by the file of its entry."""
        entry, _, goal = citation.partition(":")
        if entry == self.problem.name and goal in self.by_goal:
            return self.link(goal)
        title = self.titles.get(citation)
        text = _titled(title) if title else (f"{entry}: {goal.replace('-', ' ')}",)
        return Link(text, entry, f"goal-{goal}")

    def title(self, slug: str) -> Text:
        """The printed title of a rule."""
        info = self.rules.get(slug)
        return prose(info.title) if info is not None else (slug.replace("-", " "),)

    def assumptions(self) -> Assumptions:
        """The assumptions that theorems use, each with these theorems."""
        used = {a for t in self.theorems for a in t.derivation.theory.assumptions}
        items = tuple(
            AssumptionItem(
                a.left,
                a.right,
                prose(a.prose),
                tuple(self.link(t.derivation.goal) for t in self.theorems if a in t.derivation.theory.assumptions),
            )
            for a in self.problem.assumptions
            if a in used
        )
        return Assumptions(items)

    def headline(self) -> tuple[Headline, ...]:
        """The theorem a reader comes for, if it is among those printed."""
        theorem = self.by_goal.get(self.problem.headline)
        if theorem is None:
            return ()
        claim, assumed = theorem.claim, theorem.derivation.theory.assumptions
        link = self.link(theorem.derivation.goal)
        pairs = tuple((a.left, a.right) for a in assumed)
        without = self._without(theorem)
        return (Headline(link, claim.left, claim.relation, claim.right, _ranges(claim), pairs, without),)

    def contents(self) -> Contents:
        """The list of theorems."""
        items: list[ContentsItem] = []
        for number, theorem in enumerate(self.theorems, 1):
            claim, goal = theorem.claim, theorem.derivation.goal
            first = goal == self.problem.headline
            items.append(
                ContentsItem(number, self.link(goal), claim.left, claim.relation, claim.right, theorem.verdict, first)
            )
        return Contents(tuple(items))

    def section(self, number: int, theorem: Theorem) -> tuple[Block, ...]:
        """Statement and chain of one theorem."""
        derivation, claim = theorem.derivation, theorem.claim
        anchor = f"goal-{derivation.goal}"
        statement = Statement(
            number, anchor, _titled(derivation.title), claim.left, claim.relation, claim.right, _ranges(claim),
            _conditions(iter((*derivation.theory.distinct, *theorem.conditions))),
            tuple((a.left, a.right) for a in derivation.theory.assumptions), self._without(theorem),
            tuple(self.cited(citation) for citation in _used(derivation)), theorem.verdict,
            (*prose(derivation.prose), *direct_words(theorem)), derivation.goal == self.problem.headline,
        )  # fmt: skip
        return (statement, self._chain(theorem))

    def _without(self, theorem: Theorem) -> tuple[Term, Term, Link] | None:
        """The same quantity under fewer assumptions, if a theorem of this entry has it."""
        mine = set(theorem.derivation.theory.assumptions)
        for other in self.theorems:
            theirs = set(other.derivation.theory.assumptions)
            if (
                theirs < mine
                and other.claim.left == theorem.claim.left
                and other.claim.relation == theorem.claim.relation
            ):
                return other.claim.left, other.claim.right, self.link(other.derivation.goal)
        return None

    def _chain(self, theorem: Theorem) -> Chain:
        derivation = theorem.derivation
        rows: list[Row] = []
        before, claim = derivation.start, theorem.claim
        beside = Beside(derivation.theory, claim.left.free | claim.right.free, theorem.conditions)
        for line, verdict, verdicts in zip(derivation.lines, theorem.lines, theorem.steps, strict=True):
            cites = tuple(self.cited(c) for c in dict.fromkeys(step.cites for step in line.steps if step.cites))
            reason = prose(line.reason)
            if cites and _words(reason) == "; ".join(_words(link.text) for link in cites):
                reason = ()  # The links say it.
            rows.append(
                Row(
                    self.next_row,
                    line.relation,
                    line.term,
                    changed(before, line.term),
                    line.rule,
                    self.title(line.rule),
                    reason,
                    beside.line(line, verdicts),
                    cites,
                    verdict,
                    self._lemmas(line),
                )
            )
            self.next_row += 1
            before = line.term
        return Chain(derivation.start, tuple(rows))

    def _lemmas(self, line: Line) -> tuple[Lemma, ...]:
        """What the line cites, as its steps put it in: the subterm before and after."""
        found: dict[tuple[Term, Term], Lemma] = {}
        for step in (step for step in line.steps if step.cites):
            left, right = at(step.before, step.path), at(step.after, step.path)
            relation: Relation = "=" if step.path else line.relation
            found.setdefault((left, right), Lemma(self.cited(step.cites), left, relation, right))
        return tuple(found.values())

    def checks(self) -> Checks:
        """A row per theorem, with the verdict on the whole of it."""
        return Checks(
            tuple(
                CheckRow(self.link(t.derivation.goal), t.claim.left, t.claim.relation, t.claim.right, overall(t))
                for t in self.theorems
            )
        )

    def rule_index(self) -> RuleIndex:
        """The rules of all lines and steps, with the number of steps each made."""
        counts: dict[str, int] = {}
        for line in (line for theorem in self.theorems for line in theorem.derivation.lines):
            made = [step.rule for step in line.steps]
            for slug in made if line.rule in made else [*made, line.rule]:
                counts[slug] = counts.get(slug, 0) + 1
        entries: list[RuleEntry] = []
        for slug in sorted(counts):
            info = self.rules.get(slug)
            identity = _identity(info.statement) if info else ()
            needs = prose(info.conditions) if info else ()
            entries.append(RuleEntry(slug, self.title(slug), identity, needs, counts[slug]))
        return RuleIndex(tuple(entries))


def _used(derivation: Derivation) -> tuple[str, ...]:
    """What the theorem builds on: of the theorems that it may cite, those that a step cites."""
    cited = {step.cites for line in derivation.lines for step in line.steps}
    return tuple(each for each in derivation.cites if each in cited)
