"""What the functions of expressions do, and that the table of the language and the library are one."""

import inspect
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from vesper.lang.functions import FUNCTIONS
from vesper.values.encoding import canonical
from vesper.values.library import LIBRARY
from vesper.values.value import Fault, Value

D = Decimal
NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
RECORDED = {"current_timestamp": 1, "current_year": 1, "uuid": 2, "random": 2}
"""How many arguments the run adds to those of the language."""


def test_every_function_of_the_language_is_in_the_library():
    assert sorted(LIBRARY) == sorted(set(FUNCTIONS) - {"old"})


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_both_tables_agree_on_the_arguments(name: str):
    function, given = FUNCTIONS[name], inspect.signature(LIBRARY[name])
    places = [it for it in given.parameters.values() if it.name != "zero"]
    repeats = any(it.kind is inspect.Parameter.VAR_POSITIONAL for it in places)
    assert repeats is function.repeats or name in ("MIN", "MAX")
    if not repeats:
        assert len(places) == len(function.parameters) + RECORDED.get(name, 0)
        assert sum(it.default is not inspect.Parameter.empty for it in places) == function.optional
    assert bool(function.needs) is (name in RECORDED)


CALLS: tuple[tuple[str, tuple[Value, ...], Value], ...] = (
    ("SUM", ([1, 2, D("0.50")],), D("3.50")), ("SUM", ([],), 0), ("SUM", ([], D(0)), D(0)),
    ("SUM", ([D("1.10"), D("2.20")],), D("3.30")),
    ("SUM", ([timedelta(hours=1), timedelta(hours=2)],), timedelta(hours=3)),
    ("SUM", ([D("1E+3")],), D("1000")), ("COUNT", ([1, None],), 2), ("len", ("é😀",), 2),
    ("len", ({"a": 1},), 1), ("len", (b"ab",), 2),
    ("AVG", ([1, 2],), D("1.5")), ("AVG", ([],), None), ("MIN", ([],), None),
    ("MIN", ([2, D("1.0"), 1],), D("1.0")),
    ("MAX", ([1, D("2.0"), 2],), D("2.0")), ("min", (3, 2), 2), ("max", ("a", "b"), "b"),
    ("max", (NOW, "2026-11-27"), "2026-11-27"),
    ("ALL", ([],), True), ("ANY", ([],), False), ("ALL", ([True, False],), False),
    ("ANY", ([False, True],), True),
    ("DIV", (7, 2), 3), ("abs", (D("-1.50"),), D("1.50")), ("abs", (-5,), 5),
    ("round", (D("2.5"),), D("2")), ("round", (D("3.5"),), D("4")), ("round", (D("-2.5"),), D("-2")),
    ("round", (D("2.345"), 2), D("2.34")), ("round", (D("2.355"), 2), D("2.36")),
    ("round", (15, -1), 20), ("round", (25, -1), 20),
    ("round", (7, 3), 7), ("round", (D("-0.4"),), D("0")), ("round", (D("1.5"), 3), D("1.500")),
    ("floor", (D("-0.5"),), -1), ("ceil", (D("-0.5"),), 0), ("floor", (D("2.00"),), 2),
    ("ceil", (5,), 5), ("ceil", (D("1E-6144"),), 1),
    ("lower", ("ÀSS",), "àss"), ("upper", ("straße",), "STRAßE"), ("lower", ("\u0130",), "\u0130"),
    ("upper", ("\u10d0",), "\u10d0"),
    ("lower", ("ΣΑΣ",), "\u03c3\u03b1\u03c3"), ("upper", ("\u1e9e\ua7c2",), "\u1e9e\ua7c2"),
    ("trim", ("\x0b\x0c a \t\r\n",), "a"), ("trim", ("\x1c\x85\xa0\u2003a",), "\x1c\x85\xa0\u2003a"),
    ("split", ("a,b,", ","), ["a", "b", ""]), ("split", ("", ","), [""]),
    ("join", (["a", "b"], "-"), "a-b"), ("join", ([], "-"), ""),
    ("replace", ("aaa", "a", "bb"), "bbbbbb"), ("substring", ("é😀x", 1, 1), "😀"),
    ("substring", ("ab", 5), ""),
    ("substring", ("abc", 1), "bc"), ("starts_with", ("abc", "ab"), True), ("ends_with", ("abc", ""), True),
    ("coalesce", (None, 1, 2), 1), ("coalesce", (None,), None), ("keys", ({"b": 1, "a": 2},), ["a", "b"]),
    ("values", ({"b": 1, "a": 2},), [2, 1]), ("contains_key", ({"a": None}, "a"), True),
    ("contains_key", ({"a": 1}, 1), False),
    ("sort", ([D("1.5"), 1, 2],), [1, D("1.5"), 2]), ("sort", (["b", "a", "B"],), ["B", "a", "b"]),
    ("sort", ([],), []),
    ("sort", (["\uffff", "\U00010000"],), ["\uffff", "\U00010000"]),
    ("sort", ([D("1.0"), 1],), [D("1.0"), 1]),
    ("unique", ([1, 2, D("1.0"), True, 1, "1", [1], [D("1.00")]],), [1, 2, True, "1", [1]]),
    ("unique", ([2, 1, 2],), [2, 1]),
    ("unique", ([{"a": 1, "b": 2}, {"b": 2, "a": D(1)}, b"a", "a"],), [{"a": 1, "b": 2}, b"a", "a"]),
    ("current_timestamp", (NOW,), NOW), ("current_year", (NOW,), 2026),
    ("days_between", ("2026-01-01", "2026-01-02T23:00:00Z"), 1),
    ("days_between", ("2026-01-02T23:00:00Z", "2026-01-01"), -1),
    ("days_between", ("0001-01-01", "9999-12-31"), 3652058),
    ("to_string", (D("1.50"),), "1.50"), ("to_string", (D("1E+3"),), "1000"),
    ("to_string", (None,), ""), ("to_string", (True,), "true"),
    ("to_string", ([1, {"b": D("0.10"), "a": None}],), '[1,{"a":null,"b":0.10}]'),
    ("to_string", (b"hi",), "aGk="),
    ("to_integer", ("-12",), -12), ("to_integer", (D("12.00"),), 12), ("to_integer", ("+007",), 7),
    ("to_decimal", ("1.50",), D("1.50")), ("to_decimal", (".5",), D("0.5")),
    ("to_decimal", ("-0",), D("0")), ("to_decimal", (3,), D(3)),
    ("timestamp", ("2026-11-26T10:30:00+01:00",), NOW), ("duration", ("1.5h",), timedelta(minutes=90)),
)  # fmt: skip


