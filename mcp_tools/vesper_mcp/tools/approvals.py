"""The tool that passes on a person's answer to a run that waits for it."""

from vesper.errors import VesperError
from vesper_mcp.answers import Fields
from vesper_mcp.tool import Caller, Positive, Workspace, tool

_ANSWERS = ("yes", "no")


@tool(writes_outside=True, otherwise="node_trace shows which runs wait")
def approval_answer(
    project: Workspace, caller: Caller, id: Positive, answer: str, comment: str = ""
) -> Fields:
    """Pass on a person's yes or no to a run that waits: only what the person really said. id: the
    approval that node_run or node_trace names. Then node_run its trace.
    """
    if answer not in _ANSWERS:
        raise VesperError(
            "invalid", f"answer must be yes or no, not {answer[:40]!r}", "ask the person"
        )
    found = project.approvals.answer(id, approved=answer == "yes", by=caller, comment=comment)
    return {"id": found.id, "answer": found.state, "trace": found.execution}
