"""The patterns in a piece, wherever they stand: in constraints, in role files, behind MATCHES."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from vesper.lang import expr, fields, pattern, tree
from vesper.lang.piece import Expression, Piece
from vesper.lang.source import RelativeSource, Span
from vesper.lang.tokens import offsets


class Written(NamedTuple):
    """A pattern where it stands; `span` carries places in it into the piece."""

    pattern: pattern.Pattern
    span: Callable[[int, int], Span]


def patterns(piece: Piece) -> Iterator[Written]:
    """Every pattern of the piece."""
    for slot in piece.walked.slots:
        node = slot.node
        is_pattern = isinstance(slot.shape, fields.Text) and slot.shape.kind == "pattern"
        if is_pattern and isinstance(node, tree.Scalar) and not node.is_null:
            source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
            yield Written(pattern.parse(node.text), source.span)
    for expression in piece.expressions:
        if expression.parsed.tree is not None and "MATCHES" in expression.text.upper():
            for node in expr.walk(expression.parsed.tree):
                if isinstance(node, expr.Binary) and node.operator == "MATCHES":
                    yield from _literal(expression, node.right)


def _literal(expression: Expression, node: expr.Expr) -> Iterator[Written]:
    if not isinstance(node, expr.Constant) or not isinstance(node.value, str):
        return
    inner = expression.text[node.start + 1 : node.end - 1]
    places = [node.start + 1 + it for it in offsets(inner)]

    def span(start: int, end: int) -> Span:
        end = min(end, len(places) - 1)
        return expression.span(places[min(start, end)], places[end])

    yield Written(pattern.parse(node.value), span)
