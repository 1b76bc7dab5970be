"""The SQL that documents write: one query, with named parameters; and columns calculated from columns."""

import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from vesper.providers.failures import failed

_PIECE: Final = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)|(?P<comment>--[^\n]*|/\*.*?\*/)"""
    r"""|(?P<cast>::)|:(?P<name>[A-Za-z_]\w*)|(?P<word>[A-Za-z_]\w*)|(?P<end>;)|(?P<other>.)""",
    re.DOTALL,
)
_CHANGES: Final = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "INTO"})
_BRACKETED: Final = re.compile(r"\(\s*:([A-Za-z_]\w*)\s*\)")
LONGEST: Final = 100_000
"""Characters of a query."""


def query(sql: str, names: Collection[str]) -> str:
    """One query as SQLAlchemy takes it: comments left out, colons that name nothing escaped.

    The failure is `query_invalid` for what is no single SELECT, and `parameter_missing` for a `:name` that is
    not among `names`.
    """
    if len(sql) > LONGEST:
        raise failed(f"the query has more than {LONGEST:,} characters", "query_invalid")
    words: list[str] = []
    text = "".join(_pieces(sql, names, words)).strip()
    if not words or words[0] not in {"SELECT", "WITH"}:
        message = "a `database_query` begins with SELECT or WITH; to change rows there are other operations"
        raise failed(message, "query_invalid")
    changes = _CHANGES.intersection(words)
    if changes:
        message = f"{min(changes)} stands in a `database_query`, which only reads"
        raise failed(f"{message}; a column of that name needs quotes", "query_invalid")
    return text


def unbracketed(sql: str, lists: Collection[str]) -> str:
    """`IN (:ids)` as `IN :ids` where `ids` is a list: SQLAlchemy writes the brackets itself."""
    return _BRACKETED.sub(lambda it: f" :{it[1]}" if it[1] in lists else it[0], sql)


def _pieces(sql: str, names: Collection[str], words: list[str]) -> Iterator[str]:
    ended = False
    for piece in _PIECE.finditer(sql):
        text = piece[0]
        match piece.lastgroup:
            case "comment":
                yield " "
                continue
            case "end":
                ended = True
                continue
            case "other" if text.isspace():
                yield text
                continue
            case "quoted" | "cast":
                yield text.replace(":", "\\:")
            case "name":
                if piece["name"] not in names:
                    message = f"the query names `:{piece['name'][:60]}`, which has no value"
                    raise failed(message, "parameter_missing")
                yield text
            case _:
                if piece["word"]:
                    words.append(text.upper())
                yield "\\:" if text == ":" else text
        if ended:
            raise failed("a `database_query` is one statement", "query_invalid")


class Name(NamedTuple):
    """A column, or a parameter with `:` before it."""

    text: str


class Sum(NamedTuple):
    """Two operands with `+`, `-`, `*` or `/` between."""

    operator: str
    left: "Term"
    right: "Term"


Term = Name | Sum | str
"""A text is a number."""

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<name>:?[A-Za-z_]\w*|"[^"]+")|(?P<sign>[-+*/()])|\Z)"""
)
_DEEPEST: Final = 60


def calculation(sql: str) -> Term:
    """What a column is set to, read; `calculation_invalid` for anything but columns, numbers and signs."""
    tokens: list[str] = []
    at = 0
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        if found is None or len(tokens) > 1_000:
            message = (
                f"`{sql[:100]}` is no calculation with columns: only names, numbers and + - * / ( )"
            )
            raise failed(message, "calculation_invalid")
        if found[0].strip():
            tokens.append(found[0].strip())
        at = found.end()
    reader = _Calculation(sql, tokens)
    term = reader.sum(0)
    if reader.tokens:
        raise reader.wrong()
    return term


class _Calculation:
    def __init__(self, sql: str, tokens: list[str]) -> None:
        self._sql = sql
        self.tokens = tokens

    def wrong(self) -> Exception:
        return failed(f"`{self._sql[:100]}` is no calculation that is whole", "calculation_invalid")

    def sum(self, depth: int) -> Term:
        return self._chain("+-", depth)

    def _chain(self, signs: str, depth: int) -> Term:
        left = self._chain("*/", depth) if signs == "+-" else self._operand(depth)
        while self.tokens and self.tokens[0] in signs:
            sign = self.tokens.pop(0)
            right = self._chain("*/", depth) if signs == "+-" else self._operand(depth)
            left = Sum(sign, left, right)
        return left

    def _operand(self, depth: int) -> Term:
        if not self.tokens or depth > _DEEPEST:
            raise self.wrong()
        token = self.tokens.pop(0)
        if token == "-":
            return Sum("-", "0", self._operand(depth + 1))
        if token == "(":
            inner = self.sum(depth + 1)
            if not self.tokens or self.tokens.pop(0) != ")":
                raise self.wrong()
            return inner
        if token in {"+", "*", "/", ")"}:
            raise self.wrong()
        return token if token[0].isdigit() or token[0] == "." else Name(token.strip('"'))
