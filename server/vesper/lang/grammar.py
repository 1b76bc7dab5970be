"""The grammar of expressions: a parser that never raises and goes on behind a fault where it can.

From loosest to tightest: `=>`, OR, AND, NOT, comparison, `+ -`, `* / %`, unary minus, postfix.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from vesper.lang.expr import (
    Binary,
    Call,
    Constant,
    Duration,
    Expr,
    Field,
    Index,
    IsNull,
    ListOf,
    Missing,
    Name,
    Quantified,
    Record,
    Star,
    Unary,
    parts,
)
from vesper.lang.tokens import FOREIGN, MAX_DIGITS, Token, number, tokens, unescaped

MAX_DEPTH = 60
"""The most brackets inside each other."""
MAX_HEIGHT = 150
"""The most operators that wait for each other: whoever works on a tree may do so by recursion."""
MAX_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the text is no expression; `fix` is what would stand there instead."""

    kind: Literal["syntax", "single-equals", "chained", "depth", "number"]
    start: int
    end: int
    message: str
    fix: str | None = None


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
        if parser.token.kind != "end" and not parser.is_lost:
            parser.refuse(f"unexpected `{parser.token.text}`: {_advice(parser.token)}")
    except _Stop as stop:
        return Parsed(None, (*parser.faults, stop.fault))
    if _is_too_high(tree):
        message = f"more than {MAX_HEIGHT} operators in a row: work parts of it out before"
        return Parsed(None, (Fault("depth", 0, 1, message),))
    return Parsed(tree, tuple(parser.faults))


def _is_too_high(tree: Expr) -> bool:
    level = [tree]
    for _ in range(MAX_HEIGHT):
        level = [part for node in level for part in parts(node)]
        if not level:
            return False
    return True


def _advice(token: Token) -> str:
    if token.text == ")":
        return "there is no `(` for it"
    if token.text == "NOT":
        return "write NOT in front of the whole comparison"
    if token.kind == "bad" and token.text.isalpha():
        return "names are written with `a` to `z`, digits and `_`"
    return "an operator is missing before it" if token.kind != "bad" else "it has no meaning here"


