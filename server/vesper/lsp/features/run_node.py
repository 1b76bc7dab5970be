"""Running a node from the editor, for real, and telling what came of it."""

from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from vesper.lsp.background import in_background, nodes_now
from vesper.lsp.convert import Json
from vesper.lsp.feature import command
from vesper.lsp.messages import Deferred
from vesper.lsp.server import VesperServer

if TYPE_CHECKING:
    from vesper.runtime.envelope import Envelope

RUN_NODE: Final = "vesper.runNode"
RUN_RESULT: Final = "vesper/runResult"
"""Tells the client what a run ended with: `{uri, envelope}`."""


@command(RUN_NODE)
def run_node(
    ls: VesperServer, uri: str, node: str = "", inputs: dict[str, Any] | None = None
) -> Deferred:
    """Run a node of the text as the editor has it; the answer is the envelope.

    Inputs are JSON values by name. What is wrong with them is told in the envelope, each with its path.
    """
    document = ls.document(uri)
    nodes, project = nodes_now(ls, document), ls.project_of(document)
    reference = f"{document.path}#{node}" if node else document.path

    def work() -> "Envelope":
        from vesper.execution.runs import RunOptions

        program = nodes.find(reference).program
        return project.runs.run(program, inputs or {}, RunOptions(actor="editor"))

    def then(envelope: "Envelope") -> Json:
        from vesper.runtime.envelope import told
        from vesper.values.encoding import as_doubles

        written = as_doubles(told(envelope))
        ls.notify(RUN_RESULT, {"uri": uri, "envelope": written})
        _say(ls, envelope)
        return written

    return in_background(ls, f"Running {node or document.path}", work, then)


def _say(ls: VesperServer, envelope: "Envelope") -> None:
    error = envelope.error
    kind = types.MessageType.Info if error is None else types.MessageType.Warning
    said = "succeeded" if error is None else f"ended with `{error.code}`: {error.message}"
    text = f"{envelope.node_id} {said} (trace {envelope.trace_id[:12]})"
    ls.window_show_message(types.ShowMessageParams(kind, text))
