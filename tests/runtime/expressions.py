"""Expressions made from a seed, mostly of kinds that fit, now and then of others."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, cast

from vesper.lang import ir
from vesper.lang.types import (
    ANY,
    BOOLEAN,
    DECIMAL,
    INTEGER,
    STRING,
    TIMESTAMP,
    Array,
    MapType,
    Nullable,
    RecordType,
    Type,
)

ROW = RecordType("Row", (("kind", STRING), ("size", INTEGER), ("price", DECIMAL)))
INPUTS: dict[str, Type] = {
    "i": INTEGER, "j": INTEGER, "d": DECIMAL, "e": DECIMAL, "s": STRING, "t": STRING, "b": BOOLEAN,
    "when": TIMESTAMP, "perhaps": Nullable(INTEGER), "none": Nullable(STRING), "xs": Array(INTEGER),
    "ds": Array(DECIMAL), "ts": Array(STRING), "rows": Array(ROW), "row": ROW, "any": ANY,
    "map": MapType(STRING, INTEGER),
}  # fmt: skip
BY_NAME = {
    "integer": ["i", "j", "perhaps"], "decimal": ["d", "e"], "string": ["s", "t", "none"], "boolean": ["b"],
    "moment": ["when"], "integers": ["xs"], "decimals": ["ds"], "strings": ["ts"], "rows": ["rows"],
    "row": ["row"], "any": ["any", "map"],
}  # fmt: skip
INTS = [0, 1, -1, 2, 3, 7, -5, 2**62, 2**63 - 1, -(2**63)]
DECIMALS = [
    Decimal(it)
    for it in ("0", "0.00", "1", "1.10", "-2.50", "0.1", "3E+2", "1E-6000", "9E+6000", "7.25")
]
TEXTS = ["", "a", "b", "ab", "A", "é", "2026-11-26", "12", "1.50", "x y"]
MOMENTS = [datetime(2026, 11, 26, tzinfo=UTC), datetime(1, 1, 1, 12, 30, tzinfo=UTC)]
LENGTHS = [timedelta(0), timedelta(days=3), timedelta(microseconds=-5)]
SCALARS = [None, True, False, *INTS, *DECIMALS, *TEXTS, *MOMENTS, *LENGTHS]


def value(random: Random, kind: str, depth: int = 2) -> Any:
    """A value of a kind."""
    if kind in _SIMPLE:
        return random.choice(_SIMPLE[kind])
    if kind == "row":
        parts = {"kind": "string", "size": "integer", "price": "decimal"}
        return {key: value(random, of) for key, of in parts.items()}
    if kind in ITEM:
        return [value(random, ITEM[kind]) for _ in range(random.randrange(5))]
    if kind == "map":
        return {random.choice(TEXTS): random.choice(INTS) for _ in range(random.randrange(4))}
    match random.randrange(5) if depth else 4:
        case 0:
            return [value(random, "any", depth - 1) for _ in range(random.randrange(4))]
        case 1:
            keys = random.sample(["kind", "size", "k"], 2)
            return {key: value(random, "any", depth - 1) for key in keys}
        case _:
            return random.choice(SCALARS)


def inputs_of(random: Random) -> dict[str, Any]:
    """Values for all inputs."""
    kinds = {
        "i": "integer", "j": "integer", "d": "decimal", "e": "decimal", "s": "string", "t": "string",
        "b": "boolean", "when": "moment", "xs": "integers", "ds": "decimals", "ts": "strings",
        "rows": "rows", "row": "row", "any": "any", "map": "map",
    }  # fmt: skip
    perhaps = random.choice([None, *INTS[:4]])
    return {
        **{name: value(random, kind) for name, kind in kinds.items()},
        "perhaps": perhaps,
        "none": random.choice([None, "a", ""]),
    }


ITEM = {"integers": "integer", "decimals": "decimal", "strings": "string", "rows": "row"}
_SIMPLE: dict[str, list[Any]] = {
    "integer": INTS, "decimal": DECIMALS, "string": TEXTS, "boolean": [True, False], "moment": MOMENTS,
}  # fmt: skip
KINDS = [*BY_NAME]
NUMBERS, LISTS = ["integer", "decimal"], ["integers", "decimals", "strings", "rows"]


class Making:
    """What may be named where an expression is made."""

    def __init__(self, random: Random, names: dict[str, list[str]]) -> None:
        self.random = random
        self.names = {kind: [*known] for kind, known in names.items()}
        self.made = 0

    def one(self, *options: Any) -> Any:
        return self.random.choice(options)

    def fresh(self, stem: str) -> str:
        self.made += 1
        return f"{stem}{self.made}"

    def expr(self, kind: str, depth: int) -> ir.Expr:
        if self.random.randint(0, 19) == 0:
            kind = self.one(*KINDS)
        if depth <= 0 or self.random.randint(0, 4) == 0:
            return self.leaf(kind)
        return cast("ir.Expr", getattr(self, f"_{kind}")(depth - 1))

    def leaf(self, kind: str) -> ir.Expr:
        known = self.names.get(kind, [])
        if known and self.one(True, False):
            return ir.Load(self.one(*known))
        return ir.Const(value(self.random, kind))

    def within(self, depth: int, kind: str, **given: str) -> ir.Expr:
        """An expression with names of its own, by kind."""
        before = self.names
        self.names = {name: [*known] for name, known in before.items()}
        for name, of in given.items():
            self.names.setdefault(of, []).extend([name] * 3)
        found = self.expr(kind, depth)
        self.names = before
        return found

    def _integer(self, depth: int) -> ir.Expr:
        match self.one("sum", "arith", "arith", "size", "field", "fold", "item", "neg", "fun"):
            case "arith":
                op = self.one("+", "-", "*", "%")
                return ir.Arithmetic(op, self.expr("integer", depth), self.expr("integer", depth))
            case "sum":
                name = self.one("SUM", "MIN", "MAX", "COUNT", "max")
                return ir.Call(name, (self.expr("integers", depth),))
            case "size":
                return ir.Call(
                    self.one("len", "COUNT"), (self.expr(self.one(*LISTS, "string"), depth),)
                )
            case "field":
                return ir.GetField(self.expr("row", depth), "size")
            case "fold":
                item, acc, at = self.fresh("it"), self.fresh("acc"), self.fresh("at")
                body = self.within(
                    depth, "integer", **{item: "integer", acc: "integer", at: "integer"}
                )
                over = self.expr("integers", depth)
                return ir.Fold(over, item, acc, self.expr("integer", 0), body, self.one("", at))
            case "item":
                return ir.GetItem(self.expr("integers", depth), self.expr("integer", 0))
            case "neg":
                return ir.Negate(self.expr("integer", depth))
            case _:
                name, kind = self.one(
                    ("floor", "decimal"), ("abs", "integer"), ("to_integer", "string")
                )
                return ir.Call(name, (self.expr(kind, depth),))

    def _decimal(self, depth: int) -> ir.Expr:
        match self.one("arith", "arith", "div", "sum", "round", "field", "neg", "coalesce"):
            case "arith":
                left, right = self.one(
                    ("decimal", "decimal"), ("integer", "decimal"), ("decimal", "integer")
                )
                op = self.one("+", "-", "*", "%")
                return ir.Arithmetic(op, self.expr(left, depth), self.expr(right, depth))
            case "div":
                kinds = self.one(*NUMBERS), self.one(*NUMBERS)
                return ir.Arithmetic("/", *(self.expr(kind, depth) for kind in kinds))
            case "sum":
                zero = self.one((), (ir.Const(Decimal("0.00")),))
                return (
                    ir.Call(
                        self.one("SUM", "AVG", "MIN", "MAX"),
                        (self.expr("decimals", depth), *zero)[:2],
                    )
                    if not zero
                    else ir.Call("SUM", (self.expr("decimals", depth), *zero))
                )
            case "round":
                return ir.Call(
                    "round", (self.expr("decimal", depth), ir.Const(self.one(0, 2, -1, 7000)))
                )
            case "field":
                return ir.GetField(self.expr("row", depth), "price")
            case "neg":
                return ir.Negate(self.expr("decimal", depth))
            case _:
                return ir.Call(
                    "coalesce", (self.expr("decimal", depth), self.expr("decimal", depth))
                )

    def _string(self, depth: int) -> ir.Expr:
        match self.one("text", "add", "fun", "field", "join"):
            case "text":
                parts = [self.expr(self.one(*KINDS), depth) for _ in range(self.one(1, 2, 3))]
                return ir.Text(tuple(parts))
            case "add":
                return ir.Arithmetic("+", self.expr("string", depth), self.expr("string", depth))
            case "fun":
                return ir.Call(
                    self.one("lower", "upper", "trim", "to_string"), (self.expr("string", depth),)
                )
            case "field":
                return ir.GetField(self.expr("row", depth), "kind")
            case _:
                return ir.Call("join", (self.expr("strings", depth), self.expr("string", 0)))

    def _boolean(self, depth: int) -> ir.Expr:
        match self.one(
            "logic", "logic", "logic", "compare", "compare", "not", "null", "in", "all", "fun"
        ):
            case "logic":
                op = self.one("and", "or")
                return ir.Logic(op, self.expr("boolean", depth), self.expr("boolean", depth))
            case "compare":
                kind = self.one(*KINDS[:6], "integer", "decimal")
                other = self.one(kind, kind, "integer")
                op = self.one("==", "!=", "<", "<=", ">", ">=")
                return ir.Compare(op, self.expr(kind, depth), self.expr(other, depth))
            case "not":
                return ir.Not(self.expr("boolean", depth))
            case "null":
                return ir.IsNull(self.expr(self.one(*KINDS), depth))
            case "in":
                kind = self.one(*LISTS[:3])
                return ir.Contains(self.expr(ITEM[kind], depth), self.expr(kind, depth))
            case "all":
                kind, item = self.one(*LISTS, "any"), self.fresh("it")
                body = self.within(depth, "boolean", **{item: ITEM.get(kind, "any")})
                return ir.Quantified(self.one("all", "exists"), item, self.expr(kind, depth), body)
            case _:
                name = self.one("starts_with", "ends_with")
                return ir.Call(name, (self.expr("string", depth), self.expr("string", depth)))

    def _moment(self, depth: int) -> ir.Expr:
        return ir.Arithmetic(
            self.one("+", "-"), self.expr("moment", depth), ir.Const(self.one(*LENGTHS))
        )

    def _listed(self, kind: str, depth: int) -> ir.Expr:
        item, at = self.fresh("it"), self.fresh("at")
        names = {item: ITEM[kind], at: "integer"}
        match self.one("keep", "each", "sort", "unique", "take", "flat", "add"):
            case "keep":
                return ir.Keep(
                    self.expr(kind, depth), item, self.within(depth, "boolean", **names), at
                )
            case "each":
                source = self.one(*LISTS)
                body = self.within(depth, ITEM[kind], **{item: ITEM[source], at: "integer"})
                return ir.Each(self.expr(source, depth), item, body, at)
            case "sort":
                key = self.within(
                    depth, self.one("integer", "decimal", "string"), **{item: ITEM[kind]}
                )
                return ir.Sort(self.expr(kind, depth), item, key, self.one(True, False))
            case "unique":
                key = self.within(depth, self.one(*KINDS), **{item: ITEM[kind]})
                return ir.Unique(self.expr(kind, depth), item, key)
            case "take":
                return ir.Take(self.expr(kind, depth), self.expr("integer", 0))
            case "flat":
                return ir.Flatten(ir.ListOf((self.expr(kind, depth), self.expr(kind, depth))))
            case _:
                return ir.Arithmetic("+", self.expr(kind, depth), self.expr(kind, depth))

    def _integers(self, depth: int) -> ir.Expr:
        if self.random.randint(0, 2) == 0:
            return ir.GetField(self.expr("rows", depth), "size")
        if self.random.randint(0, 3) == 0:
            return ir.Call(self.one("sort", "unique"), (self.expr("integers", depth),))
        return self._listed("integers", depth)

    def _decimals(self, depth: int) -> ir.Expr:
        if self.random.randint(0, 2) == 0:
            return ir.GetField(self.expr("rows", depth), "price")
        return self._listed("decimals", depth)

    def _strings(self, depth: int) -> ir.Expr:
        if self.random.randint(0, 3) == 0:
            return ir.Call("split", (self.expr("string", depth), ir.Const(" ")))
        return self._listed("strings", depth)

    def _rows(self, depth: int) -> ir.Expr:
        if self.random.randint(0, 4) == 0:
            left, right = self.expr("rows", depth), self.expr("rows", depth)
            key = self.one("kind", "size")
            return ir.Pair(left, right, key, self.one(key, "price"), self.one(True, False))
        return self._listed("rows", depth)

    def _row(self, depth: int) -> ir.Expr:
        match self.one("make", "item", "group"):
            case "make":
                kinds = {"kind": "string", "size": "integer", "price": "decimal"}
                return ir.RecordOf(tuple((key, self.expr(of, depth)) for key, of in kinds.items()))
            case "item":
                return ir.GetItem(self.expr("rows", depth), self.expr("integer", 0))
            case _:
                return ir.GetItem(self._any(depth), self.expr("integer", 0))

    def _any(self, depth: int) -> ir.Expr:
        rows = self.fresh("rows")
        keys = self.one((), ("kind",), ("kind", "size"))
        columns = [
            ("total", ir.Call("SUM", (ir.GetField(ir.Load(rows), "price"),))),
            ("count", ir.Call("COUNT", (ir.Load(rows),))),
            ("largest", self.within(depth, self.one("integer", "decimal"), **{rows: "rows"})),
        ]
        return ir.Group(
            self.expr("rows", depth), keys, rows, tuple(columns[: self.one(0, 1, 2, 3)])
        )


def expression(seed: int) -> tuple[ir.Expr, dict[str, Any]]:
    """An expression over the inputs, and values for them."""
    random = Random(seed)
    making = Making(random, BY_NAME)
    return making.expr(random.choice(KINDS), random.randint(1, 4)), inputs_of(random)
