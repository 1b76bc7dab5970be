"""The section `observability` as far as it is evaluated: alerts, and metrics with a value."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from vesper.compile.document import Document
from vesper.compile.expressions import Sources, bare, lowered, parsed
from vesper.lang import ir, tree
from vesper.lang.operation import text_of
from vesper.lang.program import RUN_NAMES, Alert, Input, Measured, Output, Watched
from vesper.lang.types import Type, settled

_Kind = Literal["counter", "gauge", "histogram"]
_KINDS: Final[tuple[_Kind, ...]] = ("counter", "gauge", "histogram")
_VALUES: Final = ("value", "expression")


def watched(
    document: Document, fields: Iterable[Input | Output], named: Mapping[str, Type]
) -> Watched:
    """What a document wants looked at; `fields` are its inputs and outputs."""
    known = {**RUN_NAMES, **{it.name: settled(it.type, named) for it in fields}}
    return Watched(tuple(_alerts(document, known, named)), tuple(_metrics(document, known, named)))


def _alerts(
    document: Document, known: Mapping[str, Type], named: Mapping[str, Type]
) -> Iterator[Alert]:
    for number, node in enumerate(_items(document, "alerts"), 1):
        if isinstance(node, tree.Scalar):
            condition, reason = _condition(node.text, known, named)
            yield Alert(f"alert_{number}", node.text, condition, reason)
        elif isinstance(node, tree.Mapping):
            text = " ".join(text_of(node, "condition").split())
            condition, reason = _condition(text, known, named)
            whom = _words(node.get("notify"))
            yield Alert(
                text_of(node, "name") or f"alert_{number}", text, condition, reason,
                text_of(node, "severity") or "warning", whom, text_of(node, "description"),
            )  # fmt: skip


def _metrics(
    document: Document, known: Mapping[str, Type], named: Mapping[str, Type]
) -> Iterator[Measured]:
    for name, node in _declared(document):
        text = next((said for key in _VALUES if (said := text_of(node, key))), "")
        value, _ = _condition(text, known, named)
        said = text_of(node, "type") or text_of(node, "kind")
        kind = _KINDS[_KINDS.index(said)] if said in _KINDS else "gauge"
        if name and text and value is not None:
            yield Measured(name, kind, value)


def _declared(document: Document) -> Iterator[tuple[str, tree.Mapping]]:
    """Metrics that are more than a name, as a list or by name."""
    section = document.section("observability", "metrics")
    if isinstance(section, tree.Mapping):
        for entry in section.entries:
            inner = document.resolved(entry.value)
            if isinstance(inner, tree.Mapping):
                yield entry.key.text, inner
    for inner in _items(document, "metrics"):
        if isinstance(inner, tree.Mapping):
            yield text_of(inner, "name"), inner


def _words(node: tree.Node | None) -> tuple[str, ...]:
    items = node.items if isinstance(node, tree.Sequence) else (node,)
    return tuple(it.text for it in items if isinstance(it, tree.Scalar))


def _items(document: Document, key: str) -> Iterator[tree.Node]:
    section = document.section("observability", key)
    for item in section.items if isinstance(section, tree.Sequence) else ():
        inner = document.resolved(item)
        if inner is not None:
            yield inner


def _condition(
    text: str, known: Mapping[str, Type], named: Mapping[str, Type]
) -> tuple[ir.Expr | None, str]:
    """The expression; else why it cannot be evaluated."""
    read = parsed(bare(text)) if text else None
    if read is None:
        return None, "it is no expression"
    numbers = itertools.count(1)
    sources = Sources(
        lambda name: ir.Load(name, known[name]) if name in known else None,
        named,
        lambda word: f"${word}_w{next(numbers)}",
        lambda: ir.Load("$now"),
    )
    found = lowered(read, sources)
    if sources.unknown:
        return None, f"nobody defines `{sources.unknown[0]}`"
    return found, ""
