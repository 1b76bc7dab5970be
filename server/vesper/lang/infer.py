"""Static types of expressions, and the places where a value cannot be what is wanted of it.

A value that may be null is refused everywhere but in `==`, `!=`, `IS NULL` and the functions that take
null, unless a condition around it says that it is not: `narrow.py` reads those. As AND, OR and `=>` take
an error on one side for nothing when the other side decides, a guard may stand on either side.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, assert_never

from vesper.lang import expr, narrow, operators
from vesper.lang.expr_text import written
from vesper.lang.functions import FUNCTIONS, VALUE, Function, accepts
from vesper.lang.operators import SUMMARIES, a
from vesper.lang.types import (
    ANY,
    BOOLEAN,
    DURATION,
    INTEGER,
    NULL,
    STRING,
    Array,
    MapType,
    Nullable,
    Primitive,
    RecordType,
    Type,
    assignable,
    comparable,
    joined,
    settled,
    shown,
    unwrapped,
)

Kind = Literal["clash", "null", "argument", "boolean", "collection", "field", "enum", "never-null",
               "index", "rows"]  # fmt: skip


class Clash(NamedTuple):
    """A place where the types do not fit; `known` are the words that could stand there instead."""

    node: expr.Expr
    message: str
    kind: Kind = "clash"
    known: tuple[str, ...] = ()


def _nothing(_fact: str) -> bool:
    return False


@dataclass(slots=True)
class Inference:
    """Types one expression; clashes are collected, and what clashed counts as `any`."""

    lookup: Callable[[str], Type | None]
    """The type of a name in scope; None for an unknown one, which is somebody else's finding."""
    named: Mapping[str, Type]
    known: Callable[[str], bool] = _nothing
    """Whether a fact of `narrow` holds where the expression stands."""
    has_rows: bool = False
    """Whether names are columns of rows, as in `aggregations`."""
    clashes: list[Clash] = field(default_factory=list[Clash])
    types: dict[int, Type] = field(default_factory=dict[int, Type])
    """The type of each part, by its identity."""
    _facts: narrow.Facts = narrow.NONE
    _local: dict[str, Type] = field(default_factory=dict[str, Type])
    _reported: set[str] = field(default_factory=set[str])

    def type_of(self, node: expr.Expr) -> Type:
        """The static type of the expression."""
        kind = self._typed(node)
        if isinstance(kind, Nullable) and self._holds(written(node)):
            kind = unwrapped(kind, self.named)
        self.types[id(node)] = kind
        return kind

    def demand_boolean(self, node: expr.Expr, what: str) -> None:
        """Type a whole expression that must be true or false; `what` is said to need it."""
        kind = self._present(node)
        if kind not in (ANY, BOOLEAN):
            message = f"{what} is true or false, this is {a(settled(kind, self.named))}"
            self._clash(node, message, "boolean")

    def _typed(self, node: expr.Expr) -> Type:  # noqa: C901 -- one case a kind of expression
        match node:
            case expr.Constant(value):
                return operators.constant(value)
            case expr.Duration():
                return DURATION
            case expr.Name(name):
                return self._local.get(name) or self.lookup(name) or ANY
            case expr.Star() | expr.Missing():
                return ANY
            case expr.Field():
                return self._field(node)
            case expr.Index():
                return self._index(node)
            case expr.Call():
                return self._call(node)
            case expr.Unary():
                return self._unary(node)
            # Told apart here, not in another method: a level of recursion costs a few calls only.
            case expr.Binary("AND" | "OR" | "=>"):
                return self._logic(node)
            case expr.Binary("==" | "!="):
                return self._equality(node)
            case expr.Binary("<" | "<=" | ">" | ">="):
                return self._order(node)
            case expr.Binary("IN" | "NOT IN" | "CONTAINS"):
                return self._membership(node)
            case expr.Binary("MATCHES"):
                return self._match(node)
            case expr.Binary():
                return self._arithmetic(node)
            case expr.IsNull(operand):
                # Asked without what the surroundings say: they may say it because of this question.
                self.types[id(operand)] = self._typed(operand)
                self._is_null(node, self.types[id(operand)])
                return BOOLEAN
            case expr.ListOf(items):
                return Array(self._joined(items))
            case expr.Record(entries):
                return RecordType("record", tuple((k, self.type_of(v)) for k, v in entries))
            case expr.Quantified():
                return self._quantified(node)
        assert_never(node)

    def _clash(
        self, node: expr.Expr, message: str, kind: Kind = "clash", known: tuple[str, ...] = ()
    ) -> Type:
        self.clashes.append(Clash(node, message, kind, known))
        return ANY

    def _present(self, node: expr.Expr) -> Type:
        """The settled type of an operand that must not be null."""
        kind = settled(self.type_of(node), self.named)
        if isinstance(kind, Nullable):
            text = written(node)
            if text not in self._reported:
                self._reported.add(text)
                self._clash(node, f"{_what(node)} may be null here{_way_out(node, text)}", "null")
            return unwrapped(kind, self.named)
        return kind

    def _joined(self, items: tuple[expr.Expr, ...]) -> Type:
        kinds = [self.type_of(it) for it in items]
        if not kinds:
            return ANY
        found = kinds[0]
        for kind in kinds[1:]:
            found = joined(found, kind, self.named)
        return found

    def _holds(self, fact: str) -> bool:
        return fact in self._facts or (_first(fact) not in self._local and self.known(fact))

    def _is_null(self, node: expr.IsNull, kind: Type) -> None:
        kind = settled(kind, self.named)
        is_path = isinstance(node.operand, expr.Name | expr.Field | expr.Call)
        if is_path and kind not in (ANY, NULL) and not isinstance(kind, Nullable):
            always = "true" if node.negated else "false"
            message = f"{_what(node.operand)} is never null here, so this is always {always}"
            self._clash(node, message, "never-null")

    def _field(self, node: expr.Field) -> Type:
        of = self._present(node.of)
        projected = isinstance(of, Array)
        if isinstance(of, Array):
            of = unwrapped(of.item, self.named)
        match of:
            case RecordType():
                found = of.field(node.name)
                if found is None:
                    return self._unknown_field(node, of)
                return Array(found) if projected else found
            case MapType(value=value):
                return Array(value) if projected else value
            case Primitive("any" | "object"):
                return ANY
            case Primitive("null"):
                return self._clash(node, "null has no fields", "null")
            case _:
                return self._clash(node, f"{a(of)} has no fields")

    def _unknown_field(self, node: expr.Field, of: RecordType) -> Type:
        names = tuple(name for name, _ in of.fields)
        fields = ", ".join(f"`{name}`" for name in names[:8]) or "none"
        more = f" and {len(names) - 8} more" if len(names) > 8 else ""
        message = f"`{of.name}` has no field `{node.name[:60]}`; it has {fields}{more}"
        return self._clash(node, message, "field", names)

    def _index(self, node: expr.Index) -> Type:
        of, at = self._present(node.of), self._present(node.at)
        match of:
            case Array(item):
                if at not in (ANY, INTEGER):
                    self._clash(
                        node.at, f"a list is indexed by an integer, this is {a(at)}", "index"
                    )
                elif isinstance(node.at, expr.Unary):
                    self._clash(node.at, "a list begins at 0: there is no item before it", "index")
                return item
            case MapType(key, value):
                if not assignable(at, key, self.named):
                    message = f"the keys of this map are of type {shown(key)}, this is {a(at)}"
                    self._clash(node.at, message, "index")
                return value
            case RecordType():
                if isinstance(node.at, expr.Constant) and isinstance(node.at.value, str):
                    return of.field(node.at.value) or ANY
                return ANY
            case Primitive("any"):
                return ANY
            case Primitive("string"):
                message = "a string has no items: write `substring(text, start, 1)`"
                return self._clash(node, message, "index")
            case _:
                return self._clash(node, f"{a(of)} has no items", "index")

    def _call(self, node: expr.Call) -> Type:
        function = FUNCTIONS.get(node.name)
        if function is None:
            for it in node.arguments:
                self.type_of(it)
            return ANY
        if isinstance(node.arguments[0] if node.arguments else None, expr.Star):
            if not self.has_rows:
                message = "`COUNT(*)` counts rows inside `aggregations`: here write `len(list)`"
                self._clash(node, message, "rows")
            return function.returns
        given: list[Type] = []
        for index, it in enumerate(node.arguments):
            given.append(self._argument(function, index, it))
        found = function.result(tuple(given), self.named)
        if node.name in SUMMARIES and isinstance(found, Nullable) and self._is_filled(node):
            return found.of
        return found

    def _is_filled(self, node: expr.Call) -> bool:
        """Whether what is summed up has at least one item: groups do, and what a guard says."""
        over = node.arguments[0]
        while True:
            if self._holds(f"{written(over)}[]"):
                return True
            if isinstance(over, expr.ListOf):
                return bool(over.items)
            if not isinstance(over, expr.Field):
                return self.has_rows
            over = over.of

    def _argument(self, function: Function, index: int, node: expr.Expr) -> Type:
        wanted = function.parameter(index)
        if wanted == VALUE:
            return self.type_of(node)
        kind = self._each(node) if function.name in ("ALL", "ANY") else self._present(node)
        if function.name in ("min", "max") and index == 0 and not isinstance(kind, Array):
            wanted = function.parameters[1][1]
        fits = accepts(wanted, kind, self.named)
        if not fits and self.has_rows and isinstance(wanted, Array):
            fits = accepts(wanted.item, kind, self.named)
        if not fits and kind == NULL:
            self._clash(node, f"`{function.name}` does not take null", "null")
        elif not fits:
            name = function.parameters[min(index, len(function.parameters) - 1)][0]
            message = f"`{name}` of `{function.signature}` is {a(wanted)}, this is {a(kind)}"
            self._clash(node, message, "argument")
        return kind if fits or function.name == "sort" else ANY

    def _each(self, node: expr.Expr) -> Type:
        """A list of booleans: one written as such, or a comparison made for each item."""
        match node:
            case expr.Unary("NOT", operand):
                return self._each(operand)
            case expr.Binary("AND" | "OR" | "=>", left, right):
                sides = (self._each(left), self._each(right))
                return next((it for it in sides if isinstance(it, Array)), sides[0])
            case expr.Binary(operator, left, right) if operator in operators.COMPARISONS:
                sides = (self._present(left), self._present(right))
                if not any(isinstance(it, Array) for it in sides):
                    return self._present(node)
                first, second = (
                    unwrapped(operators.item_of(it), self.named) if isinstance(it, Array) else it
                    for it in sides
                )
                if operator in ("==", "!="):
                    fits = comparable(first, second, self.named)
                else:
                    fits = operators.is_ordered(first, second)
                if not fits:
                    self._clash(node, f"{a(first)} and {a(second)} do not compare")
                return Array(BOOLEAN)
            case _:
                return self._present(node)

    def _unary(self, node: expr.Unary) -> Type:
        kind = self._present(node.operand)
        if node.operator == "NOT":
            self._boolean(node.operand, kind, "NOT")
            return BOOLEAN
        if kind not in (*operators.NUMBERS, DURATION):
            return self._clash(node, f"`-` needs a number, this is {a(kind)}")
        return kind

    def _order(self, node: expr.Binary) -> Type:
        left, right = self._present(node.left), self._present(node.right)
        if NULL in (left, right):
            self._clash(node, "null has no order: ask with IS NULL", "null")
        elif not operators.is_ordered(left, right):
            self._clash(node, f"{a(left)} and {a(right)} have no order")
        return BOOLEAN

    def _match(self, node: expr.Binary) -> Type:
        for side in (node.left, node.right):
            kind = self._present(side)
            if kind != NULL and not assignable(kind, STRING, self.named):
                self._clash(side, f"MATCHES needs a string, this is {a(kind)}")
        return BOOLEAN

    def _logic(self, node: expr.Binary) -> Type:
        """An operand may rely on what decides alone where the operand is an error: the others."""
        if node.operator == "=>":
            parts = [node.left, node.right]
            facts = [narrow.facts_when(node.left, True), narrow.facts_when(node.right, False)]
        else:
            parts = self._chain(node)
            facts = [narrow.facts_when(it, node.operator == "AND") for it in parts]
        before = self._facts
        behind = [narrow.NONE]
        for it in reversed(facts[1:]):
            behind.append(behind[-1] | it)
        for part, own, others in zip(parts, facts, reversed(behind), strict=True):
            surroundings = self._facts
            self._facts = surroundings | others
            self._boolean(part, self._present(part), node.operator)
            self._facts = surroundings | own
        self._facts = before
        return BOOLEAN

    def _chain(self, node: expr.Binary) -> list[expr.Expr]:
        """The operands of `a AND b AND c`, which is a tree that leans to the left."""
        parts: list[expr.Expr] = []
        left: expr.Expr = node
        while isinstance(left, expr.Binary) and left.operator == node.operator:
            self.types[id(left)] = BOOLEAN
            parts.append(left.right)
            left = left.left
        return [left, *reversed(parts)]

    def _equality(self, node: expr.Binary) -> Type:
        left, right = self.type_of(node.left), self.type_of(node.right)
        first, second = unwrapped(left, self.named), unwrapped(right, self.named)
        for side, kind, other in ((node.left, first, second), (node.right, second, first)):
            if operators.is_foreign_word(side, other):
                self._foreign_word(side, other)
                return BOOLEAN
            if side is node.right and not comparable(kind, other, self.named):
                never = "never equal" if node.operator == "==" else "always different"
                message = f"{a(first)} and {a(second)} are {never}{_hint(first, second)}"
                self._clash(node, message)
        return BOOLEAN

    def _foreign_word(self, node: expr.Expr, kind: Type) -> None:
        words = operators.words_of(kind)
        value = node.value if isinstance(node, expr.Constant) else ""
        allowed = ", ".join(f"`{it}`" for it in words[:8]) + (", ..." if len(words) > 8 else "")
        message = f"`{str(value)[:60]}` is not one of its words: {allowed}"
        self._clash(node, message, "enum", words)

    def _membership(self, node: expr.Binary) -> Type:
        """Whether something may be looked for in what stands on the other side."""
        item, among = node.left, node.right
        if node.operator == "CONTAINS":
            item, among = among, item
        of, kind = self._present(among), self.type_of(item)
        bare = unwrapped(kind, self.named)
        match of:
            case Array(wanted):
                self._compare_items(node, item, among, unwrapped(wanted, self.named))
            case MapType() | RecordType() | Primitive("any"):
                pass
            case Primitive("string") if node.operator == "CONTAINS":
                if not accepts(STRING, self._present(item), self.named):
                    self._clash(item, f"a string contains strings, this is {a(bare)}")
            case Primitive("string"):
                message = "IN needs a list on its right; for texts write `text CONTAINS part`"
                self._clash(among, message, "collection")
            case _:
                needed = "a list or a text" if node.operator == "CONTAINS" else "a list"
                message = f"{node.operator} needs {needed} here, this is {a(of)}"
                self._clash(among, message, "collection")
        return BOOLEAN

    def _arithmetic(self, node: expr.Binary) -> Type:
        steps: list[expr.Binary] = []
        first: expr.Expr = node
        while isinstance(first, expr.Binary) and first.operator in operators.ARITHMETIC:
            steps.append(first)
            first = first.left
        found = self._present(first)
        for step in reversed(steps):
            found = self.types[id(step)] = self._calculated(step, found, self._present(step.right))
        return found

    def _compare_items(
        self, node: expr.Binary, item: expr.Expr, among: expr.Expr, inner: Type
    ) -> None:
        bare = unwrapped(self.types[id(item)], self.named)
        for side in among.items if isinstance(among, expr.ListOf) else ():
            if operators.is_foreign_word(side, bare):
                self._foreign_word(side, bare)
        if operators.is_foreign_word(item, inner):
            self._foreign_word(item, inner)
        elif not comparable(bare, inner, self.named):
            message = f"{a(bare)} is never in {a(Array(inner))}{_hint(bare, inner)}"
            self._clash(node, message)

    def _calculated(self, node: expr.Binary, left: Type, right: Type) -> Type:
        if NULL in (left, right):
            side = node.left if left == NULL else node.right
            return self._clash(side, f"`{node.operator}` does not go with null", "null")
        found = operators.arithmetic(left, node.operator, right, self.named)
        if found is None:
            message = f"`{node.operator}` does not go with {a(left)} and {a(right)}"
            return self._clash(node, message + operators.advice(left, node.operator, right))
        return found

    def _quantified(self, node: expr.Quantified) -> Type:
        over = self._over(node)
        if node.over is not None and not operators.is_collection(over):
            message = f"{node.quantifier} goes over a list, this is {a(over)}"
            self._clash(node.over, message, "collection")
        before, facts = self._local.get(node.name), self._facts
        self._local[node.name] = operators.item_of(over)
        self._facts = narrow.without(facts, node.name)
        self._boolean(node.body, self._present(node.body), node.quantifier)
        self._facts = facts
        if before is None:
            del self._local[node.name]
        else:
            self._local[node.name] = before
        return BOOLEAN

    def _over(self, node: expr.Quantified) -> Type:
        if node.over is not None:
            return self._present(node.over)
        found = self.lookup(operators.plural(node.name, lambda it: self.lookup(it) is not None))
        return unwrapped(found, self.named) if found is not None else ANY

    def _boolean(self, node: expr.Expr, kind: Type, by: str) -> None:
        if kind not in (ANY, BOOLEAN):
            self._clash(node, f"{by} needs a boolean, this is {a(kind)}")


def _first(fact: str) -> str:
    """The name that a fact is about, or something that is no name."""
    return re.split(r"[.\[]", fact, maxsplit=1)[0]


def _what(node: expr.Expr) -> str:
    text = written(node)
    return f"`{text}`" if len(text) <= 40 else "this"


def _way_out(node: expr.Expr, text: str) -> str:
    if isinstance(node, expr.Call) and node.name in SUMMARIES and len(node.arguments) == 1:
        return f": of nothing it is; ask `len({written(node.arguments[0])}) > 0` first"[:90]
    if isinstance(node, expr.Name | expr.Field | expr.Index) and len(text) <= 40:
        return f": ask `{text} IS NOT NULL` first, or use `coalesce`"
    return ": use `coalesce` to say what counts instead"


def _hint(left: Type, right: Type) -> str:
    """How the two could be brought together, where one is a text and the other a number."""
    for text, other in ((left, right), (right, left)):
        if text == STRING and other in operators.NUMBERS[1:]:
            return f": `to_{shown(other)}` makes a number of a text"
    return ""
