"""The `approvals` table: what people are asked, and what they said."""

from typing import Final, NamedTuple

from vesper.store.engine import Connection


class ApprovalRow(NamedTuple):
    """One question, its fields in the order of the columns."""

    id: int
    key: str
    request: str
    execution: str
    node_id: str
    site: str
    asked_by: str
    question: str
    shown: bytes
    approvers: str
    task_id: int
    asked_at: str
    ends_at: str
    answer: str
    answered_by: str
    comment: str
    answered_at: str


class NewApproval(NamedTuple):
    """What a question begins with."""

    key: str
    request: str
    execution: str
    node_id: str
    site: str
    asked_by: str
    question: str
    shown: bytes
    approvers: str
    task_id: int
    asked_at: str
    ends_at: str


_COLUMNS: Final = ", ".join(ApprovalRow._fields)
_NEW: Final = ", ".join(NewApproval._fields)


def insert(connection: Connection, row: NewApproval) -> int:
    """Add a question and give its id."""
    marks = ", ".join("?" * len(row))
    cursor = connection.execute(f"INSERT INTO approvals ({_NEW}) VALUES ({marks})", row)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def get(connection: Connection, approval: int) -> ApprovalRow | None:
    """The question with that id."""
    return _first(connection, "id = ?", approval)


def of_key(connection: Connection, key: str) -> ApprovalRow | None:
    """The question that an effect asked."""
    return _first(connection, "key = ?", key)


def of_task(connection: Connection, task_id: int) -> ApprovalRow | None:
    """The question that a task stands for."""
    return _first(connection, "task_id = ?", task_id)


def pending(connection: Connection, now: str) -> list[ApprovalRow]:
    """What nobody has answered and is still waited for, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM approvals WHERE answer = '' AND (ends_at = '' OR ends_at > ?) ORDER BY id"
    return [ApprovalRow._make(row) for row in connection.execute(sql, (now,))]


class Said(NamedTuple):
    """An answer: `yes`, `no` or `late`, by whom, with what words and when."""

    answer: str
    by: str
    comment: str
    at: str


def answer(connection: Connection, approval: int, said: Said) -> bool:
    """Answer a question that has no answer; whether it had none."""
    cursor = connection.execute(
        "UPDATE approvals SET answer = ?, answered_by = ?, comment = ?, answered_at = ?"
        " WHERE id = ? AND answer = ''",
        (*said, approval),
    )
    return cursor.rowcount == 1


def _first(connection: Connection, where: str, value: object) -> ApprovalRow | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM approvals WHERE {where}", (value,)).fetchone()
    return None if row is None else ApprovalRow._make(row)
