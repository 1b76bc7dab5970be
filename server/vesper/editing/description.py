"""Hover texts: what the thing under the cursor is, in Markdown."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from vesper.editing.cursor import locate
from vesper.editing.glossary import field_of
from vesper.editing.lookup import Found
from vesper.editing.refactorings.capability_list import missing, unused
from vesper.editing.suggestion import Subject
from vesper.editing.visible import look_from
from vesper.lang import fields, summary, tree, versions
from vesper.lang.around import NodeSummary, RoleSummary
from vesper.lang.capabilities import FAMILIES
from vesper.lang.check import Analysis
from vesper.lang.exports import ExportKind
from vesper.lang.fields import Field
from vesper.lang.functions import FUNCTIONS
from vesper.lang.operation import operations, text_of
from vesper.lang.scope import Facts, Placed
from vesper.lang.types import ANY, CONTAINERS, PRIMITIVES, is_type, shown
from vesper.values.moment import read_duration
from vesper.values.value import Fault


def describe(found: Found, analysis: Analysis) -> str:  # noqa: C901 -- one case a kind of thing
    """Markdown about what was found; empty where there is nothing to say."""
    match found.kind:
        case "key":
            assert found.field is not None
            return _field(found.field) + _granted(found, analysis)
        case "function":
            return _function(found.text)
        case "operation":
            return _operation(found.text) + _step(found, analysis)
        case "type":
            return _type(found)
        case "field":
            return f"`{found.text}: {shown(found.type or ANY)}` — field"
        case "reference" if found.shape == fields.Text("node-ref"):
            return _node(found.text, analysis)
        case "name" | "reference" if found.shape == fields.Text("role-ref"):
            return _role(found.text, analysis)
        case "reference" if found.shape == fields.Text("step-name"):
            return _name(found, analysis) + _step(found, analysis)
        case "name" | "reference":
            return _name(found, analysis)
        case "word":
            return _word(found, analysis)


def _granted(found: Found, analysis: Analysis) -> str:
    """What the steps need beside what the node lists."""
    if found.text not in ("security", "capabilities_required"):
        return ""
    _, facts = analysis.held_at(found.span.line)
    lists = (
        ("The steps need", list(facts.of("need"))),
        ("Not listed", missing(facts)),
        ("Listed, but never needed", unused(facts)),
    )
    told = [f"{title}: {_listed(names)}" for title, names in lists if names]
    return "".join(f"\n\n{it}" for it in told)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"`{it}`" for it in names[:_SHOWN]) + more


def _step(found: Found, analysis: Analysis) -> str:
    """What the step at this place needs and sets."""
    held, facts = analysis.held_at(found.span.line)
    line = found.span.line - held.line
    around = [it for it in held.piece.steps if it.node.span.line <= line <= it.node.span.end_line]
    if not around:
        return ""
    step = min(around, key=lambda it: it.node.span.end_line - it.node.span.line)
    known = operations().get(step.operation)
    needs = list(dict.fromkeys(known.needs(step.node))) if known is not None else []
    inside = step.node.span
    names = [
        f"{name}: {shown(detail)}"
        if is_type(detail := it.export.detail) and detail != ANY
        else name
        for name, places in facts.of("variable").items()
        for it in places
        if it.order == held.order and inside.line <= it.export.span.line <= inside.end_line
    ]
    told = [f"{word}: {_listed(it)}" for word, it in (("Needs", needs), ("Sets", names)) if it]
    return "".join(f"\n\n{it}" for it in told)


def _node(text: str, analysis: Analysis) -> str:
    nodes = analysis.around.nodes
    found = [it for node_id in versions.meant_by(text, nodes) for it in nodes[node_id]]
    return "\n\n---\n\n".join(map(of_node, found[:_SHOWN]))


def _role(name: str, analysis: Analysis) -> str:
    """A role with its limits, those of its parents included."""
    own = _own_roles(analysis)
    known = {**{it: found[0] for it, found in analysis.around.roles.items()}, **own}
    role = known.get(name)
    if role is None:
        return ""
    limits = dict(role.restrictions)
    rows: list[str] = []
    pending, seen = [it for it, _ in role.parents], {name}
    while pending:
        parent = pending.pop(0)
        if parent in seen or parent not in known:
            continue
        seen.add(parent)
        pending += [it for it, _ in known[parent].parents]
        for limit, value in known[parent].restrictions:
            if limit not in limits:
                limits[limit] = value
                rows.append(f"- `{limit}: {value}`, from `{parent}`")
    inherited = "\n".join(["", "", "Inherited:", "", *rows]) if rows else ""
    return of_role(role) + inherited


def _own_roles(analysis: Analysis) -> dict[str, RoleSummary]:
    if analysis.kind != "role":
        return {}
    return {it.name: it for it in summary.roles(analysis.parts(), "")}


def explain(subject: Subject, analysis: Analysis | None) -> str:
    """Markdown about what completion offered; empty where there is nothing more to say."""
    match subject.topic:
        case "field":
            field = field_of(subject.of, subject.name)
            return _field(field) if field is not None else ""
        case "choice":
            return subject.of
        case "function":
            return _function(subject.name)
        case "operation":
            return _operation(subject.name)
        case "capability":
            return _capability(subject.name)
        case "type" if subject.name in PRIMITIVES or subject.name in CONTAINERS:
            return PRIMITIVES.get(subject.name) or CONTAINERS[subject.name]
        case _:
            return _defined(subject, analysis) if analysis is not None else ""


def _defined(subject: Subject, analysis: Analysis) -> str:
    match subject.topic:
        case "role" if subject.name in (own := _own_roles(analysis)):
            return of_role(own[subject.name])
        case "node":
            return "\n\n".join(map(of_node, analysis.around.nodes.get(subject.name, ())))
        case "role":
            return "\n\n".join(map(of_role, analysis.around.roles.get(subject.name, ())))
        case "name":
            return _of_export(subject, analysis)
        case _:
            return ""


def _of_export(subject: Subject, analysis: Analysis) -> str:
    """What a document says itself of one of its names; where the name comes from, if nothing."""
    for facts in analysis.parts():
        for kind, origin in _WORDS.items():
            place = facts.first(kind, subject.name) if kind == subject.of else None
            if place is not None:
                return description_at(facts, place) or f"{origin}, line {_line(place)}"
    return subject.of


def description_at(facts: Facts, place: Placed) -> str:
    """The `description` that stands beside what a name is defined by, if any."""
    piece = facts.held[place.order].piece
    for node in tree.mappings(piece.reading.root):
        for entry in node.entries:
            if entry.key.span == place.export.span and isinstance(entry.value, tree.Mapping):
                return text_of(entry.value, "description")
            if entry.value.span == place.export.span:
                return text_of(node, "description")
    return ""


def _line(place: Placed) -> int:
    return place.line + place.export.span.line + 1


def of_node(node: NodeSummary) -> str:
    """Markdown about a node of another document."""
    where = f", `{node.file}`" if node.file else ""
    head = f"**{node.node_id}** — {node.kind or 'node'}{where}"
    parts = [head, node.intent] if node.intent else [head]
    for title, parameters in (("Inputs", node.inputs), ("Outputs", node.outputs)):
        rows = [
            f"- `{it.name}`: {shown(it.type)}{'' if it.required else ' (optional)'}"
            for it in parameters
        ]
        if rows:
            parts.append("\n".join([f"{title}:", "", *rows]))
    if node.error_codes:
        parts.append("Errors: " + ", ".join(f"`{it}`" for it in node.error_codes))
    return "\n\n".join(parts)


def of_role(role: RoleSummary) -> str:
    """Markdown about a role of another file."""
    title = f" ({role.display_name})" if role.display_name else ""
    parts = [
        f"**{role.name}**{title} — role, `{role.file}`"
        if role.file
        else f"**{role.name}**{title} — role"
    ]
    if role.description:
        parts.append(role.description)
    if role.parents:
        parts.append("Narrows " + ", ".join(f"`{name}`" for name, _ in role.parents))
    if role.capabilities:
        parts.append("May " + ", ".join(f"`{it}`" for it in role.capabilities))
    if role.restrictions:
        rows = [f"- `{name}: {value}`" for name, value in role.restrictions]
        parts.append("\n".join(["Limits:", "", *rows]))
    return "\n\n".join(parts)


def _field(field: Field) -> str:
    notes = [f"*{fields.describe(field.shape)}*"]
    if field.required:
        notes.append("required")
    if field.default:
        notes.append(f"default `{field.default}`")
    return f"**{field.name}** — {' · '.join(notes)}\n\n{field.doc}"


def _function(name: str) -> str:
    function = FUNCTIONS.get(name)
    if function is None:
        return ""
    return f"```\n{function.signature} -> {shown(function.returns)}\n```\n{function.doc}"


def _operation(name: str) -> str:
    operation = operations().get(name)
    if operation is None:
        return ""
    keys = "\n".join(
        f"- `{it.name}`{' (required)' if it.required else ''}: {it.doc}" for it in operation.fields
    )
    example = operation.example.strip()
    return (
        f"**{name}** — *{operation.effect}*\n\n{operation.doc}\n\n{keys}\n\n```yaml\n{example}\n```"
    )


def _type(found: Found) -> str:
    if found.text in PRIMITIVES:
        return f"**{found.text}** — built-in type\n\n{PRIMITIVES[found.text]}"
    if found.defined:
        return f"**{found.text}** — {_detail(found)}"
    base = found.text.split("<")[0].split("[")[0]
    return f"**{found.text}**\n\n{CONTAINERS.get(base, '')}".strip()


def _detail(found: Found) -> str:
    detail = found.defined[0].export.detail
    fields_of = getattr(detail, "fields", None)
    if fields_of:
        rows = "\n".join(f"- `{name}`: {shown(kind)}" for name, kind in fields_of)
        return f"record\n\n{rows}"
    words = getattr(detail, "words", None)
    return f"one of {', '.join(f'`{it}`' for it in words)}" if words else "a type of this document"


_WORDS: dict[ExportKind, str] = {"error-field": "field of the error", "output": "output", "input": "input",
          "variable": "set by a step", "fact": "fact", "role": "role", "step": "step",
          "machine": "state machine", "error-code": "error code"}  # fmt: skip


def _name(found: Found, analysis: Analysis) -> str:
    kind = f": {shown(found.type)}" if found.type is not None and found.type != ANY else ""
    if not found.defined:
        return _local(found, analysis)
    place = found.defined[0]
    origin = _WORDS.get(place.export.kind, "")
    if not kind and not origin:
        return ""
    _, facts = analysis.held_at(found.span.line)
    said = description_at(facts, place)
    where = f" — {origin}, line {_line(place)}" if origin else ""
    return f"`{found.text}{kind}`{where}" + (f"\n\n{said}" if said else "")


def _local(found: Found, analysis: Analysis) -> str:
    """A name that only the steps around this place bring, such as the item of a loop."""
    if not isinstance(found.shape, fields.Text):
        return ""
    line, column = found.span.line, found.span.column
    view = look_from(analysis, locate(analysis, line, column))
    before = analysis.text.lines[line][:column]
    it = view.find(found.text, found.shape.scope, before)
    if it is None:
        return ""
    kind = f": {shown(it.type)}" if it.type != ANY else ""
    return f"`{found.text}{kind}` — {it.origin}"


def _word(found: Found, analysis: Analysis) -> str:
    match found.shape:
        case fields.Choice(values):
            return f"**{found.text}** — {values.get(found.text, 'not one of the allowed words')}"
        case fields.Text("capability"):
            return _capability(found.text)
        case fields.Text("duration"):
            return _duration(found.text)
        case fields.Text("node-id"):
            own = summary.nodes(analysis.parts(), "")
            return "\n\n---\n\n".join(of_node(it) for it in own if it.node_id == found.text)
        case _:
            return ""


def _capability(text: str) -> str:
    family = ".".join(text.split(".")[:2])
    meaning = FAMILIES.get(family) or FAMILIES.get(text.split(".", maxsplit=1)[0], "")
    return f"`{text}` — allows to {meaning}" if meaning else ""


def _duration(text: str) -> str:
    try:
        microseconds = read_duration(text) // timedelta(microseconds=1)
    except Fault:
        return ""
    seconds = Decimal(microseconds).scaleb(-6).normalize()
    return f"`{text}` = {seconds:,f} s"


_SHOWN = 12
