"""VSP121: a duration that is none."""

import re
from collections.abc import Iterator

from vesper.lang import fields, tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

FORM = re.compile(r"\d{1,9}(?:\.\d{1,6})?\s?(?:ms|s|m|h|d)\Z")


@rule(
    "VSP121",
    "bad-duration",
    bad="""
        performance:
          timeout: 30 parsecs
        #          ^^^^^^^^^^ a duration is a number with ms, s, m, h or d, such as `30s`
        """,
    good="""
        performance:
          timeout: 30s
        """,
)
def bad_duration(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A bare number would leave open whether seconds or milliseconds are meant."""
    for slot in piece.walked.slots:
        if not (isinstance(slot.shape, fields.Text) and slot.shape.kind == "duration"):
            continue
        node = slot.node
        if isinstance(node, tree.Scalar) and not node.is_null and not FORM.match(node.text):
            yield Finding(node.span, "a duration is a number with ms, s, m, h or d, such as `30s`")
