"""Completion of names that point elsewhere: codes, machines, states, nodes, roles, inputs."""

import re
from collections.abc import Iterator

from vesper.editing.cursor import Cursor
from vesper.editing.suggestion import Subject, Suggestion
from vesper.lang import summary, versions
from vesper.lang.around import Around
from vesper.lang.check import Analysis
from vesper.lang.exports import ExportKind
from vesper.lang.fields import MapOf
from vesper.lang.scope import Facts
from vesper.lang.types import BOOLEAN, Enum, Type, is_type, shown, unwrapped

_KINDS: dict[str, tuple[ExportKind, ...]] = {
    "error-code": ("error-code",),
    "machine-ref": ("machine",),
    "node-ref": ("node",),
}
_NOT_SHARED = frozenset({"operation", "as", "name", "on", "action", "log_level"})
_FALLBACKS = ("retry", "return", "fallback", "ignore", "abort")


def of_kind(analysis: Analysis, kind: str, facts: Facts, start: int) -> Iterator[Suggestion]:
    """Everything that a reference of this kind could mean, of this file and of others."""
    around = analysis.around
    if kind == "node-ref":
        yield from _nodes(analysis, around, facts, start)
        return
    if kind == "role-ref":
        yield from _roles(analysis, around, start)
        return
    for exported in _KINDS[kind]:
        for name in facts.of(exported):
            subject = Subject("name", name, exported)
            yield Suggestion(name, "reference", name, start, "of this file", subject)


def _roles(analysis: Analysis, around: Around, start: int) -> Iterator[Suggestion]:
    own = summary.roles(analysis.parts(), "") if analysis.kind == "role" else ()
    others = (found[0] for found in around.roles.values())
    for it in (*own, *others):
        detail = it.display_name or it.file or "of this file"
        yield Suggestion(it.name, "reference", it.name, start, detail, Subject("role", it.name))


def _nodes(analysis: Analysis, around: Around, facts: Facts, start: int) -> Iterator[Suggestion]:
    own = facts.of("node")
    for part in analysis.parts():
        for name in part.of("node"):
            if name not in own:
                yield Suggestion(name, "reference", name, start, "in this file")
    for name, found in around.nodes.items():
        detail = found[0].kind or found[0].file
        yield Suggestion(name, "reference", name, start, detail, Subject("node", name))


def anchors(facts: Facts, start: int) -> Iterator[Suggestion]:
    """The anchors that an alias may name."""
    for name in facts.of("anchor"):
        yield Suggestion(f"*{name}", "reference", f"*{name}", start, "written above as an anchor")


def keys(
    analysis: Analysis, cursor: Cursor, shape: MapOf, facts: Facts
) -> Iterator[tuple[str, ExportKind, str]]:
    """The free keys that make sense in a mapping, where from, and their type."""
    for kind in _exported_keys(cursor, shape):
        for name, places in facts.of(kind).items():
            if name not in cursor.siblings:
                detail = places[0].export.detail
                yield name, kind, shown(detail) if is_type(detail) else ""
    if cursor.path[-1:] == ("parameters",) and _is(cursor, "call_node"):
        yield from _inputs_of_callee(analysis, cursor)
    if cursor.path[-1:] == ("expected_output",):
        for name in ("success", "error_code"):
            if name not in cursor.siblings:
                yield name, "output", ""


def _inputs_of_callee(analysis: Analysis, cursor: Cursor) -> Iterator[tuple[str, ExportKind, str]]:
    callee = cursor.step.get("node_id", "").strip("\"'")
    nodes = analysis.around.nodes
    for node in [it for found in versions.meant_by(callee, nodes) for it in nodes[found]][:1]:
        for it in sorted(node.inputs, key=lambda it: not it.required):
            if it.name not in cursor.siblings:
                yield it.name, "input", shown(it.type) + ("" if it.required else " (optional)")


