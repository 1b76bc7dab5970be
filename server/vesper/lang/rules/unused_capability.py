"""VSP602: a capability that no step needs."""

from collections.abc import Iterator

from vesper.lang.capabilities import covers, is_known
from vesper.lang.rule import Document, Finding, rule


@rule(
    "VSP602",
    "unused-capability",
    severity="warning",
    bad="""
        flow:
          - step: check
            operation: validation
        security:
          capabilities_required:
            - database.read.orders
        #     ^^^^^^^^^^^^^^^^^^^^ no step needs `database.read.orders`
        """,
    good="""
        flow:
          - step: find
            operation: database_query
            table: orders
        security:
          capabilities_required:
            - database.read.orders
        """,
)
def unused_capability(document: Document) -> Iterator[Finding]:
    """Least authority: what nothing needs, nothing should be allowed."""
    facts = document.facts
    if facts.is_broken or "flow" not in facts.of("section"):
        return
    needs = facts.of("need")
    # A provider may want a secret that no step names: `vesper.toml` says so.
    calls = any(it.startswith("network.http_client.") for it in needs)
    if any(str(place.export.detail).startswith("custom.") for _, place in document.places("step")):
        return
    for grant, places in facts.of("grant").items():
        if calls and grant.startswith("secrets.read."):
            continue
        if is_known(grant) and not any(covers(grant, need) for need in needs):
            for place in places:
                span = place.export.span.moved(place.line)
                yield Finding(span, f"no step needs `{grant[:100]}`", unused=True)
