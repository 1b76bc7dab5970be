"""What deserves a line above it in an editor: names that others use, and test cases to run."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from vesper.compile.suite import property_name
from vesper.lang.check import Analysis
from vesper.lang.exports import ExportKind
from vesper.lang.source import Span

_USED: tuple[ExportKind, ...] = ("node", "type", "variable", "role")


class Lens(NamedTuple):
    """A place with what may be said above it."""

    kind: Literal["references", "test"]
    name: str
    span: Span
    node: str = ""
    """The node that a test case belongs to."""


def lenses(analysis: Analysis) -> Iterator[Lens]:
    """The places of every document in the text, each name where it is first written."""
    for facts in analysis.parts():
        for kind in _USED:
            for name, places in facts.of(kind).items():
                span = places[0].export.span.moved(places[0].line)
                yield Lens("references", name, span)
        node = next(iter(facts.of("node")), "")
        for held in facts.held:
            if held.piece.chunk.section != "testing":
                continue
            for slot in held.piece.walked.slots:
                match slot.path:
                    case ("testing", "test_cases", int(), "name"):
                        span = slot.node.span.moved(held.line)
                        yield Lens("test", getattr(slot.node, "text", ""), span, node)
                    case ("testing", "property_tests", int()):
                        span = slot.node.span.moved(held.line)
                        start = Span(span.line, span.column, span.line, span.column)
                        yield Lens("test", property_name(slot.node), start, node)
                    case _:
                        pass
