import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from vesper.errors import VesperError
from vesper.tasks.board import Board
from vesper.tasks.task import STATUSES, Draft, Place, Status, TaskFilter

NONSENSE: Sequence[Callable[[Board], object]] = [
    lambda board: board.create("x", actor=""),
    lambda board: board.create("x", actor="two\nlines"),
    lambda board: board.claim(actor=" "),
    lambda board: board.move(1, "active", actor=""),
    lambda board: board.move(1, cast("Any", "done"), actor="ann"),
    lambda board: board.move(1, "active", actor="ann", why="\0"),
    lambda board: board.complete(1, actor="", summary=""),
    lambda board: board.complete(1, actor="ann", summary="x" * 20_001),
    lambda board: board.find(limit=0),
    lambda board: board.find(limit=1001),
    lambda board: board.events(limit=-1),
    lambda board: board.find(after=1),
    lambda board: board.find(after=-5),
    lambda board: board.find(after=2**70),
    lambda board: board.find(TaskFilter(status=cast("Any", ("done",)))),
]


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with closing(Board(tmp_path)) as board:
        yield board


def refusal(action: Callable[[], object]) -> VesperError:
    with pytest.raises(VesperError) as caught:
        action()
    return caught.value


def said(board: Board) -> list[tuple[int, str, str, dict[str, Any]]]:
    return [(it.task, it.kind, it.actor, json.loads(it.detail)) for it in board.events()]


def bring(board: Board, task_id: int, *statuses: Status) -> None:
    for status in statuses:
        board.move(task_id, status, actor="ann")


def test_a_task_comes_back_as_it_was_given_to_this_board_and_to_another(
    board: Board, tmp_path: Path
) -> None:
    place = Place("nodes/zahlung ä.vsp", 4, 2, 4, 9, "VSP204")
    parent = board.create("Überweisung 支付", actor="ann")
    task = board.create(
        " Fix the total ",
        actor=" ann ",
        description="first line\n\tsecond",
        parent=parent.id,
        place=place,
        priority=2,
        tags=["money", "urgent"],
    )
    assert (task.id, task.parent, task.place) == (2, parent.id, place)
    assert (task.title, task.description) == ("Fix the total", "first line\n\tsecond")
    assert (task.status, task.priority, task.tags) == ("pending", 2, ("money", "urgent"))
    assert (task.assignee, task.result, task.created) == ("", "", task.updated)
    with closing(Board(tmp_path)) as other:
        assert other.get(2) == task
        assert other.get(1).title == "Überweisung 支付"


def test_reading_an_empty_workspace_finds_nothing_and_creates_nothing(
    board: Board, tmp_path: Path
) -> None:
    assert board.find() == []
    assert board.open_at("a.vsp") == []
    assert board.events() == []
    assert board.last_event() == 0
    attempts: list[Callable[[], object]] = [
        lambda: board.get(1),
        lambda: board.children(1),
        lambda: board.history(1),
        lambda: board.claim(actor="ann"),
        lambda: board.claim(actor="ann", task_id=1),
        lambda: board.move(1, "active", actor="ann"),
        lambda: board.complete(1, actor="ann", summary=""),
        lambda: board.create("child", actor="ann", parent=1),
    ]
    assert {refusal(attempt).kind for attempt in attempts} == {"not_found"}
    assert refusal(lambda: board.create("", actor="ann")).kind == "invalid"
    assert board.create_many([], actor="ann") == []
    assert list(tmp_path.iterdir()) == []


def test_tasks_of_a_whole_file_are_made_together_or_not_at_all(board: Board) -> None:
    made = board.create_many([Draft("a"), Draft("b"), Draft("c")], actor="ann")
    assert [(task.id, task.title) for task in made] == [(1, "a"), (2, "b"), (3, "c")]
    error = refusal(lambda: board.create_many([Draft("d"), Draft("e", parent=9)], actor="ann"))
    assert error.message == "there is no task 9"
    assert [task.title for task in board.find()] == ["a", "b", "c"]
    assert board.last_event() == 3


