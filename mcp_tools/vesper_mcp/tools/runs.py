"""Tools that run nodes: for real, their tests, and what runs did."""

import json
from typing import TYPE_CHECKING, Any, Final, cast

from vesper.errors import VesperError
from vesper.project import Project
from vesper_mcp.answers import Fields, bounded, within_budget
from vesper_mcp.paths import document_inside
from vesper_mcp.tool import Caller, Positive, Workspace, tool

if TYPE_CHECKING:
    from vesper.execution.ledger import Execution
    from vesper.execution.replay import TracedEffect
    from vesper.runtime.envelope import Envelope

PATIENCE: Final = 20
"""Seconds a call waits for people and events by itself: many hosts give up after 60."""
MOST_PATIENCE: Final = 50
MOST_ROWS: Final = 50
_WAITING: Final = ("waiting", "effect_ambiguous")


@tool(writes_outside=True, otherwise="node_check says what is wrong with a document")
def node_run(  # noqa: PLR0913 - one parameter for each argument a model can give
    project: Workspace,
    caller: Caller,
    *,
    node: str = "",
    inputs: dict[str, Any] | None = None,
    key: str = "",
    trace: str = "",
    role: str = "",
    patience: int = PATIENCE,
) -> Fields:
    """Run a node (id, range or path) for real. key: the same key is one run, done once. What waits
    longer than patience seconds answers waiting: go on by trace.
    """
    from vesper.execution.runs import RunOptions

    if bool(node) == bool(trace):
        raise VesperError("invalid", "give node, or the trace of a run that waits", "not both")
    seconds = max(0, min(patience, MOST_PATIENCE))
    options = RunOptions(idempotency_key=key, actor=caller, role=role, patience=seconds)
    if trace:
        return _told(project.runs.resume(trace, options))
    program = project.nodes.find(_reference(project, node)).program
    return _told(project.runs.run(program, _exact(inputs or {}), options))


@tool(reads=True, otherwise="node_check says what is wrong with a document")
def node_test(
    project: Workspace, path: str = "", node: str = "", case: str = "", engine: str = ""
) -> Fields:
    """Run the tests in a document, or in all; nothing outside is touched. case: a part of a name.
    engine: interp or python; both by default. Shows what fails.
    """
    from vesper.execution.engines import ENGINES
    from vesper.execution.engines import engine as engine_of
    from vesper.execution.testing import Selection, run_file
    from vesper.execution.verdicts import told

    engines = [engine_of(it) for it in ((engine,) if engine else ENGINES)]
    found = [project.root / document_inside(project.root, path)] if path else project.documents()
    files = [project.relative(it) for it in found if it.suffix == ".vsp"]
    selection = Selection(node, case)
    tested = [it for file in files for it in run_file(project.nodes, file, engines, selection)]
    if not tested:
        raise VesperError("not_found", "no test matches", "without arguments all tests run")
    verdicts = [(it, verdict) for it in tested for verdict in it.verdicts]
    failed: list[Fields] = [
        _plain({"path": it.file, "node": it.node_id, **told(verdict)})
        for it, verdict in verdicts
        if not verdict.passed
    ]
    broken: list[Fields] = [
        {"path": it.file, "node": it.node_id, "problem": it.problem} for it in tested if it.problem
    ]
    failed += broken
    shown = within_budget(failed)
    answer: Fields = {"passed": sum(it.passed for _, it in verdicts), "failed": len(failed)}
    if failed:
        answer["failures"] = shown
    if len(shown) < len(failed):
        answer["more"] = len(failed) - len(shown)
    return answer


@tool(reads=True, otherwise="without trace it lists the newest runs")
def node_trace(project: Workspace, trace: str = "", node: str = "", limit: Positive = 20) -> Fields:
    """What a run did: its steps with their values, its effects, its result. Without trace the newest
    runs, of one node if node is its id. Nothing is performed.
    """
    if not trace:
        found = project.runs.find(node or None, limit=min(limit, MOST_ROWS))
        return {"runs": within_budget([_run(it) for it in found])}
    replay = project.runs.trace(trace)
    steps: list[Fields] = [
        _filled({"step": it.step, "line": it.line + 1, "values": it.values, "failed": it.failed})
        for it in replay.steps
    ]
    answer: Fields = {
        **_run(project.runs.get(trace)),
        "result": _told(replay.envelope),
        "steps": steps,
        "effects": [_effect(it) for it in replay.effects],
    }
    if replay.has_changed:
        answer["note"] = "the document has changed since"
    return bounded(_plain(answer), "vesper trace shows all of it")


def _told(envelope: "Envelope") -> Fields:
    """The envelope without what is empty; a run that waits has a status of its own."""
    from vesper.runtime.envelope import told

    whole = told(envelope)
    contracts = {name: it for name, it in whole["contracts"].items() if it}
    kept = _filled(whole) | {"contracts": contracts}
    if envelope.error is not None and envelope.error.code in _WAITING:
        kept["status"] = "waiting"
    return bounded(_plain(kept), f"node_trace {envelope.trace_id} shows the rest")


def _run(it: "Execution") -> Fields:
    return _filled(
        {
            "trace": it.id,
            "node": it.node_id,
            "status": it.status,
            "by": it.actor,
            "role": it.role,
            "started": it.started_at,
            "waits": it.reason,
            "approval": it.waits_for.get("approval"),
        }
    )


def _effect(it: "TracedEffect") -> Fields:
    return _filled(
        {
            "site": it.site,
            "operation": it.operation,
            "state": "" if it.state == "done" else it.state,
            "arguments": it.arguments,
            "answer": it.answer,
            "failed": it.failed,
        }
    )


def _exact(inputs: dict[str, Any]) -> dict[str, Any]:
    """Inputs with numbers as they are written: the protocol reads them as doubles."""
    from vesper.values.encoding import from_json

    return cast("dict[str, Any]", from_json(json.dumps(inputs)))


def _filled(fields: dict[str, Any]) -> Fields:
    return {name: it for name, it in fields.items() if it not in (None, "", [], {})}


def _plain(fields: Fields) -> Fields:
    """The fields in values that every client can read."""
    from vesper.values.encoding import as_doubles, plain

    return cast("Fields", as_doubles(plain(cast("Any", fields))))


def _reference(project: Project, node: str) -> str:
    """What a model names, as the workspace knows it: a path leads nowhere outside."""
    path, mark, node_id = node.partition("#")
    is_path = path.endswith(".vsp") or "/" in path
    return f"{document_inside(project.root, path)}{mark}{node_id}" if is_path else node
