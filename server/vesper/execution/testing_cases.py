"""Test cases: runs with what they must give, and what must hold between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from vesper.compile.suite import Assertion, Case, Round
from vesper.execution.testing_matching import Difference, differences
from vesper.execution.testing_mocks import Mocks
from vesper.execution.testing_subject import Subject, Trouble, answer_of, execute, merged
from vesper.lang.types import ANY
from vesper.runtime.engine import Engine
from vesper.runtime.envelope import RUN_ERRORS, Envelope
from vesper.values.encoding import canonical
from vesper.values.value import Value


def run_case(
    case: Case, subject: Subject, engines: Sequence[Engine]
) -> tuple[tuple[Trouble, ...], int]:
    """What is wrong with one case, and how often the node was run."""
    if case.problem:
        return (Trouble(case.problem, case.line),), 0
    running = _CaseRun(case, subject, datetime.now(UTC))
    found = [(it.name, running.on(it)) for it in engines]
    troubles = merged([(name, it) for name, (it, _) in found])
    if not troubles and len(found) > 1:
        troubles = _disagreements(case, [(name, it) for name, (_, it) in found])
    return tuple(troubles), running.runs


@dataclass
class _CaseRun:
    case: Case
    subject: Subject
    now: datetime
    runs: int = 0
    _results: list[dict[str, Value]] = field(default_factory=list[dict[str, Value]])

    def on(self, engine: Engine) -> tuple[list[Trouble], list[Envelope]]:
        """Run every step of the case on one engine."""
        troubles: list[Trouble] = []
        envelopes: list[Envelope] = []
        self._results = []
        seed = f"{self.subject.program.node_id}\n{self.case.name}"
        mocks = Mocks({}, self.now, seed)
        for step in self.case.steps:
            match step:
                case Round():
                    mocks.answers = step.mocks
                    program, resolve = self.subject.program, self.subject.resolve
                    envelope = execute(program, step.inputs, engine, mocks, resolve)
                    self.runs += 1
                    envelopes.append(envelope)
                    self._results.append(answer_of(envelope))
                    troubles += self._judge(step, envelope)
                case Assertion():
                    troubles += self._assert(step, engine)
        return troubles, envelopes

    def _judge(self, step: Round, envelope: Envelope) -> Iterator[Trouble]:
        expected = dict(step.expected or {})
        if "error_code" in expected and expected["error_code"] is not None:
            expected.setdefault("success", False)
        got = answer_of(envelope)
        wants_success = expected.get("success", True) is not False
        if envelope.error is not None and wants_success:
            yield self._failed(step, envelope)
            return
        if envelope.error is None and not wants_success:
            code = expected.get("error_code")
            wanted = f"the error `{code}`" if isinstance(code, str) else "an error"
            message = f"expected {wanted}, got a success"
            yield Trouble(message, self._line(step, "error_code", "success"), envelope=envelope)
            return
        named, answers = self.subject.program.named, self.subject.answers
        for key, value in expected.items():
            if key not in got and value is not None:
                found = [Difference(key, value, None, is_missing=True)]
            else:
                found = list(differences(value, got.get(key), answers.get(key, ANY), named, key))
            if found:
                message = f"`{key}` is not what is expected"
                yield Trouble(message, self._line(step, key), "", tuple(found), envelope)

    def _failed(self, step: Round, envelope: Envelope) -> Trouble:
        """An error where none was expected; one that nobody declares is the node's fault, or the case's."""
        assert envelope.error is not None
        error = envelope.error
        wanted = "expected success, " if step.expected else ""
        known = RUN_ERRORS.get(error.code, "")
        said = error.message or known
        message = f"{wanted}got the error `{error.code}`: {said}"
        return Trouble(message, self._line(step, "success"), envelope=envelope)

    def _assert(self, step: Assertion, engine: Engine) -> Iterator[Trouble]:
        given: dict[str, Value] = {f"result{at}": it for at, it in enumerate(self._results, 1)}
        try:
            program = self.subject.evaluate(step.text)
        except ValueError as error:
            yield Trouble(f"`{step.text}` cannot be evaluated: {error}", step.line)
            return
        wanted = {it.name for it in program.inputs}
        given = {name: it for name, it in given.items() if name in wanted}
        mocks = Mocks({}, self.now, step.text)
        envelope = execute(program, given, engine, mocks, self.subject.resolve)
        if envelope.output is None:
            why = envelope.error.message if envelope.error else ""
            yield Trouble(f"`{step.text}` has no value: {why}", step.line, envelope=envelope)
        elif envelope.output.get("holds") is not True:
            yield Trouble(f"`{step.text}` does not hold", step.line, inputs=given)

    def _line(self, step: Round, *keys: str) -> int:
        return next((step.lines[it] for it in keys if it in step.lines), self.case.line)


def _disagreements(case: Case, found: Sequence[tuple[str, Sequence[Envelope]]]) -> list[Trouble]:
    """Answers that pass and are still not the same on all engines."""
    first, envelopes = found[0]
    for name, others in found[1:]:
        for one, other in zip(envelopes, others, strict=True):
            if canonical(answer_of(one)) != canonical(answer_of(other)):
                message = f"{first} and {name} give different answers: please report it"
                gap = differences(answer_of(one), answer_of(other), ANY, {})
                return [Trouble(message, case.line, name, tuple(gap), other)]
    return []