class _Stop(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "="})
_WORDS = frozenset({"IN", "CONTAINS", "MATCHES", "IS"})
_ORDERS = frozenset({"==", "<", "<=", ">", ">="})


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self.faults: list[Fault] = []
        self.is_lost = False
        """Whether a fault was found behind which nothing is sure; it alone is told."""
        self.token = next(self._tokens)
        self._last = self.token
        self._ahead: Token | None = None
        self._depth = 0

    def refuse(self, message: str) -> None:
        """Tell a fault at the word at hand, and stop."""
        raise _Stop(self._fault(message))

    def _fault(self, message: str, fix: str | None = None) -> Fault:
        token = self.token
        if token.kind == "bad" and token.text in "'\"":
            message = "this text in quotes is not closed"
        return Fault("syntax", token.start, max(token.end, token.start + 1), message, fix)

    def _lose(self, message: str) -> None:
        """Tell a fault at the word at hand, unless one was told already, and go on."""
        if not self.is_lost:
            self.is_lost = True
            self.faults.append(self._fault(message))

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
        token = self.token
        if token.kind == "foreign" and FOREIGN[token.text] in words:
            meant = FOREIGN[token.text]
            message = f"`{token.text}` has no meaning here: write `{meant}`"
            self.faults.append(self._fault(message, meant if token.text != "!" else "NOT "))
            return self._next()._replace(kind="operator", text=meant)
        if token.kind in ("operator", "keyword") and token.text in words:
            return self._next()
        return None

    def _expect(self, word: str, why: str) -> int:
        """Take the word; where it is missing, say so and go on as if it stood here."""
        token = self._accept(word)
        if token is None:
            found = f", found `{self.token.text}`" if self.token.text else ""
            self._lose(f"expected `{word}` {why}{found}")
            return self._last.end
        return token.end

    def _deeper(self, by: int = 1) -> None:
        self._depth += by
        if self._depth > MAX_DEPTH:
            start = self.token.start
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise _Stop(Fault("depth", start, start + 1, message))

    def expression(self) -> Expr:
        """The loosest: what may stand between brackets."""
        self._deeper()
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
        word = self._accept("NOT")
        if word is not None:
            self._deeper()
            operand = self._not()
            self._depth -= 1
            return Unary("NOT", operand, word.start, operand.end)
        if self.token.kind == "keyword" and self.token.text in ("FORALL", "EXISTS"):
            return self._quantified()
        return self._comparison()

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
        while self._compares():
            compared = self._chained(compared)
        return compared

    def _compares(self) -> bool:
        kind, text, *_ = self.token
        return (kind == "operator" and text in _COMPARISONS) or (
            kind == "keyword" and text in _WORDS
        )

    def _chained(self, before: Expr) -> Expr:
        """One more comparison on the last operand: it counts as joined with AND."""
        token = self.token
        message = "comparisons do not chain: join two of them with AND"
        last = before.right if isinstance(before, Binary) else before
        if isinstance(last, Binary) and last.operator in _ORDERS:
            last = last.right
        middle = self._text[last.start : last.end]
        mends = token.text in _ORDERS and not isinstance(last, Missing)
        mends = mends and isinstance(before, Binary) and before.operator in (*_ORDERS, "AND")
        fix = f"AND {middle} {token.text}" if mends else None
        self.faults.append(Fault("chained", token.start, token.end, message, fix))
        again = self._compared(last)
        return Binary("AND", before, again, before.start, again.end)

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
        if token.kind == "foreign" and FOREIGN[token.text] in _COMPARISONS | {"!="}:
            meant = self._accept(FOREIGN[token.text])
            return self._binary(meant.text if meant else "==", left)
        return self._worded(left) if token.kind == "keyword" else left

    def _worded(self, left: Expr) -> Expr:
        token = self.token
        if token.text in ("IN", "CONTAINS", "MATCHES"):
            self._next()
            return self._binary(token.text, left)
        if token.text == "NOT" and self._peek().kind == "keyword" and self._peek().text == "IN":
            self._next()
            self._next()
            return self._binary("NOT IN", left)
        if token.text == "IS":
            self._next()
            negated = self._accept("NOT") is not None
            return IsNull(left, negated, left.start, self._expect("NULL", "behind IS"))
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
            self._deeper()
        operand = self._postfix()
        self._depth -= len(minuses)
        for start in reversed(minuses):
            operand = Unary("-", operand, start, operand.end)
        return operand

    def _postfix(self) -> Expr:
        node = self._primary()
        while True:
            if self._accept("."):
                if self.token.kind not in ("name", "keyword"):
                    self._lose("a field name must follow the `.`")
                    return node
                name = self._next()
                text = self._text[name.start : name.end]
                node = Field(node, text, node.start, name.end, name.start)
            elif self._accept("["):
                at = self.expression()
                node = Index(node, at, node.start, self._expect("]", "behind the index"))
            else:
                return node

    def _primary(self) -> Expr:
        token = self.token
        match token.kind:
            case "number" | "duration" | "string":
                return self._literal()
            case "keyword" if token.text in ("TRUE", "FALSE", "NULL"):
                self._next()
                value = None if token.text == "NULL" else token.text == "TRUE"
                return Constant(value, token.start, token.end)
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
            case _:
                return self._missing()

    def _missing(self) -> Expr:
        token = self.token
        if token.kind == "end":
            self._lose("the expression ends too early: a value is missing")
        elif token.kind == "bad" and token.text.isalpha():
            self.refuse(f"unexpected `{token.text}`: {_advice(token)}")
        else:
            self._lose(f"a value is missing before `{token.text}`")
        if token.kind in ("bad", "foreign"):
            raise _Stop(self.faults.pop())
        return Missing(token.start, token.start)

    def _literal(self) -> Expr:
        token = self._next()
        if token.kind == "string":
            return Constant(unescaped(token.text[1:-1]), token.start, token.end)
        unit = token.text.lstrip("0123456789.eE+-") if token.kind == "duration" else ""
        value = number(token.text.removesuffix(unit))
        if value is None:
            message = f"a number has at most {MAX_DIGITS:,} digits"
            self.faults.append(Fault("number", token.start, token.end, message))
            value = Decimal(1)
        if unit:
            return Duration(value, unit, token.start, token.end)
        return Constant(value, token.start, token.end)

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
                if not self._accept(","):
                    self._expect(close, "or `,`")
                    break
                if self._accept(close):
                    break
            items.append(self.expression())
        return tuple(items)

    def _record(self) -> Expr:
        start = self._next().start
        entries: list[tuple[str, Expr]] = []
        while not self._accept("}"):
            if entries:
                if not self._accept(","):
                    self._expect("}", "or `,`")
                    break
                if self._accept("}"):
                    break
            if self.token.kind not in ("name", "string", "keyword"):
                self._lose("a key must be a name or a text")
                break
            key = self._next()
            self._expect(":", "behind the key")
            text = self._text[key.start : key.end]
            if key.kind == "string":
                text = unescaped(key.text[1:-1])
            entries.append((text, self.expression()))
        return Record(tuple(entries), start, self._last.end)
