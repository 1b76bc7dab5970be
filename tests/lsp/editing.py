"""Texts with edits and what every editor makes of them: the oracle of what the server must have."""

import re
from typing import NamedTuple

SEPARATORS = "\n\r\u2028\u2029\u0085\x0b\x0c\x1c\x1d\x1e"


class Case(NamedTuple):
    """A text, edits in UTF-16 units, and the text as every editor then shows it."""

    before: str
    edits: list[tuple[tuple[int, int], tuple[int, int], str]]
    after: str


CASES = {
    "insert at the start": Case("ab", [((0, 0), (0, 0), "x")], "xab"),
    "insert at the end": Case("ab", [((0, 2), (0, 2), "x")], "abx"),
    "into an empty text": Case("", [((0, 0), (0, 0), "x\ny")], "x\ny"),
    "delete all": Case("a\nb\n", [((0, 0), (2, 0), "")], ""),
    "join lines": Case("a\nb", [((0, 1), (1, 0), "")], "ab"),
    "several edits, each after the one before": Case(
        "abc", [((0, 0), (0, 1), ""), ((0, 0), (0, 1), "X")], "Xc"
    ),
    "behind U+2028": Case("a\u2028b\nc", [((1, 0), (1, 0), "x")], "a\u2028b\nxc"),
    "on a line with U+2028": Case("a\u2028b\nc", [((0, 3), (0, 3), "x")], "a\u2028bx\nc"),
    "behind U+2029": Case("a\u2029b\nc", [((1, 1), (1, 1), "x")], "a\u2029b\ncx"),
    "behind U+0085": Case("a\u0085b\nc", [((1, 0), (1, 1), "")], "a\u0085b\n"),
    "behind a form feed": Case("a\x0cb\nc", [((1, 0), (1, 0), "x")], "a\x0cb\nxc"),
    "behind a vertical tab": Case("a\x0bb\nc", [((1, 0), (1, 0), "x")], "a\x0bb\nxc"),
    "behind file separators": Case(
        "a\x1cb\x1dc\x1ed\x1fe\nf", [((1, 0), (1, 0), "x")], "a\x1cb\x1dc\x1ed\x1fe\nxf"
    ),
    "a NUL": Case("a\x00b\nc", [((0, 3), (0, 3), "x"), ((1, 0), (1, 0), "y")], "a\x00bx\nyc"),
    "insert U+2028, then edit below": Case(
        "a\nb", [((0, 1), (0, 1), "\u2028"), ((1, 0), (1, 0), "x")], "a\u2028\nxb"
    ),
    "CRLF is one end": Case("a\r\nb\r\nc", [((2, 0), (2, 0), "x")], "a\r\nb\r\nxc"),
    "a lone CR is an end": Case("a\rb\rc", [((2, 0), (2, 0), "x")], "a\rb\rxc"),
    "mixed ends": Case("a\rb\nc\r\nd", [((3, 1), (3, 1), "x")], "a\rb\nc\r\ndx"),
    "CR and LF twice": Case("a\r\n\rb", [((2, 0), (2, 0), "x")], "a\r\n\rxb"),
    "LF typed behind a lone CR": Case(
        "a\rb", [((1, 0), (1, 0), "\n"), ((1, 0), (1, 0), "x")], "a\r\nxb"
    ),
    "CR typed before LF": Case("a\nb", [((0, 1), (0, 1), "\r"), ((1, 0), (1, 0), "x")], "a\r\nxb"),
    "a CRLF is split": Case(
        "a\r\nb",
        [((0, 1), (1, 0), "\r"), ((0, 1), (0, 1), "x\n"), ((2, 0), (2, 0), "y")],
        "ax\n\ryb",
    ),
    "behind a character of two units": Case("😀b", [((0, 2), (0, 2), "x")], "😀xb"),
    "delete a character of two units": Case("a😀b", [((0, 1), (0, 3), "")], "ab"),
    "inside a character of two units": Case("😀b", [((0, 1), (0, 1), "x")], "😀xb"),
    "many of two units": Case("😀😀😀\nb", [((0, 4), (0, 6), "z")], "😀😀z\nb"),
    "combining marks stay apart": Case("e\u0301x", [((0, 1), (0, 2), "")], "ex"),
    "a joined family": Case("👨‍👩‍👧x", [((0, 8), (0, 9), "y")], "👨‍👩‍👧y"),
    "right to left": Case("אבג", [((0, 1), (0, 2), "x")], "אxג"),
    "a byte order mark is a character": Case("\ufeffab", [((0, 1), (0, 2), "x")], "\ufeffxb"),
    "past the end of a line": Case("a\nb", [((0, 99), (0, 99), "x")], "ax\nb"),
    "past the end of a CRLF line": Case("a\r\nb", [((0, 99), (0, 99), "x")], "ax\r\nb"),
    "past the last line": Case("a\nb", [((99, 0), (99, 5), "x")], "a\nbx"),
    "from a line to past the last": Case("a\nb\nc", [((1, 0), (99, 0), "")], "a\n"),
    "past the last line of an ended text": Case("a\n", [((1, 5), (1, 9), "x")], "a\nx"),
    "far past everything": Case("a", [((2**31 - 1, 2**31 - 1), (2**31 - 1, 0), "x")], "ax"),
    "negative": Case("ab", [((-1, -1), (0, -7), "x")], "xab"),
    "end before start": Case("abcd", [((0, 3), (0, 1), "x")], "axd"),
    "a long line": Case("é" * 100_000, [((0, 99_999), (0, 100_000), "x")], "é" * 99_999 + "x"),
}


ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


class Model:
    """What an editor does with its own text: offsets in a plain string, and nothing clever."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self.encoding = encoding

    def place(self, offset: int) -> tuple[int, int]:
        """The position of an offset that is not between CR and LF."""
        before = self.text[:offset]
        ends = [it.end() for it in re.finditer("\r\n|\r|\n", before)]
        start = ends[-1] if ends else 0
        units = len(before[start:].encode(ENCODINGS[self.encoding])) // UNIT[self.encoding]
        return len(ends), units

    def replace(self, start: int, end: int, new: str) -> None:
        """Put a text in place of another."""
        self.text = self.text[:start] + new + self.text[end:]


def outside_crlf(text: str, offset: int) -> int:
    """The offset, or the one before it where it is between CR and LF: no editor edits there."""
    offset = min(offset, len(text))
    return offset - 1 if text[offset - 1 : offset + 1] == "\r\n" else offset
