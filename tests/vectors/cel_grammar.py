"""Expressions of CEL read, and written in this language; `Unmapped` where there is no counterpart."""

import re
from typing import Any, NamedTuple

_TOKEN = re.compile(
    r"""\s*(?:(?P<bytes>[bB][rR]?['"]|[rR][bB]['"])
    |(?P<text>[rR]?(?:'''(?s:.*?)'''|\"\"\"(?s:.*?)\"\"\"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<real>[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)
    |(?P<unsigned>(?:0x[0-9a-fA-F]+|[0-9]+)[uU])|(?P<whole>0x[0-9a-fA-F]+|[0-9]+)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>&&|\|\||==|!=|<=|>=|\?\.|[-+*/%<>!?:.,()\[\]{}]))""",
    re.VERBOSE,
)
_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))
_WORDS = {"||": "OR", "&&": "AND", "in": "IN"}
_CALLS = {"size": "len({})", "contains": "({} CONTAINS {})", "startsWith": "starts_with({}, {})",
          "endsWith": "ends_with({}, {})", "matches": "({} MATCHES {})", "dyn": "{}",
          "timestamp": "timestamp({})", "duration": "duration({})"}  # fmt: skip
_KINDS = {"size": "int", "dyn": "", "timestamp": "", "duration": ""}


class Unmapped(Exception):
    """Why a case has no counterpart here."""


class Part(NamedTuple):
    """An expression as written here; `kind` is `int`, `real`, `bool` or `name` where that is known."""

    text: str
    kind: str = ""