@pytest.mark.parametrize("missing", [0, -1, 4, 10**12, 2**63, -(2**70)])
def test_a_task_that_does_not_exist_is_answered_with_those_near_it(
    board: Board, missing: int
) -> None:
    board.create_many([Draft("a"), Draft("b")], actor="ann")
    error = refusal(lambda: board.get(missing))
    assert (error.kind, error.message) == ("not_found", f"there is no task {missing}")
    assert error.hint == "near it: 1 and 2; call task_list or run `vesper task list`"
    assert board.find(TaskFilter(parent=missing)) == []


def test_a_tree_may_be_of_any_depth(board: Board) -> None:
    parent = board.create("level 0", actor="ann")
    for level in range(1, 201):
        parent = board.create(f"level {level}", actor="ann", parent=parent.id)
    assert [task.title for task in board.children(200)] == ["level 200"]
    assert board.children(201) == []


def test_children_come_by_priority_then_by_age(board: Board) -> None:
    board.create("parent", actor="ann")
    for title, priority in (("late", 5), ("urgent", 1), ("later", 5)):
        board.create(title, actor="ann", parent=1, priority=priority)
    assert [task.title for task in board.children(1)] == ["urgent", "late", "later"]


def test_a_parent_is_not_completed_over_open_children(board: Board) -> None:
    board.create("parent", actor="ann")
    board.create_many([Draft(f"child {number}", parent=1) for number in range(12)], actor="ann")
    board.claim(actor="ann", task_id=1)
    for action in (
        lambda: board.complete(1, actor="ann", summary="all"),
        lambda: board.move(1, "completed", actor="lead"),
    ):
        error = refusal(action)
        assert error.kind == "conflict"
        assert error.message == (
            "task 1 has open children: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more"
        )
        assert error.hint == "complete or cancel those first"
    for child in range(2, 14):
        board.move(child, "cancelled", actor="ann")
    assert board.complete(1, actor="ann", summary="all").status == "completed"


@pytest.mark.parametrize(
    ("way", "status"),
    [
        (("cancelled",), "cancelled"),
        (("cancelled", "archived"), "archived"),
        (("active", "in_progress", "completed"), "completed"),
    ],
)
def test_nothing_open_is_put_under_a_task_that_is_done_with(
    board: Board, way: tuple[Status, ...], status: str
) -> None:
    board.create("parent", actor="ann")
    board.create("failing child", actor="ann", parent=1)
    bring(board, 2, "active", "in_progress", "failed")
    bring(board, 1, *way)
    message = f"the parent, task 1, is {status}"
    assert refusal(lambda: board.create("child", actor="ann", parent=1)).message == message
    assert refusal(lambda: board.move(2, "pending", actor="ann")).message == message


def test_a_claim_assigns_and_starts(board: Board) -> None:
    board.create("work", actor="lead")
    task = board.claim(actor="ann")
    assert (task.status, task.assignee) == ("in_progress", "ann")
    assert task == board.get(1)
    assert said(board)[1:] == [
        (1, "status", "ann", {"from": "pending", "to": "active"}),
        (1, "status", "ann", {"from": "active", "to": "in_progress"}),
    ]


def test_claiming_what_one_works_on_changes_nothing_and_what_another_has_is_refused(
    board: Board,
) -> None:
    board.create("work", actor="lead")
    task = board.claim(actor="ann")
    assert board.claim(actor="ann", task_id=1) == task
    blocked = board.move(1, "blocked", actor="ann", why="no key")
    assert board.claim(actor="ann", task_id=1) == blocked
    last = board.last_event()
    error = refusal(lambda: board.claim(actor="bob", task_id=1))
    assert (error.kind, error.message) == ("conflict", "task 1 is already claimed by ann")
    assert board.last_event() == last


def test_a_task_that_was_assigned_is_started_by_its_assignee_only(board: Board) -> None:
    board.create("work", actor="lead")
    board.move(1, "active", actor="ann")
    assert refusal(lambda: board.claim(actor="bob", task_id=1)).kind == "conflict"
    assert refusal(lambda: board.claim(actor="bob")).kind == "not_found"
    assert board.claim(actor="ann", task_id=1).status == "in_progress"


