"""Flow collections as they should be written: on one line, or their items on lines of their own."""

import re

from vesper.editing.wording import Written
from vesper.lang import tree

_BEFORE = re.compile(r"(?<![^\s\[{,])(?:[&!][^\s\[\]{},]*[ \t]+)*(?:[&!][^\s\[\]{},]*)?\Z")
_PROPERTIES = re.compile(r"(?:[&!][^\s\[\]{},]*[ \t]+)*")
_COLON = re.compile(r"[ \t]*:")
_COMMENT = re.compile(r"[ \t]+#")


class Flows:
    """Writes the flow collections of one chunk; scalars in them stay as they are written."""

    def __init__(self, texts: list[str], written: Written) -> None:
        self._texts = texts
        self._written = written

    def rendered(self, node: tree.Node) -> str:
        """A collection that is written on one line, settled; whole as it is where it is unusual."""
        try:
            return self._rendered(node)
        except _Unusual:
            return self._raw(node)

    def can_be_blocks(self, node: tree.Mapping | tree.Sequence) -> bool:
        """Whether the items could stand on lines of their own."""
        if not (node.entries if isinstance(node, tree.Mapping) else node.items):
            return False
        try:
            self._rendered(node)
        except _Unusual:
            return False
        return self._raw(node)[:1] in "[{"

    def blocks(self, node: tree.Node, column: int, width: int) -> list[str]:
        """The items on lines of their own, each collection in them on one line if it fits there."""
        lead = " " * column
        lines: list[str] = []
        if isinstance(node, tree.Mapping):
            for entry in node.entries:
                lines += self._entry(entry, column, width)
        elif isinstance(node, tree.Sequence):
            for item in node.items:
                whole = f"{lead}- {self.rendered(item)}"
                if len(whole) > width and isinstance(item, tree.Mapping) and item.entries:
                    first, *rest = self.blocks(item, column + 2, width)
                    lines += [f"{lead}- {first.lstrip(' ')}", *rest]
                else:
                    lines.append(whole)
        return lines

    def end_of_first_line(self, node: tree.Mapping | tree.Sequence) -> int:
        """Where the code of the line ends on which a collection of several lines begins."""
        number, column = node.span[:2]
        text = self._texts[number]
        for scalar in tree.scalars(node):
            if scalar.span.line > number:
                break
            if scalar.span.end_line > number:
                return len(text.rstrip(" \t"))
            column = max(column, scalar.span.end_column)
        comment = _COMMENT.search(text, column)
        return len(text[: comment.start() if comment else len(text)].rstrip(" \t"))

    def is_inside_scalar(self, node: tree.Node, number: int) -> bool:
        """Whether a line goes on a text that began above it."""
        return any(it.span.line < number <= it.span.end_line for it in tree.scalars(node))

    def _entry(self, entry: tree.Entry, column: int, width: int) -> list[str]:
        head = f"{' ' * column}{self._raw(entry.key)}:"
        value = self.rendered(entry.value)
        whole = f"{head} {value}" if value else head
        if len(whole) <= width or not isinstance(entry.value, tree.Mapping | tree.Sequence):
            return [whole]
        if not self.can_be_blocks(entry.value):
            return [whole]
        return [head, *self.blocks(entry.value, column + 2, width)]

    def _rendered(self, node: tree.Node) -> str:
        match node:
            case tree.Scalar() | tree.Alias():
                return self._raw(node)
            case tree.Sequence():
                return f"{self._before(node, '[')}[{', '.join(map(self._rendered, node.items))}]"
            case tree.Mapping():
                inside = ", ".join(map(self._pair, node.entries))
                start = self._texts[node.span.line][node.span.column :]
                if start[:1] not in "{&!":
                    return inside  # `[a: 1]`, a mapping of one key without braces
                return f"{self._before(node, '{')}{{{inside}}}"

    def _pair(self, entry: tree.Entry) -> str:
        end = entry.key.span.end_column
        text = self._texts[entry.key.span.line]
        colon = _COLON.match(text, end)
        if entry.value.span[:2] == entry.value.span[2:]:
            if colon is not None or not self._raw(entry.key):
                raise _Unusual
            return self._raw(entry.key)
        if colon is None:
            raise _Unusual
        return f"{self._raw(entry.key)}: {self._rendered(entry.value)}"

    def _before(self, node: tree.Mapping | tree.Sequence, bracket: str) -> str:
        """The anchor and tag of a collection."""
        text, start = self._texts[node.span.line], node.span.column
        found = _PROPERTIES.match(text, start)
        end = found.end() if found else start
        if text[end : end + 1] != bracket:
            raise _Unusual
        return text[start:end]

    def _raw(self, node: tree.Node) -> str:
        span = node.span
        text = self._texts[span.line]
        rewritten = self._written.whole(node)
        return text[begin(text, span.column) : span.column] + (
            rewritten or text[span.column : span.end_column]
        )


def begin(text: str, column: int) -> int:
    """The column where a value begins with its anchor and tag, if it has any."""
    before = text[:column]
    found = _BEFORE.search(before) if "&" in before or "!" in before else None
    return found.start() if found else column


class _Unusual(Exception):
    """Something written in a way that is left alone."""
