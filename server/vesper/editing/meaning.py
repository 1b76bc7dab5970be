"""Meaning: which thing of its document, or of the workspace, a mention is about."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from vesper.editing.mention import Member, Mention, Space
from vesper.lang import expr, types, versions
from vesper.lang.exports import ExportKind
from vesper.lang.infer import Inference
from vesper.lang.names import CONTRACTS, type_of_name
from vesper.lang.scope import Facts, Scope

_DEPTH = 20
WORKSPACE = -1
"""The part of things that all documents share: nodes and roles."""


class Thing(NamedTuple):
    """Something with a name. A `name` or a `member` is one that nobody defines."""

    space: Space
    name: str
    part: int = WORKSPACE
    """Which document of its file it belongs to."""
    owner: str = ""
    """The machine of a state, the record of a field, the step of a local, the callee of a parameter."""

    def means(self, other: "Thing") -> bool:
        """Whether both are the same, or one is a range of versions that the other is in."""
        if self == other:
            return True
        return self.space == other.space == "node" and _in_range(self.name, other.name)


class View:
    """One document, asked what its mentions mean."""

    def __init__(self, facts: Facts, part: int, nodes: Mapping[str, int]) -> None:
        self.facts = facts
        self.part = part
        self._nodes = nodes
        """The documents of this file by their node's id."""

    def may_know(self, thing: Thing) -> bool:
        """Whether the thing can be mentioned here at all."""
        return thing.part in (WORKSPACE, self.part) or thing.space == "input"

    def meaning(self, mention: Mention, order: int) -> Thing:
        """The thing that is mentioned in the piece at place `order`."""
        name = mention.name
        match mention.space:
            case "name":
                return self._name(mention, order)
            case "member":
                return self._member(mention, order)
            case "local":
                return self._local(name, order, mention.owner)
            case "node" | "role":
                return Thing(mention.space, name)
            case "variable" | "output" | "input":
                return self._value(mention.space, name)
            case "value-name":
                return self._first(name, "input", "output", "error-field", "variable")
            case "result-field":
                return self._first(name, "output", "error-field")
            case "parameter":
                callee = self._nodes.get(mention.owner)
                if callee is not None:
                    return Thing("input", name, callee)
                return Thing("parameter", name, WORKSPACE, mention.owner)
            case _:
                return Thing(mention.space, name, self.part, mention.owner)

    def type_of(self, mention: Mention, order: int) -> types.Type:
        """The type of what is mentioned, as far as the document says one."""
        if mention.member is not None:
            return _Records(self.facts, mention.member, Scope(self.facts, order)).type_of()
        thing = self.meaning(mention, order)
        match thing.space:
            case "input" | "output" | "error-field" | "variable" | "type":
                placed = self.facts.first(thing.space, thing.name)
                detail = placed.export.detail if placed is not None else None
                return detail if types.is_type(detail) else types.ANY
            case "field" if thing.owner.startswith("types."):
                record = self.facts.types.get(thing.owner.split(".")[1])
                found = record.field(thing.name) if isinstance(record, types.RecordType) else None
                return found or types.ANY
            case _:
                return types.ANY

    def _local(self, name: str, order: int, owner: str) -> Thing:
        return Thing("local", name, self.part, f"{order}/{owner}")

    def _knows(self, kind: ExportKind, name: str) -> bool:
        return name in self.facts.of(kind)

    def _first(self, name: str, *kinds: ExportKind) -> Thing:
        """The thing of the first kind that the document has; without any, one nobody defines."""
        for kind in kinds:
            if self._knows(kind, name):
                match kind:
                    case "input" | "output" | "variable":
                        return self._value(kind, name)
                    case "error-field" | "fact":
                        return Thing(kind, name, self.part)
                    case _:
                        continue
        return Thing("name", name, self.part)

    def _value(self, space: Space, name: str) -> Thing:
        """An input, output or variable. Where one becomes the other by its name, they are one."""
        if space == "variable" and self._knows("input", name):
            space = "input"
        elif space != "input" and self._knows("output", name) and self._is_handed_out(name):
            space = "input" if self._knows("input", name) else "output"
        return Thing(space, name, self.part)

    def _is_handed_out(self, name: str) -> bool:
        if not (self._knows("variable", name) or self._knows("input", name)):
            return False
        return self.ends_open

    @cached_property
    def ends_open(self) -> bool:
        """Whether the flow can end without `return`: then names of its scope are the outputs."""
        steps = [places[-1] for places in self.facts.of("end").values()]
        last = max(steps, key=lambda it: it.rank, default=None)
        return last is not None and last.export.detail is not True

    def _name(self, mention: Mention, order: int) -> Thing:
        if mention.strong is not None:
            return self._local(mention.name, order, mention.strong)
        found = self._of_field(mention) or self._in_scope(mention)
        if found.space == "name" and mention.weak is not None:
            return self._local(mention.name, order, mention.weak)
        return found

    def _of_field(self, mention: Mention) -> Thing | None:
        """In a constraint: the field itself, or one beside it in the same record."""
        if mention.scope != "value" or not mention.owner:
            return None
        name = mention.name
        match mention.owner.split("."):
            case ["types", owner]:
                kind = self.facts.types.get(owner)
            case ["inputs", owner] if owner != name:
                placed = self.facts.first("input", owner)
                kind = placed.export.detail if placed is not None else None
            case ["outputs", *_, owner] if owner == name:
                return self._first(name, "output", "error-field")
            case _:
                return None
        if isinstance(kind, types.Nullable):
            kind = kind.of
        if isinstance(kind, types.RecordType) and kind.field(name) is not None:
            return Thing("field", name, self.part, mention.owner)
        return None

    def _in_scope(self, mention: Mention) -> Thing:
        match mention.scope:
            case "post":
                # A fact may use what the flow sets.
                kinds = ("input", "output", "error-field", "fact", "variable")
                return self._first(mention.name, *kinds)
            case scope if scope in CONTRACTS:
                return self._first(mention.name, "input", "fact")
            case _:
                return self._first(mention.name, "input", "fact", "variable")

    def _member(self, mention: Mention, order: int) -> Thing:
        member = mention.member
        if member is not None and isinstance(member.node, expr.Field):
            scope = Scope(self.facts, order)
            owner = _Records(self.facts, member, scope).owner(member.node.of)
            if owner:
                return Thing("field", mention.name, self.part, owner)
        return Thing("member", mention.name, self.part)


