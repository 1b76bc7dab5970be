"""The `tasks` table. Every function works inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from vesper.store.engine import Connection


class TaskRow(NamedTuple):
    """One row, its fields in the order of `COLUMNS`. The place is `None` throughout or nowhere."""

    id: int
    title: str
    description: str
    status: str
    parent_id: int | None
    priority: int
    tags: str
    assignee: str
    path: str | None
    line: int | None
    col: int | None
    end_line: int | None
    end_col: int | None
    code: str | None
    result: str
    created_at: str
    updated_at: str


COLUMNS = ", ".join(TaskRow._fields)

