"""VSP405: conditions on one input that can never hold together."""

from collections.abc import Iterator

from vesper.lang.bounds import Bound, Demanded
from vesper.lang.rule import Document, Finding, Related, rule
from vesper.lang.scope import Placed


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
        earlier = Demanded[Placed]()
        for placed, is_demand in (
            *((it, False) for it in constraints.get(name, ())),
            *((it, True) for it in places),
        ):
            mine = placed.export.detail
            if not isinstance(mine, Bound):
                continue
            found = earlier.clashing(mine) if is_demand else None
            if found is not None:
                yield _finding(placed, mine, *found)
            earlier.add(mine, placed)


def _finding(placed: Placed, mine: Bound, above: Bound, other: Placed) -> Finding:
    where = Related(other.export.span.moved(other.line), f"`{above.text}` is demanded here")
    message = (
        f"these can never hold together: `{above.of} {above.text}` and `{mine.of} {mine.text}`"
    )
    return Finding(placed.export.span.moved(placed.line), message[:300], related=(where,))
