"""VSP206: a pattern outside the portable dialect."""

import re
import warnings
from collections.abc import Iterator

from vesper.lang import fields, tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource

_FOREIGN = re.compile(
    r"(?P<look>\(\?(?:=|!|<=|<!))|(?P<back>\\[1-9])|(?P<anchor>\\[AZz])|(?P<name>\(\?P[=>])"
)
_NAMES = {
    "look": "looking ahead or behind",
    "back": "a back reference",
    "anchor": r"`\A`, `\Z` and `\z` (use `^` and `$`)",
    "name": "a back reference",
}


@rule(
    "VSP206",
    "bad-pattern",
    bad=r"""
        inputs:
          order_id:
            type: string
            constraints:
              - pattern: '^(?=ord_)\w+$'
        #                  ^^^ a pattern cannot use looking ahead or behind
        """,
    good=r"""
        inputs:
          order_id:
            type: string
            constraints:
              - pattern: '^ord_[a-z0-9]+$'
        """,
)
def bad_pattern(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Patterns run in linear time and mean the same in every engine, so some constructs are out."""
    for slot in piece.walked.slots:
        node = slot.node
        if not (isinstance(slot.shape, fields.Text) and slot.shape.kind == "pattern"):
            continue
        if not isinstance(node, tree.Scalar) or node.is_null:
            continue
        source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
        foreign = _FOREIGN.search(node.text)
        if foreign and foreign.lastgroup:
            message = f"a pattern cannot use {_NAMES[foreign.lastgroup]}"
            yield Finding(source.span(*foreign.span()), message)
            continue
        try:
            with warnings.catch_warnings(action="ignore"):
                re.compile(node.text)
        except (re.error, OverflowError, RecursionError) as error:
            at = getattr(error, "pos", None) or 0
            yield Finding(source.span(at, at + 1), f"this pattern cannot be read: {error}")
