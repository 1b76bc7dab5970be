"""A write of which nobody knows whether it happened: a person is asked, and their word is recorded."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from vesper.errors import VesperError
from vesper.execution.journal import RunJournal
from vesper.execution.ledger import Draft, Execution
from vesper.runtime.journal import Ambiguous, Entry, Outcome
from vesper.values.encoding import to_json
from vesper.values.value import Value

if TYPE_CHECKING:
    from vesper.tasks.board import Board

ANSWERS: Final = ("done", "redo")
_TAG: Final = "ambiguous-effect"
_LONGEST: Final = 4_000
"""Characters of a request that are shown."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word: the write happened and gave `value`, or it did not and is to be done."""

    answer: Literal["done", "redo"]
    value: Value = None

    def close_task(self, board: "Board", execution: Execution, actor: str) -> None:
        """Complete the task that asked."""
        from vesper.tasks.task import OPEN

        number = execution.waits_for.get("task")
        if not isinstance(number, int):
            return
        task = board.get(number)
        if task.status not in OPEN:
            return
        if task.assignee != actor:
            board.claim(actor=actor, task_id=number)
        board.complete(number, actor=actor, summary=f"decided: {self.answer}")


def decide(journal: RunJournal, execution: Execution, decision: Decision, actor: str) -> Entry:
    """Settle the write that the run stopped at; VesperError where it did not stop at one."""
    site = execution.waits_for.get("decide")
    entry = journal.find(site) if isinstance(site, str) else None
    if entry is None or entry.state != "intended":
        message = f"run {execution.id[:12]} waits for no such answer"
        raise VesperError("invalid", message, f"`vesper resume {execution.id[:12]}` takes it up")
    note = f"{decision.answer} by {actor}"
    if decision.answer == "done":
        settled = replace(entry, state="done", outcome=Outcome(decision.value))
    else:
        settled = replace(entry, state="waiting")
    journal.decide(settled, note)
    return settled


def ask_person(board: "Board | None", draft: Draft, ambiguous: Ambiguous) -> Ambiguous:
    """The same with the task that asks, which is made where there is none yet."""
    effect = ambiguous.effect
    asked = Ambiguous(effect)
    waits: dict[str, Value] = {"decide": effect.site, "operation": effect.operation}
    if board is not None:
        waits["task"] = _task(board, draft, ambiguous)
    asked.waits_for = waits
    return asked


def _task(board: "Board", draft: Draft, ambiguous: Ambiguous) -> int:
    from vesper.runtime.redaction import Redactor
    from vesper.tasks.task import OPEN, TaskFilter

    effect, trace = ambiguous.effect, draft.id
    mark = f"{trace} {effect.site}"
    for it in board.find(TaskFilter(text=mark, status=tuple(OPEN)), limit=1):
        return it.id
    redactor = Redactor.of(draft.program.security.sensitive, draft.inputs)
    request = to_json(redactor.hide(dict(effect.arguments)), indent=True)
    description = (
        f"The process of run {mark} ended while this was being done, and the other side "
        f"knows no keys, so it cannot be asked again.\n\n"
        f"{effect.operation}\n{request[:_LONGEST]}\n\n"
        "Look there whether it happened, then say so:\n"
        f"  vesper resume {trace[:12]} --answer done   it happened; --value JSON says what it gave\n"
        f"  vesper resume {trace[:12]} --answer redo   it did not: do it now\n"
    )
    title = f"Did {effect.operation} at {effect.site} of {draft.program.node_id} happen?"
    made = board.create(
        title[:200], actor=draft.actor, description=description, priority=1, tags=[_TAG]
    )
    return made.id