def test_a_closed_task_is_claimed_only_after_a_reset(board: Board) -> None:
    board.create("work", actor="lead")
    bring(board, 1, "active", "in_progress", "failed")
    error = refusal(lambda: board.claim(actor="bob", task_id=1))
    assert error.message == "task 1 cannot go from failed to active"
    assert error.hint == "from failed it can go to pending, archived"
    board.move(1, "pending", actor="lead")
    assert board.claim(actor="bob", task_id=1).assignee == "bob"


def test_without_an_id_the_most_urgent_then_oldest_task_without_open_children_is_claimed(
    board: Board,
) -> None:
    board.create_many(
        [
            Draft("usual"),
            Draft("urgent parent", priority=1),
            Draft("urgent", priority=2),
            Draft("as urgent, but younger", priority=2),
        ],
        actor="lead",
    )
    board.create("its child", actor="lead", parent=2, priority=9)
    assert [board.claim(actor="ann").id for _ in range(4)] == [3, 4, 1, 5]
    error = refusal(lambda: board.claim(actor="ann"))
    assert (error.kind, error.message) == ("not_found", "no task is waiting to be claimed")
    board.complete(5, actor="ann", summary="")
    assert board.claim(actor="ann").id == 2


def test_completing_keeps_the_summary_and_resumes_a_blocked_task_first(board: Board) -> None:
    board.create("work", actor="lead")
    board.claim(actor="ann")
    board.move(1, "blocked", actor="ann", why="no key")
    task = board.complete(1, actor="ann", summary=" found it\nand fixed it ")
    assert (task.status, task.result) == ("completed", "found it\nand fixed it")
    assert task == board.get(1)
    assert said(board)[3:] == [
        (1, "status", "ann", {"from": "in_progress", "to": "blocked", "why": "no key"}),
        (1, "status", "ann", {"from": "blocked", "to": "in_progress"}),
        (
            *(1, "status", "ann"),
            {"from": "in_progress", "to": "completed", "result": "found it\nand fixed it"},
        ),
    ]


def test_only_who_has_claimed_a_task_completes_it(board: Board) -> None:
    board.create("work", actor="lead")
    error = refusal(lambda: board.complete(1, actor="ann", summary=""))
    assert error.message == "task 1 has not been started"
    assert error.hint == "claim it first: call task_claim or run `vesper task claim 1`"
    board.claim(actor="ann")
    error = refusal(lambda: board.complete(1, actor="bob", summary=""))
    assert error.message == "task 1 is claimed by ann, not by bob"
    board.complete(1, actor="ann", summary="")
    error = refusal(lambda: board.complete(1, actor="ann", summary=""))
    assert error.message == "task 1 cannot go from completed to completed"
    assert error.hint == "from completed it can go to archived"


@pytest.mark.parametrize("action", NONSENSE)
def test_what_makes_no_sense_is_refused_before_anything_is_changed(
    board: Board, action: Callable[[Board], object]
) -> None:
    board.create("work", actor="lead")
    assert refusal(lambda: action(board)).kind == "invalid"
    assert board.last_event() == 1
    assert board.get(1).status == "pending"


def test_tasks_are_found_by_status_parent_file_text_and_code(board: Board) -> None:
    board.create("Parent", actor="lead", description="about 100% of it")
    board.create("first", actor="lead", parent=1, place=Place("a.vsp", 1, code="VSP1"))
    board.create("second_", actor="lead", parent=1, place=Place("a.vsp", 2, code="VSP2"))
    board.create("Second", actor="lead", place=Place("b.vsp", 0, code="VSP1"))
    board.move(4, "cancelled", actor="lead")

    def ids(**wanted: Any) -> list[int]:
        return [task.id for task in board.find(TaskFilter(**wanted))]

    assert ids() == [1, 2, 3, 4]
    assert ids(status=("pending", "archived")) == [1, 2, 3]
    assert ids(status=()) == []
    assert ids(parent=1) == [2, 3]
    assert ids(path="a.vsp") == [2, 3]
    assert ids(path="\udc80.vsp") == []
    assert ids(code="VSP1") == [2, 4]
    assert ids(code="VSP1", path="a.vsp", status=("pending",)) == [2]
    assert ids(text="SECOND") == [3, 4]
    assert ids(text="second_") == [3]
    assert ids(text="100%") == [1]
    assert ids(text="1%") == []
    assert ids(text="\\") == []


