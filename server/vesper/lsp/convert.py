"""Between the protocol and Vesper: URIs and paths, places and positions, diagnostics."""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path, PureWindowsPath
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types

from vesper.lang.check import MAX_DIAGNOSTICS, Diagnostic
from vesper.lang.rule import Related
from vesper.lang.source import Encoding, Span, Text, content, to_column, to_units

Json = dict[str, Any]
Locate = Callable[[Related], object]
"""Makes a location of the protocol from a related place."""

_SEVERITIES: Final = {"error": 1, "warning": 2, "hint": 4}
_INFORMATION: Final = 3
_UNNECESSARY: Final = 1
_SAFE: Final = "/:@!$&'()*+,;=~"
_FENCE: Final = re.compile(r"^```\w*\n?", re.MULTILINE)
_EMPHASIS: Final = re.compile(r"\*([^*\n]+)\*")
_DRIVE: Final = re.compile(r"/?([A-Za-z]):(?=/|\Z)")


def to_path(uri: str, *, windows: bool = os.name == "nt") -> Path | None:
    """The file that a URI names; None when it names none (`untitled:`, `git:`, broken ones).

    Editors write `c%3A` as well as `C:`; both give the same path.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    path = unquote(parts.path)
    if parts.scheme.lower() != "file" or not path or "\0" in path:
        return None
    if not windows:
        return Path(path) if parts.netloc in ("", "localhost") else None
    if parts.netloc and parts.netloc != "localhost":
        return Path(str(PureWindowsPath(f"//{unquote(parts.netloc)}{path}")))
    path = _DRIVE.sub(lambda drive: f"{drive[1].upper()}:", path, count=1)
    return Path(str(PureWindowsPath(path)))


def to_uri(path: Path | PureWindowsPath) -> str:
    """The URI of an absolute path, as editors write it."""
    text = path.as_posix()
    if text.startswith("//"):
        return f"file:{quote(text, safe=_SAFE)}"
    return f"file://{'' if text.startswith('/') else '/'}{quote(text, safe=_SAFE)}"


def to_place(text: Text, line: int, units: int, encoding: Encoding) -> tuple[int, int]:
    """Line and code point column of a position; outside the text, the nearest place inside."""
    if line < 0:
        return 0, 0
    lines = text.lines
    if line >= len(lines):
        return len(lines) - 1, len(content(lines[-1]))
    return line, to_column(lines[line], units, encoding)


def to_position(text: Text, line: int, column: int, encoding: Encoding) -> tuple[int, int]:
    """Line and column in units of a place. Never outside the text: some editors reject that."""
    lines = text.lines
    if line >= len(lines):
        line, column = len(lines) - 1, len(lines[-1])
    inside = min(column, len(content(lines[line])))
    return line, to_units(lines[line], inside, encoding)


def range_json(text: Text, span: Span, encoding: Encoding) -> Json:
    """A span as the protocol writes it."""
    line, column = to_position(text, span.line, span.column, encoding)
    end_line, end_column = to_position(text, span.end_line, span.end_column, encoding)
    return {
        "start": {"line": line, "character": column},
        "end": {"line": end_line, "character": end_column},
    }


def to_range(text: Text, span: Span, encoding: Encoding) -> types.Range:
    """A span as a range of the protocol."""
    start = types.Position(*to_position(text, span.line, span.column, encoding))
    end = types.Position(*to_position(text, span.end_line, span.end_column, encoding))
    return types.Range(start, end)


def diagnostic_json(
    text: Text, found: Diagnostic, encoding: Encoding, locate: Locate | None
) -> Json:
    """One diagnostic as the protocol writes it; without `locate` its related places are left out."""
    written: Json = {
        "range": range_json(text, found.span, encoding),
        "severity": _SEVERITIES[found.severity],
        "code": found.code,
        "source": "vesper",
        "message": found.message,
    }
    if found.unused:
        written["tags"] = [_UNNECESSARY]
    if found.related and locate is not None:
        written["relatedInformation"] = [
            {"location": locate(it), "message": it.message} for it in found.related
        ]
    return written


def diagnostics_json(
    text: Text, found: list[Diagnostic], encoding: Encoding, locate: Locate | None
) -> list[Json]:
    """All diagnostics of one text; of very many the gravest, and how many there are besides."""
    shown = found
    if len(found) > MAX_DIAGNOSTICS:
        shown = sorted(found, key=lambda it: _SEVERITIES[it.severity])[:MAX_DIAGNOSTICS]
    written = [diagnostic_json(text, it, encoding, locate) for it in shown]
    more = len(found) - len(shown)
    if more:
        written.append(remark(f"and {more} more problem{'s' if more > 1 else ''}"))
    return written


def remark(message: str) -> Json:
    """A diagnostic about the whole text."""
    start = {"line": 0, "character": 0}
    return {
        "range": {"start": start, "end": start},
        "severity": _INFORMATION,
        "source": "vesper",
        "message": message,
    }


def markup(
    text: str, formats: Sequence[types.MarkupKind | str] | None
) -> types.MarkupContent | str:
    """A Markdown text as the client can show it: without its marks where it reads plain text only."""
    offered = [str(getattr(it, "value", it)) for it in formats or ()]
    if types.MarkupKind.Markdown.value in offered:
        return types.MarkupContent(types.MarkupKind.Markdown, text)
    plain = _FENCE.sub("", text).replace("**", "").replace("`", "")
    plain = _EMPHASIS.sub(r"\1", plain)
    return types.MarkupContent(types.MarkupKind.PlainText, plain) if offered else plain
