"""What engines share around the flow: inputs taken in, answers checked, failures told. No evaluation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from vesper.lang.conversion import Problem, convert
from vesper.lang.program import Clause, Guard, Output, Program
from vesper.lang.types import STRING
from vesper.runtime.envelope import RUN_ERRORS
from vesper.runtime.meter import FINAL
from vesper.runtime.request import Breach, Failure
from vesper.values.encoding import canonical
from vesper.values.text import printed
from vesper.values.value import Fault, Value

Side = Literal["success", "error"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What the flow answered with."""

    side: Side
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Taken:
    """Values converted to their declared types, and what was wrong with them."""

    values: dict[str, Value]
    problems: tuple[Problem, ...] = ()


def take_inputs(program: Program, given: Mapping[str, Value]) -> Taken:
    """The inputs of a run, defaults filled in; all problems at once."""
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for it in program.inputs:
        if it.name in given:
            found = convert(given[it.name], it.type, program.named, it.name)
            values[it.name] = found.value
            problems += found.problems
        elif it.required:
            problems.append(Problem(it.name, "is missing"))
        else:
            values[it.name] = it.default
    known = {it.name for it in program.inputs}
    problems += [Problem(name, "there is no such input") for name in given if name not in known]
    return Taken(values, tuple(problems))


def take_answer(program: Program, answer: Answered) -> Taken:
    """The fields of an answer by what the outputs declare; what may be null and is missing is null."""
    is_error = answer.side == "error"
    outputs = program.error if is_error else program.success
    given = dict(answer.fields)
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    if is_error:
        problems += _take_code(program, given)
        given["message"] = printed(given.get("message")) or _words(given["error_code"])
        outputs = (*_IMPLIED, *(it for it in outputs if it.name not in ("error_code", "message")))
    for it in outputs:
        if it.name not in given and it.required:
            problems.append(Problem(it.name, "is missing"))
            continue
        value = given.pop(it.name, None)
        if value is None and not it.required:
            values[it.name] = None
            continue
        found = convert(value, it.type, program.named, it.name)
        values[it.name] = found.value
        problems += found.problems
    if outputs:
        problems += [Problem(name, f"the {answer.side} side has no such field") for name in given]
    return Taken(values, tuple(problems))


def fallen_off(program: Program, names: Mapping[str, Value]) -> "Answered | dict[str, Value]":
    """What a flow that ended without an answer comes to: a success made of its names, or an error."""
    missing = [it.name for it in program.success if it.required and it.name not in names]
    if missing:
        shown = ", ".join(f"`{it}`" for it in missing)
        message = f"the flow ended without an answer, and nothing has set {shown}"
        return error("not_returned", message, {"missing": [*missing]})
    found = {it.name: names[it.name] for it in program.success if it.name in names}
    return Answered("success", found)


def error(code: str, message: str, details: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """An error as `Ended` holds it."""
    return {"code": code, "message": message, "details": tellable(details or {})}


def tellable(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values, but for those that are nested too deep to be written down."""
    found: dict[str, Value] = {}
    for name, value in values.items():
        try:
            canonical(value)
        except Fault as fault:
            found[name] = fault.message
        else:
            found[name] = value
    return found


def declared_error(fields: Mapping[str, Value]) -> dict[str, Value]:
    """The error of an answer: its code and message, the other fields as details."""
    rest = {key: it for key, it in fields.items() if key not in ("error_code", "message")}
    return error(printed(fields["error_code"]), printed(fields["message"]), rest)


def problems_told(code: str, problems: Iterable[Problem]) -> dict[str, Value]:
    """The error `input_invalid` or `output_invalid`."""
    told: list[Value] = [{"path": it.path, "message": it.message} for it in problems]
    first, *others = problems
    more = f", and {len(others)} more" if others else ""
    return error(code, f"`{first.path}`: {first.message}{more}", {"problems": told})


def breaches_told(code: str, breaches: Iterable[Breach]) -> dict[str, Value]:
    """The error `precondition_violated` or `postcondition_violated`: the first breach, with its values."""
    first, *others = breaches
    why = "" if first.reason == "false" else f" ({first.reason})"
    more = f", and {len(others)} more" if others else ""
    message = f"the {first.kind} `{first.clause}` does not hold{why}{more}"
    return error(code, message, {"clause": first.clause, "values": dict(first.values)})


def breach(
    clause: Clause,
    kind: Literal["constraint", "precondition", "postcondition", "invariant"],
    verdict: bool | Fault,
    values: Mapping[str, Value],
) -> Breach:
    """A clause that does not hold."""
    reason = f"{verdict.code}: {verdict.message}" if isinstance(verdict, Fault) else "false"
    return Breach(kind, clause.text, reason, tellable(values), clause.line)


def fault_failure(fault: Fault, site: str) -> Failure:
    """What a step that ended with a fault failed with."""
    details: dict[str, Value] = {"step": site, "fault": fault.code, **fault.values}
    is_final = fault.code in FINAL
    return Failure((fault.code, "evaluation_failed"), fault.message, details, is_final)


def guard_failure(
    guard: Guard, verdict: bool | Fault, values: Mapping[str, Value], site: str
) -> Failure:
    """What a step failed with whose guard does not hold; `values` are those of the names in it."""
    why = f": {verdict.message}" if isinstance(verdict, Fault) else ""
    told = tellable(values)
    details: dict[str, Value] = {"step": site, "guard": guard.text, "values": told}
    return Failure(("guard_failed",), f"the guard `{guard.text}` does not hold{why}", details)


def too_many_items(found: int, most: int, site: str) -> Failure:
    """What a loop fails with that was given a longer list than it accepts."""
    message = f"{found:,} items are more than the {most:,} that the loop accepts"
    details: dict[str, Value] = {"step": site, "items": found, "max_items": most}
    return Failure(("too_many_items",), message, details)


def failure_told(failure: Failure, program: Program) -> dict[str, Value]:
    """The error that a failure which nothing handled ends the run with.

    A code that the document declares is told as it is: the error of a called node under its own name.
    """
    declared = () if failure.final else program.error_codes
    of_evaluation = "evaluation_failed" in failure.codes and not failure.final
    general = {"evaluation_failed"} if of_evaluation else RUN_ERRORS
    code = next((it for it in failure.codes if it in declared or it in general), "effect_failed")
    details = dict(failure.details)
    if "effect_failed" in (code, *failure.codes):
        details["codes"] = [*failure.codes]
    return error(code, failure.message, details)


def _take_code(program: Program, given: dict[str, Value]) -> list[Problem]:
    """See to it that there is an error code, and that the document declares it."""
    code = given.setdefault("error_code", None)
    if not isinstance(code, str) or not code:
        given["error_code"] = ""
        return [Problem("error_code", "is missing")]
    if program.error_codes and code not in program.error_codes:
        known = ", ".join(f"`{it}`" for it in program.error_codes[:8])
        return [Problem("error_code", f"`{code}` is not declared; it is one of {known}")]
    return []


def _words(code: Value) -> str:
    """What an error without a message says: its code in words."""
    return printed(code).replace("_", " ")


_IMPLIED = (Output("error_code", STRING), Output("message", STRING))
