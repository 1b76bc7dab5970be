"""The grammar of expressions: what binds tighter, where faults are, and that nothing is ever raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.requirements import requirement
from vesper.lang import expr
from vesper.lang.grammar import parse


def shape(node: expr.Expr) -> str:  # noqa: C901 -- one case a kind of expression
    """The tree with every pair of brackets written out."""
    match node:
        case expr.Constant(value):
            return repr(value) if isinstance(value, str) else str(value).lower()
        case expr.Name(name):
            return name
        case expr.Field(of, name):
            return f"{shape(of)}.{name}"
        case expr.Index(of, at):
            return f"{shape(of)}[{shape(at)}]"
        case expr.Unary(operator, operand):
            return f"({operator} {shape(operand)})"
        case expr.Binary(operator, left, right):
            return f"({shape(left)} {operator} {shape(right)})"
        case expr.IsNull(operand, negated):
            return f"({shape(operand)} IS {'NOT ' if negated else ''}NULL)"
        case expr.Call(name, arguments):
            return f"{name}({', '.join(shape(it) for it in arguments)})"
        case expr.Quantified(quantifier, name, over, body):
            within = f" IN {shape(over)}" if over else ""
            return f"({quantifier} {name}{within}: {shape(body)})"
        case expr.ListOf(items):
            return f"[{', '.join(shape(it) for it in items)}]"
        case expr.Record(entries):
            return "{" + ", ".join(f"{key}: {shape(value)}" for key, value in entries) + "}"
        case expr.Duration(amount, unit):
            return f"{amount}{unit}"
        case expr.Star():
            return "*"
        case expr.Missing():
            return "?"


@requirement("F28")
@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("a OR b AND c", "(a OR (b AND c))"),
        ("NOT a AND b", "((NOT a) AND b)"),
        ("NOT a == b", "(NOT (a == b))"),
        ("a => b => c", "(a => (b => c))"),
        ("a OR b => c AND d", "((a OR b) => (c AND d))"),
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a - b - c", "((a - b) - c)"),
        ("-a * b", "((- a) * b)"),
        ("-a.b[0].c", "(- a.b[0].c)"),
        ("a + 1 > b * 2", "((a + 1) > (b * 2))"),
        ("x IN [1, 2] AND y NOT IN zs", "((x IN [1, 2]) AND (y NOT IN zs))"),
        ("name CONTAINS 'a' OR name MATCHES '^b'", "((name CONTAINS 'a') OR (name MATCHES '^b'))"),
        ("a IS NULL OR b IS NOT NULL", "((a IS NULL) OR (b IS NOT NULL))"),
        ("FORALL x IN xs: x > 0 AND y", "(FORALL x IN xs: ((x > 0) AND y))"),
        ("a AND EXISTS x IN xs: x OR b", "(a AND (EXISTS x IN xs: (x OR b)))"),
        ("COUNT(*) > 0", "(COUNT(*) > 0)"),
        ("a and not b or c", "((a AND (NOT b)) OR c)"),
        ("timeout <= 30s", "(timeout <= 30s)"),
        ("user.in == {k: [1, 'x']}", "(user.in == {k: [1, 'x']})"),
        ("99.90 == 99.9", "(99.90 == 99.9)"),
    ],
)
def test_operators_bind_as_the_grammar_says(text: str, means: str):
    parsed = parse(text)
    assert parsed.faults == ()
    assert parsed.tree is not None
    assert shape(parsed.tree) == means


@requirement("F28")
@pytest.mark.parametrize(
    ("text", "start", "says"),
    [
        ("amount = 5", 7, "write `==`"),
        ("0 < a < 10", 6, "do not chain"),
        ("(a", 2, "expected `)`"),
        ("a AND", 5, "ends too early"),
        ("a && b", 2, "write `AND`"),
        ("'open", 0, "not closed"),
        ("a b", 2, "an operator is missing"),
        ("f(a,, b)", 4, "a value is missing"),
        ("a.", 2, "a field name must follow"),
        ("", 0, "ends too early"),
        ("(" * 500, 60, "nested deeper"),
        ("NOT " * 500 + "a", 240, "nested deeper"),
        ("x" * 30_000, 0, "more than 20000"),
        (" + ".join("a" * 200), 0, "more than 150 operators"),
        ("a" + ".b" * 200, 0, "more than 150 operators"),
        ("a" + "[0]" * 200, 0, "more than 150 operators"),
    ],
)
def test_a_fault_says_where_and_what_would_be_right(text: str, start: int, says: str):
    fault = parse(text).faults[0]
    assert fault.start == start
    assert says in fault.message


@requirement("F28")
@pytest.mark.parametrize("text", ["a = 5 AND b > 1", "0 < a < 10 OR b"])
def test_reading_goes_on_behind_a_fault_that_leaves_no_doubt(text: str):
    parsed = parse(text)
    assert parsed.faults
    assert isinstance(parsed.tree, expr.Binary)
    assert parsed.tree.operator in ("AND", "OR")


@given(st.text(alphabet="ab1. =<>!()[]{}'\"\\,:*-+/%ANDORTINUL\n\té😀", max_size=80))
def test_any_text_gives_a_tree_or_a_fault_and_places_inside_it(text: str):
    parsed = parse(text)
    assert parsed.tree is not None or parsed.faults
    if parsed.tree is not None:
        for node in expr.walk(parsed.tree):
            assert 0 <= node.start <= node.end <= len(text)
