"""VSP127: the same word twice in a list."""

from collections.abc import Iterator

from vesper.lang import fields, tree
from vesper.lang.piece import Piece, line_text
from vesper.lang.rule import Finding, Fix, Related, replace, rule, shortened
from vesper.lang.scope import Scope
from vesper.lang.source import Span

_KINDS = ("name", "capability", "error-code", "role-ref", "node-ref", "model")
_FREE = ("command", "arguments")


@rule(
    "VSP127",
    "repeated-item",
    severity="warning",
    bad="""
        metadata:
          tags:
            - payment
            - card
            - payment
        #     ^^^^^^^ `payment` is in this list already
        """,
    good="""
        metadata:
          tags:
            - payment
            - card
        """,
)
def repeated_item(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The second one changes nothing; often another word was meant."""
    for slot in piece.walked.slots:
        shape, node = slot.shape, slot.node
        if not (isinstance(shape, fields.ListOf) and isinstance(node, tree.Sequence)):
            continue
        if not _holds_words(shape.item) or slot.path[-1] in _FREE:
            continue
        seen: dict[str, tree.Scalar] = {}
        for item in node.items:
            if not isinstance(item, tree.Scalar) or item.is_null:
                continue
            first = seen.setdefault(item.text, item)
            if first is not item:
                message = f"`{shortened(item.text)}` is in this list already"
                related = (Related(first.span, "listed here first"),)
                yield Finding(item.span, message, _without(piece, item.span), related, unused=True)


def _holds_words(shape: fields.Shape) -> bool:
    match shape:
        case fields.Text(kind=kind):
            return kind in _KINDS
        case fields.Choice():
            return True
        case fields.Either(shapes):
            return any(_holds_words(it) for it in shapes)
        case _:
            return False


def _without(piece: Piece, span: Span) -> Fix | None:
    """The fix that takes out the whole line of an item."""
    line = line_text(piece, span.line)
    if line[: span.column].strip() != "-" or line[span.end_column :].strip():
        return None
    return replace("Remove it", Span(span.line, 0, span.line + 1, 0), "")
