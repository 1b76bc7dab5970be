"""VSP709: an event that nobody waits for, while somebody waits for one of nearly the same name."""

from collections.abc import Iterator

from vesper.lang.around import Around
from vesper.lang.rule import Document, Finding, beside, nearest, replace, rule, shortened


@beside("""
    node_id: ship_v1
    type: event_handler
    trigger:
      event_type: order_paid
    """)
@rule(
    "VSP709",
    "unheard-event",
    severity="warning",
    bad="""
        flow:
          - step: announce
            operation: event_publish
            event_type: order_payed
        #               ^^^^^^^^^^^ nobody waits for `order_payed`; did you mean `order_paid`?
        """,
    good="""
        flow:
          - step: announce
            operation: event_publish
            event_type: order_paid
        """,
)
def unheard_event(document: Document) -> Iterator[Finding]:
    """A misspelt event is published into the void. Events that others may wait for are left alone."""
    published = document.facts.of("publishes")
    if not published or not document.around.is_complete:
        return
    heard = {*_heard(document.around), *document.facts.of("listens")}
    for name, places in published.items():
        near = nearest(name, heard, 0.8) if name not in heard and "{" not in name else None
        if near is None:
            continue
        for place in places:
            span = place.export.span.moved(place.line)
            message = f"nobody waits for `{shortened(name)}`; did you mean `{near}`?"
            yield Finding(span, message, replace(f"Change it to `{near}`", span, near))


def _heard(around: Around) -> frozenset[str]:
    found: frozenset[str] | None = around.derived.get("heard")
    if found is None:
        nodes = (it for these in around.nodes.values() for it in these)
        found = around.derived["heard"] = frozenset(name for it in nodes for name in it.listens)
    return found
