"""VSP531: a transform without what it works with, or with what it does not look at."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_NEEDED = {
    "map": ("function",), "filter": ("function",), "reduce": ("function",),
    "aggregate": ("aggregations",), "join": ("with", "on"), "take": ("count",),
}  # fmt: skip
_INSTEAD = {"reduce": "aggregations"}
_READ = {
    "function": ("map", "filter", "reduce", "sort", "unique", "distinct"),
    "initial": ("reduce",),
    "group_by": ("aggregate",),
    "aggregations": ("aggregate", "reduce"),
    "order": ("sort",),
    "with": ("join",),
    "on": ("join",),
    "keep": ("join",),
    "count": ("take",),
}


@rule(
    "VSP531",
    "transform-field",
    bad="""
        inputs:
          orders: array<map<string, any>>
        flow:
          - step: pick
            operation: data_transform
            input: "orders"
            transform: filter
        #              ^^^^^^ `filter` needs `function`
            group_by: region
        #   ^^^^^^^^ `filter` does not look at this: it belongs to `aggregate`
            output: large
        """,
    good="""
        inputs:
          orders: array<map<string, any>>
        flow:
          - step: pick
            operation: data_transform
            input: "orders"
            transform: filter
            function: "order.total > 100"
            output: large
        """,
)
def transform_field(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Each transform reads its own few fields: `map` a `function`, `join` a `with` and an `on`."""
    if piece.is_broken:
        return
    for step in piece.steps:
        kind = step.text("transform")
        if step.operation != "data_transform" or kind is None:
            continue
        for key in _NEEDED.get(kind.text, ()):
            instead = _INSTEAD.get(kind.text, key)
            if step.node.entry(key) is None and step.node.entry(instead) is None:
                yield Finding(kind.span, f"`{kind.text}` needs `{key}`")
        for entry in step.node.entries:
            readers = _READ.get(entry.key.text)
            if readers and kind.text in _ALL and kind.text not in readers:
                belongs = " and ".join(f"`{it}`" for it in readers[:3])
                message = f"`{kind.text}` does not look at this: it belongs to {belongs}"
                yield Finding(entry.key.span, message, unused=True, severity="warning")


_ALL = {*_NEEDED, *(it for readers in _READ.values() for it in readers), "flatten"}
