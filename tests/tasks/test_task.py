import dataclasses
import json
from itertools import product

import pytest

from tests.requirements import requirement
from vesper.errors import VesperError
from vesper.tasks.task import (
    OPEN,
    POSITION_BASE,
    STATUSES,
    TITLE_LIMIT,
    TRANSITIONS,
    Draft,
    Move,
    Place,
    Status,
    Task,
    checked_draft,
    checked_text,
    creation_detail,
    move_detail,
    moved,
    status_named,
)

# From the product's description; `cancelled` and `archived` are ours.
LEGAL = {
    ("pending", "active"),
    ("active", "in_progress"),
    ("in_progress", "blocked"),
    ("blocked", "in_progress"),
    ("in_progress", "completed"),
    ("in_progress", "failed"),
    ("failed", "pending"),
}
OURS = {
    *((source, "cancelled") for source in ("pending", "active", "in_progress", "blocked")),
    *((source, "archived") for source in ("completed", "failed", "cancelled")),
}
TASK = Task(7, "t", "", "pending", None, 5, (), "ann", None, "done", "then", "then")


@requirement("V62")
@pytest.mark.parametrize(("source", "target"), list(product(STATUSES, STATUSES)))
def test_exactly_the_moves_of_the_lifecycle_are_legal(source: Status, target: Status) -> None:
    task = dataclasses.replace(TASK, status=source)
    move = Move(target, "bob")
    if (source, target) in LEGAL | OURS:
        assert moved(task, move, "now").status == target
        return
    with pytest.raises(VesperError) as caught:
        moved(task, move, "now")
    assert caught.value.kind == "conflict"
    assert caught.value.message == f"task 7 cannot go from {source} to {target}"
    ways = [it for it in STATUSES if (source, it) in LEGAL | OURS]
    expected = f"from {source} it can go to {', '.join(ways)}" if ways else f"{source} is final"
    assert caught.value.hint == expected


def test_every_status_has_its_row_and_the_open_ones_are_those_that_can_be_cancelled() -> None:
    assert tuple(TRANSITIONS) == STATUSES
    assert {source for source, targets in TRANSITIONS.items() if "cancelled" in targets} == OPEN


def test_a_move_changes_who_has_the_task_only_when_it_is_assigned_or_reset() -> None:
    assert moved(TASK, Move("active", "bob"), "now") == dataclasses.replace(
        TASK, status="active", assignee="bob", updated="now"
    )
    failed = dataclasses.replace(TASK, status="failed")
    assert moved(failed, Move("pending", "bob"), "now") == dataclasses.replace(
        TASK, assignee="", result="", updated="now"
    )
    started = dataclasses.replace(TASK, status="in_progress")
    assert moved(started, Move("completed", "bob", result="all"), "now") == dataclasses.replace(
        TASK, status="completed", result="all", updated="now"
    )


def test_a_status_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(VesperError) as caught:
        status_named("done")
    assert caught.value.message == "no status 'done'"
    assert caught.value.hint == f"a status is one of {', '.join(STATUSES)}"


def test_a_draft_is_stripped_and_its_repeated_tags_are_one() -> None:
    draft = checked_draft(Draft("  Fix it  ", tags=["b ", "a", "b"]))
    assert (draft.title, draft.tags) == ("Fix it", ("b", "a"))


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (Draft("  "), "the title is empty"),
        (Draft("x" * (TITLE_LIMIT + 1)), "the title has 201 characters"),
        (Draft("two\nlines"), "the title has the character U+000A at position 4"),
        (Draft("bell\a"), "the title has the character U+0007 at position 5"),
        (Draft("line\u2028end"), "the title has the character U+2028 at position 5"),
        (Draft("half \ud800 pair"), "the title has the character U+D800 at position 6"),
        (Draft("t", description="x" * 20_001), "the description has 20,001 characters"),
        (Draft("t", description="a\0b"), "the description has the character U+0000 at position 2"),
        (
            Draft("t", description="\udc80"),
            "the description has the character U+DC80 at position 1",
        ),
        (Draft("t", priority=0), "priority 0 is out of range"),
        (Draft("t", priority=10), "priority 10 is out of range"),
        (Draft("t", tags=["ok", ""]), "the tag is empty"),
        (Draft("t", tags=["x"] * 33), "33 tags"),
        (Draft("t", place=Place("")), "the path is empty"),
        (Draft("t", place=Place("/etc/a.vsp")), "'/etc/a.vsp' is not a path inside the workspace"),
        (Draft("t", place=Place("a/../b.vsp")), "'a/../b.vsp' is not a path inside the workspace"),
        (Draft("t", place=Place("a//b.vsp")), "'a//b.vsp' is not a path inside the workspace"),
        (Draft("t", place=Place(" a.vsp")), "' a.vsp' is not a path inside the workspace"),
        (Draft("t", place=Place("a", -1)), "lines (-1, 0) to (-1, 0) are not a range"),
        (Draft("t", place=Place("a", 2, 5, 2, 4)), "lines (2, 5) to (2, 4) are not a range"),
        (
            Draft("t", place=Place("a", end_line=2**31)),
            "lines (0, 0) to (2147483648, 0) are not a range",
        ),
        (
            Draft("t", place=Place("a", code="V\nW")),
            "the diagnostic code has the character U+000A at position 2",
        ),
    ],
)
def test_a_draft_that_cannot_be_kept_is_refused_by_the_first_thing_that_is_wrong(
    draft: Draft, message: str
) -> None:
    with pytest.raises(VesperError) as caught:
        checked_draft(draft)
    assert (caught.value.kind, caught.value.message) == ("invalid", message)
    assert caught.value.hint


def test_a_place_whose_end_is_left_out_is_a_point() -> None:
    draft = checked_draft(Draft("t", place=Place("a.vsp", 4, 2, code=" VSP1")))
    assert draft.place == Place("a.vsp", 4, 2, 4, 2, "VSP1")


def test_texts_at_their_limits_are_kept_as_they_are() -> None:
    draft = Draft("x" * 200, description="y\t\n" + "z" * 19_997, priority=9, tags=("x" * 100,))
    assert checked_draft(draft) == draft
    assert checked_text("summary", "\x1b[31mcolours of a build log") != ""


def test_a_position_orders_as_the_list_does_and_is_exact_as_a_json_number() -> None:
    tasks = [
        dataclasses.replace(TASK, status=status, priority=priority, id=number)
        for status in ("blocked", "failed")
        for priority in (1, 9)
        for number in (1, POSITION_BASE - 1)
    ]
    positions = [task.position for task in tasks]
    assert positions == sorted(set(positions))
    assert [int(json.loads(json.dumps(float(it)))) for it in positions] == positions


def test_events_say_what_was_said_and_leave_out_what_was_not() -> None:
    place = Place("a.vsp", 1, 2, 3, 4, "VSP1")
    draft = Draft("t", place=place, tags=("x",))
    assert json.loads(creation_detail(draft)) == {
        "title": "t",
        "priority": 5,
        "tags": ["x"],
        "place": ["a.vsp", 1, 2, 3, 4, "VSP1"],
    }
    assert json.loads(creation_detail(Draft("t", "d", 3, priority=1))) == {
        "title": "t",
        "description": "d",
        "parent": 3,
        "priority": 1,
    }
    assert json.loads(move_detail("in_progress", Move("failed", "bob", why="no key"))) == {
        "from": "in_progress",
        "to": "failed",
        "why": "no key",
    }
