"""VSP212: a constraint that has no meaning for the field's type."""

from collections.abc import Iterator

from vesper.lang import tree, types
from vesper.lang.exports import field_type
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.types import Type

_NUMBER = (
    "min",
    "max",
    "multiple_of",
    "precision",
    "scale",
    "positive",
    "negative",
    "non_negative",
)
_LENGTH = ("min_length", "max_length", "non_empty")
_INSTEAD = {"min": "min_length", "max": "max_length", "min_length": "min", "max_length": "max"}


@rule(
    "VSP212",
    "misplaced-constraint",
    bad="""
        inputs:
          count:
            type: integer
            constraints:
              - max_length: 80
        #       ^^^^^^^^^^ `max_length` says nothing about the type integer: `max` does
        """,
    good="""
        inputs:
          count:
            type: integer
            constraints:
              - max: 80
          name:
            type: string
            constraints:
              - max_length: 80
        """,
)
def misplaced_constraint(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Numbers have bounds, texts and lists have lengths, texts have patterns, lists have doubles."""
    for slot in piece.walked.slots:
        node = slot.node
        if slot.path[-1:] != ("constraints",) or slot.owner is None:
            continue
        written = slot.owner.entry("type") or slot.owner.entry("base")
        if written is None or not isinstance(written.value, tree.Scalar):
            continue
        kind = field_type(slot.owner) if written.key.text == "type" else types.parse(
            written.value.text).type  # fmt: skip
        kind = types.unwrapped(kind, scope.types())
        for name, place in _constraints(node):
            if not _suits(name, kind):
                instead = _INSTEAD.get(name, "")
                hint = f": `{instead}` does" if instead and _suits(instead, kind) else ""
                what = types.shown(kind)[:60]
                yield Finding(place.span, f"`{name}` says nothing about the type {what}{hint}")


def _constraints(node: tree.Node) -> Iterator[tuple[str, tree.Scalar]]:
    for item in node.items if isinstance(node, tree.Sequence) else (node,):
        if isinstance(item, tree.Mapping):
            yield from ((it.key.text, it.key) for it in item.entries)
        elif isinstance(item, tree.Scalar):
            yield item.text.partition(":")[0].strip(), item


def _suits(name: str, kind: Type) -> bool:
    is_number = kind in (types.INTEGER, types.DECIMAL)
    is_text = kind in (types.STRING, types.Primitive("bytes")) or isinstance(kind, types.Enum)
    is_many = isinstance(kind, types.Array | types.MapType)
    if kind in (types.ANY, types.TIMESTAMP, types.DURATION):
        return True
    if name in _NUMBER:
        return is_number
    if name in _LENGTH:
        return is_text or is_many
    if name == "pattern":
        return is_text
    return name != "unique" or isinstance(kind, types.Array)
