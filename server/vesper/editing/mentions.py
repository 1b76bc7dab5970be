"""Every name that one piece writes: which vocabulary it belongs to, where exactly it stands, what for.

A piece mentions names without knowing the rest of its document; `occurrences` says what they mean.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from vesper.editing.bindings import Bindings, bindings_of, dotted
from vesper.editing.mention import Kind, Mention, Space
from vesper.editing.uses import uses_in
from vesper.lang import fields, tree, types
from vesper.lang.exports import holds_outputs
from vesper.lang.fields import Slot
from vesper.lang.operation import text_of
from vesper.lang.piece import Piece
from vesper.lang.source import RelativeSource, Span

Mentions = Mapping[str, list[Mention]]


class _Read(NamedTuple):
    """What is kept of a piece once it was read for its names."""

    mentions: Mentions
    bindings: Bindings


def mentions_of(piece: Piece) -> Mentions:
    """Everything the piece mentions, by name; worked out once."""
    return _read(piece).mentions


def bindings_in(piece: Piece) -> Bindings:
    """The names that the steps of the piece bring; worked out once."""
    return _read(piece).bindings


def _read(piece: Piece) -> _Read:
    if piece.mentioned is None:
        bindings = bindings_of(piece)
        piece.mentioned = _Read(_collect(piece, bindings), bindings)
    assert isinstance(piece.mentioned, _Read)
    return piece.mentioned


def family(node_id: str) -> str:
    """A node's name without its version: what an id has in common with the ranges that mean it."""
    return _VERSION.sub("", node_id)


_VERSION = re.compile(r"_v\d[\d.]*[*+]?$")
_WORD = re.compile(r"[A-Za-z_][\w.-]*")
_EMBEDDED: dict[str, Space] = {
    "state.transition.": "machine",
    "agent.run.": "role",
    "node.call.": "node",
}
_SHAPES: dict[str, tuple[Space, Kind]] = {
    "node-ref": ("node", "read"),
    "role-ref": ("role", "read"),
    "machine-ref": ("machine", "read"),
    "step-name": ("step", "definition"),
    "output-name": ("variable", "definition"),
}


_KINDS = frozenset({*_SHAPES, "node-id", "error-code", "type", "capability", "name"})
_COLUMNS = frozenset({"group_by", "on", "left", "right"})
"""Keys of a `data_transform` whose words are fields of its items."""
_RETURNS = frozenset({"return_success", "return_error", "error_code"})


def _collect(piece: Piece, bindings: Bindings) -> dict[str, list[Mention]]:
    found: dict[str, list[Mention]] = {}
    reader = _Reader(piece, bindings)
    for it in reader.all():
        key = family(it.name) if it.space == "node" else it.name
        found.setdefault(key, []).append(it)
    return found