class _Records:
    """Finds the record whose field an expression takes."""

    def __init__(self, facts: Facts, member: Member, scope: Scope) -> None:
        self._facts = facts
        self._scope = scope
        self._member = member
        self._expression = member.expression._replace(names=frozenset())
        self._open: set[str] = set()
        """Names whose lists are being looked at: a list may be called like its items."""
        self._inference = Inference(self._type_of, facts.types)

    def type_of(self) -> types.Type:
        """The type of the member itself."""
        return self._inference.type_of(self._member.node)

    def owner(self, node: expr.Expr, depth: int = 0) -> str:
        """The path of the record that the expression gives, or a list of; empty if unknown."""
        kind = self._item(self._inference.type_of(node))
        if not isinstance(kind, types.RecordType) or depth > _DEPTH:
            return ""
        if kind.name in self._facts.types:
            return f"types.{kind.name}"
        match node:
            case expr.Name(name) if name in self._member.lists:
                return self.owner(self._member.lists[name], depth + 1)
            case expr.Name(name):
                return self._of_name(name)
            case expr.Index(of=of) | expr.Call(name="old", arguments=(of,)):
                return self.owner(of, depth + 1)
            case expr.Field(of=of, name=name):
                above = self.owner(of, depth + 1)
                return above and f"{above}.fields.{name}"
            case _:
                return ""

    def _type_of(self, name: str) -> types.Type | None:
        over = self._member.lists.get(name)
        if over is None or name in self._open:
            return type_of_name(self._expression, self._scope, name)
        self._open.add(name)
        found = self._item(self._inference.type_of(over))
        self._open.discard(name)
        return found

    def _item(self, kind: types.Type) -> types.Type:
        """The type without `?`, and of a list the type of its items."""
        kind = types.unwrapped(kind, self._facts.types)
        while isinstance(kind, types.Array):
            kind = types.unwrapped(kind.item, self._facts.types)
        return kind

    def _of_name(self, name: str) -> str:
        member = self._member
        if name in self._facts.of("input"):
            return f"inputs.{name}"
        if member.expression.scope != "post":
            return ""
        if name in self._facts.of("output"):
            return f"outputs.{name}"
        return f"outputs.error.{name}"


def _in_range(one: str, other: str) -> bool:
    known, wanted = versions.read(one), versions.read(other)
    if known is None or wanted is None:
        return False
    return known.means(wanted) or wanted.means(known)
