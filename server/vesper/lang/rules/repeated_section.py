"""VSP118: a top-level key written twice."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, Related, rule


@rule(
    "VSP118",
    "repeated-section",
    bad="""
        intent: greet
        intent: part
        # <- `intent` is written twice; only the first one counts
        """,
    good="""
        intent: greet
        """,
)
def repeated_section(document: Document) -> Iterator[Finding]:
    """What stands under the second one would be lost."""
    for name, places in document.facts.of("section").items():
        first = places[0]
        for again in places[1:]:
            yield Finding(
                again.export.span.moved(again.line),
                f"`{name[:60]}` is written twice; only the first one counts",
                related=(Related(first.export.span.moved(first.line), "written here first"),),
            )
