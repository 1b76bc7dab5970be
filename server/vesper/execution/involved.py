"""The values in a step that could not be evaluated, for the error that tells of it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

from vesper.execution.ledger import Draft
from vesper.execution.replay import failed_at
from vesper.lang.ir import Expr
from vesper.lang.parts import names
from vesper.lang.program import (
    Answer,
    Assign,
    Block,
    Fail,
    If,
    Invoke,
    Loop,
    Perform,
    Step,
    Switch,
)
from vesper.runtime.driver import Resolver
from vesper.runtime.ending import tellable
from vesper.runtime.journal import Journal
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Ended
from vesper.values.value import Value


def with_values(ended: Ended, draft: Draft, journal: Journal, resolve: Resolver) -> Ended:
    """The end with what the names held that the step reads, where it is a fault; sensitive ones are hidden.

    The definitional engine goes the way of the run again, so that no engine must keep them for a fault that
    may never come.
    """
    error = ended.error
    details = error.get("details") if error is not None else None
    if error is None or not isinstance(details, dict) or error["code"] != "evaluation_failed":
        return ended
    site = details.get("step")
    if not isinstance(site, str) or "values" in details:
        return ended
    from vesper.runtime.interp import Interpreter

    failed = failed_at(draft, journal.entries(), site, Interpreter(), resolve)
    if failed is None:
        return ended
    step, held = failed
    told = Redactor.of(draft.program.security.sensitive, draft.inputs).hide(_read(step, held))
    values = tellable(told) if isinstance(told, dict) else {}
    return replace(ended, error={**error, "details": {**details, "values": values}})


def _read(step: Step, held: Mapping[str, Value]) -> dict[str, Value]:
    wanted = dict.fromkeys(name for it in _expressions(step) for name in names(it))
    return {name: held[name] for name in wanted if name in held and not name.startswith("$")}


def _expressions(step: Step) -> Iterator[Expr]:
    """Those of the step itself, in order; steps inside it have their own."""
    if step.when is not None:
        yield step.when
    yield from (it.condition for it in step.guards if it.condition is not None)
    yield from _in_block(step.body)


def _in_block(block: Block) -> Iterator[Expr]:
    for it in block:
        match it:
            case Assign(_, value):
                yield value
            case If(arms, otherwise):
                yield from (condition for condition, _ in arms)
                yield from chain(*(_in_block(inner) for _, inner in arms), _in_block(otherwise))
            case Switch(on, cases, otherwise):
                yield on
                yield from chain(*(_in_block(inner) for _, inner in cases), _in_block(otherwise))
            case Loop(items=items):
                yield items
            case Perform(arguments=entries) | Invoke(arguments=entries) | Answer(fields=entries):
                yield from (value for _, value in entries)
            case Fail(_, message):
                yield message
            case _:
                pass
