"""One document of a text as written, its chunks put together again."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.scope import Facts, Held

_DEEPEST = 64


class Document:
    """The sections of a document with the lines of what stands in them."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.anchors = {
            name: node for held in facts.held for name, node in held.piece.reading.anchors.items()
        }
        self._sections: dict[str, tree.Node] = {}
        for held in facts.held:
            self._take(held)
        self._lines: dict[int, int] | None = None

    def section(self, *path: str) -> tree.Node | None:
        """What stands under a section, or under keys inside it; None for nothing, and for null."""
        node = self.resolved(self._sections.get(path[0]))
        for key in path[1:]:
            node = self.resolved(node.get(key)) if isinstance(node, tree.Mapping) else None
        return node

    def entries(self, *path: str) -> list[tree.Entry]:
        """The entries of a mapping."""
        node = self.section(*path)
        return node.entries if isinstance(node, tree.Mapping) else []

    def text(self, *path: str) -> str:
        """The text of a scalar."""
        node = self.section(*path)
        return node.text if isinstance(node, tree.Scalar) else ""

    def words(self, *path: str) -> tuple[str, ...]:
        """The texts of a list of scalars."""
        node = self.section(*path)
        items = node.items if isinstance(node, tree.Sequence) else []
        found = (self.resolved(it) for it in items)
        return tuple(it.text for it in found if isinstance(it, tree.Scalar))

    def sections(self) -> Iterator[tuple[str, tree.Node]]:
        """Every section with what stands under it."""
        return iter(self._sections.items())

    def resolved(self, node: tree.Node | None) -> tree.Node | None:
        """What an alias stands for; None for nothing, and for null."""
        for _ in range(_DEEPEST):
            if not isinstance(node, tree.Alias):
                break
            node = self.anchors.get(node.name)
        return None if isinstance(node, tree.Alias) or _is_null(node) else node

    def line(self, node: tree.Node) -> int:
        """The line of the file at which it begins."""
        if self._lines is None:
            self._lines = {}
            for held in self.facts.held:
                if held.piece.reading.root is not None:
                    _note(held.piece.reading.root, held.line, self._lines)
        return self._lines.get(id(node), 0) + node.span.line

    def _take(self, held: Held) -> None:
        chunk, root = held.piece.chunk, held.piece.reading.root
        if root is None or chunk.kind == "marker":
            return
        if chunk.kind != "item":
            for entry in root.entries if isinstance(root, tree.Mapping) else ():
                if chunk.inner:
                    self._add(chunk.section, tree.Mapping(entry.value.span, [entry]))
                else:
                    self._sections[entry.key.text] = entry.value
        elif chunk.inner:
            above = self._sections.get(chunk.section)
            entries = above.entries if isinstance(above, tree.Mapping) else []
            self._sections[chunk.section] = tree.Mapping(
                root.span, [_grown(it, chunk.inner, root) for it in entries]
            )
        else:
            self._add(chunk.section, root)

    def _add(self, section: str, more: tree.Node) -> None:
        self._sections[section] = _joined(self._sections.get(section), more)


def _grown(entry: tree.Entry, key: str, more: tree.Node) -> tree.Entry:
    return tree.Entry(entry.key, _joined(entry.value, more)) if entry.key.text == key else entry


def _joined(before: tree.Node | None, more: tree.Node) -> tree.Node:
    """A long list or mapping with some more of it; what a piece holds is left as it is."""
    match before, more:
        case tree.Sequence(items=items), tree.Sequence():
            return tree.Sequence(before.span, [*items, *more.items])
        case tree.Mapping(entries=entries), tree.Mapping():
            return tree.Mapping(before.span, [*entries, *more.entries])
        case _:
            return more


def _note(node: tree.Node, line: int, lines: dict[int, int]) -> None:
    lines[id(node)] = line
    if isinstance(node, tree.Mapping):
        for entry in node.entries:
            _note(entry.value, line, lines)
    elif isinstance(node, tree.Sequence):
        for item in node.items:
            _note(item, line, lines)


def _is_null(node: tree.Node | None) -> bool:
    return node is None or (isinstance(node, tree.Scalar) and node.is_null)
