"""JSON Schemas of documents and role files, generated from the field table.

For tools that know YAML but not Vesper. What a schema cannot say (names, types, contracts) only
`vesper check` can.
"""

from typing import Any, assert_never

from vesper.lang import ops
from vesper.lang.document import NODE
from vesper.lang.fields import (
    Anything,
    Choice,
    Either,
    Flag,
    Later,
    ListOf,
    MapOf,
    Number,
    Record,
    Shape,
    Text,
    Variant,
)
from vesper.lang.piece import DocumentKind
from vesper.lang.roles import ROLES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ANY_SCALAR = ["string", "number", "boolean", "null"]

Schema = dict[str, Any]


def json_schema(kind: DocumentKind) -> Schema:
    """The schema of one kind of document, in JSON Schema 2020-12."""
    ops.load()
    writer = _Writer()
    root = writer.of(NODE if kind == "vsp" else ROLES)
    title = "Vesper node" if kind == "vsp" else "Vesper roles"
    return {"$schema": DIALECT, "title": title, **root, "$defs": writer.definitions}


class _Writer:
    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._named: dict[int, str] = {}

    def of(self, shape: Shape) -> Schema:
        """The schema of one shape; `null` is allowed wherever a value is not there yet."""
        match shape:
            case Text():
                return {"type": _ANY_SCALAR}
            case Number():
                return _number(shape)
            case Flag():
                return {"type": ["boolean", "null"]}
            case Choice(values):
                return {"enum": [*values, None]}
            case ListOf(item):
                return {"type": ["array", "null"], "items": self.of(item)}
            case MapOf(value):
                return {"type": ["object", "null"], "additionalProperties": self.of(value)}
            case Record() | Variant() | Either():
                return self._shared(shape)
            case Later(get=get):
                return self.of(get())
            case Anything():
                return {}
        assert_never(shape)

    def _shared(self, shape: Record | Variant | Either) -> Schema:
        """A reference to the one definition of a shape that may stand in many places."""
        name = self._named.get(id(shape))
        if name is None:
            title = "any-of" if isinstance(shape, Either) else _slug(shape)
            name = self._named[id(shape)] = f"{title}-{len(self._named)}"
            self.definitions[name] = {}
            match shape:
                case Record():
                    self.definitions[name] = self._record(shape)
                case Variant():
                    self.definitions[name] = self._variant(shape)
                case Either(shapes):
                    self.definitions[name] = {"anyOf": [self.of(it) for it in shapes]}
        return {"$ref": f"#/$defs/{name}"}

    def _record(self, record: Record) -> Schema:
        properties = {it.name: {"description": it.doc, **self.of(it.shape)} for it in record.fields}
        schema: Schema = {"type": ["object", "null"], "properties": properties}
        required = [it.name for it in record.fields if it.required]
        if required:
            schema["required"] = required
        if record.rest is not None:
            schema["additionalProperties"] = self.of(record.rest)
        else:
            schema["patternProperties"] = {"^x-": {}}
            schema["additionalProperties"] = False
        return schema

    def _variant(self, variant: Variant) -> Schema:
        names = list(variant.variants())
        cases = [
            {
                "if": {"properties": {variant.tag: {"const": name}}, "required": [variant.tag]},
                "then": self._record(variant.record(name)),
            }
            for name in names
        ]
        tag = {
            "description": "What the step does.",
            "anyOf": [
                {"enum": names},
                {"type": "string", "pattern": "^custom\\."},
            ],
        }
        return {
            "type": "object",
            "required": [variant.tag],
            "properties": {variant.tag: tag},
            "allOf": cases,
        }


def _slug(shape: Record | Variant) -> str:
    name = shape.name if isinstance(shape, Record) else shape.common.name
    return "-".join("".join(it if it.isalnum() else " " for it in name).split())


def _number(shape: Number) -> Schema:
    schema: Schema = {"type": ["integer" if shape.integer else "number", "null"]}
    if shape.minimum is not None:
        schema["minimum"] = shape.minimum
    if shape.maximum is not None:
        schema["maximum"] = shape.maximum
    return schema
