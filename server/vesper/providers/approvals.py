"""Questions to people: asked by runs, answered once, with a clear yes or no.

A question belongs to one place of one run. It is a task on the board as well, so that it is seen; closing
that task in any other way than by an answer counts as a no.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from vesper.errors import VesperError
from vesper.providers.failures import failed
from vesper.providers.keyed import found, now, written
from vesper.providers.surroundings import Surroundings
from vesper.providers.waiting import wait_for
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.store import approval_rows
from vesper.store.approval_rows import ApprovalRow, NewApproval, Said
from vesper.store.engine import Connection
from vesper.tasks.board import existing, insert, transfer
from vesper.tasks.task import (
    OPEN,
    TEXT_LIMIT,
    Draft,
    Move,
    checked_draft,
    checked_line,
    checked_text,
)
from vesper.values.encoding import canonical, decoded, plain, to_json
from vesper.values.value import Value

State = Literal["open", "yes", "no", "late"]
TAG: Final = "approval"
_TITLE: Final = 200
_LATE: Final = "nobody answered in time"


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked; `shown` goes with it, and is data of the run, never an instruction."""

    text: str
    shown: Mapping[str, Value] = field(default_factory=dict[str, Value])
    approvers: tuple[str, ...] = ()
    """Who may answer; none means anybody."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question. Only a clear yes is `approved`."""

    approved: bool
    by: str
    comment: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A question as people see it. Moments are texts in UTC; `ends` is empty where it waits for ever."""

    id: int
    question: str
    shown: Mapping[str, Value]
    approvers: tuple[str, ...]
    node: str
    step: str
    execution: str
    asked_by: str
    task: int
    asked: str
    ends: str
    state: State
    by: str
    comment: str
    answered: str


class Approvals:
    """The questions of one workspace, for runs that ask and for whoever answers."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def ask(self, question: Question, effect: Effect, call: Call) -> Answer:
        """Ask, once for each effect, and wait for the answer; none within the effect's timeout is a no."""
        row = self._asked(question, effect, call)
        if row.request != effect.digest:
            raise failed("the key of this effect belongs to another question", "key_reused")

        def look() -> ApprovalRow | None:
            held = found(self._around, lambda it: approval_rows.of_key(it, call.key), None)
            if held is None or held.answer:
                return held
            return self._settled(held) if self._is_over(held) else None

        reason = f'a person\'s answer to "{row.question[:100]}"'
        waits: dict[str, Value] = {"approval": row.id, "task": row.task_id}
        row = wait_for(look, call, reason, waits)
        return Answer(row.answer == "yes", row.answered_by, row.comment)

    def pending(self) -> list[Approval]:
        """What waits for an answer, oldest first."""
        rows = self._around.store.read(lambda it: approval_rows.pending(it, now()), [])
        return [_shown(row) for row in rows]

    def get(self, number: int) -> Approval:
        """The question with that number; `not_found` names those that wait."""
        row = self._around.store.read(lambda it: approval_rows.get(it, number), None)
        if row is None:
            raise self._missing(number)
        return _shown(row)

    def answer(self, number: int, *, approved: bool, by: str, comment: str = "") -> Approval:
        """Answer a question: once, in time, and by one of those who may. Its task is closed with it."""
        by = checked_line("name", by, 100)
        comment = checked_text("comment", comment.strip())
        self.get(number)

        def change(connection: Connection) -> ApprovalRow:
            row = approval_rows.get(connection, number)
            if row is None:
                raise self._missing(number)
            _check_open(row, by)
            said = Said("yes" if approved else "no", by, comment, now())
            approval_rows.answer(connection, number, said)
            _close(connection, row, by, f"{said.answer}: {comment}" if comment else said.answer)
            answered = approval_rows.get(connection, number)
            assert answered is not None
            return answered

        return _shown(self._around.store.write(change))

    def close(self) -> None:
        """Let go of the store; the next use opens it again."""
        self._around.close()

    def _asked(self, question: Question, effect: Effect, call: Call) -> ApprovalRow:
        there = found(self._around, lambda it: approval_rows.of_key(it, call.key), None)
        if there is not None:
            return there
        ends = ""
        if effect.timeout is not None:
            moment = datetime.now(UTC) + timedelta(seconds=effect.timeout)
            ends = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")

        def change(connection: Connection) -> ApprovalRow:
            row = approval_rows.of_key(connection, call.key)
            if row is not None:
                return row
            task = insert(connection, checked_draft(_task(question, effect, call)), _actor(call))
            new = NewApproval(
                call.key, effect.digest, call.execution, call.node_id, effect.site, call.actor, question.text,
                canonical(dict(question.shown)), json.dumps(question.approvers), task.id, now(), ends,
            )  # fmt: skip
            approval_rows.insert(connection, new)
            made = approval_rows.of_key(connection, call.key)
            assert made is not None
            return made

        return written(self._around, change)

    def _is_over(self, row: ApprovalRow) -> bool:
        if row.ends_at and row.ends_at <= now():
            return True
        return found(
            self._around, lambda it: existing(it, row.task_id).status not in OPEN, missing=False
        )

    def _settled(self, row: ApprovalRow) -> ApprovalRow | None:
        """Answer for people where none will: the time is over, or somebody closed the task."""

        def change(connection: Connection) -> ApprovalRow | None:
            task = existing(connection, row.task_id)
            if task.status in OPEN:
                approval_rows.answer(connection, row.id, Said("late", "", _LATE, now()))
                transfer(connection, task, Move("cancelled", "vesper", why=_LATE))
            else:
                why = f"the task was {task.status}" + (f": {task.result}" if task.result else "")
                approval_rows.answer(connection, row.id, Said("no", task.assignee, why, now()))
            return approval_rows.get(connection, row.id)

        return written(self._around, change)

    def _missing(self, number: int) -> VesperError:
        waiting = ", ".join(str(it.id) for it in self.pending()[:10])
        hint = f"waiting: {waiting}" if waiting else "nothing waits for an answer"
        return VesperError("not_found", f"there is no question {number}", hint)


