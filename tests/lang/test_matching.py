"""Patterns at run time: two engines that agree with our own automaton, and no text that takes for ever."""

import sys

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from vesper.lang import matching, pattern
from vesper.lang.automaton import found_in
from vesper.lang.matching import found, matcher, searcher
from vesper.values.value import Fault

ATOMS = st.sampled_from([
    "a", "b", "1", ".", "^", "$", "[ab]", "[^a]", "[a-c1]", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\b",
    r"\B",
    "(?:)", "é", "[é-ü]", "[^😀]", "😀", r"\.", "_", " ", r"\n",
])  # fmt: skip
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        inner.map("({})".format),
        st.tuples(
            inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?", "??"])
        ).map(lambda it: f"(?:{it[0]}){it[1]}"),
    ),
    max_leaves=8,
)
TEXTS = st.text(st.sampled_from("ab1_ .\n\r\t\x0b\x1c\x85\xa0éü😀Ⅷ\u0661K"), max_size=12)


@given(PATTERNS, TEXTS)
@settings(max_examples=1_000)
@example(r"\B", "aéa")
@example(r"(a|)*\B", "aéa")
@example(r"^a$", "a\n")
@example(r"^\s$", "\x1c")
@example(r"\d", "\u0661")
@example(r"\w", "é")
@example(r"^.$", "\r")
@example(r"[^a]", "\n")
@example(r"\bé\b", "é")
def test_all_engines_find_the_same(text: str, subject: str):
    part = pattern.parse(text).part
    assume(part is not None)
    assert part is not None
    expected = found_in(part, subject, most=None)
    assert matcher(text)(subject) is expected
    linear = matching._linear(part)
    assert linear is not None
    assert (linear(subject) is not None) is expected


PLAIN = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "[ab]", "[^a]", r"\d", r"\w", ".", "-"]),
        st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}", "{0,2}"]),
    ).map("".join),
    max_size=5,
).map(lambda it: f"^{''.join(it)}$")


@given(PLAIN, st.text(st.sampled_from("ab1-\n"), max_size=8))
@settings(max_examples=1_000)
def test_the_quick_way_finds_the_same(text: str, subject: str):
    part = pattern.parse(text).part
    assert part is not None
    assert matcher(text)(subject) is found_in(part, subject, most=None)


@pytest.mark.parametrize(
    ("text", "is_quick"),
    [
        ("^ord_[a-z0-9]{20}$", True), (r"^\d+\.\d{2}$", True), ("^[a-z]+[0-9]*$", True), ("^a", True),
        ("^$", True),
        (r"^\d*\d$", False), ("^a?b?a$", False), ("^a+b*a$", False), ("a+b", False), ("^(a|b)$", False),
        (r"^[^@\s]+@[^@\s]+$", True), (r"^[^@\s]+@[^@\s]+\.[^@\s]+$", False), ("^(a+)+$", False),
        (r"^a\b", False),
    ],
)  # fmt: skip
def test_only_what_cannot_backtrack_goes_the_quick_way(text: str, is_quick: bool):
    part = pattern.parse(text).part
    assert part is not None
    assert matching._never_backtracks(part) is is_quick


@pytest.mark.parametrize(
    ("text", "subject", "is_found"),
    [
        ("^(a+)+$", "a" * 100_000 + "!", False), ("^(a+)+$", "a" * 100_000, True),
        ("(x+x+)+y", "x" * 100_000, False), ("^(a|a)*$", "a" * 100_000 + "b", False),
        (r"^(\w+\s?)*$", "a " * 50_000 + "!", False), ("^[a-z]+[0-9]*$", "a" * 500_000 + "-", False),
        ("(?:a{0,1000}){0,4}b", "a" * 2_000, False), ("[^a]{1000}", "é" * 1_000, True),
        ("(?:(?:[^a]{2}){40}){45}", "é" * 3_600, True), ("(?:(?:[^a]{2}){40}){45}", "é" * 3_599, False),
    ],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_no_pattern_takes_for_ever(text: str, subject: str, is_found: bool):
    assert found(text, subject) is is_found


def test_without_re2_the_answers_stay_the_same(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "re2", None)
    matcher.cache_clear()
    searcher.cache_clear()
    asked = [("^(a+)+$", "a" * 2_000 + "!"), ("b|c", "abc"), (r"\Bb", "ab"), ("^a$", "a\n")]
    assert [found(*it) for it in asked] == [False, True, True, False]
    part = pattern.parse("b|c").part
    assert part is not None
    assert matching._linear(part) is None
    matcher.cache_clear()
    searcher.cache_clear()


@pytest.mark.parametrize(
    ("text", "subject", "code", "says"),
    [
        ("(a", "a", "invalid_value", "`(a` is no pattern: this `(` is not closed"),
        (r"(a)\1", "a", "invalid_value", "a back reference"), ("a", None, "null_value", "null"),
        (None, "a", "null_value", "null"), ("a", 1, "type_mismatch", "this is an integer"),
        (1, "a", "type_mismatch", "this is an integer"), ("a" * 3_000, "a", "invalid_value", "2,000"),
        ("(?:a{0,1000}){0,4}b", "a" * 100_000, "budget_exceeded", "too many for 100,000 characters"),
    ],
)  # fmt: skip
def test_what_is_no_pattern_or_no_text_is_a_fault(
    text: str | int | None, subject: str | int | None, code: str, says: str
):
    with pytest.raises(Fault) as fault:
        found(text, subject)
    assert fault.value.code == code
    assert says in fault.value.message


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]):
    assert not found("(?:a{0,1000}){0,4}b", "a" * 1_000)
    assert capfd.readouterr() == ("", "")
