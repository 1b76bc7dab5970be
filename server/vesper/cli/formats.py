"""The problems of documents as tools read them: JSON, SARIF for code scanning, annotations for GitHub."""

import json
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import vesper
from vesper.cli.report import Checked
from vesper.cli.terminal import visible

if TYPE_CHECKING:
    from vesper.lang.check import Diagnostic
    from vesper.lang.rule import Edit
    from vesper.lang.source import Span

_LEVELS: Final = {"error": "error", "warning": "warning", "hint": "note"}
_SARIF: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(checked: Sequence[Checked]) -> str:
    """One object with a list of all problems."""
    problems = [_record(it.name, problem) for it in checked for problem in it.found]
    return _dumped({"files": len(checked), "problems": problems})


def as_sarif(checked: Sequence[Checked]) -> str:
    """SARIF 2.1.0, with the rules that found something, and their fixes."""
    from vesper.lang import rules

    used = {problem.code for it in checked for problem in it.found}
    described = [it for it in rules.load().values() if it.code in used]
    places = {it.code: number for number, it in enumerate(described)}
    driver = {
        "name": "vesper",
        "version": vesper.__version__,
        "rules": [
            {
                "id": it.code,
                "name": it.name,
                "shortDescription": {"text": " ".join(it.doc.split())},
                "defaultConfiguration": {"level": _LEVELS[it.severity]},
                "help": {"text": f"Wrong:\n\n{it.bad}\nRight:\n\n{it.good}"},
            }
            for it in described
        ],
    }
    run = {
        "tool": {"driver": driver},
        "results": [_result(it.name, found, places) for it in checked for found in it.found],
        "columnKind": "unicodeCodePoints",
    }
    return _dumped({"version": "2.1.0", "$schema": _SARIF, "runs": [run]})


def as_annotations(checked: Sequence[Checked]) -> Iterator[str]:
    """A workflow command of GitHub for each problem, with what would end it early escaped."""
    for it in checked:
        for problem in it.found:
            level = "notice" if problem.severity == "hint" else problem.severity
            span = problem.span
            place = f"line={span.line + 1},endLine={span.end_line + 1}"
            if span.line == span.end_line:
                place += f",col={span.column + 1},endColumn={max(span.end_column, span.column + 1)}"
            name, title = _property(it.name), _property(f"{problem.code} {problem.name}")
            yield f"::{level} file={name},{place},title={title}::{_data(problem.message)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _dumped(value: object) -> str:
    # ASCII, so that it is valid JSON on a console of any encoding.
    return json.dumps(value, indent=2)


def _record(name: str, found: "Diagnostic") -> dict[str, Any]:
    fix = None
    if found.fix is not None:
        edits = [_range(it.span) | {"text": it.text} for it in found.fix.edits]
        fix = {"title": found.fix.title, "edits": edits}
    return {
        "file": name,
        **_range(found.span),
        "code": found.code,
        "name": found.name,
        "severity": found.severity,
        "message": found.message,
        "related": [_range(it.span) | {"message": it.message} for it in found.related],
        "fix": fix,
    }


def _range(span: "Span") -> dict[str, Any]:
    """Counted from 1, as people do; the end lies behind the last character."""
    return {
        "line": span.line + 1,
        "column": span.column + 1,
        "end_line": span.end_line + 1,
        "end_column": span.end_column + 1,
    }


def _result(name: str, found: "Diagnostic", places: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": found.code,
        "level": _LEVELS[found.severity],
        "message": {"text": found.message},
        "locations": [_location(name, found.span)],
    }
    if found.code in places:
        result["ruleIndex"] = places[found.code]
    if found.related:
        result["relatedLocations"] = [
            _location(name, it.span) | {"message": {"text": it.message}} for it in found.related
        ]
    if found.fix is not None:
        result["fixes"] = [
            {
                "description": {"text": found.fix.title},
                "artifactChanges": [
                    {
                        "artifactLocation": {"uri": _uri(name)},
                        "replacements": [_replacement(it) for it in found.fix.edits],
                    }
                ],
            }
        ]
    return result


def _location(name: str, span: "Span") -> dict[str, Any]:
    place = {"artifactLocation": {"uri": _uri(name)}, "region": _region(span)}
    return {"physicalLocation": place}


def _replacement(edit: "Edit") -> dict[str, Any]:
    return {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}


def _region(span: "Span") -> dict[str, Any]:
    return {
        "startLine": span.line + 1,
        "startColumn": span.column + 1,
        "endLine": span.end_line + 1,
        "endColumn": max(span.end_column, 0) + 1,
    }


def _uri(name: str) -> str:
    """A relative path stays relative, as code hosts want it."""
    from urllib.parse import quote

    if not os.path.isabs(name):
        return quote(name)
    return f"file:///{quote(name.removeprefix('/'), safe='/:')}"
