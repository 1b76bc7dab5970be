"""Expressions: their syntax tree, and the parser that never raises.

One grammar serves contracts, guards, conditions, constraints, transforms and the `{...}` of
templates. Places are offsets into the expression's own text; `RelativeSource` carries them into the
document. From loosest to tightest: `=>`, OR, AND, NOT, comparison, `+ -`, `* / %`, unary minus, postfix.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from vesper.lang.tokens import Token, number, tokens, unescaped

MAX_DEPTH = 60
MAX_LENGTH = 20_000
MAX_HEIGHT = 150
"""How far apart the root of a tree and its leaves may be; `a + b + c` grows by one a sign."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the text is no expression; `fix` is what would stand there instead."""

    kind: Literal["syntax", "single-equals", "chained", "depth"]
    start: int
    end: int
    message: str
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: exact number, text, boolean or null."""

    value: int | Decimal | str | bool | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Duration:
    """A literal such as `250ms` or `2h`."""

    amount: int | Decimal
    unit: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name in scope."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Field:
    """`of.name`."""

    of: "Expr"
    name: str
    start: int
    end: int
    name_start: int


@dataclass(frozen=True, slots=True)
class Index:
    """`of[at]`."""

    of: "Expr"
    at: "Expr"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`; `COUNT(*)` has the one argument `Star`."""

    name: str
    arguments: tuple["Expr", ...]
    start: int
    end: int
    name_end: int


@dataclass(frozen=True, slots=True)
class Star:
    """The `*` of `COUNT(*)`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`NOT operand` or `-operand`."""

    operator: Literal["NOT", "-"]
    operand: "Expr"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands with an operator between them, `NOT IN` included."""

    operator: str
    left: "Expr"
    right: "Expr"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class IsNull:
    """`operand IS NULL`, or `IS NOT NULL` when negated."""

    operand: "Expr"
    negated: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    items: tuple["Expr", ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Record:
    """`{key: value}`; keys are written bare or quoted."""

    entries: tuple[tuple[str, "Expr"], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quantified:
    """`FORALL name IN over: body`; `over` is None in the short form `FORALL name: body`."""

    quantifier: Literal["FORALL", "EXISTS"]
    name: str
    over: "Expr | None"
    body: "Expr"
    start: int
    end: int


Expr = (
    Constant | Duration | Name | Field | Index | Call | Star | Unary | Binary | IsNull | ListOf
    | Record | Quantified
)  # fmt: skip


class Parsed(NamedTuple):
    """An expression and what is wrong with it; `tree` is None where nothing could be made of it."""

    tree: Expr | None
    faults: tuple[Fault, ...]


def parse(text: str) -> Parsed:
    """Read a whole text as one expression."""
    if len(text) > MAX_LENGTH:
        message = f"an expression of more than {MAX_LENGTH} characters"
        return Parsed(None, (Fault("depth", 0, 1, message),))
    parser = _Parser(text)
    try:
        tree = parser.expression()
        if parser.token.kind != "end":
            parser.refuse(f"unexpected `{parser.token.text}`: {_advice(parser.token)}")
    except _Stop as stop:
        return Parsed(None, (*parser.faults, stop.fault))
    if len(text) > 2 * MAX_HEIGHT and _is_too_high(tree):
        message = f"more than {MAX_HEIGHT} operators in a row: work parts of it out before"
        return Parsed(None, (Fault("depth", 0, 1, message),))
    return Parsed(tree, tuple(parser.faults))


def _is_too_high(tree: Expr) -> bool:
    level = [tree]
    for _ in range(MAX_HEIGHT):
        level = [part for node in level for part in parts(node)]
    return bool(level)


def _advice(token: Token) -> str:
    if token.kind == "bad" and token.text in "&|":
        return "write AND or OR"
    if token.text == ")":
        return "there is no `(` for it"
    return "an operator is missing before it" if token.kind != "bad" else "it has no meaning here"


def walk(tree: Expr) -> Iterator[Expr]:
    """The expression and everything in it, outermost first."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(parts(node)))


