"""Whatever is done to a board, in any order and by anyone, tasks stay inside the lifecycle."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from vesper.errors import VesperError
from vesper.tasks.board import Board
from vesper.tasks.task import OPEN, STATUSES, TRANSITIONS, Event, Status, Task, TaskFilter

ACTORS = st.sampled_from(["ann", "bob"])
WHICH = st.integers(0, 1)
DONE_WITH = {"completed", "cancelled", "archived"}
WORKED_ON = {"active", "in_progress", "blocked"}
STARTED = {"in_progress", "blocked"}


class AnyUse(RuleBasedStateMachine):
    """Random calls of two boards on one workspace, checked against what the events say."""

    tasks = Bundle("tasks")

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="vesper-lifecycle-"))
        self.boards = [Board(self.root), Board(self.root)]

    def teardown(self) -> None:
        for board in self.boards:
            board.close()
        shutil.rmtree(self.root)

    @rule(target=tasks, which=WHICH, actor=ACTORS)
    def create(self, which: int, actor: str) -> int:
        return self.boards[which].create("root", actor=actor).id

    @rule(target=tasks, which=WHICH, actor=ACTORS, parent=tasks)
    def create_child(self, which: int, actor: str, parent: int) -> int:
        done_with = self.everything()[parent].status in DONE_WITH
        made = attempt(lambda: self.boards[which].create("child", actor=actor, parent=parent))
        assert (made == "conflict") == done_with
        return parent if isinstance(made, str) else made.id

    @rule(which=WHICH, actor=ACTORS, task=tasks, status=st.sampled_from(STATUSES))
    def move(self, which: int, actor: str, task: int, status: Status) -> None:
        before = self.everything()
        moved = attempt(lambda: self.boards[which].move(task, status, actor=actor))
        if may_move(before, task, status):
            assert moved == self.everything()[task]
            assert moved.status == status
        else:
            assert moved == "conflict"
            assert self.everything() == before

    @rule(which=WHICH, actor=ACTORS, task=tasks)
    def claim(self, which: int, actor: str, task: int) -> None:
        before = self.everything()[task]
        claimed = attempt(lambda: self.boards[which].claim(actor=actor, task_id=task))
        theirs = before.status in WORKED_ON and before.assignee == actor
        if before.status == "pending" or theirs:
            assert claimed == self.everything()[task]
            assert claimed.assignee == actor
            assert claimed.status == ("blocked" if before.status == "blocked" else "in_progress")
        else:
            assert claimed == "conflict"

    @rule(which=WHICH, actor=ACTORS)
    def claim_next(self, which: int, actor: str) -> None:
        before = self.everything()
        free = [
            task.id
            for task in before.values()
            if task.status == "pending" and not open_children(before, task.id)
        ]
        claimed = attempt(lambda: self.boards[which].claim(actor=actor))
        assert claimed == (self.everything()[min(free)] if free else "not_found")

    @rule(which=WHICH, actor=ACTORS, task=tasks)
    def complete(self, which: int, actor: str, task: int) -> None:
        before = self.everything()
        done = attempt(lambda: self.boards[which].complete(task, actor=actor, summary="done"))
        theirs = before[task].assignee == actor and before[task].status in STARTED
        assert (done != "conflict") == (theirs and not open_children(before, task))

    @invariant()
    def events_tell_a_legal_story_that_ends_in_the_table(self) -> None:
        events = self.boards[0].events(limit=1000)
        assert [event.id for event in events] == list(range(1, len(events) + 1))
        told: dict[int, str] = {}
        for event in events:
            told[event.task] = step(told.get(event.task), event)
        tasks = self.everything()
        assert told == {task.id: task.status for task in tasks.values()}

    @invariant()
    def a_task_that_is_worked_on_has_somebody_and_a_completed_one_no_open_child(self) -> None:
        tasks = self.everything()
        for task in tasks.values():
            assert bool(task.assignee) or task.status in {"pending", "cancelled", "archived"}
            assert task.status != "pending" or not task.assignee
            if task.parent is not None and task.status in OPEN:
                assert tasks[task.parent].status != "completed"

    def everything(self) -> dict[int, Task]:
        found = self.boards[1].find(TaskFilter(), limit=1000)
        assert found == sorted(found, key=lambda task: task.position)
        return {task.id: task for task in found}


def attempt(action: Callable[[], Task]) -> Any:
    """The task that the action gives, or the kind of its refusal."""
    try:
        return action()
    except VesperError as error:
        return error.kind


def open_children(tasks: dict[int, Task], parent: int) -> list[Task]:
    return [it for it in tasks.values() if it.parent == parent and it.status in OPEN]


def may_move(tasks: dict[int, Task], task: int, status: Status) -> bool:
    parent = tasks[task].parent
    if status == "completed" and open_children(tasks, task):
        return False
    if status == "pending" and parent is not None and tasks[parent].status in DONE_WITH:
        return False
    return status in TRANSITIONS[tasks[task].status]


def step(status: str | None, event: Event) -> str:
    """The status after an event, which must be legal."""
    if event.kind == "created":
        assert status is None
        return "pending"
    detail = json.loads(event.detail)
    assert status == detail["from"]
    assert detail["to"] in TRANSITIONS[detail["from"]]
    return detail["to"]


TestAnyUse = AnyUse.TestCase
TestAnyUse.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
