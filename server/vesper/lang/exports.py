"""What one chunk defines for the rest of its document: names, types, steps, capabilities, roles."""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from vesper.lang import bounds, fields, tree, types
from vesper.lang.chunks import Chunk
from vesper.lang.fields import Slot, Walked
from vesper.lang.operation import Operation, operations, text_of
from vesper.lang.outcome import Around, Computed, Fixed, Listed
from vesper.lang.source import Span

ExportKind = Literal[
    "section", "node", "node-type", "input", "output", "error-field", "error-code",
    "type", "fact", "step", "variable", "grant", "denied", "need", "machine", "role", "anchor",
    "alias", "end", "parent", "restriction", "conflict", "node-ref", "role-ref", "optional", "bound",
    "moves", "operation", "time-limit", "sensitive", "version", "use", "type-use", "code-use",
    "clause", "demand", "case", "holds", "grants", "publishes", "listens",
    "given", "held", "tag", "pattern", "validated",
]  # fmt: skip


AroundAt = Callable[[tuple[str | int, ...]], Around]


class Export(NamedTuple):
    """One thing a chunk defines. The span is chunk-relative; the rest does not depend on place."""

    kind: ExportKind
    name: str
    span: Span
    detail: object = None
    """The type of a value, the states of a machine (a line each), a role's parent: hashable."""
    visible_from: int = 0
    """The chunk's line behind which a variable is set."""
    nested: bool = False
    """Whether a variable is set in a branch or loop, and not by a step of the flow itself."""

    @property
    def told(self) -> object:
        """What others can notice of its detail; how a type is worked out is not, only the type."""
        detail = "computed" if isinstance(self.detail, Computed) else self.detail
        return (detail, "nested") if self.nested else detail

    @property
    def signature(self) -> tuple[str, str, object]:
        """What others can notice of it."""
        return (self.kind, self.name, self.told)


def exports_of(
    chunk: Chunk, kind: str, walked: Walked, root: tree.Node | None, around: AroundAt
) -> Iterator[Export]:
    """Everything the chunk defines, in the order written; `around` tells what stands around a path."""
    if isinstance(root, tree.Mapping) and chunk.kind != "item" and not chunk.inner:
        for entry in root.entries:
            yield Export("section", entry.key.text, entry.key.span)
    if kind == "role":
        yield from _roles(chunk, root)
        return
    if holds_outputs(chunk) and isinstance(root, tree.Mapping):
        yield from _short_outputs(root)
    for slot in walked.slots:
        yield from _of_slot(slot, around)


def holds_outputs(chunk: Chunk) -> bool:
    """Whether the keys of the chunk are keys of a long `outputs`, cut from their head line."""
    within = bool(chunk.inner) if chunk.kind == "head" else chunk.kind == "item" and not chunk.inner
    return within and chunk.section == "outputs"


def field_type(spec: tree.Node) -> types.Type:
    """The type that a field's specification gives its value."""
    if isinstance(spec, tree.Scalar):
        return types.parse(spec.text).type
    if not isinstance(spec, tree.Mapping):
        return types.ANY
    written = text_of(spec, "type")
    if written == "enum":
        found: types.Type = types.Enum(_words(spec.get("values")))
    else:
        found = types.parse(written).type if written else types.ANY
    nested = spec.get("fields")
    if isinstance(nested, tree.Mapping):
        record = record_type("record", nested)
        found = types.Array(record) if isinstance(found, types.Array) else record
    default = spec.get("default")
    optional = text_of(spec, "required") == "false" and default is None
    if isinstance(default, tree.Scalar) and default.is_null and default.text:
        optional = True
    return types.Nullable(found) if optional and not isinstance(found, types.Nullable) else found


def record_type(name: str, specs: tree.Mapping) -> types.Type:
    """The record type that a mapping of field specifications describes."""
    written = (
        (it.key.text, it.value.get("default"))
        for it in specs.entries
        if isinstance(it.value, tree.Mapping)
    )
    defaults = tuple((key, it) for key, it in written if it is not None)
    fields = tuple((it.key.text, field_type(it.value)) for it in specs.entries)
    return types.RecordType(name, fields, defaults)


