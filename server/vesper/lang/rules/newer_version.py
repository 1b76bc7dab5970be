"""VSP706: a call to an old version of a node, though a newer one is there."""

from collections.abc import Iterator

from vesper.lang import versions
from vesper.lang.rule import Document, Finding, beside, replace, rule


@beside("""
    node_id: send_mail_v1
    ---
    node_id: send_mail_v2
    """)
@rule(
    "VSP706",
    "newer-version",
    severity="hint",
    bad="""
        flow:
          - step: confirm
            operation: call_node
            node_id: send_mail_v1
        #            ^^^^^^^^^^^^ `send_mail_v2` is newer
        """,
    good="""
        flow:
          - step: confirm
            operation: call_node
            node_id: send_mail_v2
        """,
)
def newer_version(document: Document) -> Iterator[Finding]:
    """Calls tend to be forgotten when a node gets a new version. A range of versions is left alone."""
    around = document.around
    own = next(iter(document.facts.of("node")), "")
    for name, places in document.facts.of("node-ref").items():
        wanted = versions.read(name)
        if wanted is None or wanted.range or name not in around.nodes:
            continue
        newest = around.versions(wanted.name)[0]
        if newest == own or versions.age(newest) <= versions.age(name):
            continue
        for place in places:
            if place.export.detail == "call":
                span = place.export.span.moved(place.line)
                fix = replace(f"Change it to `{newest}`", span, newest)
                yield Finding(span, f"`{newest}` is newer", fix)
