"""VSP701: a reference to a node that no file of the workspace holds."""

from collections.abc import Iterator

from vesper.lang import versions
from vesper.lang.rule import Document, Finding, Fix, beside, nearest, replace, rule, shortened
from vesper.lang.source import Span

_CLOSE = 0.75


@beside("""
    node_id: send_mail_v2
    """)
@rule(
    "VSP701",
    "unknown-node",
    bad="""
        flow:
          - step: confirm
            operation: call_node
            node_id: send_mail_v3
        #            ^^^^^^^^^^^^ `send_mail_v3` not found; `send_mail_v2` exists
          - step: remind
            operation: call_node
            node_id: sent_mail_v2
        #            ^^^^^^^^^^^^ `sent_mail_v2` not found; did you mean `send_mail_v2`?
        """,
    good="""
        flow:
          - step: confirm
            operation: call_node
            node_id: send_mail_v2.*
        """,
)
def unknown_node(document: Document) -> Iterator[Finding]:
    """A call to a node that is not there fails at run time. A range of versions needs one of them."""
    around = document.around
    if not around.is_complete:
        return
    own = next(iter(document.facts.of("node")), "")
    for name, places in document.facts.of("node-ref").items():
        if "{" in name or around.called(name) or versions.means(name, own):
            continue
        for place in places:
            span = place.export.span.moved(place.line)
            yield _finding(document, name, own, span)


def _finding(document: Document, name: str, own: str, span: Span) -> Finding:
    wanted = versions.read(name)
    exist = document.around.versions(wanted.name) if wanted is not None else ()
    missing = f"`{shortened(name)}` not found"
    if exist:
        others = ", ".join(f"`{it}`" for it in exist[:3])
        verb = "exists" if len(exist) == 1 else "exist"
        return Finding(span, f"{missing}; {others} {verb}", _change(span, exist[0]))
    near = nearest(name, (*document.around.nodes, own), _CLOSE)
    if near:
        return Finding(span, f"{missing}; did you mean `{near}`?", _change(span, near))
    return Finding(span, f"{missing} in this workspace")


def _change(span: Span, node_id: str) -> Fix:
    return replace(f"Change it to `{node_id}`", span, node_id)
