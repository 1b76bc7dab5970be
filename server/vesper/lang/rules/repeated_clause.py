"""VSP404: a clause written twice."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, Related, rule


@rule(
    "VSP404",
    "repeated-clause",
    severity="warning",
    bad="""
        inputs:
          amount: decimal
        contracts:
          preconditions:
            - "amount > 0"
            - "amount  > 0"
        #     ^^^^^^^^^^^^^ this clause stands above already
        """,
    good="""
        inputs:
          amount: decimal
        contracts:
          preconditions:
            - "amount > 0"
            - "amount < 1000"
        """,
)
def repeated_clause(document: Document) -> Iterator[Finding]:
    """It says nothing new; often another clause was meant."""
    for places in document.facts.of("clause").values():
        if len(places) < 2:
            continue
        first = places[0]
        for again in places[1:]:
            related = (Related(first.export.span.moved(first.line), "the same clause"),)
            span = again.export.span.moved(again.line)
            yield Finding(span, "this clause stands above already", related=related, unused=True)
