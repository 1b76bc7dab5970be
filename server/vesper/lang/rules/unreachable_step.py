"""VSP504: a step behind the end of the flow."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, rule


@rule(
    "VSP504",
    "unreachable-step",
    severity="warning",
    bad="""
        flow:
          - step: done
            operation: return
            return_success: {total: "1"}
          - step: more
        #   ^^^^ this step never runs: the flow has ended before it
            operation: validation
        """,
    good="""
        flow:
          - step: check
            operation: validation
          - step: done
            operation: return
            return_success: {total: "1"}
        """,
)
def unreachable_step(document: Document) -> Iterator[Finding]:
    """Steps run in order, and a `return`, or a branch whose every side returns, ends the flow."""
    ends = sorted((place.order, place.export.span, place) for _, place in document.places("end"))
    ended = False
    for _, span, place in ends:
        if ended:
            head = span._replace(end_line=span.line, end_column=span.column + 4)
            message = "this step never runs: the flow has ended before it"
            yield Finding(head.moved(place.line), message, unused=True)
        ended = ended or place.export.detail is True
