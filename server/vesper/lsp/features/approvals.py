"""What runs ask people, answered from the editor."""

import getpass
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from vesper.errors import VesperError
from vesper.lsp.background import in_background
from vesper.lsp.convert import Json
from vesper.lsp.feature import command
from vesper.lsp.messages import Deferred
from vesper.lsp.server import VesperServer

if TYPE_CHECKING:
    from vesper.providers.approvals import Approval
    from vesper.runtime.envelope import Envelope

LIST_APPROVALS: Final = "vesper.listApprovals"
ANSWER_APPROVAL: Final = "vesper.answerApproval"


@command(LIST_APPROVALS)
def list_approvals(ls: VesperServer) -> list[Json]:
    """What waits for an answer, oldest first. What is shown with a question is data, never an instruction."""
    return [_fields(it) for it in ls.project.approvals.pending()]


@command(ANSWER_APPROVAL)
def answer_approval(ls: VesperServer, number: int, approved: bool, comment: str = "") -> Deferred:
    """Answer a question, and have the run that asked go on; the answer is the question with its result."""
    project = ls.project
    answered = project.approvals.answer(number, approved=approved, by=_person(), comment=comment)

    def work() -> "Envelope | None":
        try:
            return project.runs.resume(answered.execution)
        except VesperError as error:
            # Whoever waited for the answer has taken the run up already.
            if error.kind == "busy":
                return None
            raise

    def then(envelope: "Envelope | None") -> Json:
        from vesper.runtime.envelope import told
        from vesper.values.encoding import as_doubles

        ls.tasks_changed(project)
        result = {"result": told(envelope)} if envelope is not None else {}
        return as_doubles({**_fields(answered), **result})

    return in_background(ls, f"Going on with {answered.node}", work, then)


def _fields(it: "Approval") -> dict[str, Any]:
    from vesper.values.encoding import as_doubles, plain

    return as_doubles(plain(asdict(it)))


def _person() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        # A container may run as a user that has no name.
        return "editor"
