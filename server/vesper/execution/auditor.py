"""Which deeds of runs are audited, and in which words: sensitive values hidden, refusals always."""

import threading
from collections.abc import Mapping
from typing import Final

from vesper.errors import VesperError
from vesper.execution.audit import Audit, Record
from vesper.lang.program import Program
from vesper.runtime.envelope import Envelope
from vesper.runtime.handlers.stack import Witness
from vesper.runtime.handling import Call
from vesper.runtime.journal import Outcome
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

_UNSAFE: Final = "shell"


class Auditor(Witness):
    """Audits runs as their nodes ask for it.

    `basic` records a run when it first writes and when it has ended, with the names of its inputs; `detailed`
    also every effect, a write before and after, all with values. `none` records refusals and programs run
    without a sandbox, as every level does: no document can keep those quiet.
    """

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._runs: dict[str, _Run] = {}
        self._lock = threading.Lock()

    def began(self, program: Program, call: Call, inputs: Mapping[str, Value]) -> None:
        """Remember who runs what; at `detailed` it is recorded at once."""
        run = _Run(program, inputs)
        with self._lock:
            self._runs[call.execution] = run
        if program.security.audit == "detailed":
            self._say_begun(run, call)

    def begins(self, effect: Effect, call: Call) -> None:
        """Record what is about to be done where that matters: writes, and programs without a sandbox."""
        run = self._run_of(call)
        if run is not None and effect.kind == "write" and run.program.security.audit == "basic":
            self._say_begun(run, call)
        begun: dict[str, Value] = {"status": "begun"}
        if effect.operation == _UNSAFE and not _has_sandbox():
            begun["sandbox"] = "none"
            self._keep(self._of_effect(effect, call, begun, call.audit == "detailed"))
        elif effect.kind == "write" and call.audit == "detailed":
            self._keep(self._of_effect(effect, call, begun))

    def performed(self, effect: Effect, call: Call, outcome: Outcome) -> None:
        """At `detailed`, record what came of it; what a provider refused at every level."""
        failure = outcome.failure
        if failure is not None and "capability_denied" in failure.codes:
            self.refused(effect, call, failure)
        elif call.audit == "detailed":
            self._try(self._of_effect(effect, call, self._outcome(effect, call, outcome)))

    def refused(self, effect: Effect, call: Call, failure: Failure) -> None:
        """Record a refusal, at every level."""
        redactor = self._redactor(effect, call)
        said: dict[str, Value] = {
            "status": "refused",
            "code": failure.code,
            "message": redactor.hide_text(failure.message),
            "operation": effect.operation,
        }
        capability = failure.details.get("capability")
        if isinstance(capability, str):
            said["capability"] = redactor.hide_text(capability)
        is_detailed = call.audit == "detailed"
        self._try(self._of_effect(effect, call, said, is_detailed, action="refused"))

    def ended(self, program: Program, call: Call, envelope: Envelope) -> None:
        """Record how the run ended."""
        with self._lock:
            run = self._runs.pop(call.execution, None) or _Run(program, {})
        level = program.security.audit
        if level == "none":
            return
        result: dict[str, Value] = {"status": envelope.status}
        if envelope.error is not None:
            result["code"] = envelope.error.code
        if level == "detailed":
            redactor = run.redactor
            result["output"] = redactor.hide(dict(envelope.output)) if envelope.output else None
            if envelope.error is not None:
                result["message"] = redactor.hide_text(envelope.error.message)
        self._try(self._of_run(run, call, result))

    def _say_begun(self, run: "_Run", call: Call) -> None:
        with self._lock:
            if run.is_recorded:
                return
            run.is_recorded = True
        self._keep(self._of_run(run, call, {"status": "begun"}))

    def _of_run(self, run: "_Run", call: Call, result: Mapping[str, Value]) -> Record:
        security = run.program.security
        inputs: Value = [*sorted(run.inputs)]
        if security.audit == "detailed":
            inputs = run.redactor.hide(dict(run.inputs))
        return Record(
            run.program.node_id, call.actor, "run", call.execution, inputs, result, call.role
        )

    def _of_effect(
        self,
        effect: Effect,
        call: Call,
        result: Mapping[str, Value],
        is_detailed: bool = True,
        action: str = "",
    ) -> Record:
        inputs: Value = [*sorted(effect.arguments)]
        if is_detailed:
            inputs = self._redactor(effect, call).hide(dict(effect.arguments))
        return Record(
            call.node_id, call.actor, action or effect.operation, call.execution, inputs, result,
            call.role, effect.site,
        )  # fmt: skip

    def _outcome(self, effect: Effect, call: Call, outcome: Outcome) -> dict[str, Value]:
        redactor = self._redactor(effect, call)
        failure = outcome.failure
        if failure is not None:
            hidden = redactor.hide_text(failure.message)
            return {"status": "error", "code": failure.code, "message": hidden}
        return {"status": "success", "output": redactor.hide(outcome.value)}

    def _redactor(self, effect: Effect, call: Call) -> Redactor:
        return call.redactor.naming(call.sensitive).knowing(effect.arguments)

    def _run_of(self, call: Call) -> "_Run | None":
        with self._lock:
            return self._runs.get(call.execution)

    def _keep(self, record: Record) -> None:
        """Record what has not happened yet: without the record it must not."""
        try:
            self._audit.append(record)
        except VesperError as error:
            message = f"{error.message}; nothing was done"
            raise Failure(("audit_failed", "effect_failed"), message, final=True) from error

    def _try(self, record: Record) -> None:
        """Record what has happened: that it cannot be recorded does not undo it."""
        try:
            self._audit.append(record)
        except VesperError:
            return


class _Run:
    """What is known of a run until it ends."""

    def __init__(self, program: Program, inputs: Mapping[str, Value]) -> None:
        self.program = program
        self.inputs = inputs
        self.redactor = Redactor.of(program.security.sensitive, inputs)
        self.is_recorded = False


def _has_sandbox() -> bool:
    from vesper.sandbox.probe import proof

    return proof().level != "none"
