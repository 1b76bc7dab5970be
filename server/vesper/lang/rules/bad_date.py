"""VSP123: a day that does not exist."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope
from vesper.lang.values import is_moment


@rule(
    "VSP123",
    "bad-date",
    kind="vsp",
    severity="warning",
    bad="""
        metadata:
          author: Ada
          created: 2026-02-30
        #          ^^^^^^^^^^ `2026-02-30` is no date: write it as year-month-day, 2026-02-28
        """,
    good="""
        metadata:
          author: Ada
          created: 2026-02-28
        """,
)
def bad_date(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Tools sort documents by their date; ISO 8601 is the one notation that all of them read."""
    for slot in piece.walked.slots if piece.chunk.section == "metadata" else ():
        node = slot.node
        if slot.path not in _PLACES or not isinstance(node, tree.Scalar) or node.is_null:
            continue
        if not is_moment(node.text):
            what = shortened(node.text)
            yield Finding(node.span, f"`{what}` is no date: write it as year-month-day, 2026-02-28")


_PLACES = (("metadata", "created"), ("metadata", "updated"))