class _Reader:
    """Reads the mentions off one piece."""

    def __init__(self, piece: Piece, bindings: Bindings) -> None:
        self._piece = piece
        self._lines = piece.reading.lines
        self._bindings = bindings

    def all(self) -> Iterator[Mention]:
        piece, root = self._piece, self._piece.reading.root
        if piece.kind == "role" and isinstance(root, tree.Mapping) and piece.chunk.kind != "item":
            yield from self._keys("role", "definition", root)
        if holds_outputs(piece.chunk):
            yield from self._outputs(root)
        for slot in piece.walked.slots:
            yield from self._of_slot(slot)
        for binding in self._bindings.written:
            yield self._whole(binding.node, "local", "definition", binding.owner)
        for expression in piece.expressions:
            yield from uses_in(expression, self._bindings)
        yield from self._anchors()

    def _of_slot(self, slot: Slot) -> Iterator[Mention]:
        path, shape = slot.path, slot.shape
        section = _SECTIONS.get(path[0])
        if section is not None:
            yield from section(self, slot)
        if isinstance(shape, fields.Text):
            if shape.kind in _KINDS and isinstance(slot.node, tree.Scalar):
                yield from self._of_text(slot, shape.kind, slot.node)
        elif isinstance(shape, fields.MapOf) and shape.key.kind == "error-code":
            yield from self._keys("error-code", "read", slot.node)
        elif isinstance(shape, fields.Anything) or path[-1] == "aggregations":
            # Keys of values: fields perhaps, but nothing says of which record.
            yield from self._keys("member", "read", slot.node)
        elif isinstance(shape, fields.Record) and shape.kind == "step":
            yield from self._of_step(slot.node)
        if path[-1] in _RETURNS:
            yield from self._of_return(slot)

    def _whole(self, node: tree.Scalar, space: Space, kind: Kind, owner: str = "") -> Mention:
        source = None
        if node.style:
            source = RelativeSource(self._lines, node.span, node.style, node.text)
        return Mention(space, node.text, kind, node.span, source, 0, len(node.text), owner)

    def _part(self, node: tree.Scalar, space: Space, kind: Kind, start: int, name: str) -> Mention:
        source = RelativeSource(self._lines, node.span, node.style, node.text)
        return Mention(space, name, kind, node.span, source, start, start + len(name))

    def _keys(
        self, space: Space, kind: Kind, node: tree.Node | None, owner: str = ""
    ) -> Iterator[Mention]:
        if isinstance(node, tree.Mapping):
            for entry in node.entries:
                if entry.key.text:
                    yield self._whole(entry.key, space, kind, owner)

    def _words(
        self, space: Space, kind: Kind, node: tree.Node | None, owner: str = ""
    ) -> Iterator[Mention]:
        """A text, or each text of a list."""
        if isinstance(node, tree.Scalar) and node.text and not node.is_null:
            yield self._whole(node, space, kind, owner)
        elif isinstance(node, tree.Sequence):
            for item in node.items:
                if not isinstance(item, tree.Sequence):
                    yield from self._words(space, kind, item, owner)

    def of_contracts(self, slot: Slot) -> Iterator[Mention]:
        if slot.path[1:] == ("facts",):
            yield from self._keys("fact", "definition", slot.node)

    def of_security(self, slot: Slot) -> Iterator[Mention]:
        if slot.path[1:2] == ("sensitive_data",) and len(slot.path) == 3:
            yield from self._words("value-name", "read", slot.node)

    def of_inputs(self, slot: Slot) -> Iterator[Mention]:
        node = slot.node
        match slot.path[1:]:
            case ():
                yield from self._keys("input", "definition", node)
            case [*above, "fields"]:
                yield from self._keys("field", "definition", node, dotted(("inputs", *above)))
            case _:
                pass

    def of_types(self, slot: Slot) -> Iterator[Mention]:
        node = slot.node
        match slot.path[1:]:
            case ():
                yield from self._keys("type", "definition", node)
            case [*above, "fields"]:
                yield from self._keys("field", "definition", node, dotted(("types", *above)))
            case _:
                pass

    def of_outputs(self, slot: Slot) -> Iterator[Mention]:
        node = slot.node
        match slot.path[1:]:
            case ():
                yield from self._outputs(node)
            case ["success"]:
                yield from self._keys("output", "definition", node)
            case ["error"]:
                yield from self._keys("error-field", "definition", node)
            case ["error", "error_code"] | ["error", "error_code", "type"]:
                if isinstance(node, tree.Scalar):
                    yield from self._enum(node)
            case ["error", "error_code", "values", int()]:
                yield from self._words("error-code", "definition", node)
            case ["success", *above, "fields"] | [*above, "fields"]:
                # Both forms of the outputs give a field the same owner.
                yield from self._keys("field", "definition", node, dotted(("outputs", *above)))
            case _:
                pass

    def _outputs(self, node: tree.Node | None) -> Iterator[Mention]:
        """The outputs of the short form, which has no `success` and `error`."""
        for it in self._keys("output", "definition", node):
            if it.name not in ("success", "error"):
                yield it

    def _enum(self, node: tree.Scalar) -> Iterator[Mention]:
        opening = node.text.find("[")
        if node.text.startswith("enum") and opening > 0:
            for word in _WORD.finditer(node.text, opening):
                yield self._part(node, "error-code", "definition", word.start(), word[0])

    def of_machines(self, slot: Slot) -> Iterator[Mention]:
        node = slot.node
        match slot.path[1:]:
            case ():
                yield from self._keys("machine", "definition", node)
            case [str(name), "states"]:
                yield from self._words("state", "definition", node, name)
            case [str(name), "initial" | "final"]:
                yield from self._words("state", "read", node, name)
            case [str(name), "transitions", int(), "from" | "to"]:
                yield from self._words("state", "read", node, name)
            case _:
                pass

    def of_case(self, slot: Slot) -> Iterator[Mention]:
        if slot.path[1:2] != ("test_cases",):
            return
        node = slot.node
        match slot.path[3:]:
            case ["inputs" | "input"] | ["steps", int(), "execute_with"]:
                yield from self._keys("input", "read", node)
            case ["expected_output"]:
                for it in self._keys("result-field", "read", node):
                    if it.name != "success":
                        yield it
            case ["expected_output", "error_code"]:
                yield from self._words("error-code", "read", node)
            case ["mocks"]:
                yield from self._keys("step", "read", node)
            case _:
                pass

    def _of_return(self, slot: Slot) -> Iterator[Mention]:
        match slot.path[-2:]:
            case (_, "return_success"):
                yield from self._keys("output", "write", slot.node)
            case (_, "return_error"):
                yield from self._keys("error-field", "write", slot.node)
            case ("return_error", "error_code"):
                if isinstance(slot.node, tree.Scalar) and "{" not in slot.node.text:
                    yield from self._words("error-code", "read", slot.node)
            case _:
                pass

    def _of_step(self, step: tree.Node) -> Iterator[Mention]:
        if not isinstance(step, tree.Mapping):
            return
        output = step.get("output")
        if isinstance(output, tree.Sequence):
            yield from self._words("variable", "definition", output)
        else:
            yield from self._keys("variable", "definition", output)
        for holder in (step, step.get("on_success"), step.get("on_result")):
            extract = holder.get("extract") if isinstance(holder, tree.Mapping) else None
            yield from self._keys("variable", "definition", extract)
        match text_of(step, "operation"):
            case "state_machine_transition":
                machine = text_of(step, "state_machine")
                yield from self._words("state", "read", step.get("from"), machine)
                yield from self._words("state", "read", step.get("to"), machine)
            case "call_node":
                callee = text_of(step, "node_id")
                yield from self._keys("parameter", "read", step.get("parameters"), callee)
            case _:
                pass

    def _of_text(self, slot: Slot, kind: str, node: tree.Scalar) -> Iterator[Mention]:
        match kind:
            case "name":
                if slot.path[0] == "flow" and _COLUMNS.intersection(slot.path[-2:]):
                    yield from self._words("member", "read", node)
            case "node-id":
                yield from self._words("node", "definition", node)
            case "error-code":
                if slot.path[0] not in ("inputs", "outputs", "types"):
                    yield from self._words("error-code", "read", node)
            case "type":
                for name, start in types.parse(node.text).names:
                    yield self._part(node, "type", "read", start, name)
            case "capability":
                yield from self._words("capability", "read", node)
                yield from self._embedded(node)
            case _:
                yield from self._words(*_SHAPES[kind], node)

    def _embedded(self, node: tree.Scalar) -> Iterator[Mention]:
        """The machine, role or node that a capability is about."""
        for prefix, space in _EMBEDDED.items():
            name = node.text.removeprefix(prefix)
            if name != node.text and name and name != "*":
                yield self._part(node, space, "read", len(prefix), name)

    def _anchors(self) -> Iterator[Mention]:
        for it in _aliases(self._piece):
            span = Span(it.span.line, it.span.column + 1, *it.span[2:])
            yield Mention("anchor", it.name, "read", span, None, 0, 0)
        for name, node in self._piece.reading.anchors.items():
            span = self._anchor_span(name, node.span)
            if span is not None:
                yield Mention("anchor", name, "definition", span, None, 0, 0)

    def _anchor_span(self, name: str, node: Span) -> Span | None:
        """Where `&name` is written: before the value, perhaps on a line above."""
        mark = f"&{name}"
        for line in range(node.line, max(node.line - 3, -1), -1):
            limit = node.column + len(mark) if line == node.line else len(self._lines[line])
            column = self._lines[line].rfind(mark, 0, limit)
            if column >= 0:
                return Span(line, column + 1, line, column + len(mark))
        return None


_SECTIONS: dict[str | int, Callable[[_Reader, Slot], Iterator[Mention]]] = {
    "inputs": _Reader.of_inputs,
    "outputs": _Reader.of_outputs,
    "types": _Reader.of_types,
    "contracts": _Reader.of_contracts,
    "state_machines": _Reader.of_machines,
    "security": _Reader.of_security,
    "testing": _Reader.of_case,
}


def _aliases(piece: Piece) -> Iterator[tree.Alias]:
    pending = [piece.reading.root] if "*" in piece.chunk.text else []
    while pending:
        match pending.pop():
            case tree.Alias() as it:
                yield it
            case tree.Mapping(entries=entries):
                pending.extend(it.value for it in entries)
            case tree.Sequence(items=items):
                pending.extend(items)
            case _:
                pass
