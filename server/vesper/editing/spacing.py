"""How an expression is written: keywords in upper case, one space around what has two sides.

The words of an expression stay the same and in order; only the case of keywords and the white space
between words change, so what it means cannot.
"""

from functools import lru_cache

from vesper.lang import grammar
from vesper.lang.tokens import Token, tokens

_LITERALS = frozenset({"TRUE", "FALSE", "NULL"})
_OPENING = frozenset("([{.")
_CLOSING = frozenset(")]},.:")
_VALUES = frozenset({"number", "duration", "string", "name"})


@lru_cache(maxsize=4_000)
def spaced(text: str, before: str = "") -> str:
    """The expression as it should be written; unchanged where it cannot be read.

    `before` is what a reader puts in front, such as the `value` that a constraint leaves out.
    """
    whole = before + text
    words = list(tokens(whole))
    written = _written(whole, words)[len(before) :]
    if written == text:
        return text
    parsed = grammar.parse(whole)
    if parsed.tree is None or parsed.faults or _said(before + written) != _said(whole):
        return text
    return written


def raised_words(text: str) -> list[tuple[int, str]]:
    """The keywords that should be written in another case: their offsets, and how to write them."""
    parsed = grammar.parse(text)
    if parsed.tree is None or parsed.faults:
        return []
    words = list(tokens(text))
    found = [(it.start, _word(text, words, index)) for index, it in enumerate(words)]
    return [(start, word) for start, word in found if text[start : start + len(word)] != word]


def _said(text: str) -> list[tuple[str, str]]:
    return [(it.kind, it.text) for it in tokens(text)]


def _written(text: str, words: list[Token]) -> str:
    parts: list[str] = []
    for index, token in enumerate(words[:-1]):
        if index and _is_apart(words, index):
            parts.append(" ")
        parts.append(_word(text, words, index) if token.kind == "keyword" else _slice(text, token))
    return "".join(parts)


def _slice(text: str, token: Token) -> str:
    return text[token.start : token.end]


def _word(text: str, words: list[Token], index: int) -> str:
    token = words[index]
    is_name = index > 0 and words[index - 1].text == "."
    is_key = words[index + 1].text == ":" if token.kind == "keyword" else False
    if token.kind != "keyword" or is_name or is_key:
        return _slice(text, token)
    if token.text in _LITERALS and not _is_tested(words, index):
        return token.text.lower()
    return token.text


def _is_tested(words: list[Token], index: int) -> bool:
    """Whether this is the NULL of IS NULL or IS NOT NULL, a part of the operator."""
    before = [it.text for it in words[max(index - 2, 0) : index]]
    return before[-1:] == ["IS"] or before == ["IS", "NOT"]


def _is_apart(words: list[Token], index: int) -> bool:
    """Whether a space stands before the word at `index`."""
    left, right = words[index - 1], words[index]
    if left.text in _OPENING and left.kind == "operator":
        return False
    if right.kind == "operator":
        if right.text in _CLOSING:
            return False
        if right.text == "(":
            return left.kind != "name"
        if right.text == "[":
            return not _ends_value(words, index - 1)
    is_sign = left.text == "-" and left.kind == "operator"
    return not (is_sign and (index < 2 or not _ends_value(words, index - 2)))


def _ends_value(words: list[Token], index: int) -> bool:
    token = words[index]
    if token.kind == "keyword":
        is_field = index > 0 and words[index - 1].text == "."
        return is_field or token.text in _LITERALS
    return token.kind in _VALUES or (token.kind == "operator" and token.text in ")]}")