def _words(node: tree.Node | None) -> tuple[str, ...]:
    if not isinstance(node, tree.Sequence):
        return ()
    return tuple(it.text for it in node.items if isinstance(it, tree.Scalar))


def _of_slot(slot: Slot, around: AroundAt) -> Iterator[Export]:  # noqa: C901 -- one case a path
    node = slot.node
    match slot.path, node:
        case ("node_id",), tree.Scalar():
            yield Export("node", node.text, node.span)
        case ("type",), tree.Scalar():
            yield Export("node-type", node.text, node.span)
        case ("inputs",), tree.Mapping():
            yield from _specs("input", node)
            for entry in node.entries:
                yield from _demands(entry)
        case ("outputs",), tree.Mapping():
            yield from _short_outputs(node)
        case ("outputs", "success"), tree.Mapping():
            yield from _specs("output", node)
        case ("outputs", "error"), tree.Mapping():
            yield from _error_side(node)
        case ("types",), tree.Mapping():
            for entry in node.entries:
                yield _type(entry)
        case ("contracts", "facts"), tree.Mapping():
            for entry in node.entries:
                yield Export("fact", entry.key.text, entry.key.span)
        case ("security", "capabilities_required", int()), tree.Scalar():
            yield Export("grant", node.text, node.span)
        case ("security", "denied_capabilities", int()), tree.Scalar():
            yield Export("denied", node.text, node.span)
        case ("state_machines",), tree.Mapping():
            for entry in node.entries:
                yield _machine(entry)
                yield from _moves(entry)
        case ("security", "sensitive_data", int()), tree.Scalar():
            yield Export("sensitive", node.text, node.span)
        case ("performance", "timeout"), tree.Scalar() if node.text:
            yield Export("time-limit", "run", node.span, node.text)
        case ("performance", "timeout_seconds"), tree.Scalar() if node.text:
            yield Export("time-limit", "run", node.span, f"{node.text}s")
        case ("testing", "test_cases", int(), "name"), tree.Scalar() if node.text:
            yield Export("case", node.text, node.span)
        case ("metadata", "version"), tree.Scalar():
            yield Export("version", node.text, node.span)
        case ("metadata", "tags", int()), tree.Scalar() if node.text:
            yield Export("tag", node.text, node.span)
        case ("trigger", "event_type"), tree.Scalar():
            yield Export("listens", node.text, node.span)
        case ("metadata", "dependencies", int()), tree.Scalar():
            yield Export("node-ref", node.text, node.span)
        case ("flow", *_), tree.Mapping() if _is_step(slot):
            yield from _step(slot, node, around)
        case _:
            pass


def _is_step(slot: Slot) -> bool:
    return isinstance(slot.shape, fields.Record) and slot.shape.kind == "step"


def _specs(kind: Literal["input", "output", "error-field"], node: tree.Mapping) -> Iterator[Export]:
    for entry in node.entries:
        yield Export(kind, entry.key.text, entry.key.span, field_type(entry.value))


def _short_outputs(node: tree.Mapping) -> Iterator[Export]:
    for entry in node.entries:
        if entry.key.text not in ("success", "error"):
            yield Export("output", entry.key.text, entry.key.span, field_type(entry.value))


def _error_side(node: tree.Mapping) -> Iterator[Export]:
    yield from _specs("error-field", node)
    code = node.get("error_code")
    kind = types.unwrapped(field_type(code), {}) if code is not None else types.ANY
    if isinstance(kind, types.Enum):
        for word in kind.words:
            yield Export("error-code", word, code.span if code else node.span)


def _type(entry: tree.Entry) -> Export:
    name, node = entry.key.text, entry.value
    found: types.Type = types.ANY
    if isinstance(node, tree.Mapping):
        specs, base = node.get("fields"), text_of(node, "base")
        if isinstance(specs, tree.Mapping):
            found = record_type(name, specs)
        elif node.entry("values") is not None:
            found = types.Enum(_words(node.get("values")))
        elif base:
            found = types.parse(base).type
    elif isinstance(node, tree.Scalar):
        found = types.parse(node.text).type
    return Export("type", name, entry.key.span, found)


def _machine(entry: tree.Entry) -> Export:
    states = entry.value.get("states") if isinstance(entry.value, tree.Mapping) else None
    return Export("machine", entry.key.text, entry.key.span, "\n".join(_words(states)))


