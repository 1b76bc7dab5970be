"""Inputs for property tests: they keep to what is declared, can be repeated, and shrink to the plainest."""

import random
from collections.abc import Callable
from decimal import Decimal

import pytest

from vesper.execution.testing_draws import Choices, Refused, draw_inputs, smallest
from vesper.execution.testing_hints import Hints, hints_of
from vesper.lang import ir
from vesper.lang.conversion import convert
from vesper.lang.pattern import parse
from vesper.lang.program import Clause, Input, Program
from vesper.lang.types import (
    ANY,
    BOOLEAN,
    DECIMAL,
    DURATION,
    INTEGER,
    STRING,
    TIMESTAMP,
    Array,
    Enum,
    MapType,
    Named,
    Nullable,
    Primitive,
    RecordType,
    Type,
)  # fmt: skip
from vesper.values.encoding import canonical
from vesper.values.value import Value

NAMED: dict[str, Type] = {
    "Line": RecordType(
        "Line", (("item", STRING), ("price", DECIMAL), ("next", Nullable(Named("Line"))))
    ),
}


def draw(kind: Type, hints: Hints = Hints(), seed: str = "a") -> list[Value]:  # noqa: B008
    chance = random.Random(seed)
    inputs = [Input("it", kind)]
    found: list[Value] = []
    while len(found) < 200:
        try:
            found.append(
                draw_inputs(inputs, {"it": hints}, NAMED, {}, Choices(chance=chance))["it"]
            )
        except Refused:
            continue
    return found


@pytest.mark.parametrize(
    "kind",
    [
        STRING, INTEGER, DECIMAL, BOOLEAN, TIMESTAMP, DURATION, ANY, Primitive("bytes"),
        Primitive("object"), Enum(("a", "b")), Array(INTEGER), Array(STRING, "set"),
        MapType(STRING, DECIMAL), Named("Line"), Nullable(INTEGER),
    ],
    ids=str,
)  # fmt: skip
def test_every_value_drawn_is_one_of_its_type(kind: Type):
    for value in draw(kind):
        assert convert(value, kind, NAMED).problems == ()


def test_the_same_seed_draws_the_same_and_another_one_does_not():
    one, again, other = (draw(Named("Line"), seed=it) for it in ("a", "a", "b"))
    assert canonical(list(one)) == canonical(list(again)) != canonical(list(other))


@pytest.mark.parametrize(
    ("kind", "hints", "holds"),
    [
        (INTEGER, Hints(bounds=((">", Decimal(3)), ("<=", Decimal(9)))), lambda it: 3 < it <= 9),
        (DECIMAL, Hints(bounds=((">", Decimal(0)), ("<", Decimal(1)))), lambda it: 0 < it < 1),
        (DECIMAL, Hints(scale=2), lambda it: it == round(it, 2)),
        (STRING, Hints(lengths=((">=", Decimal(2)), ("<=", Decimal(3)))), lambda it: len(it) in (2, 3)),
        (STRING, Hints(pattern="^ord_[a-z0-9]{8}$"), lambda it: it[:4] == "ord_" and len(it) == 12),
        (STRING, Hints(words=("a", "b")), lambda it: it in ("a", "b")),
        (Array(INTEGER), Hints(lengths=((">", Decimal(0)),)), lambda it: len(it) > 0),
    ],
)  # fmt: skip
def test_what_is_drawn_keeps_to_the_hints(kind: Type, hints: Hints, holds: Callable[[Value], bool]):
    assert all(holds(it) for it in draw(kind, hints))
    assert parse(hints.pattern).part is not None


def program(*conditions: ir.Expr) -> Program:
    clauses = tuple(Clause("", it) for it in conditions)
    inputs = (Input("a", INTEGER), Input("s", STRING))
    return Program("n_v1", "function", "", "", inputs, (), (), (), (), preconditions=clauses)


def test_hints_come_from_conditions_that_surely_hold():
    a, s = ir.Load("a"), ir.Load("s")
    small = ir.Compare("<", ir.Const(0), a)
    either = ir.Logic("or", ir.Compare("==", a, ir.Const(1)), small)
    long = ir.Compare(">=", ir.Call("len", (s,)), ir.Const(4))
    found = hints_of(program(ir.Logic("and", small, long), either, ir.Matches(s, ir.Const("^x"))))
    assert found["a"] == Hints(bounds=((">", Decimal(0)),))
    assert found["s"] == Hints(lengths=((">=", Decimal(4)),), pattern="^x")


@pytest.mark.parametrize(
    ("kind", "fails", "plainest"),
    [
        (INTEGER, lambda it: it > 37, 38),
        (INTEGER, lambda it: it < -5, -6),
        (STRING, lambda it: len(it) > 2, "aaa"),
        (Array(INTEGER), lambda it: sum(it) > 20, [21]),
        (DECIMAL, lambda it: it > Decimal("10.5"), Decimal(11)),
        (BOOLEAN, lambda it: it, True),
    ],
)
def test_a_counterexample_shrinks_to_the_plainest(
    kind: Type, fails: Callable[[Value], bool], plainest: Value
):
    def value(choices: Choices) -> Value:
        return draw_inputs([Input("it", kind)], {}, NAMED, {}, choices)["it"]

    chance = random.Random("found")
    choices = Choices(chance=chance)
    while not fails(value(choices)):
        choices = Choices(chance=chance)
    row = smallest(choices.made, lambda it: fails(value(Choices(it))), 2_000)
    assert value(Choices(row)) == plainest