def rewritten(text: str) -> dict[str, Any]:
    """`expr`, or for a choice between values `when`, `then` and `otherwise`."""
    reader = _Reader(text)
    condition = reader.level(0)
    found: dict[str, Any] = {"expr": condition.text}
    if reader.word == "?":
        reader.take()
        then = reader.expression()
        reader.expect(":")
        found = {"when": condition.text, "then": then.text, "otherwise": reader.expression().text}
    if reader.word:
        raise Unmapped("syntax that is not here")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._words: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                raise Unmapped("syntax that is not here")
            at = found.end()
            kind = found.lastgroup or ""
            self._words.append((kind, found[kind]))
        self._at = 0

    @property
    def word(self) -> str:
        return self._words[self._at][1] if self._at < len(self._words) else ""

    @property
    def kind(self) -> str:
        return self._words[self._at][0] if self._at < len(self._words) else ""

    def take(self) -> str:
        word = self.word
        self._at += 1
        return word

    def expect(self, word: str) -> None:
        if self.take() != word:
            raise Unmapped("syntax that is not here")

    def expression(self) -> Part:
        found = self.level(0)
        if self.word != "?":
            return found
        self.take()
        then = self.expression()
        self.expect(":")
        other = self.expression()
        if then.kind != "bool" or other.kind != "bool":
            raise Unmapped("a choice inside an expression")
        text = f"(({found.text} => {then.text}) AND (NOT {found.text} => {other.text}))"
        return Part(text, "bool")

    def level(self, number: int) -> Part:
        """Binary operators from loosest to tightest."""
        if number == len(_LEVELS):
            return self.unary()
        found = self.level(number + 1)
        while self.word in _LEVELS[number] and self.kind in ("sign", "name"):
            sign = self.take()
            right = self.level(number + 1)
            if sign == "/" and "real" not in (found.kind, right.kind) and right.text != "0":
                raise Unmapped("division of integers, which truncates there")
            if sign == "/" and "real" in (found.kind, right.kind) and right.text.strip("0.") == "":
                raise Unmapped("infinity and NaN")
            if "bool" in (found.kind, right.kind) and sign in ("<", "<=", ">", ">="):
                raise Unmapped("an order of booleans")
            kind = found.kind if number > 2 else "bool"
            found = Part(f"({found.text} {_WORDS.get(sign, sign)} {right.text})", kind)
        return found

    def unary(self) -> Part:
        if self.kind == "sign" and self.word in ("!", "-"):
            sign = self.take()
            inner = self.unary()
            return (
                Part(f"(NOT {inner.text})", "bool")
                if sign == "!"
                else Part(f"-{inner.text}", inner.kind)
            )
        found = self.primary()
        while self.word in (".", "[", "?."):
            found = self.member(found)
        return found

    def member(self, of: Part) -> Part:
        sign = self.take()
        if sign == "?.":
            raise Unmapped("optional values")
        if sign == "[":
            at = self.expression()
            self.expect("]")
            return Part(f"{of.text}[{at.text}]")
        name = self.take()
        if self.word != "(":
            return Part(f"{of.text}.{name}", "name" if of.kind == "name" else "")
        self.take()
        if name in ("all", "exists"):
            return self.quantified(of, "FORALL" if name == "all" else "EXISTS")
        return self.called(name, [of, *self.until(")")])

    def quantified(self, of: Part, word: str) -> Part:
        name = self.take()
        self.expect(",")
        body = self.expression()
        self.expect(")")
        return Part(f"({word} {name} IN {of.text}: {body.text})", "bool")

    def until(self, end: str) -> list[Part]:
        found: list[Part] = []
        while self.word != end:
            found.append(self.expression())
            if self.word != end:
                self.expect(",")
        self.take()
        return found

    def called(self, name: str, given: list[Part]) -> Part:
        if name == "has" and given[0].kind == "name" and "." in given[0].text:
            of, _, field = given[0].text.rpartition(".")
            return Part(f"contains_key({of}, '{field}')", "bool")
        if name in ("timestamp", "duration") and given[0].kind == "int":
            raise Unmapped("functions that are not here")
        form = _CALLS.get(name)
        if form is None or form.count("{}") != len(given):
            raise Unmapped("functions that are not here")
        return Part(form.format(*(it.text for it in given)), _KINDS.get(name, "bool"))

    def primary(self) -> Part:
        kind, word = self.kind, self.take()
        match kind, word:
            case "sign", "(":
                inner = self.expression()
                self.expect(")")
                return Part(f"({inner.text})", inner.kind)
            case "sign", "[":
                return Part(f"[{', '.join(it.text for it in self.until(']'))}]")
            case "sign", "{":
                return self.record()
            case "whole", _:
                return Part(str(int(word, 0) if word.startswith("0x") else int(word)), "int")
            case "real", _:
                return Part(f"0{word}" if word.startswith(".") else word, "real")
            case "text", _:
                return Part(literal(word))
            case "name", "true" | "false" | "null":
                return Part(word, "" if word == "null" else "bool")
            case "name", _ if self.word == "(":
                self.take()
                return self.called(word, self.until(")"))
            case "name", _:
                return Part(word, "name")
            case _:
                raise Unmapped("bytes, unsigned numbers, or syntax that is not here")

    def record(self) -> Part:
        entries: list[tuple[str, str]] = []
        while self.word != "}":
            if self.kind != "text":
                raise Unmapped("keys that are no texts")
            key = literal(self.take())
            self.expect(":")
            entries.append((key, self.expression().text))
            if self.word != "}":
                self.expect(",")
        self.take()
        if len(dict(entries)) != len(entries):
            raise Unmapped("a key written twice, which is a finding of the editor here")
        return Part(f"{{{', '.join(f'{key}: {value}' for key, value in entries)}}}")


def literal(word: str) -> str:
    """A text of CEL as one of this language."""
    is_raw = word[0] in "rR"
    word = word.lstrip("rR")
    quotes = 3 if word[:3] in ("'''", '"""') else 1
    held = word[quotes:-quotes]
    if not is_raw:
        held = re.sub(
            r"\\([0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", _meant, held
        )
    signs = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
    return "'" + "".join(signs.get(it, it) for it in held) + "'"


def _meant(found: re.Match[str]) -> str:
    sign = found[1]
    if sign[0] in "01234567":
        return chr(int(sign, 8))
    if sign[0] in "xuU" and len(sign) > 1:
        return chr(int(sign[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}.get(
        sign, sign
    )
