"""VSP405: conditions on one input that can never hold together."""

from collections.abc import Iterator

from vesper.lang.bounds import Bound, clash
from vesper.lang.rule import Document, Finding, Related, rule


@rule(
    "VSP405",
    "contradictory-clauses",
    severity="warning",
    bad="""
        inputs:
          amount: decimal
        contracts:
          preconditions:
            - "amount > 100"
            - "amount < 10"
        #     ^^^^^^^^^^^^^ these can never hold together: `amount > 100` and `amount < 10`
        """,
    good="""
        inputs:
          amount: decimal
        contracts:
          preconditions:
            - "amount > 10"
            - "amount < 100"
        """,
)
def contradictory_clauses(document: Document) -> Iterator[Finding]:
    """No caller could ever keep to all of them, so the node can never run."""
    constraints = document.facts.of("bound")
    for name, places in document.facts.of("demand").items():
        earlier = list(constraints.get(name, ()))
        for place in places:
            mine = place.export.detail
            for other in earlier:
                above = other.export.detail
                if isinstance(mine, Bound) and isinstance(above, Bound) and clash(above, mine):
                    where = Related(
                        other.export.span.moved(other.line), f"`{above.text}` is demanded here"
                    )
                    span = place.export.span.moved(place.line)
                    message = (
                        f"these can never hold together: `{above.of} {above.text}` "
                        f"and `{mine.of} {mine.text}`"
                    )
                    yield Finding(span, message[:300], related=(where,))
                    break
            earlier.append(place)
