"""VSP510: a flow without steps."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, rule


@rule(
    "VSP510",
    "empty-flow",
    bad="""
        node_id: greet_v1
        flow: []
        # <- the flow has no steps: begin one with `- step:`
        """,
    good="""
        node_id: greet_v1
        flow:
          - step: greet
            operation: string_template
            template: "Hello"
            output: greeting
        """,
)
def empty_flow(document: Document) -> Iterator[Finding]:
    """A node without a step can never give what it promises."""
    facts = document.facts
    flow = facts.first("section", "flow")
    if flow is None or facts.is_broken or facts.of("end"):
        return
    _, piece = facts.pieces[flow.order]
    if not any(it.span.line >= flow.export.span.line for it in piece.walked.faults):
        span = flow.export.span.moved(flow.line)
        yield Finding(span, "the flow has no steps: begin one with `- step:`")
