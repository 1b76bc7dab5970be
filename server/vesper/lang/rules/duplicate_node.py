"""VSP702: two nodes of one workspace with the same id."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, Related, beside, rule, shortened


@beside("""
    node_id: send_mail_v1
    """)
@rule(
    "VSP702",
    "duplicate-node",
    bad="""
        node_id: send_mail_v1
        #        ^^^^^^^^^^^^ beside.vsp:1 holds a node `send_mail_v1` too
        """,
    good="""
        node_id: send_mail_v2
        """,
)
def duplicate_node(document: Document) -> Iterator[Finding]:
    """Who calls the id would get either of them. Both files are told; a new version gets a new id."""
    for name, places in document.facts.of("node").items():
        others = document.around.nodes.get(name, ())
        if not others or not name:
            continue
        first = others[0]
        file = first.file or "line "
        where = f"{file}:{first.span.line + 1}" if first.file else f"line {first.span.line + 1}"
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        verb = "hold" if more else "holds"
        message = f"{where}{more} {verb} a node `{shortened(name)}` too"
        related = tuple(Related(it.span, "the other node", it.file) for it in others[:5])
        yield Finding(places[0].export.span.moved(places[0].line), message, related=related)
