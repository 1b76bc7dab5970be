"""Which names hold a value where, and what their values surely are, as flow goes apart and together."""

from collections.abc import Iterator

from vesper.compile.python_code import Local, Writer
from vesper.compile.python_kinds import common
from vesper.lang.program import (
    Assign,
    Block,
    If,
    Invoke,
    Loop,
    Parallel,
    Perform,
    Statement,
    Step,
    Switch,
)
from vesper.lang.types import ANY

Scope = dict[str, Local]


def set_in(block: Block) -> frozenset[str]:
    """The names that running the block may set outside of it; rounds of loops keep theirs."""
    return frozenset(name for it in block for name in _set_by(it) if name)


def merged(scopes: list[Scope]) -> Scope:
    """What is known where several ways come together."""
    if len(scopes) < 2:
        return scopes[0] if scopes else {}
    found: Scope = {}
    for name in dict.fromkeys(name for scope in scopes for name in scope):
        here = [scope[name] for scope in scopes if name in scope]
        is_sure = len(here) == len(scopes) and all(it.is_sure for it in here)
        kind = common(*(it.kind for it in here))
        is_held = any(it.is_held for it in here)
        found[name] = Local(here[0].name, kind, here[0].frame, is_sure, is_held)
    return found


def blur(w: Writer, names: frozenset[str]) -> None:
    """Any of the names may have been set by now, to anything."""
    for name in sorted(names):
        known = w.scope.get(name)
        w.set_name(name, ANY, is_sure=known is not None and known.is_sure)


def blocks_of(it: "Statement | Step") -> tuple[Block, ...]:
    """The blocks inside a statement that share its names, and those of a loop."""
    match it:
        case If(arms, otherwise) | Switch(_, arms, otherwise):
            return *(body for _, body in arms), otherwise
        case Parallel(branches):
            return tuple(body for _, body in branches)
        case Loop(body=body):
            return (body,)
        case Step():
            handled = [block for one in it.handlers for block in (one.undo, one.body)]
            return it.reads, it.body, *handled
        case _:
            return ()


def _set_by(it: "Statement | Step") -> Iterator[str]:
    match it:
        case Assign(name) | Perform(output=name) | Invoke(output=name) | Loop(output=name):
            yield name
        case _:
            for inner in blocks_of(it):
                yield from set_in(inner)
