"""Every key of a piece with the path that leads to it."""

from collections.abc import Iterator
from typing import NamedTuple

from vesper.lang import tree
from vesper.lang.piece import Path
from vesper.lang.scope import Held


class Placed(NamedTuple):
    """A key with its value in its place; lines count from the piece's first."""

    path: Path
    entry: tree.Entry
    owner: tree.Mapping


def entries(held: Held) -> Iterator[Placed]:
    """Every key of a piece with the path that leads to it, the outer before the inner."""
    chunk = held.piece.chunk
    prefix: Path = ()
    if chunk.inner:
        prefix = (chunk.section, chunk.inner) if chunk.kind == "item" else (chunk.section,)
    elif chunk.kind == "item":
        prefix = (chunk.section,)
    pending: list[tuple[Path, tree.Node | None]] = [(prefix, held.piece.reading.root)]
    while pending:
        path, node = pending.pop()
        if isinstance(node, tree.Mapping):
            for entry in node.entries:
                yield Placed((*path, entry.key.text), entry, node)
            pending.extend(((*path, it.key.text), it.value) for it in reversed(node.entries))
        elif isinstance(node, tree.Sequence):
            pending.extend(((*path, at), it) for at, it in reversed(list(enumerate(node.items))))
