"""The inputs of a run as people write them on a command line, read by the types that the node declares."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.execution.nodes import Node
    from vesper.lang.program import Program
    from vesper.values.value import Value

_STDIN: Final = "-"
_LARGEST: Final = 64 << 20


@dataclass(slots=True)
class Given:
    """What was given, and what is wrong with it."""

    inputs: dict[str, "Value"] = field(default_factory=dict[str, "Value"])
    problems: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Names or paths, each with what is wrong there."""


def read_inputs(program: "Program", written: Sequence[str], file: str | None) -> Given:
    """Inputs from `name=value` pairs and from a JSON file, or `-` for stdin; pairs count more.

    A value is text, a number or JSON, as its type says; `@path` is what a file holds.
    """
    given = Given(dict(_from_file(file)) if file is not None else {})
    known = {it.name: it for it in program.inputs}
    seen: set[str] = set()
    for pair in written:
        name, equals, text = pair.partition("=")
        name = name.strip()
        if not equals or not name:
            message = f"--input takes name=value, not `{pair[:60]}`"
            raise VesperError("invalid", message, f"write `--input {name or 'name'}=...`")
        if name in seen:
            raise VesperError("invalid", f"--input gives `{name[:60]}` twice", "give it once")
        seen.add(name)
        if name in known:
            _take(given, name, text, known[name].type, program)
        else:
            given.inputs[name] = text
    _check(given, program)
    return given


def example_call(node: "Node", reference: str) -> str:
    """A command line that runs the node, with values that fit."""
    from vesper.editing.samples import sample_inputs

    words = ["vesper", "run", reference]
    needed = {it.name for it in node.program.inputs if it.required}
    for name, value in sample_inputs(node.facts):
        if name not in needed:
            continue
        plain = value[1:-1] if value[:1] == value[-1:] == '"' and "\\" not in value else value
        words += ["--input", f"{name}={plain}"]
    return shlex.join(words)


def _take(given: Given, name: str, text: str, kind: Any, program: "Program") -> None:
    from vesper.lang.conversion import convert_text

    if text.startswith("@"):
        text = _content(text[1:], name)
    converted = convert_text(text, kind, program.named, name)
    given.inputs[name] = converted.value if not converted.problems else text
    given.problems += [(it.path, it.message) for it in converted.problems]


def _check(given: Given, program: "Program") -> None:
    """Note what is missing, unknown or of another type."""
    from vesper.lang.conversion import convert
    from vesper.lang.types import shown

    wrong = {path.split(".")[0].split("[")[0] for path, _ in given.problems}
    known = {it.name: it for it in program.inputs}
    for name in given.inputs:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            given.problems.append((name, f"there is no such input{meant}"))
        elif name not in wrong:
            found = convert(given.inputs[name], known[name].type, program.named, name)
            given.problems += [(it.path, it.message) for it in found.problems]
    for it in program.inputs:
        if it.required and it.name not in given.inputs:
            about = f": {it.description}" if it.description else ""
            given.problems.append((it.name, f"is missing ({shown(it.type)}){about}"))


def _from_file(file: str) -> Mapping[str, "Value"]:
    from vesper.values.encoding import from_json

    text = sys.stdin.read() if file == _STDIN else _content(file, "--inputs")
    try:
        found = from_json(text)
    except ValueError as error:
        where = "stdin" if file == _STDIN else file
        message = f"{where} is no JSON: {error}"
        raise VesperError(
            "invalid", message, 'it holds one object: {"name": value, ...}'
        ) from error
    if not isinstance(found, dict):
        message = "the inputs are one JSON object"
        raise VesperError("invalid", message, '{"name": value, ...}')
    return cast("dict[str, Value]", found)


def _content(path: str, name: str) -> str:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise VesperError("invalid", f"{name}: {path} is too large", "at most 64 MiB")
        return data.decode("utf-8")
    except OSError as error:
        message = f"{name}: {path} cannot be read: {error.strerror}"
        raise VesperError("invalid", message, "check the path") from error
    except UnicodeDecodeError as error:
        raise VesperError("invalid", f"{name}: {path} is not UTF-8", "save it as UTF-8") from error
