"""What somebody changes about a run that is replayed: an input, a name that a step sets, or an answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from vesper.errors import VesperError
from vesper.lang.conversion import convert_text
from vesper.lang.ir import Const
from vesper.lang.program import (
    Assign,
    Block,
    Handler,
    If,
    Invoke,
    Loop,
    Parallel,
    Perform,
    Program,
    Statement,
    Step,
    Switch,
    blocks_in,
    steps_in,
)
from vesper.lang.types import ANY
from vesper.runtime.journal import Entry, Outcome
from vesper.runtime.request import Failure
from vesper.values.value import Value

INPUT: Final = "input"
ERROR: Final = "error"
_HINT: Final = "write it as step.field=value, step.error=code or input.name=value"


@dataclass(frozen=True, slots=True)
class Change:
    """`target.field=value`, the value as it was written."""

    target: str
    field: str
    text: str

    @property
    def name(self) -> str:
        """What is changed."""
        return f"{self.target}.{self.field}"


def read_change(text: str) -> Change:
    """The change that a person wrote; VesperError for what is none."""
    name, equals, value = text.partition("=")
    target, dot, field = name.strip().rpartition(".")
    if not (equals and dot and target and field):
        raise VesperError("invalid", f"`{text[:80]}` changes nothing", _HINT)
    return Change(target, field, value)


def noted(changes: Iterable[Change]) -> dict[str, Value]:
    """The changes as they are kept with a run."""
    return {it.name: it.text for it in changes}


def from_notes(notes: Mapping[str, Value]) -> list[Change]:
    """The changes that were kept."""
    return [read_change(f"{name}={text}") for name, text in notes.items()]


@dataclass(frozen=True, slots=True)
class Changed:
    """A run with its changes."""

    program: Program
    inputs: Mapping[str, Value]
    entries: tuple[Entry, ...]
    paths: frozenset[str]
    """The steps that were changed."""
    has_new_inputs: bool


def changed(
    program: Program,
    inputs: Mapping[str, Value],
    entries: Sequence[Entry],
    changes: Iterable[Change],
) -> Changed:
    """The run with the changes made; VesperError for one that means nothing here."""
    given, held, paths, new_inputs = dict(inputs), list(entries), set[str](), False
    for change in changes:
        if change.target == INPUT:
            given[change.field] = _input(program, change)
            new_inputs = True
            continue
        step = _step(program, change)
        paths.add(step.path)
        if change.field in _set_by(step.body):
            value = _value(change)
            program = replace(program, body=_with(program.body, step.path, change.field, value))
        else:
            held = _answered(held, step, change)
    return Changed(program, given, tuple(held), frozenset(paths), new_inputs)


def rewritten(program: Program, changes: Iterable[Change]) -> Program:
    """The program of a run that was begun with changes: its inputs and answers hold the others already."""
    for change in changes:
        if change.target != INPUT:
            step = _step(program, change)
            if change.field in _set_by(step.body):
                body = _with(program.body, step.path, change.field, _value(change))
                program = replace(program, body=body)
    return program


def _input(program: Program, change: Change) -> Value:
    declared = next((it for it in program.inputs if it.name == change.field), None)
    if declared is None:
        names = ", ".join(it.name for it in program.inputs) or "none"
        message = f"`{program.node_id}` has no input `{change.field}`"
        raise VesperError("invalid", message, f"its inputs are: {names}")
    found = convert_text(change.text, declared.type, program.named, change.field)
    if found.problems:
        raise VesperError("invalid", f"{change.name}: {found.problems[0].message}", _HINT)
    return found.value


def _value(change: Change) -> Value:
    found = convert_text(change.text, ANY, {}, change.name)
    if found.problems:
        raise VesperError("invalid", f"{change.name}: {found.problems[0].message}", _HINT)
    return found.value


def _step(program: Program, change: Change) -> Step:
    steps = list(steps_in(program.body))
    for step in steps:
        if change.target in (step.path, step.name):
            return step
    names = ", ".join(it.name for it in steps if it.name)
    message = f"`{program.node_id}` has no step `{change.target}`"
    raise VesperError("invalid", message, f"its steps are: {names[:300]}")


def _answered(entries: list[Entry], step: Step, change: Change) -> list[Entry]:
    """The entries where the step's own effect is answered otherwise."""
    found = False
    for place, entry in enumerate(entries):
        if _without_rounds(entry.site) == step.path:
            entries[place] = _with_answer(entry, change)
            found = True
    if not found:
        names = ", ".join(sorted(_set_by(step.body))) or "nothing"
        message = f"step `{change.target}` sets no `{change.field}`, and was answered nothing"
        raise VesperError("invalid", message, f"it sets: {names}")
    return entries


def _with_answer(entry: Entry, change: Change) -> Entry:
    before = entry.outcome.value
    if change.field == ERROR and not (isinstance(before, dict) and ERROR in before):
        code = change.text.strip()
        failure = Failure((code, "effect_failed"), f"changed by hand: {code}")
        return replace(entry, state="done", outcome=Outcome(failure=failure))
    value = _value(change)
    if not isinstance(before, dict):
        return replace(entry, state="done", outcome=Outcome(value))
    answer, body = dict(before), before.get("body")
    if change.field not in before and isinstance(body, dict):
        answer["body"] = {**body, change.field: value}
    else:
        answer[change.field] = value
    return replace(entry, state="done", outcome=Outcome(answer))


def _without_rounds(site: str) -> str:
    """The path of the step that a site of the outermost node belongs to; empty for others."""
    if ">" in site or "#" in site:
        return ""
    return "/".join(it.partition("[")[0].partition("~")[0] for it in site.split("/"))


def _set_by(block: Block) -> set[str]:
    """The names that a step sets itself."""
    found: set[str] = set()
    for it in block:
        if isinstance(it, Assign):
            found.add(it.name)
        elif isinstance(it, Perform | Invoke | Loop) and it.output:
            found.add(it.output)
        if not isinstance(it, Step):
            for inner in blocks_in(it):
                found |= _set_by(inner)
    return {it for it in found if not it.startswith("$")}


def _with(block: Block, path: str, name: str, value: Value) -> Block:
    """The block where the step sets the name to that value in the end."""

    def inner(held: Block) -> Block:
        return _with(held, path, name, value)

    def made(it: "Statement | Step") -> "Statement | Step":
        match it:
            case Step() if it.path == path:
                return replace(it, body=(*it.body, Assign(name, Const(value))))
            case Step():
                return replace(it, body=inner(it.body), handlers=tuple(map(handled, it.handlers)))
            case If(arms, otherwise):
                return If(tuple((when, inner(then)) for when, then in arms), inner(otherwise))
            case Switch(on, cases, otherwise):
                return Switch(on, tuple((it, inner(of)) for it, of in cases), inner(otherwise))
            case Loop():
                return replace(it, body=inner(it.body))
            case Parallel(branches):
                return Parallel(tuple((label, inner(of)) for label, of in branches))
            case _:
                return it

    def handled(handler: Handler) -> Handler:
        return replace(handler, undo=inner(handler.undo), body=inner(handler.body))

    return tuple(map(made, block))
