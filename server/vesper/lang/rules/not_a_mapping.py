"""VSP111: a document that is no mapping."""

import re
from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP111",
    "not-a-mapping",
    bad="""
        - step: one
        # <- a document is keys with values, this is a list
        """,
    good="""
        flow:
          - step: one
            operation: validation
        """,
)
def not_a_mapping(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Everything in a document stands under a key in column 0."""
    root = piece.reading.root
    if piece.chunk.kind != "loose" or piece.is_broken or root is None:
        return
    span = root.span._replace(end_line=root.span.line, end_column=root.span.column + 1)
    match root:
        case tree.Sequence():
            yield Finding(span, "a document is keys with values, this is a list")
        case tree.Scalar() if root.text:
            message = "a document is keys with values, this is text"
            if re.match(r"\w+:\S", root.text):
                message += "; a space must follow the `:`"
            yield Finding(span, message)
        case _:
            pass