def _exported_keys(cursor: Cursor, shape: MapOf) -> tuple[ExportKind, ...]:
    if shape.key.kind == "error-code":
        return ("error-code",)
    match cursor.path:
        case ("testing", "test_cases", int(), "inputs" | "input"):
            return ("input",)
        case ("testing", "test_cases", int(), "expected_output"):
            return ("output", "error-field")
        case ("testing", "test_cases", int(), "mocks"):
            return ("step",)
        case (*_, "return_success"):
            return ("output",)
        case (*_, "return_error"):
            return ("error-field",)
        case _:
            return ()


def names(cursor: Cursor, facts: Facts, start: int) -> Iterator[Suggestion]:
    """What a plain name could be: a state, a field, or what stands behind the same key elsewhere."""
    for name, detail in _names(cursor, facts):
        yield Suggestion(name, "reference", name, start, detail)


def _names(cursor: Cursor, facts: Facts) -> Iterator[tuple[str, str]]:
    key = next((it for it in reversed(cursor.route) if isinstance(it, str)), "")
    match cursor.route:
        case ("state_machines", str(machine), "initial" | "final" | "transitions", *_) if (
            key != "on"
        ):
            yield from ((it, f"state of {machine}") for it in _states(facts, machine))
        case (*_, "from" | "to") | (*_, "from" | "to", int()):
            machine = cursor.step.get("state_machine", "").strip("\"'")
            yield from ((it, f"state of {machine}") for it in _states(facts, machine))
        case ("security", "sensitive_data", int()):
            for kind in ("input", "output"):
                yield from ((it, f"an {kind}") for it in facts.of(kind))
        case (*_, "action"):
            yield from ((it, "") for it in _FALLBACKS)
        case _ if key and key not in _NOT_SHARED:
            yield from ((it, f"another `{key}` here") for it in _written_behind(facts, key))
        case _:
            return


def _states(facts: Facts, machine: str) -> list[str]:
    placed = facts.first("machine", machine)
    listed = [placed] if placed is not None else [
        places[0] for places in facts.of("machine").values()
    ]  # fmt: skip
    return list(
        dict.fromkeys(it for one in listed for it in str(one.export.detail).split("\n") if it)
    )


def _written_behind(facts: Facts, key: str) -> list[str]:
    """The words that stand behind this key anywhere in the document, the latest first."""
    pattern = re.compile(
        rf"^[ -]*{re.escape(key)}: +[\"']?([A-Za-z_][\w.-]*)[\"']?\s*(?:#.*)?$", re.M
    )
    found: dict[str, None] = {}
    for held in reversed(facts.held):
        text = held.piece.chunk.text
        if f"{key}:" in text:
            found.update(dict.fromkeys(pattern.findall(text)))
    return list(found)


def values(cursor: Cursor, facts: Facts) -> Iterator[Suggestion]:
    """What the value of an input or output can be where only a few values are possible."""
    kind = _expected(cursor, facts)
    if kind is None or cursor.quote:
        return
    bare = unwrapped(kind, facts.types)
    words = bare.words if isinstance(bare, Enum) else ("true", "false") if bare == BOOLEAN else ()
    start = cursor.column - len(cursor.word)
    for word in words:
        yield Suggestion(word, "word", word, start)


def _expected(cursor: Cursor, facts: Facts) -> Type | None:
    """The type of the value at the cursor, where it is that of an input, output or field."""
    match cursor.route:
        case ("testing", "test_cases", int(), "inputs" | "input", str(name)):
            kinds: tuple[ExportKind, ...] = ("input",)
        case (*_, "expected_output" | "return_success" | "return_error", str(name)):
            if name == "success":
                return BOOLEAN
            if name == "error_code":
                return Enum(tuple(facts.of("error-code")))
            kinds = ("output", "error-field")
        case ("inputs", str(name), "default"):
            kinds = ("input",)
        case _:
            return None
    placed = next((it for kind in kinds if (it := facts.first(kind, name))), None)
    detail = placed.export.detail if placed is not None else None
    return detail if is_type(detail) else None


def _is(cursor: Cursor, operation: str) -> bool:
    return cursor.step.get("operation", "").strip("\"'") == operation