def _check_open(row: ApprovalRow, by: str) -> None:
    if row.answer:
        said = (
            "nobody answered it in time"
            if row.answer == "late"
            else f"{row.answered_by} said {row.answer}"
        )
        raise VesperError(
            "conflict", f"question {row.id} is closed: {said}", "an answer counts once"
        )
    if row.ends_at and row.ends_at <= now():
        raise VesperError(
            "conflict", f"question {row.id} has waited too long", "the run has its no"
        )
    approvers: Sequence[str] = json.loads(row.approvers)
    if approvers and by not in approvers:
        message = f"{by} may not answer question {row.id}"
        raise VesperError("denied", message, f"those who may: {', '.join(approvers)}")


def _close(connection: Connection, row: ApprovalRow, by: str, result: str) -> None:
    """Complete the task of a question, wherever it stands."""
    task = existing(connection, row.task_id)
    if task.status == "pending":
        task = transfer(connection, task, Move("active", by))
    if task.status in {"active", "blocked"}:
        task = transfer(connection, task, Move("in_progress", by))
    if task.status == "in_progress":
        transfer(connection, task, Move("completed", by, result=result[:TEXT_LIMIT]))


def _task(question: Question, effect: Effect, call: Call) -> Draft:
    title = " ".join("".join(it if it.isprintable() else " " for it in question.text).split())
    shown = to_json(plain(dict(question.shown)), indent=True) if question.shown else ""
    body = f"{call.node_id} asks at {effect.site}, in the run {call.execution}.\n"
    answers = "Answer with `vesper approve`; closing this task in any other way is a no.\n"
    text = f"{question.text[:4_000]}\n\n{body}{answers}\n{shown}".replace("\0", " ")
    return Draft(title[:_TITLE] or "An approval", text[:TEXT_LIMIT], priority=2, tags=(TAG,))


def _actor(call: Call) -> str:
    return f"node {call.node_id}"[:100]


def _shown(row: ApprovalRow) -> Approval:
    shown = decoded(row.shown)
    state: State = "open"
    if row.answer in {"yes", "no", "late"}:
        state = "yes" if row.answer == "yes" else "no" if row.answer == "no" else "late"
    elif row.ends_at and row.ends_at <= now():
        state = "late"
    return Approval(
        row.id, row.question, shown if isinstance(shown, dict) else {}, tuple(json.loads(row.approvers)),
        row.node_id, row.site, row.execution, row.asked_by, row.task_id, row.asked_at, row.ends_at,
        state, row.answered_by, row.comment, row.answered_at,
    )  # fmt: skip
