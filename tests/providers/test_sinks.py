"""The clock, chance, log and metrics."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.providers.world import World
from vesper.providers.registry import Registry
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.values.value import Value


def test_the_clock_tells_the_moment(world: World) -> None:
    before = datetime.now(UTC)
    found = world.do("clock")
    assert isinstance(found, datetime)
    assert before <= found <= datetime.now(UTC)
    assert found.tzinfo is UTC


def test_chance_gives_another_64_digits_each_time(world: World) -> None:
    found = {str(world.do("random")) for _ in range(10)}
    assert len(found) == 10
    assert {len(it) for it in found} == {64}
    assert all(int(it, 16) >= 0 for it in found)


def test_an_entry_has_its_place_and_hides_what_is_sensitive(world: World) -> None:
    data: Value = {
        "order": "ord_1",
        "card": "4242",
        "inner": [{"card": {"n": 1}, "a": Decimal("1.50")}],
    }
    effect = world.effect("log", message="paid", level="warning", data=data)
    world.perform(effect, sensitive=frozenset({"card"}))
    (entry,) = world.sink.entries
    assert (entry.level, entry.message, entry.node) == ("warning", "paid", "pay_v1")
    assert (entry.step, entry.trace) == (effect.site, "run_1")
    assert entry.data == {
        "order": "ord_1",
        "card": "[hidden]",
        "inner": [{"card": "[hidden]", "a": Decimal("1.50")}],
    }


def test_without_a_sink_entries_are_lines_of_json_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    effect = Effect("log", "s", "write", {"message": "two\nlines", "data": {"n": Decimal("1.50")}})
    Registry(Surroundings(tmp_path)).perform(effect, Call("run_1", "pay_v1", "k"))
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["message"] == "two\nlines"
    assert '"n":1.50' in line


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ("counter", 1.0, {})),
        ({"value": Decimal("2.5"), "kind": "gauge"}, ("gauge", 2.5, {})),
        ({"value": -1, "kind": "histogram", "labels": {"a": True, "b": 7}},
         ("histogram", -1.0, {"a": "true", "b": "7"})),
        ({"value": -1}, None),
        ({"value": "many"}, None),
        ({"value": None}, None),
        ({"kind": "clock"}, None),
    ],
)  # fmt: skip
def test_a_number_is_reported_and_what_is_none_is_left_out(
    world: World, arguments: dict[str, Value], expected: object
) -> None:
    assert world.do("emit_metric", metric="paid", **arguments) is None
    found = [(it.kind, it.value, it.labels) for it in world.sink.measurements]
    assert found == ([expected] if expected else [])


def test_an_operation_that_nothing_performs_says_so(worlds: Callable[..., World]) -> None:
    assert worlds().failure("teleport").code == "operation_unknown"
