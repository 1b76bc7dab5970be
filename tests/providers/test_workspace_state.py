"""Tasks, memories, machines and what packages add."""

import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.providers.world import World
from vesper.runtime.request import Failure
from vesper.values.value import Value


def test_a_task_is_put_on_the_board_once(world: World) -> None:
    effect = world.effect(
        "task_create", title="Check invoice 7", description="by hand", role="accountant", priority=3,
        path="nodes/pay.vsp", tags=["money", 7],
    )  # fmt: skip
    assert [world.perform(effect, key="k") for _ in range(2)] == [1, 1]
    (task,) = world.registry.around.board.find()
    assert (task.title, task.description, task.priority) == ("Check invoice 7", "by hand", 3)
    assert task.tags == ("money", "7", "role:accountant")
    assert task.place is not None
    assert task.place.path == "nodes/pay.vsp"
    assert world.do("task_create", title="A part", parent=1) == 2
    assert [it.id for it in world.registry.around.board.children(1)] == [2]


def test_a_task_is_moved_on_and_its_reason_kept(world: World) -> None:
    board = world.registry.around.board
    for status, reason in (
        ("completed", "it is right"),
        ("cancelled", "not wanted"),
        ("blocked", "the bank"),
    ):
        number = world.do("task_create", title="x")
        assert isinstance(number, int)
        world.do("task_update", task=number, status=status, reason=reason)
        task = board.get(number)
        assert task.status == status
        assert task.result == (reason if status == "completed" else "")
        assert reason in board.history(number)[-1].detail
    world.do("task_update", task="1", status="archived")
    assert board.get(1).status == "archived"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"task": 1, "status": "archived"}, "conflict"),
        ({"task": 9, "status": "completed"}, "not_found"),
        ({"task": "one", "status": "completed"}, "argument_invalid"),
        ({"task": 1, "status": "done"}, "invalid"),
    ],
)
def test_a_move_that_cannot_be_made_says_so(
    world: World, arguments: dict[str, Value], code: str
) -> None:
    world.do("task_create", title="x")
    assert world.failure("task_update", **arguments).code == code
    assert world.registry.around.board.get(1).status == "pending"


def remember(world: World, content: str, **arguments: Value) -> Value:
    return world.do("memory_store", content=content, **arguments)


def recalled(world: World, query: str, **arguments: Value) -> list[Value]:
    found = world.do("memory_search", query=query, **arguments)
    assert isinstance(found, list)
    return [it["content"] for it in found if isinstance(it, dict)]


def test_a_memory_is_found_by_its_words_the_best_first(world: World) -> None:
    remember(world, "Bolts come in boxes", title="Delivery")
    remember(
        world,
        "Chose Nord because it delivers bolts within 3 days",
        title="Supplier for bolts",
        kind="decision",
    )
    remember(world, "Café opens at nine")
    assert recalled(world, "supplier bolts")[0].startswith("Chose Nord")  # pyright: ignore
    assert recalled(world, "supplier bolts", kind="note") == ["Bolts come in boxes"]
    assert recalled(world, "cafe") == ["Café opens at nine"]
    assert recalled(world, "nothing") == []
    assert recalled(world, "bolts", limit=1) != recalled(world, "bolts")
    (found,) = _records(world.do("memory_search", query="nord"))
    assert (found["id"], found["kind"], found["title"]) == ("2", "decision", "Supplier for bolts")
    assert isinstance(found["score"], Decimal)


def _records(found: Value) -> list[dict[str, Value]]:
    assert isinstance(found, list)
    return [it for it in found if isinstance(it, dict)]


def test_the_same_memory_is_kept_once(world: World) -> None:
    assert remember(world, "a", tags=["x", "y"]) == remember(world, "a", tags=["y", "x"]) == "1"
    assert remember(world, "a", tags=["x"]) == "2"


def test_a_memory_is_found_by_those_it_is_for(world: World) -> None:
    for scope in ("workspace", "session", "role", "task", "node"):
        about = {"role": "clerk", "actor": "ada"}
        world.perform(
            world.effect("memory_store", content=f"apples of {scope}", scope=scope), **about
        )

    def found(scope: str, **about: str) -> Value:
        call = {"role": "clerk", "actor": "ada"} | about
        return world.perform(world.effect("memory_search", query="apples", scope=scope), **call)

    strangers = {
        "workspace": {"actor": "eve", "role": "x", "execution": "run_2", "node_id": "other_v1"},
        "session": {"actor": "eve"}, "role": {"role": "judge"}, "task": {"execution": "run_2"},
        "node": {"node_id": "other_v1"},
    }  # fmt: skip
    for scope, stranger in strangers.items():
        (own,) = _records(found(scope))
        assert own["content"] == f"apples of {scope}"
        assert bool(found(scope, **stranger)) is (scope == "workspace")
    assert found("node", node_id="pay_v2")


def test_tags_narrow_a_search(world: World) -> None:
    remember(world, "apples", tags=["fruit", "red"])
    remember(world, "apples and pears", tags=["fruit"])
    assert recalled(world, "apples", tags=["fruit", "red"]) == ["apples"]
    assert recalled(world, "apples", tags=["blue"]) == []