def _demands(entry: tree.Entry) -> Iterator[Export]:
    """Whether an input may be left out, and the numbers it may be."""
    name, spec = entry.key.text, entry.value
    is_open = isinstance(spec, tree.Mapping) and spec.entry("default") is not None
    if is_open or isinstance(field_type(spec), types.Nullable):
        yield Export("optional", name, entry.key.span)
    constraints = spec.get("constraints") if isinstance(spec, tree.Mapping) else None
    for item in constraints.items if isinstance(constraints, tree.Sequence) else ():
        pattern = text_of(item, "pattern") if isinstance(item, tree.Mapping) else ""
        if pattern:
            yield Export("pattern", name, item.span, pattern)
        bound = bounds.constraint_bound(item, name)
        if bound is not None:
            yield Export("bound", name, item.span, bound)


def _moves(entry: tree.Entry) -> Iterator[Export]:
    """The moves that a machine allows, a line each, where it lists them."""
    listed = entry.value.get("transitions") if isinstance(entry.value, tree.Mapping) else None
    moves = [
        f"{start.text}>{text_of(move, 'to')}"
        for move in (listed.items if isinstance(listed, tree.Sequence) else ())
        if isinstance(move, tree.Mapping)
        for start in words_of(move.get("from"))
    ]
    if moves:
        yield Export("moves", entry.key.text, entry.key.span, "\n".join(moves))


def words_of(node: tree.Node | None) -> list[tree.Scalar]:
    """The texts of a list, or the one text that stands in its place."""
    if isinstance(node, tree.Scalar):
        return [] if node.is_null else [node]
    items = node.items if isinstance(node, tree.Sequence) else []
    return [it for it in items if isinstance(it, tree.Scalar) and not it.is_null]


def _step(slot: Slot, node: tree.Mapping, around: AroundAt) -> Iterator[Export]:
    operation = text_of(node, "operation")
    name = node.entry("step")
    if name is not None and isinstance(name.value, tree.Scalar) and name.value.text:
        yield Export("step", name.value.text, name.value.span, operation)
    if operation:
        yield Export("operation", operation, node.span)
    yield from _validated(node)
    last = node.span.end_line
    known = operations().get(operation)
    if known is not None:
        place = node.entry("operation")
        for need in known.needs(node):
            yield Export("need", need, place.value.span if place else node.span)
    yield from _referred(operation, node)
    nested = len(slot.path) > 2
    gives = _gives(known, node, around((*slot.path, "expression")))
    for scalar in _names_of(node.get("output")):
        yield Export("variable", scalar.text, scalar.span, gives, last, nested)
    for key in _extracted(node):
        yield Export("variable", key.text, key.span, types.ANY, last, nested)
    if not nested:
        yield Export("end", operation, node.span, ends(node), last)


_REFERRING: dict[str, tuple[tuple[str, ExportKind, str], ...]] = {
    "call_node": (("node_id", "node-ref", "call"),),
    "agent_run": (("role", "role-ref", "call"), ("review", "role-ref", "call")),
    "event_subscribe": (("handler", "node-ref", "call"), ("event_type", "listens", "")),
    "event_publish": (("event_type", "publishes", ""),),
}
"""By operation: the fields that name something outside of the document, what, and how it is used."""


def _validated(node: tree.Mapping) -> Iterator[Export]:
    """The error code that a validation answers with, also while its operation is misspelt."""
    failure = node.get("on_failure")
    answer = failure.get("return_error") if isinstance(failure, tree.Mapping) else None
    code = answer.get("error_code") if isinstance(answer, tree.Mapping) else answer
    if isinstance(code, tree.Scalar) and code.text:
        yield Export("validated", code.text, code.span)


def _referred(operation: str, node: tree.Mapping) -> Iterator[Export]:
    """The nodes, roles and events outside of the document that a step works with."""
    for key, kind, use in _REFERRING.get(operation, ()):
        target = node.get(key)
        if isinstance(target, tree.Scalar) and target.text:
            yield Export(kind, target.text, target.span, use)


def _names_of(output: tree.Node | None) -> Iterator[tree.Scalar]:
    if isinstance(output, tree.Scalar) and output.text:
        yield output
    elif isinstance(output, tree.Sequence):
        yield from (it for it in output.items if isinstance(it, tree.Scalar))
    elif isinstance(output, tree.Mapping):
        yield from (it.key for it in output.entries)