@pytest.mark.parametrize(("name", "given", "expected"), CALLS)
def test_a_function_gives(name: str, given: tuple[Value, ...], expected: Value):
    assert canonical(LIBRARY[name](*given)) == canonical(expected)


FAULTS: tuple[tuple[str, tuple[Any, ...], str], ...] = (
    ("SUM", (["a"],), "type_mismatch"), ("SUM", ([True],), "type_mismatch"),
    ("SUM", ([1, None],), "null_value"),
    ("SUM", ([2**63 - 1, 1, -1],), "integer_overflow"),
    ("SUM", ([D("1E+999"), D("0.1")],), "number_too_long"), ("SUM", (5,), "type_mismatch"),
    ("AVG", ([timedelta(1)],), "type_mismatch"), ("MIN", ([None],), "null_value"),
    ("MAX", ([1, "a"],), "type_mismatch"),
    ("MAX", ([True],), "type_mismatch"), ("min", ([[1]],), "type_mismatch"),
    ("ALL", ([True, 1],), "type_mismatch"), ("ANY", ([True, None],), "null_value"),
    ("len", (5,), "type_mismatch"), ("len", (None,), "null_value"),
    ("abs", (-(2**63),), "integer_overflow"), ("abs", (True,), "type_mismatch"),
    ("round", (D(1), 2_000), "invalid_value"), ("round", (D("1E+6144"), 2), "number_too_long"),
    ("round", (9 * 10**18, -19), "integer_overflow"),
    ("split", ("a", ""), "invalid_value"), ("replace", ("a", "", "b"), "invalid_value"),
    ("join", (["a", 1], ""), "type_mismatch"),
    ("replace", ("a" * 5_000, "a", "b" * 5_000), "memory_exceeded"),
    ("join", (["a" * 9_000] * 2_000, ""), "memory_exceeded"),
    ("substring", ("a", -1), "index_out_of_range"), ("substring", ("a", 0, -1), "index_out_of_range"),
    ("lower", (None,), "null_value"),
    ("keys", ([1],), "type_mismatch"), ("contains_key", (None, 1), "null_value"),
    ("sort", ([1, "a"],), "type_mismatch"),
    ("sort", ([None],), "null_value"), ("sort", ([True, False],), "type_mismatch"),
    ("sort", ([{}],), "type_mismatch"),
    ("to_integer", ("1.0",), "invalid_value"), ("to_integer", (D("1.5"),), "invalid_value"),
    ("to_integer", (True,), "invalid_value"),
    ("to_integer", ("\u0661",), "invalid_value"), ("to_integer", ("1_0",), "invalid_value"),
    ("to_integer", (" 1",), "invalid_value"),
    ("to_integer", ("1\n",), "invalid_value"),
    ("to_integer", ("9223372036854775808",), "integer_overflow"), ("to_integer", (None,), "null_value"),
    ("to_decimal", ("1e999999999",), "invalid_value"), ("to_decimal", ("1e9999",), "number_too_long"),
    ("to_decimal", ("NaN",), "invalid_value"),
    ("to_decimal", ("\uff11",), "invalid_value"), ("to_decimal", ("",), "invalid_value"),
    ("to_decimal", (".",), "invalid_value"),
    ("to_decimal", (True,), "invalid_value"), ("timestamp", ("2026-13-01",), "invalid_value"),
    ("timestamp", (5,), "type_mismatch"),
    ("duration", ("5 parsecs",), "invalid_value"), ("days_between", (None, "2026-01-01"), "null_value"),
    ("uuid", (None, 0), "null_value"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "given", "code"), FAULTS, ids=[f"{it[0]} {it[2]} {n}" for n, it in enumerate(FAULTS)]
)
def test_a_function_without_a_value_is_a_fault(name: str, given: tuple[Any, ...], code: str):
    with pytest.raises(Fault) as fault:
        LIBRARY[name](*given)
    assert fault.value.code == code


def test_chance_comes_from_the_seed_and_the_place_alone():
    seeds, places = ["ab" * 32, "cd" * 32], range(20)
    drawn = [LIBRARY["random"](seed, it) for seed in seeds for it in places]
    assert drawn == [LIBRARY["random"](seed, it) for seed in seeds for it in places]
    assert len({str(it) for it in drawn}) == 40
    assert all(
        isinstance(it, Decimal) and 0 <= it < 1 and it.as_tuple().exponent == -18 for it in drawn
    )
    made = [LIBRARY["uuid"](seed, it) for seed in seeds for it in places]
    assert len(set(map(str, made))) == 40
    assert {(uuid.UUID(str(it)).version, str(uuid.UUID(str(it)))) for it in made} == {
        (4, str(it)) for it in made
    }
