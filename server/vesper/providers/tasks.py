"""`task_create` and `task_update`: the board of the workspace."""

import re
from collections.abc import Mapping
from typing import Final

from vesper.errors import VesperError
from vesper.providers.failures import argument, failed
from vesper.providers.keyed import once
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.store.engine import Connection
from vesper.tasks.board import existing, insert, transfer
from vesper.tasks.task import (
    TRANSITIONS,
    Draft,
    Move,
    Place,
    Status,
    Task,
    checked_draft,
    status_named,
)
from vesper.values.text import printed
from vesper.values.value import Value

_ON_THE_WAY: Final[tuple[Status, ...]] = ("active", "in_progress")


class Tasks:
    """Puts tasks on the board, and moves them on."""

    operations: Final = frozenset({"task_create", "task_update"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def perform(self, effect: Effect, call: Call) -> Value:
        """The id of a new task; null for one that was moved."""
        work = _create if effect.operation == "task_create" else _update
        return once(self._around, effect, call, lambda it: work(it, effect.arguments, call))

    def is_keyed(self, effect: Effect) -> bool:
        """A change of the board is kept with the key of its effect."""
        del effect
        return True


def role_tag(role: str) -> str:
    """The tag of tasks that a role should do."""
    return f"role:{role}"


def actor_of(call: Call) -> str:
    """Who changes the board when a run does."""
    return f"node {call.node_id}"[:100]


def _create(connection: Connection, arguments: Mapping[str, Value], call: Call) -> Value:
    tags = arguments.get("tags")
    words = [printed(it) for it in tags] if isinstance(tags, list) else []
    role, path = argument(arguments, "role"), argument(arguments, "path")
    priority, parent = arguments.get("priority", 5), arguments.get("parent")
    draft = Draft(
        printed(arguments.get("title")),
        printed(arguments.get("description")),
        None if parent is None else _number(parent, "parent"),
        Place(path) if path else None,
        priority if isinstance(priority, int) else 5,
        [*words, role_tag(role)] if role else words,
    )
    return insert(connection, checked_draft(draft), actor_of(call)).id


def _update(connection: Connection, arguments: Mapping[str, Value], call: Call) -> Value:
    task = existing(connection, _number(arguments.get("task"), "task"))
    target = status_named(argument(arguments, "status"))
    reason = printed(arguments.get("reason"))
    for status in _way(task, target):
        is_last = status == target
        result = reason if is_last and status == "completed" else ""
        why = reason if is_last and not result else ""
        task = transfer(connection, task, Move(status, actor_of(call), why, result))
    return None


def _way(task: Task, target: Status) -> list[Status]:
    """The moves to a status: a task that nobody has begun is begun on the way."""
    ways: list[tuple[Status, list[Status]]] = [(task.status, [])]
    for status, before in ways:
        if target in TRANSITIONS[status]:
            return [*before, target]
        further: list[Status] = [
            it for it in _ON_THE_WAY if it in TRANSITIONS[status] and it not in before
        ]
        ways.extend((it, [*before, it]) for it in further)
    known = ", ".join(sorted(TRANSITIONS[task.status])) or "nowhere"
    message = f"task {task.id} cannot go from {task.status} to {target}"
    raise VesperError("conflict", message, f"from {task.status} it can go to {known}")


def _number(value: Value, name: str) -> int:
    text = printed(value)
    if re.fullmatch(r"\d{1,12}", text, re.ASCII) is None:
        message = f"`{text[:40]}` is no number of a task"
        raise failed(message, "argument_invalid", argument=name)
    return int(text)
