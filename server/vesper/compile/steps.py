"""Steps made into statements: the fields that every step has, around what its operation does."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from vesper.compile import handlers
from vesper.compile.flow import Flow, Frame, Names
from vesper.compile.views import SHARED, View
from vesper.compile.waits import retry_of, seconds
from vesper.lang import tree
from vesper.lang.operation import operations, text_of
from vesper.lang.program import Block, Handler, Retry, Statement, Step

_RETURNS: Final = ("return_success", "return_error")


def block(flow: Flow, node: tree.Node | None, names: Names, above: str = "") -> Block:
    """A list of steps, or the one step that a mapping is; `above` goes before their paths."""
    node = flow.document.resolved(node)
    items = node.items if isinstance(node, tree.Sequence) else [node]
    found: list[Step | Statement] = []
    for place, item in enumerate(items, 1):
        inner = flow.document.resolved(item)
        if not isinstance(inner, tree.Mapping):
            continue
        if isinstance(node, tree.Mapping) and any(map(inner.entry, _RETURNS)):
            frame = Frame(above)
            answer = View(flow, inner, "return", names, frame).answer(inner)
            found += _read_before(flow, answer, frame, above)
        else:
            found.append(step(flow, inner, names, (above, place)))
    return tuple(found)


def _read_before(flow: Flow, answer: Block, frame: Frame, above: str) -> Iterator[Step | Statement]:
    """An answer that asks for the time is a step of its own, since steps are what reads belong to."""
    if frame.reads:
        path = flow.path(f"{above}return")
        yield Step(path, "return", "return", answer, tuple(frame.reads.values()))
    else:
        yield from answer


def step(flow: Flow, node: tree.Mapping, names: Names, place: tuple[str, int]) -> Step:
    """One step; `place` is the path above it and its number in its list."""
    word = text_of(node, "operation")
    if not word and any(map(node.entry, _RETURNS)):
        word = "return"
    name = text_of(node, "step") or f"{word}_{place[1]}"
    known = operations().get(word)
    runs_again = known is not None and (known.effect == "pure" or word == "call_node")
    frame = Frame(flow.path(f"{place[0]}{name}"), node is flow.last, runs_again)
    before = names.copy()
    when = flow.document.resolved(node.get("when"))
    condition = flow.expression(when, names, frame)[0] if when is not None else None
    guards = flow.document.resolved(node.get("guards"))
    if isinstance(guards, tree.Sequence):
        frame.guards += [flow.guard(it, names, frame) for it in guards.items]
    body = _body(View(flow, node, word, names, frame))
    after = names.copy()
    after.join((before, names), flow.named)
    own = handlers.of_step(flow, node, after, frame)
    if condition is not None or any(it.goes_on for it in own.handlers):
        names.join((after, own.names), flow.named)
    policy = _retry(flow, node)
    return Step(
        frame.path,
        name,
        word,
        body,
        tuple(frame.reads.values()),
        condition,
        tuple(frame.guards),
        _handlers(frame, own.handlers, policy),
        own.retry or policy,
        seconds(flow.document.resolved(node.get("timeout"))),
        flow.document.line(node),
    )


def _body(view: View) -> Block:
    known = operations().get(view.word_of_operation)
    if known is not None:
        return known.lower(view)
    arguments = tuple(
        (entry.key.text, view.value(entry.value))
        for entry in view.node.entries
        if entry.key.text not in SHARED and not entry.key.text.startswith("x-")
    )
    return (view.perform(arguments, output=view.word("output")),)


def _retry(flow: Flow, node: tree.Mapping) -> Retry:
    policy = flow.document.resolved(node.get("retry_policy"))
    return retry_of(policy) if isinstance(policy, tree.Mapping) else Retry()


def _handlers(frame: Frame, own: list[Handler], policy: Retry) -> tuple[Handler, ...]:
    """All handlers of a step; one that can only be run again as a whole is so before any of them answers."""
    again = policy.attempts - 1 if frame.runs_again else 0
    if again <= 0:
        return (*frame.caught, *own, *frame.left)
    tried = [replace(it, retries=max(again, it.retries)) for it in own]
    return (*frame.caught, *tried, Handler(policy.codes, retries=again), *frame.left)