def parts(node: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside one."""
    match node:
        case Field(of=of):
            return (of,)
        case Index(of=of, at=at):
            return (of, at)
        case Call(arguments=items) | ListOf(items=items):
            return items
        case Unary(operand=operand) | IsNull(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Record(entries=entries):
            return tuple(value for _, value in entries)
        case Quantified(over=over, body=body):
            return (over, body) if over is not None else (body,)
        case Constant() | Duration() | Name() | Star():
            return ()


class _Stop(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "="})


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self.token = next(self._tokens)
        self._last = self.token
        self._ahead: Token | None = None
        self.faults: list[Fault] = []
        self._depth = 0

    def refuse(self, message: str) -> None:
        token = self.token
        if token.kind == "bad" and token.text in "'\"":
            message = "this text in quotes is not closed"
        raise _Stop(Fault("syntax", token.start, max(token.end, token.start + 1), message))

    def _next(self) -> Token:
        self._last = self.token
        self.token = self._ahead or next(self._tokens, self.token)
        self._ahead = None
        return self._last

    def _peek(self) -> Token:
        if self._ahead is None:
            self._ahead = next(self._tokens, self.token)
        return self._ahead

    def _accept(self, *words: str) -> Token | None:
        if self.token.kind in ("operator", "keyword") and self.token.text in words:
            return self._next()
        return None

    def _expect(self, word: str, why: str) -> Token:
        token = self._accept(word)
        if token is None:
            found = f", found `{self.token.text}`" if self.token.text else ""
            self.refuse(f"expected `{word}` {why}{found}")
            raise AssertionError
        return token

    def expression(self) -> Expr:
        self._sink()
        left = self._or()
        if self._accept("=>"):
            right = self.expression()
            left = Binary("=>", left, right, left.start, right.end)
        self._depth -= 1
        return left

    def _or(self) -> Expr:
        left = self._and()
        while self._accept("OR"):
            right = self._and()
            left = Binary("OR", left, right, left.start, right.end)
        return left

    def _and(self) -> Expr:
        left = self._not()
        while self._accept("AND"):
            right = self._not()
            left = Binary("AND", left, right, left.start, right.end)
        return left

    def _not(self) -> Expr:
        if self.token.kind == "keyword":
            if self.token.text == "NOT":
                start = self._next().start
                self._sink()
                operand = self._not()
                self._depth -= 1
                return Unary("NOT", operand, start, operand.end)
            if self.token.text in ("FORALL", "EXISTS"):
                return self._quantified()
        return self._comparison()

    def _sink(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            start = self.token.start
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise _Stop(Fault("depth", start, start + 1, message))

    def _quantified(self) -> Expr:
        word = self._next()
        quantifier: Literal["FORALL", "EXISTS"] = "FORALL" if word.text == "FORALL" else "EXISTS"
        if self.token.kind != "name":
            self.refuse(f"a name must follow {quantifier}")
        name = self._next().text
        over = self._sum() if self._accept("IN") else None
        self._expect(":", f"before what {quantifier} demands")
        body = self.expression()
        return Quantified(quantifier, name, over, body, word.start, body.end)

    def _comparison(self) -> Expr:
        left = self._sum()
        compared = self._compared(left)
        if compared is left:
            return left
        if self.token.text in _COMPARISONS and self.token.kind == "operator":
            message = "comparisons do not chain: join two of them with AND"
            start, end = self.token.start, self.token.end
            self.faults.append(Fault("chained", start, end, message))
            while self.token.text in _COMPARISONS:
                self._next()
                self._sum()
        return compared

    def _compared(self, left: Expr) -> Expr:
        token = self.token
        if token.kind == "operator" and token.text in _COMPARISONS:
            self._next()
            operator = token.text
            if operator == "=":
                message = "`=` does not compare: write `==`"
                fault = Fault("single-equals", token.start, token.end, message, "==")
                self.faults.append(fault)
                operator = "=="
            return self._binary(operator, left)
        if token.kind != "keyword":
            return left
        if token.text in ("IN", "CONTAINS", "MATCHES"):
            self._next()
            return self._binary(token.text, left)
        if token.text == "NOT" and self._peek().text.upper() == "IN":
            self._next()
            self._next()
            return self._binary("NOT IN", left)
        if token.text == "IS":
            self._next()
            negated = self._accept("NOT") is not None
            end = self._expect("NULL", "behind IS").end
            return IsNull(left, negated, left.start, end)
        return left

    def _binary(self, operator: str, left: Expr) -> Expr:
        right = self._sum()
        return Binary(operator, left, right, left.start, right.end)

    def _sum(self) -> Expr:
        left = self._product()
        while operator := self._accept("+", "-"):
            right = self._product()
            left = Binary(operator.text, left, right, left.start, right.end)
        return left

    def _product(self) -> Expr:
        left = self._unary()
        while operator := self._accept("*", "/", "%"):
            right = self._unary()
            left = Binary(operator.text, left, right, left.start, right.end)
        return left

    def _unary(self) -> Expr:
        minuses: list[int] = []
        while token := self._accept("-"):
            minuses.append(token.start)
        operand = self._postfix()
        for start in reversed(minuses[-MAX_DEPTH:]):
            operand = Unary("-", operand, start, operand.end)
        return operand

    def _postfix(self) -> Expr:
        node = self._primary()
        while True:
            if self._accept("."):
                if self.token.kind not in ("name", "keyword"):
                    self.refuse("a field name must follow the `.`")
                name = self._next()
                text = name.text if name.kind == "name" else name.text.lower()
                node = Field(node, text, node.start, name.end, name.start)
            elif self._accept("["):
                at = self.expression()
                end = self._expect("]", "behind the index").end
                node = Index(node, at, node.start, end)
            else:
                return node

    def _primary(self) -> Expr:
        token = self.token
        match token.kind:
            case "number" | "duration" | "string" | "keyword":
                return self._literal()
            case "name":
                self._next()
                return self._call(token) if self.token.text == "(" else Name(*token[1:])
            case "operator" if token.text == "(":
                self._next()
                node = self.expression()
                self._expect(")", "to close the `(`")
                return node
            case "operator" if token.text == "[":
                self._next()
                items = self._list("]")
                return ListOf(items, token.start, self._last.end)
            case "operator" if token.text == "{":
                return self._record()
            case "end":
                self.refuse("the expression ends too early: a value is missing")
            case _:
                self.refuse(f"a value is missing before `{token.text}`")
        raise AssertionError

    def _literal(self) -> Expr:
        token = self._next()
        match token.kind, token.text:
            case "number", text:
                return Constant(number(text), token.start, token.end)
            case "duration", text:
                unit = text.lstrip("0123456789.eE+-")
                return Duration(number(text[: -len(unit)]), unit, token.start, token.end)
            case "string", text:
                return Constant(unescaped(text[1:-1]), token.start, token.end)
            case _, "TRUE" | "FALSE":
                return Constant(token.text == "TRUE", token.start, token.end)
            case _, "NULL":
                return Constant(None, token.start, token.end)
            case _:
                message = f"a value is missing before {token.text}"
                raise _Stop(Fault("syntax", token.start, token.end, message))

    def _call(self, name: Token) -> Expr:
        self._next()
        if self.token.text == "*" and self._peek().text == ")":
            star = self._next()
            self._next()
            arguments: tuple[Expr, ...] = (Star(star.start, star.end),)
        else:
            arguments = self._list(")")
        return Call(name.text, arguments, name.start, self._last.end, name.end)

    def _list(self, close: str) -> tuple[Expr, ...]:
        items: list[Expr] = []
        while not self._accept(close):
            if items:
                self._expect(",", f"or `{close}`")
                if self._accept(close):
                    break
            items.append(self.expression())
        return tuple(items)

    def _record(self) -> Expr:
        start = self._next().start
        entries: list[tuple[str, Expr]] = []
        while not self._accept("}"):
            if entries:
                self._expect(",", "or `}`")
                if self._accept("}"):
                    break
            if self.token.kind not in ("name", "string", "keyword"):
                self.refuse("a key must be a name or a text")
            key = self._next()
            self._expect(":", "behind the key")
            text = unescaped(key.text[1:-1]) if key.kind == "string" else key.text
            entries.append((text, self.expression()))
        return Record(tuple(entries), start, self._last.end)
