"""The one form in which every surface gives what a run ended with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from vesper.runtime.request import Breach
from vesper.values.encoding import plain
from vesper.values.value import Value


@dataclass(frozen=True, slots=True)
class Contracts:
    """What came of the clauses of a run."""

    checked: int = 0
    violated: tuple[Breach, ...] = ()
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no output. `code` is the document's own, or one of `RUN_ERRORS`."""

    code: str
    message: str
    details: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True)
class Envelope:
    """The result of one run."""

    node_id: str
    status: Literal["success", "error"]
    output: Mapping[str, Value] | None
    error: Problem | None
    contracts: Contracts
    runtime: str
    trace_id: str
    duration_ms: float


def told(envelope: Envelope) -> dict[str, Any]:
    """The envelope in values of JSON (decimals stay, and `to_json` writes them); lines count from 1."""
    error, contracts = envelope.error, envelope.contracts
    details: dict[str, Any] = {}
    if error is not None:
        details = {
            "code": error.code,
            "message": error.message,
            "details": plain(dict(error.details)),
        }
    violated = [
        {
            "kind": it.kind,
            "clause": it.clause,
            "reason": it.reason,
            "values": plain(dict(it.values)),
            "line": it.line + 1,
        }
        for it in contracts.violated
    ]
    return {
        "node_id": envelope.node_id,
        "status": envelope.status,
        "output": None if envelope.output is None else plain(dict(envelope.output)),
        "error": details or None,
        "contracts": {
            "checked": contracts.checked,
            "violated": violated,
            "unchecked": list(contracts.unchecked),
        },
        "runtime": envelope.runtime,
        "trace_id": envelope.trace_id,
        "duration_ms": envelope.duration_ms,
    }


RUN_ERRORS: Mapping[str, str] = {
    "input_invalid": "An input is missing or of another type; `details.problems` has the path of each.",
    "precondition_violated": "The caller broke a constraint or precondition; nothing was done.",
    "postcondition_violated": "The node broke a postcondition or invariant.",
    "output_invalid": "The flow answered with a field that is missing or is no value of its type.",
    "not_returned": "The flow ended without an answer.",
    "evaluation_failed": "An expression has no value; `details.fault` is the code of the fault.",
    "guard_failed": "A guard of a step does not hold.",
    "effect_failed": "An effect failed and no handler answered; `details.codes` says how.",
    "capability_denied": "The run may not do that; nothing of the effect was done.",
    "timeout": "The run, or a step of it, took longer than it may.",
    "budget_exceeded": "The run took more operations than it may.",
    "memory_exceeded": "The run held more values at once than it may.",
    "rate_limited": "The node was run too often; `details.retry_after` is in seconds.",
    "too_many_items": "A loop was given a longer list than it accepts.",
    "too_deep": "Nodes call one another deeper than is allowed.",
    "node_not_found": "There is no node of that id.",
    "document_invalid": "The document has errors; `vesper check` tells them.",
    "effect_ambiguous": "A write was begun and nobody knows whether it happened; a task asks a person.",
    "key_reused": "The idempotency key belongs to a run with other inputs.",
    "not_approved": "A person said no, or nobody answered in time.",
    "diverged": "A replay asked for something else than the journal holds.",
    "waiting": "The run is kept until something outside is there; `vesper resume` takes it up then.",
    "cancelled": "Somebody stopped the run.",
}
"""What a run can end with beside the errors that a document declares."""
