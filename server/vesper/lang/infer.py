"""Static types of expressions, and the places where two types cannot meet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, assert_never

from vesper.lang import expr
from vesper.lang.functions import FUNCTIONS
from vesper.lang.types import (
    ANY,
    BOOLEAN,
    DECIMAL,
    DURATION,
    INTEGER,
    NULL,
    STRING,
    TIMESTAMP,
    Array,
    Enum,
    MapType,
    Primitive,
    RecordType,
    Type,
    comparable,
    settled,
    shown,
    unwrapped,
)


class Clash(NamedTuple):
    """A place where the types do not fit."""

    node: expr.Expr
    message: str


@dataclass(slots=True)
class Inference:
    """Types one expression; clashes are collected, and what clashed counts as `any`."""

    lookup: Callable[[str], Type | None]
    """The type of a name in scope; None for an unknown one, which is somebody else's finding."""
    named: Mapping[str, Type]
    clashes: list[Clash] = field(default_factory=list[Clash])
    _local: dict[str, Type] = field(default_factory=dict[str, Type])

    def type_of(self, node: expr.Expr) -> Type:  # noqa: C901 -- one case a kind of expression
        """The static type of the expression."""
        match node:
            case expr.Constant(value):
                return _constant(value)
            case expr.Duration():
                return DURATION
            case expr.Name(name):
                return self._local.get(name) or self.lookup(name) or ANY
            case expr.Field():
                return self._field(node)
            case expr.Index(of, at):
                self.type_of(at)
                return _item(unwrapped(self.type_of(of), self.named))
            case expr.Call():
                return self._call(node)
            case expr.Star():
                return ANY
            case expr.Unary():
                return self._unary(node)
            case expr.Binary():
                return self._binary(node)
            case expr.IsNull(operand):
                self.type_of(operand)
                return BOOLEAN
            case expr.ListOf(items):
                kinds = {self.type_of(it) for it in items}
                return Array(kinds.pop() if len(kinds) == 1 else ANY)
            case expr.Record(entries):
                return RecordType("record", tuple((k, self.type_of(v)) for k, v in entries))
            case expr.Quantified():
                return self._quantified(node)
        assert_never(node)

    def _field(self, node: expr.Field) -> Type:
        of = unwrapped(self.type_of(node.of), self.named)
        projected = isinstance(of, Array)
        if projected:
            of = unwrapped(of.item, self.named)
        match of:
            case RecordType():
                found = of.field(node.name)
                if found is None:
                    fields = ", ".join(f"`{name}`" for name, _ in of.fields) or "none"
                    self.clashes.append(
                        Clash(node, f"`{of.name}` has no field `{node.name}`; it has {fields}")
                    )
                    return ANY
                return Array(found) if projected else found
            case MapType(value=value):
                return Array(value) if projected else value
            case Primitive("any" | "object"):
                return ANY
            case _:
                self.clashes.append(Clash(node, f"{_a(of)} has no fields"))
                return ANY

    def _call(self, node: expr.Call) -> Type:
        kinds = [self.type_of(it) for it in node.arguments]
        function = FUNCTIONS.get(node.name)
        if function is None:
            return ANY
        match node.name, kinds:
            case "old" | "abs" | "coalesce" | "sort" | "unique", [first, *_]:
                return first
            case (("SUM" | "MIN" | "MAX"), [first]):
                return _item(unwrapped(first, self.named))
            case _:
                return function.returns

    def _unary(self, node: expr.Unary) -> Type:
        kind = unwrapped(self.type_of(node.operand), self.named)
        if node.operator == "NOT":
            self._demand(node.operand, kind, BOOLEAN, "NOT")
            return BOOLEAN
        if not _is_number(kind):
            self.clashes.append(Clash(node, f"`-` needs a number, this is {_a(kind)}"))
            return ANY
        return kind

    def _binary(self, node: expr.Binary) -> Type:
        left, right = self.type_of(node.left), self.type_of(node.right)
        bare = (unwrapped(left, self.named), unwrapped(right, self.named))
        match node.operator:
            case "AND" | "OR" | "=>":
                self._demand(node.left, bare[0], BOOLEAN, node.operator)
                self._demand(node.right, bare[1], BOOLEAN, node.operator)
                return BOOLEAN
            case "==" | "!=":
                if not comparable(left, right, self.named):
                    never = "never equal" if node.operator == "==" else "always different"
                    message = f"{_a(bare[0])} and {_a(bare[1])} are {never}"
                    self.clashes.append(Clash(node, message))
                return BOOLEAN
            case "<" | "<=" | ">" | ">=":
                if not _is_ordered(*bare):
                    message = f"{_a(bare[0])} and {_a(bare[1])} have no order"
                    self.clashes.append(Clash(node, message))
                return BOOLEAN
            case "IN" | "NOT IN" | "CONTAINS" | "MATCHES":
                return BOOLEAN
            case _:
                return self._arithmetic(node, *bare)

    def _arithmetic(self, node: expr.Binary, left: Type, right: Type) -> Type:
        if ANY in (left, right):
            return DECIMAL if node.operator == "/" else ANY
        if _is_number(left) and _is_number(right):
            whole = left == right == INTEGER and node.operator != "/"
            return INTEGER if whole else DECIMAL
        moment, length = TIMESTAMP, DURATION
        match left, node.operator, right:
            case _, "+", _ if left == right == STRING:
                return STRING
            case _, ("+" | "-"), _ if left in (moment, length) and right == length:
                return left
            case _, "-", _ if left == right == moment:
                return length
            case Array(), "+", Array():
                return left
            case _:
                message = f"`{node.operator}` does not go with {_a(left)} and {_a(right)}"
                self.clashes.append(Clash(node, message))
                return ANY

    def _quantified(self, node: expr.Quantified) -> Type:
        over = unwrapped(self.type_of(node.over), self.named) if node.over else ANY
        before = self._local.get(node.name)
        self._local[node.name] = _item(over)
        self._demand(node.body, self.type_of(node.body), BOOLEAN, node.quantifier)
        if before is None:
            del self._local[node.name]
        else:
            self._local[node.name] = before
        return BOOLEAN

    def _demand(self, node: expr.Expr, kind: Type, wanted: Type, by: str) -> None:
        kind = unwrapped(kind, self.named)
        if kind not in (ANY, wanted):
            self.clashes.append(
                Clash(node, f"{by} needs {_a(wanted)}, this is {_a(settled(kind, self.named))}")
            )


def _constant(value: object) -> Type:
    match value:
        case None:
            return NULL
        case bool():
            return BOOLEAN
        case int():
            return INTEGER
        case Decimal():
            return DECIMAL
        case _:
            return STRING


def _item(kind: Type) -> Type:
    match kind:
        case Array(item):
            return item
        case MapType(value=value):
            return value
        case _:
            return ANY


def _is_number(kind: Type) -> bool:
    return kind in (ANY, INTEGER, DECIMAL)


def _is_ordered(left: Type, right: Type) -> bool:
    if ANY in (left, right):
        return True
    if _is_number(left) and _is_number(right):
        return True
    texts = (STRING, TIMESTAMP)
    alike = left == right and left in (STRING, TIMESTAMP, DURATION)
    return alike or (left in texts and right in texts)


def _a(kind: Type) -> str:
    """The type with its article, for messages."""
    if isinstance(kind, Enum):
        return "an enum"
    name = shown(kind)
    return name if name == "null" else f"{'an' if name[0] in 'aeio' else 'a'} {name}"
