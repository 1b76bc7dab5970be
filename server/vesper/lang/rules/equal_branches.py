"""VSP524: a condition whose answer makes no difference."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, rule
from vesper.lang.scope import Scope


@rule(
    "VSP524",
    "equal-branches",
    severity="warning",
    bad="""
        flow:
          - step: choose
            operation: conditional
            condition: "total > 100"
            then:
              return_error: too_large
            else:
        #   ^^^^ `then` and `else` do the same, so the condition makes no difference
              return_error: too_large
        """,
    good="""
        flow:
          - step: choose
            operation: conditional
            condition: "total > 100"
            then:
              return_error: too_large
            else:
              return_error: too_small
        """,
)
def equal_branches(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Both sides do the same: most likely one was copied and not changed."""
    for step in piece.steps:
        then, other = step.node.entry("then"), step.node.entry("else")
        if step.operation != "conditional" or then is None or other is None:
            continue
        first = told(then.value)
        if first and first == told(other.value):
            message = "`then` and `else` do the same, so the condition makes no difference"
            yield Finding(other.key.span, message, related=(Related(then.key.span, "the other"),))


def told(node: tree.Node) -> object:
    """What a tree says, without its places and the names of steps; empty where it says nothing."""
    match node:
        case tree.Scalar():
            return "" if node.is_null else node.text
        case tree.Sequence(items=items):
            return tuple(told(it) for it in items)
        case tree.Mapping(entries=entries):
            kept = (it for it in entries if it.key.text not in ("step", "description"))
            return tuple((it.key.text, told(it.value)) for it in kept)
        case tree.Alias():
            return f"*{node.name}"
