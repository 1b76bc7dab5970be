"""The words of expressions."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

TokenKind = Literal[
    "number", "duration", "string", "name", "keyword", "operator", "foreign", "bad", "end"
]


class Token(NamedTuple):
    """One word of an expression; keywords are upper case whatever case they are written in."""

    kind: TokenKind
    text: str
    start: int
    end: int


KEYWORDS = frozenset(
    {"AND", "OR", "NOT", "IN", "CONTAINS", "MATCHES", "IS", "FORALL", "EXISTS", "TRUE", "FALSE"}
    | {"NULL"}
)
FOREIGN = {"&&": "AND", "||": "OR", "<>": "!=", "===": "==", "!==": "!=", "!": "NOT"}
"""Operators of other languages, with the ones to write instead."""
MAX_DIGITS = 1_000
"""The most digits of a decimal, written out without an exponent."""

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", "'": "'", '"': '"'}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
      (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?P<unit>(?:ms|[smhd])(?![A-Za-z0-9_]))?
    | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<foreign>===|!==|<>|&&|\|\||!(?!=))
    | (?P<operator>=>|==|!=|<=|>=|[-<>+*/%()\[\]{},:.=])
    | (?P<name>[A-Za-z_]\w*)
    | (?P<bad>\S)
    )?""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


def tokens(text: str) -> Iterator[Token]:
    """The words of an expression, ending with one of kind `end`; nothing is ever refused."""
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        kind = found.lastgroup if found else None
        if found is None or kind is None:
            yield Token("end", "", len(text), len(text))
            return
        at = found.end()
        start = found.start("number") if kind == "unit" else found.start(kind)
        word = text[start:at]
        match kind:
            case "unit":
                yield Token("duration", word, start, at)
            case "name" if word.upper() in KEYWORDS and (word.isupper() or word.islower()):
                yield Token("keyword", word.upper(), start, at)
            case "number" | "string" | "name" | "operator" | "foreign":
                yield Token(kind, word, start, at)
            case _:
                yield Token("bad", word, start, at)


def number(text: str) -> int | Decimal | None:
    """The exact value of a number token; None where it has more digits than a decimal may have."""
    digits, _, exponent = text.lower().partition("e")
    if len(digits) > MAX_DIGITS or len(exponent) > 5:
        return None
    if digits.isdigit() and not exponent:
        return int(digits)
    value = Decimal(text)
    smallest = value.as_tuple().exponent
    assert isinstance(smallest, int)
    return value if max(value.adjusted(), 0) - min(smallest, 0) < MAX_DIGITS else None


def unescaped(text: str) -> str:
    """The text between quotes with its escapes undone.

    A backslash before any other sign stands for itself, so that a pattern may be written as it is.
    """
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda it: _meant(it[1]), text)


def offsets(text: str) -> list[int]:
    """For each character of the text without its escapes, where it is written; the end behind them."""
    found: list[int] = []
    at = 0
    for escape in _ESCAPE.finditer(text):
        found += range(at, escape.start())
        found += [escape.start() + it for it in range(len(_meant(escape[1])))]
        at = escape.end()
    return [*found, *range(at, len(text)), len(text)]


def _meant(escaped: str) -> str:
    if len(escaped) > 1:
        point = int(escaped[1:], 16)
        # Half of a character is none: no value may hold it.
        return f"\\{escaped}" if 0xD800 <= point < 0xE000 else chr(point)
    return _ESCAPES.get(escaped, f"\\{escaped}")
