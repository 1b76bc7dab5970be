"""VSP132: a section that the node's type does not look at."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, Related, rule

_READERS = {"schedule": ("scheduled_job", "workflow"), "trigger": ("event_handler", "workflow")}


@rule(
    "VSP132",
    "stray-section",
    kind="vsp",
    severity="warning",
    bad="""
        type: function
        schedule: "0 6 * * *"
        # <- `schedule` is for a `scheduled_job`, this is a `function`
        """,
    good="""
        type: scheduled_job
        schedule: "0 6 * * *"
        """,
)
def stray_section(document: Document) -> Iterator[Finding]:
    """A node of another type would never be started by it."""
    facts = document.facts
    for section, readers in _READERS.items():
        place = facts.first("section", section)
        if place is None:
            continue
        for kind, where in facts.of("node-type").items():
            if kind not in readers:
                span = place.export.span.moved(place.line)
                message = f"`{section}` is for a `{readers[0]}`, this is a `{kind[:40]}`"
                related = Related(where[0].export.span.moved(where[0].line), "the node's type")
                yield Finding(span, message, related=(related,))
