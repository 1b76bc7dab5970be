"""Hover texts: what the thing under the cursor is, in Markdown."""

from vesper.lang import fields
from vesper.lang.capabilities import FAMILIES
from vesper.lang.functions import FUNCTIONS
from vesper.lang.lookup import Found
from vesper.lang.operation import operations
from vesper.lang.types import CONTAINERS, PRIMITIVES, shown


def describe(found: Found) -> str:
    """Markdown about what was found; empty where there is nothing to say."""
    match found.kind:
        case "key":
            return _key(found)
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


def _key(found: Found) -> str:
    field = found.field
    assert field is not None
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


_WORDS = {"error-field": "field of the error", "output": "output", "input": "input",
          "variable": "set by a step", "fact": "fact", "role": "role", "step": "step",
          "machine": "state machine", "error-code": "error code"}  # fmt: skip


def _name(found: Found) -> str:
    kind = f": {shown(found.type)}" if found.type is not None else ""
    origin = _WORDS.get(found.defined[0].export.kind, "") if found.defined else ""
    if not kind and not origin:
        return ""
    place = f" — {origin}, line {found.defined[0].line + found.defined[0].export.span.line + 1}"
    return f"`{found.text}{kind}`{place if origin else ''}"


def _word(found: Found) -> str:
    match found.shape:
        case fields.Choice(values):
            return f"**{found.text}** — {values.get(found.text, 'not one of the allowed words')}"
        case fields.Text("capability"):
            family = ".".join(found.text.split(".")[:2])
            meaning = FAMILIES.get(family) or FAMILIES.get(found.text.split(".")[0], "")
            return f"`{found.text}` — allows to {meaning}" if meaning else ""
        case _:
            return ""
