"""VSP133: a schedule that no clock can follow."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.cron import fault
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource


@rule(
    "VSP133",
    "bad-schedule",
    kind="vsp",
    bad="""
        type: scheduled_job
        schedule: "0 25 * * *"
        #            ^^ hour: `25` is not from 0 to 23
        """,
    good="""
        type: scheduled_job
        schedule: "0 5 * * 1-5"
        """,
)
def bad_schedule(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Five fields: minute, hour, day of the month, month, day of the week; or a word like `@daily`."""
    for node, _ in piece.texts.get("cron", ()):
        found = fault(node.text)
        if found is not None:
            source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
            yield Finding(source.span(found.start, found.end), found.message)
    for slot in piece.walked.slots:
        if slot.path == ("schedule",) and isinstance(slot.node, tree.Mapping):
            whens = [it for it in slot.node.entries if it.key.text in ("cron", "every", "at")]
            if slot.node.entries and not whens:
                place = slot.node.entries[0].key.span
                yield Finding(place, "a schedule needs `cron` or `every`", severity="warning")
