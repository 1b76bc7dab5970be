"""VSP606: a capability that another one in the list allows already."""

from collections.abc import Iterator

from vesper.lang.capabilities import covers
from vesper.lang.rule import Document, Finding, Related, rule, shortened


@rule(
    "VSP606",
    "covered-grant",
    severity="hint",
    bad="""
        security:
          capabilities_required:
            - database.read.*
            - database.read.orders
        #     ^^^^^^^^^^^^^^^^^^^^ `database.read.*` allows this already
        """,
    good="""
        security:
          capabilities_required:
            - database.read.customers
            - database.read.orders
        """,
)
def covered_grant(document: Document) -> Iterator[Finding]:
    """Either the broad one is more than is needed, or the narrow one says nothing new."""
    grants = document.facts.of("grant")
    broad = [it for it in grants if it.endswith("*") or it.count(".") < 2]
    for wide in broad:
        for name, places in grants.items():
            if name != wide and covers(wide, name):
                where = grants[wide][0]
                related = (Related(where.export.span.moved(where.line), "the broader one"),)
                for place in places:
                    span = place.export.span.moved(place.line)
                    message = f"`{shortened(wide)}` allows this already"
                    yield Finding(span, message, related=related, unused=True)
