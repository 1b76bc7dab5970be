"""How tasks and problems are told to a model: short fields, nothing empty, positions from 1."""

import json
from collections.abc import Iterable
from typing import Final, cast

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


def bounded(answer: Fields, rest: str) -> Fields:
    """The answer cut to what one reply holds: long texts and lists first; `rest` says where all of it is."""
    limit = BUDGET
    shown: object = answer
    while _size(shown) > BUDGET and limit > 40:
        limit //= 2
        shown = _cut(answer, limit)
    if shown is answer:
        return answer
    return {**cast("Fields", shown), "cut": rest}


def _cut(value: object, limit: int) -> object:
    """The value with texts and lists shortened to about as many characters, or items."""
    match value:
        case str() if len(value) > limit:
            return f"{value[:limit]}... ({len(value) - limit} more characters)"
        case list():
            items = cast("list[object]", value)
            most = max(1, limit // 40)
            kept = [_cut(it, limit) for it in items[:most]]
            return [*kept, f"... {len(items) - most} more"] if len(items) > most else kept
        case dict():
            fields = cast("Fields", value)
            return {name: _cut(it, limit) for name, it in fields.items()}
        case _:
            return value


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _at(place: Place | None) -> str:
    return f"{place.path}:{place.line + 1}" if place else ""


def _filled(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value not in (None, "", [], 0)}
