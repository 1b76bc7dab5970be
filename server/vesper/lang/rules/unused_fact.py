"""VSP409: a fact that no clause names."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, rule, shortened
from vesper.lang.unread import unread


@rule(
    "VSP409",
    "unused-fact",
    severity="hint",
    bad="""
        inputs:
          amount: decimal
        contracts:
          facts:
            is_large: "amount > 1000"
        #   ^^^^^^^^ no clause names the fact `is_large`
          preconditions:
            - "amount > 0"
        """,
    good="""
        inputs:
          amount: decimal
        contracts:
          facts:
            is_large: "amount > 1000"
          preconditions:
            - "NOT is_large"
        """,
)
def unused_fact(document: Document) -> Iterator[Finding]:
    """A fact is a name for contracts; where none uses it, a clause may be missing."""
    for place in unread(document.facts, "fact"):
        message = f"no clause names the fact `{shortened(place.export.name)}`"
        yield Finding(place.export.span.moved(place.line), message, unused=True)
