"""VSP511: a branch, loop or list of guards that holds nothing."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_HOLDERS = {
    "then": "steps", "else": "steps", "steps": "steps", "default": "steps", "guards": "guards",
    "on_rejected": "steps", "branches": "branches", "cases": "cases", "command": "words",
}  # fmt: skip


@rule(
    "VSP511",
    "empty-branch",
    severity="warning",
    bad="""
        flow:
          - step: choose
            operation: conditional
            condition: "total > 100"
            then: []
        #   ^^^^ `then` has no steps: fill it, or leave it out
        """,
    good="""
        flow:
          - step: choose
            operation: conditional
            condition: "total > 100"
            then:
              - step: note
                operation: log
                message: "A large one"
        """,
)
def empty_branch(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """An empty list was most likely meant to be filled later."""
    for step in piece.steps:
        for entry in step.node.entries:
            what = _HOLDERS.get(entry.key.text)
            if what and _is_empty(entry.value):
                message = f"`{entry.key.text}` has no {what}: fill it, or leave it out"
                yield Finding(entry.key.span, message)


def _is_empty(node: tree.Node) -> bool:
    match node:
        case tree.Sequence(items=[]) | tree.Mapping(entries=[]):
            return True
        case _:
            return False