def test_the_open_tasks_of_a_file_come_from_its_top_to_its_end(board: Board) -> None:
    for title, line in (("end", 9), ("top", 0), ("done", 4), ("middle", 5)):
        board.create(title, actor="lead", place=Place("a.vsp", line, 0, line, 3))
    board.move(3, "cancelled", actor="lead")
    assert [task.title for task in board.open_at("a.vsp")] == ["top", "middle", "end"]
    assert board.open_at("b.vsp") == []
    assert board.open_at("\udc80.vsp") == []


def test_pages_neither_repeat_nor_skip_a_task_while_others_come_and_go(board: Board) -> None:
    board.create_many(
        [Draft(f"task {number}", priority=1 + number % 3) for number in range(30)], actor="lead"
    )
    waiting = TaskFilter(status=("pending",))
    whole = [task.id for task in board.find(waiting, limit=100)]
    seen: list[int] = []
    after = 0
    while page := board.find(waiting, limit=7, after=after):
        seen += [task.id for task in page]
        after = page[-1].position
        # The last one seen is taken and finished, and something more urgent arrives.
        board.claim(actor="ann", task_id=page[-1].id)
        board.complete(page[-1].id, actor="ann", summary="")
        board.create("new", actor="lead", priority=1)
    assert len(whole) == 30
    assert [task for task in seen if task <= 30] == whole
    assert len(seen) == len(set(seen))


def test_open_tasks_come_first_then_by_priority_then_by_age(board: Board) -> None:
    board.create_many([Draft("a", priority=9), Draft("b"), Draft("c", priority=1)], actor="lead")
    board.create_many([Draft("d", priority=1), Draft("e", priority=1)], actor="lead")
    board.move(3, "cancelled", actor="lead")
    assert [task.title for task in board.find()] == ["d", "e", "b", "a", "c"]


def test_every_change_is_an_event_that_another_board_sees(board: Board, tmp_path: Path) -> None:
    with closing(Board(tmp_path)) as other:
        assert other.last_event() == 0
        board.create("work", actor="lead")
        assert other.last_event() == 1
        board.create("more", actor="lead")
        board.claim(actor="ann", task_id=1)
        assert other.last_event() == 4
        assert [event.id for event in other.events(after=1)] == [2, 3, 4]
        assert [event.id for event in other.events(after=1, limit=2)] == [2, 3]
        assert other.events(after=4) == other.events(after=2**70) == []
        assert [event.id for event in other.history(1)] == [1, 3, 4]


def test_threads_share_a_board_and_each_task_has_one_winner(board: Board) -> None:
    board.create_many([Draft(f"task {number}") for number in range(60)], actor="lead")
    together = threading.Barrier(6, timeout=10)

    def work(name: str) -> list[int]:
        together.wait()
        claimed: list[int] = []
        while True:
            try:
                claimed.append(board.claim(actor=name).id)
            except VesperError as error:
                if error.kind != "not_found":
                    raise
                return claimed

    with ThreadPoolExecutor(6) as threads:
        claimed = [it for ids in threads.map(work, map(str, range(6))) for it in ids]
    assert sorted(claimed) == list(range(1, 61))


def test_a_closed_board_opens_again_when_it_is_used(board: Board) -> None:
    board.create("work", actor="lead")
    board.close()
    assert board.get(1).title == "work"


def test_every_status_can_be_stored_and_counts_as_open_as_the_table_says(board: Board) -> None:
    ways: dict[Status, tuple[Status, ...]] = {
        "pending": (),
        "active": ("active",),
        "in_progress": ("active", "in_progress"),
        "blocked": ("active", "in_progress", "blocked"),
        "completed": ("active", "in_progress", "completed"),
        "failed": ("active", "in_progress", "failed"),
        "cancelled": ("cancelled",),
        "archived": ("cancelled", "archived"),
    }
    assert tuple(ways) == STATUSES
    for number, (status, way) in enumerate(ways.items(), start=1):
        board.create(status, actor="lead", place=Place("a.vsp"))
        bring(board, number, *way)
    assert [task.status for task in board.find()] == list(STATUSES)
    assert [task.status for task in board.open_at("a.vsp")] == list(STATUSES[:4])
