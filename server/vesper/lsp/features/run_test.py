"""Running the tests of a document from the editor, with what fails shown at its line."""

from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from vesper.lang.check import Diagnostic
from vesper.lang.source import Span, content
from vesper.lsp.background import in_background, nodes_now
from vesper.lsp.convert import Json
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import command
from vesper.lsp.features.code_lens import RUN_TEST
from vesper.lsp.messages import Deferred
from vesper.lsp.server import VesperServer

if TYPE_CHECKING:
    from vesper.execution.testing import Tested
    from vesper.execution.testing_subject import Verdict

TEST_RESULTS: Final = "vesper/testResults"
"""Tells the client what came of tests: `{uri, version, tests: [{node, name, line, passed, ...}]}`."""
FAILED: Final = "VSP900"
"""The code of a test that fails, among the problems of its document."""


@command(RUN_TEST)
def run_test(ls: VesperServer, uri: str, node: str = "", case: str = "") -> Deferred:
    """Run one case, or all of a node or file, on the text as the editor has it."""
    document = ls.document(uri)
    nodes, file, version = nodes_now(ls, document), document.path, document.version

    def work() -> "list[Tested]":
        from vesper.execution.engines import ENGINES, engine
        from vesper.execution.testing import Selection, run_file

        engines = [engine(it) for it in ENGINES]
        return list(run_file(nodes, file, engines, Selection(node, case, exact=bool(case))))

    def then(tested: "list[Tested]") -> Json:
        return _told(ls, document, version, tested)

    return in_background(ls, f"Testing {case or node or file}", work, then)


def _told(
    ls: VesperServer, document: OpenDocument, version: int | None, tested: "list[Tested]"
) -> Json:
    """Show what fails at its place, and give everything to the client."""
    from vesper.execution.verdicts import told
    from vesper.values.encoding import as_doubles

    rows: list[Json] = as_doubles(
        [{"node": it.node_id, **told(verdict)} for it in tested for verdict in it.verdicts]
    )
    problems = [it for it in tested if it.problem]
    failed = sum(not row["passed"] for row in rows) + len(problems)
    result: dict[str, Any] = {
        "uri": document.uri,
        "version": version,
        "passed": len(rows) - sum(not row["passed"] for row in rows),
        "failed": failed,
        "tests": rows,
    }
    if problems:
        result["problem"] = problems[0].problem
    if document.version == version:
        verdicts = [verdict for it in tested for verdict in it.verdicts]
        found = [_diagnostic(document, it) for it in verdicts if not it.passed]
        ls.reports.remark(document, found)
    ls.notify(TEST_RESULTS, result)
    _say(ls, result)
    return result


def _diagnostic(document: OpenDocument, verdict: "Verdict") -> Diagnostic:
    """The first trouble of a test as a problem of the document."""
    trouble = verdict.troubles[0]
    lines = document.analysis.text.lines
    line = min(trouble.line, len(lines) - 1)
    written = content(lines[line])
    start = len(written) - len(written.lstrip())
    from vesper.execution.verdicts import summary

    message = f"{verdict.name}: {summary(trouble)}"
    return Diagnostic(
        FAILED, "failed-test", "error", message, Span(line, start, line, len(written))
    )


def _say(ls: VesperServer, result: dict[str, Any]) -> None:
    failed, passed = result["failed"], result["passed"]
    kind = types.MessageType.Error if failed else types.MessageType.Info
    text = f"{failed} failed, {passed} passed" if failed else f"{passed} passed"
    ls.window_show_message(types.ShowMessageParams(kind, f"Tests: {text}"))
