"""VSP110: a file that says nothing."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, replace, rule
from vesper.lang.source import Span

_MINIMAL = """\
node_id: new_node_v1
type: function
intent: Say what this node is for

inputs:
  name: string

outputs:
  greeting: string

flow:
  - step: greet
    operation: string_template
    template: "Hello, {name}!"
    output: greeting
"""


@rule(
    "VSP110",
    "empty-document",
    kind="vsp",
    bad="""
        # nothing here
        # <- the file is empty; a node needs at least node_id, type, intent, inputs, outputs and flow
        """,
    good="""
        node_id: greet_v1
        """,
)
def empty_document(document: Document) -> Iterator[Finding]:
    """The quick fix writes the smallest node that works."""
    if not document.facts.of("section") and not any(
        piece.has_content or piece.is_broken for _, piece in document.facts.pieces
    ):
        start = Span(document.line, 0, document.line, 0)
        yield Finding(
            Span(document.line, 0, document.line, 1),
            "the file is empty; a node needs at least node_id, type, intent, inputs, outputs and flow",
            replace("Write a minimal node", start, _MINIMAL),
        )
