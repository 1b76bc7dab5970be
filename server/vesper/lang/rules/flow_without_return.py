"""VSP505: a flow that ends without all outputs."""

from collections.abc import Iterator

from vesper.lang.exports import Export
from vesper.lang.rule import Document, Finding, Related, rule
from vesper.lang.scope import Placed


@rule(
    "VSP505",
    "flow-without-return",
    bad="""
        outputs:
          total: decimal
          count: integer
        flow:
        # <- the flow ends without `count`: return it, or set it in a step
          - step: add
            operation: arithmetic
            expression: "1 + 2"
            output: total
        """,
    good="""
        outputs:
          total: decimal
        flow:
          - step: add
            operation: arithmetic
            expression: "1 + 2"
            output: total
        """,
)
def flow_without_return(document: Document) -> Iterator[Finding]:
    """Falling off the end returns the names in scope, so they must cover the declared outputs."""
    facts = document.facts
    flow, outputs = facts.first("section", "flow"), facts.of("output")
    ends = [place for _, place in document.places("end")]
    if flow is None or not outputs or not ends or facts.is_broken:
        return
    if any(place.export.detail is True for place in ends):
        return
    known = facts.of("variable").keys() | facts.of("input").keys()
    missing = [name for name in outputs if name not in known]
    if len(outputs) == 1 and _has_value(_last(ends)):
        return
    if missing:
        names = ", ".join(f"`{it[:60]}`" for it in missing[:5])
        place = outputs[missing[0]][0]
        yield Finding(
            flow.export.span.moved(flow.line),
            f"the flow ends without {names}: return it, or set it in a step",
            related=(Related(place.export.span.moved(place.line), "declared here"),),
        )


def _last(ends: list[Placed]) -> Export:
    return max(ends, key=lambda it: (it.order, it.export.span)).export


def _has_value(end: Export) -> bool:
    """The value of a last step without `output` goes to the only output."""
    return end.name not in ("validation", "conditional", "log", "emit_metric", "event_publish")
