"""A text that a regular expression finds: the shortest and plainest there is."""

import re
from decimal import Decimal

_CLASSES = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
_COUNT = re.compile(r"\{(\d{1,4})(?:,\d{0,4})?\}\??|[*+?]\??")
_LONGEST = 200


def example_of(pattern: str) -> str | None:
    """A text in which the pattern is found; None for patterns this does not know."""
    reader = _Reader(pattern)
    try:
        text = reader.alternatives()
    except (ValueError, IndexError):
        return None
    return text if reader.at == len(pattern) and len(text) <= _LONGEST else None


class _Reader:
    """Reads a pattern from left to right; ValueError or IndexError where it is too strange."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self.at = 0

    def alternatives(self, depth: int = 0) -> str:
        """The first alternative; the others are read and left."""
        if depth > 20:
            raise ValueError(depth)
        found = self._sequence(depth)
        while self._pattern[self.at : self.at + 1] == "|":
            self.at += 1
            self._sequence(depth)
        return found

    def _sequence(self, depth: int) -> str:
        parts: list[str] = []
        while self.at < len(self._pattern) and self._pattern[self.at] not in "|)":
            atom = self._atom(depth)
            parts.append(atom * self._count())
        return "".join(parts)

    def _count(self) -> int:
        found = _COUNT.match(self._pattern, self.at)
        if found is None:
            return 1
        self.at = found.end()
        return int(found[1]) if found[1] else 1 if found[0][0] == "+" else 0

    def _atom(self, depth: int) -> str:
        char = self._pattern[self.at]
        self.at += 1
        match char:
            case "^" | "$":
                return ""
            case ".":
                return "a"
            case "\\":
                return self._escaped()
            case "[":
                return self._class()
            case "(":
                return self._group(depth)
            case "*" | "+" | "?" | "{":
                raise ValueError(char)
            case _:
                return char

    def _escaped(self) -> str:
        char = self._pattern[self.at]
        self.at += 1
        if char in "AzZbB":
            return ""
        if char in _CLASSES:
            return _CLASSES[char]
        if char.isalnum():
            raise ValueError(char)
        return char

    def _group(self, depth: int) -> str:
        if self._pattern.startswith("?:", self.at):
            self.at += 2
        elif self._pattern.startswith("?", self.at):
            raise ValueError(self._pattern)
        found = self.alternatives(depth + 1)
        if self._pattern[self.at] != ")":
            raise ValueError(self._pattern)
        self.at += 1
        return found

    def _class(self) -> str:
        end = self._pattern.index("]", self.at + 1)
        body = self._pattern[self.at : end]
        self.at = end + 1
        if body.startswith("^"):
            kept = [it for it in "a0_- A" if re.search(f"[{body}]", it)]
            return kept[0]
        first = body[0]
        return _CLASSES.get(body[1], body[1]) if first == "\\" else first


def number_text(number: Decimal, *, whole: bool) -> str:
    """A number as it would be written: amounts with two digits."""
    if whole:
        return str(int(number))
    return f"{number:.2f}" if number == number.quantize(Decimal("0.01")) else f"{number:f}"
