"""Hover texts: what the thing under the cursor is, in Markdown."""

from vesper.lang import fields, tree
from vesper.lang.around import NodeSummary, RoleSummary
from vesper.lang.capabilities import FAMILIES
from vesper.lang.check import Analysis
from vesper.lang.exports import ExportKind
from vesper.lang.fields import Field
from vesper.lang.functions import FUNCTIONS
from vesper.lang.glossary import field_of
from vesper.lang.lookup import Found
from vesper.lang.operation import operations, text_of
from vesper.lang.scope import Facts, Placed
from vesper.lang.suggestion import Subject
from vesper.lang.types import CONTAINERS, PRIMITIVES, shown


def describe(found: Found) -> str:
    """Markdown about what was found; empty where there is nothing to say."""
    match found.kind:
        case "key":
            assert found.field is not None
            return _field(found.field)
        case "function":
            return _function(found.text)
        case "operation":
            return _operation(found.text)
        case "type":
            return _type(found)
        case "name" | "reference":
            return _name(found)
        case "word":
            return _word(found)


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
    head = f"**{node.node_id}** — {node.kind or 'node'}, `{node.file}`"
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
    parts = [f"**{role.name}**{title} — role, `{role.file}`"]
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


def _name(found: Found) -> str:
    kind = f": {shown(found.type)}" if found.type is not None else ""
    origin = _WORDS.get(found.defined[0].export.kind, "") if found.defined else ""
    if not kind and not origin:
        return ""
    place = f" — {origin}, line {_line(found.defined[0])}" if origin else ""
    return f"`{found.text}{kind}`{place}"


def _word(found: Found) -> str:
    match found.shape:
        case fields.Choice(values):
            return f"**{found.text}** — {values.get(found.text, 'not one of the allowed words')}"
        case fields.Text("capability"):
            return _capability(found.text)
        case _:
            return ""


def _capability(text: str) -> str:
    family = ".".join(text.split(".")[:2])
    meaning = FAMILIES.get(family) or FAMILIES.get(text.split(".", maxsplit=1)[0], "")
    return f"`{text}` — allows to {meaning}" if meaning else ""
