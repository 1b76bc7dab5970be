"""Alerts and metrics that a node declares, looked at when a run of it has ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from vesper.errors import VesperError
from vesper.execution.exposition import ERRORS, EXECUTIONS
from vesper.execution.meters import Meters
from vesper.lang.conversion import convert
from vesper.lang.ir import Expr
from vesper.lang.parts import names
from vesper.lang.program import Alert, Program
from vesper.providers.sinks import Entry, Sink
from vesper.runtime.envelope import Envelope
from vesper.runtime.handlers.stack import Witness
from vesper.runtime.handling import Call, Suspended
from vesper.runtime.request import Effect, Failure
from vesper.values.numbers import is_number
from vesper.values.value import Fault, Value

if TYPE_CHECKING:
    from vesper.tasks.board import Board

EVENT: Final = "alert"
_TAG: Final = "alert"
_NOT_OVER: Final = frozenset({"waiting", "effect_ambiguous"})
_OF_ALL_RUNS: Final = frozenset({"executions", "errors", "error_rate"})
_URGENT: Final = {"critical": 1, "high": 2, "error": 2, "warning": 4, "info": 7, "low": 7}


@dataclass(frozen=True, slots=True)
class Means:
    """How people are told of an alert."""

    perform: Callable[[Effect, Call], Value]
    """Publishes the event."""
    log: Sink
    board: "Callable[[], Board]"


class Alerts(Witness):
    """Evaluates what nodes declare. An alert that goes off is an event, an entry of the log, and a task.

    A task that is open already is not made once more. A condition without a value does not go off, and is
    told in the log.
    """

    def __init__(self, meters: Meters, means: Means) -> None:
        self._meters = meters
        self._means = means
        self._inputs: dict[str, Mapping[str, Value]] = {}

    def began(self, program: Program, call: Call, inputs: Mapping[str, Value]) -> None:
        """Remember what the run was given, where that may be asked for."""
        if program.watched.alerts or program.watched.metrics:
            self._inputs[call.execution] = inputs

    def ended(self, program: Program, call: Call, envelope: Envelope) -> None:
        """Evaluate all that the node declares."""
        given = self._inputs.pop(call.execution, {})
        watched = program.watched
        is_over = envelope.error is None or envelope.error.code not in _NOT_OVER
        if not is_over or not (watched.alerts or watched.metrics):
            return
        values = self._values(program, given, envelope)
        for metric in watched.metrics:
            found = _value(metric.value, values)
            if (
                not isinstance(found, Fault)
                and is_number(found)
                and not (metric.kind == "counter" and found < 0)
            ):
                labels = {"node": program.node_id}
                self._meters.add(metric.name, metric.kind, float(found), labels)
        for alert in watched.alerts:
            self._look(alert, values, program, call)

    def _look(
        self, alert: Alert, values: Mapping[str, Value], program: Program, call: Call
    ) -> None:
        if alert.condition is None:
            return self._log(alert, call, f"the alert {alert.name} is not checked: {alert.reason}")
        verdict = _value(alert.condition, values)
        if isinstance(verdict, Fault):
            why = f"the alert {alert.name} is not checked: {verdict.message}"
            return self._log(alert, call, why)
        if verdict is True:
            used = {it: values.get(it) for it in names(alert.condition) if it in values}
            shown = call.redactor.naming(program.security.sensitive).hide(used)
            self._go_off(alert, shown if isinstance(shown, dict) else {}, program, call)
        return None

    def _go_off(self, alert: Alert, used: dict[str, Value], program: Program, call: Call) -> None:
        data: dict[str, Value] = {
            "name": alert.name,
            "node_id": program.node_id,
            "severity": alert.severity,
            "condition": alert.text,
            "values": used,
            "notify": [*alert.notify],
            "trace_id": call.execution,
        }
        level = "error" if _URGENT.get(alert.severity.lower(), 4) <= 2 else "warning"
        self._log(alert, call, f"alert {alert.name}: {alert.text}", level, data)
        site = f"alert#{alert.name}"
        effect = Effect("event_publish", site, "write", {"event_type": EVENT, "data": data})
        try:
            self._means.perform(
                effect, Call(call.execution, program.node_id, f"{call.execution}{site}")
            )
        except (Failure, Suspended) as error:
            self._log(alert, call, f"the event of alert {alert.name} was not published: {error}")
        try:
            self._make_task(alert, program, data)
        except VesperError as error:
            self._log(alert, call, f"the task of alert {alert.name} was not made: {error.message}")

    def _make_task(self, alert: Alert, program: Program, data: Mapping[str, Value]) -> None:
        from vesper.tasks.task import TaskFilter

        board = self._means.board()
        title = f"Alert {alert.name} of {program.node_id}"[:200]
        waiting = TaskFilter(text=title, status=("pending", "active", "in_progress", "blocked"))
        if any(it.title == title for it in board.find(waiting)):
            return
        lines = [alert.description, f"`{alert.text}` held in run {data['trace_id']}."]
        if alert.notify:
            lines.append(f"To be told: {', '.join(alert.notify)}.")
        board.create(
            title,
            actor="vesper",
            description="\n".join(it for it in lines if it),
            priority=_URGENT.get(alert.severity.lower(), 4),
            tags=(_TAG,),
        )

    def _log(
        self,
        alert: Alert,
        call: Call,
        message: str,
        level: str = "warning",
        data: dict[str, Value] | None = None,
    ) -> None:
        entry = Entry(datetime.now(UTC), level, message, call.node_id, f"alert#{alert.name}",
                      call.execution, data or {})  # fmt: skip
        self._means.log.write(entry)

    def _values(
        self, program: Program, given: Mapping[str, Value], envelope: Envelope
    ) -> dict[str, Value]:
        """All that a condition may ask for; outputs win over inputs, both over what is known of runs."""
        error = envelope.error
        values: dict[str, Value] = {
            "success": error is None,
            "status": envelope.status,
            "error_code": None if error is None else error.code,
            "duration_ms": Decimal(str(envelope.duration_ms)),
        }
        if any(it.condition is not None and _OF_ALL_RUNS & {*names(it.condition)}
               for it in program.watched.alerts):  # fmt: skip
            values |= self._of_all_runs(program.node_id)
        for it in program.inputs:
            found = convert(given.get(it.name, it.default), it.type, program.named)
            if not found.problems:
                values[it.name] = found.value
        if error is not None:
            values |= {it.name: None for it in program.error}
            values |= {"error_code": error.code, "message": error.message}
        return values | dict(envelope.output or {})

    def _of_all_runs(self, node_id: str) -> dict[str, Value]:
        series = [it for it in self._meters.series() if it.labels.get("node") == node_id]
        runs = int(sum(it.value for it in series if it.name == EXECUTIONS))
        errors = int(sum(it.value for it in series if it.name == ERRORS))
        rate = Decimal(errors) / Decimal(runs) if runs else Decimal(0)
        return {"executions": runs, "errors": errors, "error_rate": round(rate, 6)}


def _value(expression: Expr, values: Mapping[str, Value]) -> "Value | Fault":
    from vesper.runtime.interp_expr import evaluate_over

    try:
        return evaluate_over(expression, values)
    except Fault as fault:
        return fault
