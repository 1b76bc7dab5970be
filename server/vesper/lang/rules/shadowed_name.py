"""VSP528: an item that hides something else under its name."""

from collections.abc import Iterator

from vesper.lang.exports import ExportKind
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope

_KINDS: dict[ExportKind, str] = {"input": "the input", "fact": "the fact"}


@rule(
    "VSP528",
    "shadowed-name",
    severity="warning",
    bad="""
        inputs:
          order: string
          orders: array<string>
        flow:
          - step: go_through
            operation: for_each
            items: "orders"
            as: order
        #       ^^^^^ `order` hides the input of that name
            steps:
              - step: note
                operation: log
                message: "{order}"
        """,
    good="""
        inputs:
          order: string
          orders: array<string>
        flow:
          - step: go_through
            operation: for_each
            items: "orders"
            as: each
            steps:
              - step: note
                operation: log
                message: "{each} of {order}"
        """,
)
def shadowed_name(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Inside the step the other one cannot be reached, and a reader may take one for the other."""
    loops = [(it, it.text("as")) for it in piece.steps]
    for step, name in loops:
        if name is None:
            continue
        for kind, what in _KINDS.items():
            if scope.find(kind, name.text) is not None:
                message = f"`{shortened(name.text)}` hides {what} of that name"
                yield Finding(name.span, message)
        for outer, other in loops:
            is_around = outer is not step and step.path[: len(outer.path)] == outer.path
            if is_around and other is not None and other.text == name.text:
                yield Finding(
                    name.span, f"`{shortened(name.text)}` hides the item of the outer step"
                )
