"""How tasks and problems are told to a model: short fields, nothing empty, positions from 1."""

import json
from collections.abc import Iterable
from typing import Final

from vesper.tasks.task import Place, Task

BUDGET: Final = 8_000
"""Characters of JSON in the rows of one reply: about 2,000 tokens."""

Fields = dict[str, object]


def task_row(task: Task) -> Fields:
    """One task in a list, without its texts."""
    return _filled(
        {
            "id": task.id,
            "title": task.title,
            "status": task.status,
            "priority": task.priority,
            "parent": task.parent,
            "tags": list(task.tags),
            "assignee": task.assignee,
            "at": _at(task.place),
            "code": task.place.code if task.place else "",
        }
    )


def task_whole(task: Task, children: Iterable[Task] = ()) -> Fields:
    """One task with everything that is needed to work on it.

    Children that do not fit are counted as `more_children`.
    """
    rows: list[Fields] = [{"id": it.id, "title": it.title, "status": it.status} for it in children]
    shown = within_budget(rows)
    texts: Fields = {
        "description": task.description,
        "result": task.result,
        "created": task.created,
        "updated": task.updated,
        "children": shown,
        "more_children": len(rows) - len(shown),
    }
    return task_row(task) | _filled(texts)


def within_budget(rows: list[Fields]) -> list[Fields]:
    """The first of `rows`, as many as one reply holds: at least one when there is any."""
    left = BUDGET
    for count, row in enumerate(rows):
        left -= len(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
        if left < 0 and count:
            return rows[:count]
    return rows


def _at(place: Place | None) -> str:
    return f"{place.path}:{place.line + 1}" if place else ""


def _filled(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value not in (None, "", [], 0)}
