"""VSP114: a node without one of its required sections."""

from collections.abc import Iterator

from vesper.lang.document import NODE
from vesper.lang.rule import Document, Finding, replace, rule
from vesper.lang.source import Span

_STARTS = {
    "node_id": "node_id: new_node_v1\n",
    "type": "type: function\n",
    "intent": "intent: Say what this node is for\n",
    "inputs": "inputs:\n  name: string\n",
    "outputs": "outputs:\n  result: string\n",
    "flow": (
        "flow:\n  - step: first\n    operation: compute\n    expression: \"'done'\"\n"
        "    output: result\n"
    ),
}


@rule(
    "VSP114",
    "missing-section",
    kind="vsp",
    bad="""
        node_id: greet_v1
        # <- a node needs `outputs`: what comes back: `success` and `error`, or fields alone
        type: function
        intent: Greet somebody
        inputs:
          name: string
        flow:
          - step: done
            operation: return
        """,
    good="""
        node_id: greet_v1
        type: function
        intent: Greet somebody
        inputs:
          name: string
        outputs:
          greeting: string
        flow:
          - step: done
            operation: return
        """,
)
def missing_section(document: Document) -> Iterator[Finding]:
    """Every node says what it is, what it is for, what goes in, what comes out and how."""
    present = document.facts.of("section")
    if not present or document.facts.is_broken:
        return
    heading = min((places[0] for places in present.values()), key=lambda it: it.line)
    span = heading.export.span.moved(heading.line)
    for field in NODE.fields:
        if field.required and field.name not in present:
            doc = field.doc[0].lower() + field.doc[1:].rstrip(".")
            yield Finding(
                span,
                f"a node needs `{field.name}`: {doc}",
                replace(
                    f"Add `{field.name}`", Span(span.line, 0, span.line, 0), _STARTS[field.name]
                ),
            )
