"""Expressions written out again mean the same."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vesper.lang import expr
from vesper.lang.expr_text import written
from vesper.lang.grammar import parse

NAMES = st.sampled_from(["a", "b", "order", "x1", "_y"])
TEXTS = st.text(alphabet="ab'\"\\\n\t{}: é😀", max_size=6)
LEAVES = st.one_of(
    st.one_of(st.none(), st.booleans(), st.integers(0, 10**20), TEXTS,
              st.decimals(0, 10**6, allow_nan=False, places=2)).map(
        lambda it: expr.Constant(it, 0, 0)),
    NAMES.map(lambda it: expr.Name(it, 0, 0)),
    st.sampled_from(["ms", "s", "m", "h", "d"]).map(lambda it: expr.Duration(5, it, 0, 0)),
)  # fmt: skip


def larger(inner: st.SearchStrategy[expr.Expr]) -> st.SearchStrategy[expr.Expr]:
    operators = st.sampled_from(
        ["=>", "OR", "AND", "==", "!=", "<", "<=", ">", ">=", "IN", "NOT IN", "CONTAINS", "MATCHES",
         "+", "-", "*", "/", "%"]
    )  # fmt: skip
    items = st.lists(inner, max_size=3).map(tuple)
    keys = st.sampled_from(["k", "in", "two words", "AND"])
    return st.one_of(
        st.tuples(operators, inner, inner).map(lambda it: expr.Binary(*it, 0, 0)),
        st.tuples(st.sampled_from(["NOT", "-"]), inner).map(lambda it: expr.Unary(*it, 0, 0)),
        st.tuples(inner, st.booleans()).map(lambda it: expr.IsNull(*it, 0, 0)),
        st.tuples(inner, st.sampled_from(["f", "in", "NULL"])).map(
            lambda it: expr.Field(*it, 0, 0, 0)
        ),
        st.tuples(inner, inner).map(lambda it: expr.Index(*it, 0, 0)),
        st.tuples(st.sampled_from(["len", "SUM"]), items).map(lambda it: expr.Call(*it, 0, 0, 0)),
        items.map(lambda it: expr.ListOf(it, 0, 0)),
        st.lists(st.tuples(keys, inner), max_size=2).map(lambda it: expr.Record(tuple(it), 0, 0)),
        st.tuples(st.sampled_from(["FORALL", "EXISTS"]), NAMES, st.none() | inner, inner).map(
            lambda it: expr.Quantified(*it, 0, 0)
        ),
    )


TREES = st.recursive(LEAVES, larger, max_leaves=12)


def bare(node: expr.Expr) -> object:
    """The tree without its places; numbers with their digits."""
    own = [
        (name, str(value) if isinstance(value, Decimal) else value)
        for name in node.__slots__
        if name not in ("start", "end", "name_start", "name_end")
        and not isinstance(value := getattr(node, name), expr.Expr | tuple)
    ]
    keys = [key for key, _ in node.entries] if isinstance(node, expr.Record) else []
    return (type(node).__name__, own, keys, [bare(it) for it in expr.parts(node)])


@settings(max_examples=400, deadline=None)
@given(TREES)
def test_what_is_written_is_read_as_the_same_tree(tree: expr.Expr):
    text = written(tree)
    read = parse(text)
    if any(it.kind == "depth" for it in read.faults):
        return
    assert read.faults == (), text
    assert read.tree is not None
    assert bare(read.tree) == bare(tree)
    assert written(read.tree) == text


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("a and not b", "a AND NOT b"),
        ("(a or b) and c", "(a OR b) AND c"),
        ("((a)) + (b*c)", "a + b * c"),
        ("(a+b)*c - (d-e)", "(a + b) * c - (d - e)"),
        ("a=>(b=>c)", "a => b => c"),
        ("(a=>b)=>c", "(a => b) => c"),
        ('x == "it\'s"', "x == 'it\\'s'"),
        ("forall x in xs: x>0", "FORALL x IN xs: x > 0"),
        ("a is not null and b not in [1,2]", "a IS NOT NULL AND b NOT IN [1, 2]"),
        ("1.50 < 1e3", "1.50 < 1E+3"),
        ("-(-a).b", "-(-a).b"),
    ],
)
def test_brackets_stand_where_they_count_and_nowhere_else(text: str, tidy: str):
    tree = parse(text).tree
    assert tree is not None
    assert written(tree) == tidy


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("a && b", "AND"), ("a || b", "OR"), ("a <> b", "!="), ("a === b", "=="), ("!a", "NOT "),
        ("a !== b", "!="), ("0 < a < 10", "AND a <"), ("a = 5", "=="), ("a == b IN c", None),
    ],
)  # fmt: skip
def test_what_other_languages_write_is_mended(text: str, fix: str | None):
    (fault,) = parse(text).faults
    assert fault.fix == fix
    if fix is not None:
        mended = parse(text[: fault.start] + fix + text[fault.end :])
        assert mended.faults == ()


@pytest.mark.parametrize(
    ("text", "start", "says"),
    [
        ("a NOT CONTAINS b", 2, "write NOT in front"),
        ("größe > 1", 2, "names are written with `a` to `z`"),
        ("[1, 2", 5, "expected `]`"), ("f(1 2)", 4, "expected `)` or `,`"), ("{a 1}", 3, "expected `:`"),
        ("{1: 2}", 1, "a key must be a name"), ("a IS 5", 5, "expected `NULL` behind IS"),
        ("FORALL 5: x", 7, "a name must follow FORALL"), ("a ==", 4, "a value is missing"),
        ("a AND == 5", 6, "a value is missing before `==`"), ("1e99999 > 2", 0, "at most 1,000 digits"),
        ("'\\u00e9' == a b", 14, "an operator is missing"),
    ],
)  # fmt: skip
def test_a_fault_is_told_once_where_it_is(text: str, start: int, says: str):
    faults = parse(text).faults
    assert [it.start for it in faults] == [start]
    assert says in faults[0].message


def test_what_stands_around_a_missing_value_is_still_read():
    tree = parse("len(name) > AND amount").tree
    assert isinstance(tree, expr.Binary)
    assert [it.name for it in expr.walk(tree) if isinstance(it, expr.Name)] == ["name", "amount"]