@pytest.mark.parametrize("query", ['"', "a AND", "NEAR(", "title:x", "*", "-", "", "' OR 1=1"])
def test_a_query_is_words_and_nothing_else(world: World, query: str) -> None:
    remember(world, "apples")
    assert recalled(world, query) == []


@pytest.mark.parametrize("content", ["", "  ", "x" * 100_001, "a\0b"])
def test_a_memory_that_cannot_be_kept_is_refused(world: World, content: str) -> None:
    assert world.failure("memory_store", content=content).code == "argument_invalid"
    assert world.failure("memory_store", content="a", scope="galaxy").code == "argument_invalid"


MOVES: Value = [["pending", "paid"], ["paid", "shipped"], ["pending", "cancelled"]]


def move(world: World, start: Value, to: str, entity: Value = "ord_1", **more: Value) -> Value:
    given: dict[str, Value] = {
        "state_machine": "order", "entity": entity, "from": start, "to": to, "initial": "pending",
        "moves": MOVES, **more,
    }  # fmt: skip
    return world.do("state_machine_transition", **given)


def refusal(world: World, start: Value, to: str) -> Failure:
    with pytest.raises(Failure) as caught:
        move(world, start, to)
    return caught.value


def test_an_entity_moves_as_its_machine_allows(world: World) -> None:
    assert move(world, ["pending"], "paid") == "paid"
    assert refusal(world, ["pending"], "paid").codes == ("state_conflict", "effect_failed")
    assert refusal(world, ["paid"], "cancelled").code == "transition_forbidden"
    assert move(world, ["pending", "paid"], "shipped") == "shipped"
    assert refusal(world, ["paid"], "shipped").message == "order ord_1 is shipped, not paid"
    assert move(world, "pending", "cancelled", 7) == "cancelled"


def test_a_machine_that_is_not_described_goes_by_the_step_alone(world: World) -> None:
    assert move(world, "pending", "lost", initial="pending", moves=None) == "lost"
    assert refusal(world, "pending", "paid").details["state"] == "lost"


def test_a_move_asked_for_again_under_its_key_is_made_once(world: World) -> None:
    arguments: dict[str, Value] = {
        "state_machine": "m",
        "entity": "e",
        "from": ["a"],
        "to": "b",
        "initial": "a",
    }
    effect = world.effect("state_machine_transition", **arguments)
    assert [world.perform(effect, key="k") for _ in range(2)] == ["b", "b"]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with entry points: what a user writes to add an operation."""
    monkeypatch.syspath_prepend(tmp_path / "site")  # pyright: ignore
    monkeypatch.delitem(sys.modules, "shop_labels", raising=False)
    site = tmp_path / "site"
    (site / "shop_labels-1.dist-info").mkdir(parents=True)
    (site / "shop_labels-1.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: shop-labels\nVersion: 1\n"
    )
    (site / "shop_labels-1.dist-info" / "entry_points.txt").write_text(
        "[vesper.operations]\nprint_label = shop_labels:print_label\nbreak = shop_labels:broken\n"
        "refuse = shop_labels:refuse\nfloat = shop_labels:inexact\ngone = shop_labels:gone\n"
        "[vesper.facts]\nopen = shop_labels:is_open\n"
    )
    (site / "shop_labels.py").write_text("""\
from vesper.runtime.request import Failure

def print_label(arguments, call):
    return {"printed": arguments["text"], "key": call.key, "size": (1, 2)}

print_label.keyed = True

def broken(arguments, call):
    raise ValueError("out of paper")

def refuse(arguments, call):
    raise Failure(("no_paper", "effect_failed"), "the printer is empty")

def inexact(arguments, call):
    return 0.1

def is_open(call):
    return call.node_id == "pay_v1"
""")


@pytest.mark.usefixtures("package")
def test_a_package_adds_operations_and_facts(world: World) -> None:
    effect = world.effect("custom.print_label", text=Decimal("1.50"))
    found = world.perform(effect, key="k1")
    assert found == {"printed": Decimal("1.50"), "key": "k1", "size": [1, 2]}
    assert world.registry.is_keyed(effect)
    assert not world.registry.is_keyed(world.effect("custom.break"))
    assert world.do("fact", name="open") is True
    for name, code, told in (
        ("break", "custom_failed", "custom.break failed: ValueError: out of paper"),
        ("refuse", "no_paper", "the printer is empty"),
        ("float", "value_invalid", "a float is no value here"),
        ("gone", "operation_unknown", "cannot be loaded"),
        ("missing", "operation_unknown", "no package has `missing` among its vesper.operations"),
    ):
        failure = world.failure(f"custom.{name}")
        assert failure.code == code
        assert told in failure.message


def test_a_fact_that_nobody_reports_is_unknown(world: World) -> None:
    assert world.failure("fact", name="ledger_balanced").codes == ("fact_unknown", "effect_failed")


def test_two_processes_see_the_same_state(worlds: Callable[..., World]) -> None:
    first, second = worlds(), worlds()
    move(first, "pending", "paid")
    remember(first, "apples")
    assert move(second, "paid", "shipped") == "shipped"
    assert recalled(second, "apples") == ["apples"]
