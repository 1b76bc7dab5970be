"""VSP603: a capability both required and denied."""

from collections.abc import Iterator

from vesper.lang.capabilities import covers
from vesper.lang.rule import Document, Finding, Related, rule


@rule(
    "VSP603",
    "denied-capability",
    bad="""
        security:
          capabilities_required:
            - database.write.orders
        #     ^^^^^^^^^^^^^^^^^^^^^ `database.write.orders` is denied below: a denial always wins
          denied_capabilities:
            - database.write
        """,
    good="""
        security:
          capabilities_required:
            - database.read.orders
          denied_capabilities:
            - database.write
        """,
)
def denied_capability(document: Document) -> Iterator[Finding]:
    """At run time the step would be refused although the list promises it may."""
    for grant, places in document.facts.of("grant").items():
        for denied, others in document.facts.of("denied").items():
            if denied and covers(denied, grant):
                other = others[0]
                where = Related(other.export.span.moved(other.line), "denied here")
                for place in places:
                    span = place.export.span.moved(place.line)
                    message = f"`{grant[:100]}` is denied below: a denial always wins"
                    yield Finding(span, message, related=(where,))
