"""The portable dialect of patterns: what is in it, where a pattern leaves it, and that no text is slow."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vesper.lang import pattern
from vesper.lang.automaton import found_in
from vesper.lang.check import check


@pytest.mark.parametrize(
    ("text", "start", "end", "says"),
    [
        ("a(?=b)", 1, 4, "looking ahead"), ("a(?!b)", 1, 4, "looking ahead"),
        ("(?<=a)b", 0, 4, "looking behind"), ("(?<!a)b", 0, 4, "looking behind"),
        (r"(a)\1", 3, 5, "a back reference"), (r"(?P<n>a)", 0, 4, "a named group"),
        (r"a\Z", 1, 3, "write `$`"), (r"\Aa", 0, 2, "write `^`"), (r"\p{L}", 0, 2, "classes of Unicode"),
        ("(?i)a", 0, 2, "flags inside a pattern"), ("(?>a)", 0, 3, "an atomic group"),
        ("a++", 2, 3, "a possessive repeat"), ("[[:alpha:]]", 1, 3, "classes such as `[:alpha:]`"),
        ("[a&&b]", 2, 4, "`&&` in a class"), ("[a[b]]", 2, 3, "a class in a class"),
        (r"\x41", 0, 2, "write the character itself"), (r"\y", 0, 2, r"`\y`"),
        ("a{,2}", 1, 5, "a count is written"), ("a{2", 1, 2, "a count is written"),
        ("a{5,2}", 1, 6, "ends before it begins"), ("a{9999}", 1, 7, "at most 1,000"),
        ("(a", 0, 1, "not closed"), ("a)", 1, 2, "no `(`"), ("[a", 0, 1, "not closed"),
        ("[]a]", 1, 2, "an empty class"), ("[z-a]", 1, 4, "ends before it begins"),
        ("[a-\\d]", 1, 5, "from one character to another"), ("*a", 0, 1, "nothing that `*`"),
        ("a**", 2, 3, "needs brackets"), ("^*", 1, 2, "cannot be repeated"), ("a}", 1, 2, "a backslash"),
        ("a\\", 1, 2, "a backslash needs a sign"), ("(" * 50 + ")" * 50, 40, 41, "deeper than"),
        ("((a{99}){99}){99}", 0, 17, "more than 10,000 steps"), ("a" * 3000, 0, 3000, "more than 2,000"),
    ],
)  # fmt: skip
def test_what_engines_disagree_on_is_named_in_its_place(text: str, start: int, end: int, says: str):
    read = pattern.parse(text)
    assert read.part is None
    (fault,) = read.faults
    assert (fault.start, fault.end) == (start, end)
    assert says in fault.message
    assert not fault.is_risk


@pytest.mark.parametrize(
    ("text", "is_risky"),
    [
        ("(a+)+$", True), ("(a*)*", True), ("(a|b+)*", True), (r"(\w+\s?)*x", True), ("((a+)?)+", True),
        ("(ab+)+", False), (r"^(\w+\.)+\w+$", False), ("(a{2})+", False), ("a+b+", False),
        (r"^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$", False), ("(a+){2}", False),
    ],
)  # fmt: skip
def test_a_repeat_inside_a_repeat_is_a_risk(text: str, is_risky: bool):
    assert [it.is_risk for it in pattern.parse(text).faults] == [True] * is_risky


def test_a_pattern_that_makes_others_hang_is_answered_at_once():
    read = pattern.parse("^(a+)+$").part
    assert read is not None
    assert found_in(read, "a" * 5_000 + "!") is False
    assert found_in(read, "a" * 5_000) is True


def test_an_answer_that_would_take_long_is_none():
    read = pattern.parse("(a{60}){60}").part
    assert read is not None
    assert found_in(read, "a" * 9_000) is None


ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "1",
        ".",
        "^",
        "$",
        "[ab]",
        "[^a]",
        "[a-c1]",
        r"\d",
        r"\w",
        r"\W",
        r"\s",
        r"\b",
        r"\.",
    ]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda it: f"(?:{it[0]}|{it[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,}", "*?"])).map(
            lambda it: f"(?:{it[0]}){it[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(PATTERNS, st.text(alphabet="ab1 .\n", max_size=6))
def test_what_is_found_is_what_the_engines_agree_on(text: str, subject: str):
    read = pattern.parse(text).part
    if read is not None:
        expected = re.search(text.replace("$", r"\Z"), subject, re.ASCII) is not None
        assert found_in(read, subject) is expected


@given(st.text(alphabet=r"ab^$.*+?{}[]()|\-,:=!<>P12dwsbpZ", max_size=30))
def test_any_text_gives_a_pattern_or_a_fault_inside_it(text: str):
    read = pattern.parse(text)
    assert read.part is not None or read.faults
    assert all(0 <= it.start < it.end <= len(text) + 1 for it in read.faults)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("""- "code MATCHES 'ab(?=c)'" """, 25),
        (r"""- "code MATCHES '\\d\\d(?=c)'" """, 29),
        (r"""- 'code MATCHES "\d(?=c)"' """, 25),
        ("""- code MATCHES 'ab(?=c)' """, 24),
    ],
)
def test_the_place_is_exact_through_two_kinds_of_quotes(line: str, column: int):
    text = f"inputs:\n  code: string\ncontracts:\n  preconditions:\n    {line}\n"
    (found,) = [it for it in check(text) if it.code == "VSP206"]
    where = text.split("\n")[4]
    assert where[found.span.column : found.span.end_column] == "(?="
    assert found.span.column == column - 2
