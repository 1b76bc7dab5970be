"""VSP218: a map whose keys are no texts."""

from collections.abc import Iterator

from vesper.lang import types
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_KEYS = (types.STRING, types.INTEGER, types.ANY, types.TIMESTAMP)


@rule(
    "VSP218",
    "map-key",
    bad="""
        inputs:
          rates: map<array<string>, decimal>
        #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^ `array<string>` cannot be the key of a map: use a string
        """,
    good="""
        inputs:
          rates: map<string, decimal>
        """,
)
def map_key(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Keys are written as texts, so a key is a text, a whole number, a moment or an enum's word."""
    for node, _ in piece.texts.get("type", ()):
        if not node.text.lstrip().startswith(("map", "array", "set")):
            continue
        for key in _keys(types.parse(node.text).type):
            settled = types.settled(key, scope.types())
            if settled not in _KEYS and not isinstance(settled, types.Enum):
                what = types.shown(key)[:60]
                yield Finding(node.span, f"`{what}` cannot be the key of a map: use a string")


def _keys(kind: types.Type) -> Iterator[types.Type]:
    match kind:
        case types.MapType(key, value):
            yield key
            yield from _keys(value)
        case types.Array(item) | types.Nullable(item):
            yield from _keys(item)
        case _:
            pass
