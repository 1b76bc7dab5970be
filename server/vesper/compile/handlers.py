"""What a document does with failures: `on_error` and `error_handling` in all their notations."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from vesper.compile.expressions import const
from vesper.compile.flow import Flow, Frame, Names
from vesper.compile.views import View
from vesper.compile.waits import number, retry_of
from vesper.lang import ir, tree
from vesper.lang.lowering import Arguments
from vesper.lang.operation import text_of
from vesper.lang.program import Block, Handler, Perform, Retry, Step
from vesper.lang.types import STRING, RecordType

FAILURE: Final = "$failure"
_ANY: Final = frozenset({"", "*", "any", "default", "all", "otherwise", "else"})
_MARKS: Final = (
    "action", "return_success", "return_error", "fallback", "map_to", "compensate", "compensation_steps",
)  # fmt: skip
_ACTIONS: Final = frozenset({"retry", "return", "fallback", "ignore", "abort"})
_FAILURE_TYPE: Final = RecordType("record", (("code", STRING), ("message", STRING)))


@dataclass(slots=True)
class Handled:
    """The handlers of a step or node, what names stand for behind them, and how often to try an effect."""

    names: Names
    handlers: list[Handler] = field(default_factory=list[Handler])
    retry: Retry | None = None


@dataclass(frozen=True, slots=True)
class _Written:
    """One action: the error it is for, empty for any, and a code or a mapping that says what to do."""

    code: str
    node: tree.Node


def of_step(flow: Flow, node: tree.Mapping, names: Names, frame: Frame) -> Handled:
    """The handlers of one step; `names` are those that stand while one of them runs."""
    handled = Handled(names.copy())
    for key in ("on_error", "error_handling"):
        for written in _actions(flow, node.get(key)):
            _handle(flow, written, names, frame, handled)
    return handled


def of_node(flow: Flow, names: Names) -> tuple[Handler, ...]:
    """The handlers for failures that no step handles."""
    handled = Handled(names)
    for written in _actions(flow, flow.document.section("error_handling")):
        _handle(flow, written, names, Frame(""), handled)
    return tuple(handled.handlers)


def _actions(flow: Flow, node: tree.Node | None) -> Iterator[_Written]:
    node = flow.document.resolved(node)
    match node:
        case tree.Scalar():
            yield _Written("", node)
        case tree.Sequence(items=items):
            for item in items:
                inner = flow.document.resolved(item)
                if inner is not None:
                    code = text_of(inner, "error_type") if isinstance(inner, tree.Mapping) else ""
                    yield _Written("" if code in _ANY else code, inner)
        case tree.Mapping() if any(map(node.entry, _MARKS)):
            code = text_of(node, "error_type")
            yield _Written("" if code in _ANY else code, node)
        case tree.Mapping(entries=entries):
            found = [(it.key.text, flow.document.resolved(it.value)) for it in entries]
            # What is for any error comes last, wherever it is written.
            for code, inner in sorted(found, key=lambda it: it[0] in _ANY):
                if inner is not None and not code.startswith("x-"):
                    yield _Written("" if code in _ANY else code, inner)
        case _:
            pass


def _handle(flow: Flow, written: _Written, names: Names, frame: Frame, handled: Handled) -> None:
    """Add the handler of one action; `handled.names` learns what it may set."""
    inner = names.copy({FAILURE: ir.Load(FAILURE, _FAILURE_TYPE)})
    above = f"{frame.path}!{len(frame.caught) + len(handled.handlers)}/"
    codes = (written.code,) if written.code else ()
    node, word = written.node, ""
    if isinstance(node, tree.Scalar):
        word = node.text if node.text in _ACTIONS and node.text not in flow.codes else ""
    read = frame if frame.path else Frame("")
    view = View(
        flow, node if isinstance(node, tree.Mapping) else tree.Mapping(node.span), "", inner, read
    )
    if isinstance(node, tree.Scalar) and not word:
        handler = Handler(codes, body=view.error(node))
    else:
        action = word or view.word("action")
        handler, retry = _action(flow, view, inner, action, _Place(above, codes))
        if retry is not None and frame.runs_again:
            handler = replace(handler, retries=retry.attempts - 1)
        handled.retry = handled.retry or retry
    if not frame.path and read.reads:
        path = flow.path(f"{above}return")
        step = Step(path, "return", "return", handler.body, tuple(read.reads.values()))
        handler = replace(handler, body=(step,))
    handled.handlers.append(handler)
    if handler.goes_on:
        handled.names.join((handled.names.copy(), inner), flow.named)


@dataclass(frozen=True, slots=True)
class _Place:
    above: str
    codes: tuple[str, ...]


def _action(
    flow: Flow, view: View, names: Names, action: str, place: _Place
) -> tuple[Handler, Retry | None]:
    undo: Block = ()
    for key in ("compensate", "compensation_steps"):
        undo += flow.block(flow, view.get(key), names, place.above)
    body = (
        *_told(flow, view, place.above),
        *flow.block(flow, view.get("fallback"), names, place.above),
    )
    fallback = view.get("fallback") is not None
    answer = _answer(flow, view)
    policy, again = view.get("retry_policy"), number(view.get("max_retries"))
    retry: Retry | None = None
    if isinstance(policy, tree.Mapping):
        retry = retry_of(policy, place.codes)
    elif action == "retry" or again is not None:
        retry = Retry(1 + int(again if again is not None else 1), codes=place.codes)
    goes_on = (action == "ignore" or fallback) and not answer
    return Handler(place.codes, undo, (*body, *answer), 0, goes_on), retry


def _answer(flow: Flow, view: View) -> Block:
    """What the caller is answered; `message` and `retry_after` count where the error does not say them."""
    more: dict[str, ir.Expr] = {}
    declared = {it.name for it in flow.error}
    if view.get("message") is not None:
        more["message"] = view.text(view.get("message"))
    if view.get("retry_after") is not None and "retry_after" in declared:
        more["retry_after"] = view.value(view.get("retry_after"))
    for key in ("return_error", "map_to"):
        node = view.get(key)
        if node is not None:
            return view.error(node, more)
    return view.answer(view.node)


def _told(flow: Flow, view: View, above: str) -> Block:
    """The entry in the log that `log_level` and `notify` ask for."""
    level, notify = view.word("log_level"), view.get("notify")
    if not level and notify is None:
        return ()
    failure = ir.Load(FAILURE, _FAILURE_TYPE)
    message = view.get("message")
    told: Arguments = (
        (
            "message",
            ir.GetField(failure, "message", STRING) if message is None else view.text(message),
        ),
        ("level", const(level or "error")),
    )
    if notify is not None:
        told += (("data", ir.RecordOf((("notify", view.value(notify)),))),)
    path = flow.path(f"{above}log")
    return (Step(path, "log", "log", (Perform("log", "write", told),)),)
