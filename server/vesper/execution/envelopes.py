"""Envelopes as values, so that they can be kept and given again."""

from decimal import Decimal
from typing import Any, cast

from vesper.runtime.envelope import Contracts, Envelope, Problem
from vesper.runtime.request import Breach
from vesper.values.encoding import canonical, decoded
from vesper.values.value import Value


def packed(envelope: Envelope) -> bytes:
    """The envelope in a form that keeps every digit, and the order of the output's fields."""
    contracts, error, output = envelope.contracts, envelope.error, envelope.output
    fields: list[Value] | None = None
    if output is not None:
        fields = [[key, it] for key, it in output.items()]
    failed: dict[str, Value] | None = None
    if error is not None:
        failed = {"code": error.code, "message": error.message, "details": dict(error.details)}
    return canonical(
        {
            "node_id": envelope.node_id,
            "output": fields,
            "error": failed,
            "checked": contracts.checked,
            "violated": [_breach(it) for it in contracts.violated],
            "unchecked": list(contracts.unchecked),
            "runtime": envelope.runtime,
            "trace_id": envelope.trace_id,
            "duration_ms": Decimal(str(envelope.duration_ms)),
        }
    )


def unpacked(data: bytes) -> Envelope:
    """The envelope of which `data` is the packed form."""
    held = cast("dict[str, Any]", decoded(data))
    error = held["error"]
    output = held["output"]
    return Envelope(
        held["node_id"],
        "success" if error is None else "error",
        None if output is None else dict(output),
        None if error is None else Problem(error["code"], error["message"], error["details"]),
        Contracts(
            held["checked"],
            tuple(Breach(**it) for it in held["violated"]),
            tuple(held["unchecked"]),
        ),
        held["runtime"],
        held["trace_id"],
        float(held["duration_ms"]),
    )


def said(envelope: Envelope) -> bytes:
    """What must be equal when a run is done again, in whatever engine and time."""
    held = cast("dict[str, Any]", decoded(packed(envelope)))
    for name in ("runtime", "trace_id", "duration_ms"):
        del held[name]
    if held["output"] is not None:
        held["output"] = dict(held["output"])
    return canonical(held)


def _breach(breach: Breach) -> Value:
    return {
        "kind": breach.kind,
        "clause": breach.clause,
        "reason": breach.reason,
        "values": dict(breach.values),
        "line": breach.line,
    }
