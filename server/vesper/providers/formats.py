"""What files hold, as values: text, lines, JSON, YAML and CSV, both ways."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from vesper.lang.conversion import convert
from vesper.lang.reading import read as read_yaml
from vesper.lang.types import ANY
from vesper.providers.failures import failed
from vesper.providers.incoming import value_of
from vesper.values.encoding import from_json, plain, to_json
from vesper.values.text import printed
from vesper.values.value import Value

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_ ./-]{0,100}(?<! )\Z")
_NO_TEXT: Final = frozenset({"true", "false", "null", "y", "n", "yes", "no", "on", "off"})


def parsed(data: bytes, kind: str, name: str) -> Value:
    """The value that a file holds; `content_invalid` says where it is wrong."""
    if kind == "bytes":
        return data
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{name} is no UTF-8 text, from byte {error.start + 1}"
        raise failed(message, "content_invalid") from None
    return _reader(kind)(text, name)


def written(value: Value, kind: str) -> bytes:
    """The bytes of a file that holds the value; `content_invalid` for one that the format has no form for."""
    match kind:
        case "bytes":
            if not isinstance(value, bytes):
                raise failed("`content` must be bytes for the format `bytes`", "content_invalid")
            return value
        case "json":
            return f"{to_json(plain(value), indent=True)}\n".encode()
        case "yaml":
            return "".join(f"{line}\n" for line in _yaml(plain(value), 0)).encode()
        case "csv":
            return _table(value).encode()
        case _:
            return printed(value).encode()


def _reader(kind: str) -> Callable[[str, str], Value]:
    return {"json": _json, "yaml": _tree, "csv": _records, "lines": _lines}.get(kind, _text)


def _text(text: str, _name: str) -> Value:
    return text


def _lines(text: str, _name: str) -> Value:
    lines: list[Value] = [it.removesuffix("\r") for it in text.split("\n")]
    return lines[:-1] if lines[-1] == "" else lines


def _json(text: str, name: str) -> Value:
    try:
        return value_of(from_json(text))
    except ValueError as error:
        raise failed(f"{name} is no JSON: {error}", "content_invalid") from None


def _tree(text: str, name: str) -> Value:
    reading = read_yaml(text)
    if reading.problems:
        first = reading.problems[0]
        raise failed(f"{name}:{first.span.line + 1}: {first.message}", "content_invalid")
    if reading.root is None:
        return None
    found = convert(reading.root, ANY, {}, anchors=reading.anchors)
    if found.problems:
        path, message = found.problems[0]
        raise failed(f"{name}: {path} {message}".replace(":  ", ": "), "content_invalid")
    return found.value


def _records(text: str, name: str) -> Value:
    found: list[Value] = []
    names: list[str] = []
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in rows:
            if not names:
                names = row
                twice = next((it for it in row if row.count(it) > 1), None)
                if twice is not None:
                    raise failed(
                        f"{name}: two columns are called `{twice[:60]}`", "content_invalid"
                    )
            elif len(row) == len(names):
                found.append(dict(zip(names, row, strict=True)))
            elif row:
                message = f"{name}:{rows.line_num}: {len(row)} values for {len(names)} columns"
                raise failed(message, "content_invalid")
    except csv.Error as error:
        raise failed(f"{name}:{rows.line_num}: {error}", "content_invalid") from None
    return found


def _table(value: Value) -> str:
    rows = value if isinstance(value, list) else None
    if rows is None or not all(isinstance(it, dict) for it in rows):
        raise failed("CSV holds a list of records", "content_invalid")
    records = [it for it in rows if isinstance(it, dict)]
    names = list(dict.fromkeys(name for it in records for name in it))
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\n")
    if names:
        lines.writerow(names)
    lines.writerows([printed(it.get(name)) for name in names] for it in records)
    return out.getvalue()


def _yaml(value: Any, depth: int) -> Iterator[str]:
    """Lines of YAML in blocks; every text that could be read as something else is quoted."""
    indent = "  " * depth
    if isinstance(value, Mapping) and value:
        for key, it in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _entry(f"{indent}{_scalar(key)}:", it, depth)
    elif isinstance(value, list) and value:
        for it in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _entry(f"{indent}-", it, depth)
    else:
        yield f"{indent}{_scalar(value)}"


def _entry(head: str, value: Any, depth: int) -> Iterator[str]:
    if value and isinstance(value, dict | list):
        yield head
        yield from _yaml(value, depth + 1)
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        if _PLAIN.match(value) and value.lower() not in _NO_TEXT:
            return value
        # C1 signs and the separators of lines are signs like others for JSON, and not for YAML.
        odd = re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", _escaped, to_json(value))
        return odd
    if isinstance(value, Decimal):
        return format(value, "f")
    return to_json(value)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
