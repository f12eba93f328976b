"""Random texts: a problem or the reader's own error, nothing else; what is read is well formed and reads back."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from symderiv.checking.equality import same
from symderiv.checking.wellformed import require_well_formed
from symderiv.documents import text_of
from symderiv.reading import FormulaError, read_loss
from symderiv.statements import Derivation, Theory

PIECES = """
z_k t_k y_k z t gamma k i C 1 2 0.5 e pi delta_ij W_id z_1 softmax(z) softmax(z)_k lse(z) log exp( max(0, ( ) [ ] { }
+ - * / ^ ** = , sum_k sum_{k!=i} sum_{k,j} prod_j where y=softmax(z) in R^C R^{CxD} {0,1} and | log^2 _k ' z' \\frac{
² Σₖ yₖ := < with \\gamma f( sqrt softplus( max _ sum y_k=exp(z_k)/sum_j:exp(z_j) W x_d L \\right ∂ ≠ é
||z|| || ||_1^2 norm(z) dot(z,t) {z if > 0, otherwise 0} else 1e-8 σ( lambda_1 clip(z,0,1) \\mathcal{L} N eps
x_{i+1} w^T
"""

SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def reading_or_refusal(text: str, assuming: tuple[str, ...] = (), wrt: str | None = None) -> None:
    """Read, and check what came out; any error but the reader's own is a failure of the test."""
    try:
        reading = read_loss(text, assume=assuming, wrt=wrt)
    except FormulaError as error:
        refused = error
    else:
        refused = None
    if refused is not None:
        assert refused.sentence
        assert refused.at is None or 0 <= refused.at <= len(refused.text)
        return
    problem = reading.problem
    for goal in problem.goals:
        theory = Theory(problem.definitions, problem.assumptions, goal.distinct)
        require_well_formed(Derivation(problem.name, goal.slug, goal.title, theory, goal.start, ()))


@given(st.text(max_size=60))
@settings(SETTINGS, max_examples=300)
def test_any_text(text: str) -> None:
    reading_or_refusal(text)
    reading_or_refusal(f"L = sum_k z_k {text}")


@given(
    st.lists(st.sampled_from(PIECES.split()), max_size=12).map(" ".join),
    st.sampled_from(("", " where y = softmax(z)")),
    st.sampled_from(((), ("sum_k t_k = 1",), ("t_k > 0",), ("gamma > 0",), ("i != j",), ("C > 1",), ("e > 0",))),
    st.sampled_from((None, "z", "t", "gamma", "W", "k", "C", "y", "e")),
)
@settings(SETTINGS, max_examples=700)
def test_any_pieces_of_formulas(text: str, where: str, assuming: tuple[str, ...], wrt: str | None) -> None:
    reading_or_refusal(f"L = {text}{where}", assuming, wrt)


def formulas(depth: int) -> st.SearchStrategy[str]:
    """Formulas that are meant well, of one free index k."""
    leaves = st.sampled_from(("z_k", "t_k", "y_k", "gamma", "2", "0.5", "C", "lse(z)", "sigmoid(z_k)", "z_1", "e"))
    if depth == 0:
        return leaves
    part = formulas(depth - 1)
    return st.one_of(
        leaves,
        st.tuples(part, part).map(lambda two: f"({two[0]} + {two[1]})"),
        st.tuples(part, part).map(lambda two: f"({two[0]} - {two[1]})"),
        st.tuples(part, part).map(lambda two: f"{two[0]} {two[1]}" if two[1][0].isalpha() else f"{two[0]} * {two[1]}"),
        st.tuples(part, part).map(lambda two: f"({two[0]})/(1 + exp({two[1]}))"),
        part.map(lambda inner: f"exp(-({inner}))"),
        part.map(lambda inner: f"log(1 + exp({inner}))"),
        part.map(lambda inner: f"({inner})^2"),
        part.map(lambda inner: f"max(0, {inner})"),
        part.map(lambda inner: f"abs({inner})"),
    )


@given(formulas(3))
@settings(SETTINGS, max_examples=300)
def test_well_meant_formulas_are_read(inner: str) -> None:
    text = f"L = sum_k ({inner}) z_k t_k where y = softmax(z), z in R^C"
    if "y_k" not in inner:
        text = text.replace("y = softmax(z), ", "")
    reading = read_loss(text)
    reading_or_refusal(text)
    assert reading.wrt.name == "z"


@given(formulas(2))
@settings(SETTINGS, max_examples=60)
def test_what_is_printed_reads_back_as_an_equal_formula(inner: str) -> None:
    """print -> parse: the checker, which knows neither, says that both are equal."""
    problem = read_loss(f"L = sum_k ({inner}) z_k + sum_k y_k t_k where y = softmax(z)").problem
    theory = Theory(problem.definitions)
    loss = problem.definitions[-1].body
    printed = text_of(loss, theory)
    assume("||" not in printed)  # the sign of a norm, which is not read as two absolute values
    again = read_loss(f"L = {printed} where y = softmax(z)").loss.body
    # Where the two trees differ, as (a b)/c and a (b/c) do, the checker says; it does not decide every logarithm.
    assert loss == again or same(loss, again, theory, seed=0).word in ("proved", "exact", "numeric")