def _gives(known: Operation | None, node: tree.Mapping, around: Around) -> object:
    """The type of what a step puts into its output, or how to work it out."""
    recipe = known.outcome(node) if known is not None and known.outcome is not None else None
    match recipe:
        case None:
            return types.parse(known.returns).type if known and known.returns else types.ANY
        case Fixed(kind):
            return kind
        case Listed():
            # What a loop collects is worked out behind its steps, wherever it is written.
            return Computed(recipe, around, node.span.end_line + 0.5)
        case _:
            lines = [it.value.span.line for it in node.entries if it.key.text in _WORKED_OUT]
            return Computed(recipe, around, max(lines, default=node.span.line))


_WORKED_OUT = ("expression", "template", "input", "function")


def _extracted(node: tree.Mapping) -> Iterator[tree.Scalar]:
    for holder in (node, node.get("on_success"), node.get("on_result")):
        extract = holder.get("extract") if isinstance(holder, tree.Mapping) else None
        if isinstance(extract, tree.Mapping):
            yield from (it.key for it in extract.entries)


def ends(node: tree.Mapping) -> bool:
    """Whether the flow surely ends with this step."""
    match text_of(node, "operation"):
        case "return":
            return True
        case "conditional":
            elifs = node.get("elif")
            more = elifs.items if isinstance(elifs, tree.Sequence) else []
            sides = [it.get("then") if isinstance(it, tree.Mapping) else None for it in more]
            return all(side_ends(it) for it in (node.get("then"), *sides, node.get("else")))
        case "switch":
            cases = node.get("cases")
            entries = cases.entries if isinstance(cases, tree.Mapping) else []
            return all(side_ends(it) for it in (*(it.value for it in entries), node.get("default")))
        case _:
            return False


def side_ends(side: tree.Node | None) -> bool:
    """Whether the flow surely ends in a branch: a list of steps, or a `return_*` map."""
    if isinstance(side, tree.Mapping):
        return side.entry("return_success") is not None or side.entry("return_error") is not None
    if not isinstance(side, tree.Sequence) or not side.items:
        return False
    last = side.items[-1]
    return isinstance(last, tree.Mapping) and (
        ends(last) or last.entry("return_success") is not None
        or last.entry("return_error") is not None
    )  # fmt: skip


def _roles(chunk: Chunk, root: tree.Node | None) -> Iterator[Export]:
    if not isinstance(root, tree.Mapping):
        return
    if chunk.kind == "item":
        yield from _role_parts(chunk.section, root)
        return
    for entry in root.entries:
        yield Export("role", entry.key.text, entry.key.span)
        if isinstance(entry.value, tree.Mapping):
            yield from _role_parts(entry.key.text, entry.value)


def _role_parts(role: str, node: tree.Mapping) -> Iterator[Export]:
    extends = node.get("extends")
    parents = [extends] if isinstance(extends, tree.Scalar) and extends.text else []
    if isinstance(extends, tree.Sequence):
        parents = [it for it in extends.items if isinstance(it, tree.Scalar)]
    for parent in parents:
        yield Export("parent", role, parent.span, parent.text)
    lists: tuple[tuple[ExportKind, str], ...] = (("holds", "capabilities"), ("grants", "grantable"))
    for kind, key in lists:
        for word in words_of(node.get(key)):
            yield Export(kind, role, word.span, word.text)
    for name, value, span in restrictions(node.get("restrictions")):
        yield Export("restriction", role, span, f"{name}:{value}")


def restrictions(node: tree.Node | None) -> Iterator[tuple[str, str, Span]]:
    """Name, value and place of each restriction, in whichever form it is written."""
    if isinstance(node, tree.Mapping):
        for entry in node.entries:
            if isinstance(entry.value, tree.Scalar):
                yield entry.key.text, entry.value.text, entry.value.span
    elif isinstance(node, tree.Sequence):
        for item in node.items:
            if isinstance(item, tree.Scalar):
                name, _, value = item.text.partition(":")
                yield name.strip(), value.strip() or "true", item.span
            else:
                yield from restrictions(item)
