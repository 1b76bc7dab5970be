"""ROL117: roles under a key of their own."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_WRAPPERS = ("roles", "role", "agents", "modes")


@rule(
    "ROL117",
    "wrapped-roles",
    bad="""
        roles:
          worker:
        # ^^^^^^ a role file needs no `roles:` around it: move the roles to column 0
            description: Works
        """,
    good="""
        worker:
          description: Works
        """,
)
def wrapped_roles(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Every key in column 0 of a role file is a role."""
    for entry in wrapped(piece):
        name = piece.chunk.section
        message = f"a role file needs no `{name}:` around it: move the roles to column 0"
        yield Finding(entry.key.span, message)
        if piece.chunk.kind != "item":
            break


def wrapped(piece: Piece) -> list[tree.Entry]:
    """The roles of a piece that stand under a key of their own; none where none do."""
    root = piece.reading.root
    if piece.kind != "role" or piece.chunk.section not in _WRAPPERS:
        return []
    if isinstance(root, tree.Mapping) and piece.chunk.kind != "item":
        root = root.entries[0].value if root.entries else None
    entries = root.entries if isinstance(root, tree.Mapping) else []
    return entries if all(isinstance(it.value, tree.Mapping) for it in entries) else []
