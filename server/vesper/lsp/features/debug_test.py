"""Debugging a test case: what a debugger needs to start on it."""

from vesper.errors import VesperError
from vesper.lsp.convert import Json
from vesper.lsp.feature import command
from vesper.lsp.features.code_lens import DEBUG_TEST
from vesper.lsp.server import VesperServer


@command(DEBUG_TEST)
def debug_test(ls: VesperServer, uri: str, node: str, case: str) -> Json:
    """The launch configuration of a case for the debug adapter (`vesper dap`), which runs its saved file."""
    document = ls.document(uri)
    if document.file is None:
        raise VesperError("invalid", "only a file on disk can be debugged", "save it first")
    return {
        "type": "vesper",
        "request": "launch",
        "name": f"{node}: {case}",
        "program": str(document.file),
        "node": node,
        "case": case,
    }
