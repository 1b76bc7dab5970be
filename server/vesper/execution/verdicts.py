"""What came of tests in values of JSON, as all surfaces give it; lines count from 1."""

from typing import Any, Final

from vesper.execution.testing_subject import Trouble, Verdict
from vesper.values.encoding import plain, to_json

_LONGEST: Final = 1_000


def told(verdict: Verdict) -> dict[str, Any]:
    """One test as plain JSON values."""
    fields: dict[str, Any] = {
        "name": verdict.name,
        "kind": verdict.kind,
        "line": verdict.line + 1,
        "passed": verdict.passed,
        "seconds": round(verdict.seconds, 4),
        "runs": verdict.runs,
    }
    if verdict.troubles:
        fields["troubles"] = [_trouble(it) for it in verdict.troubles]
    return fields


def summary(trouble: Trouble) -> str:
    """A trouble in one line, with the first difference."""
    text = trouble.message
    for it in trouble.differences[:1]:
        got = "nothing" if it.is_missing else to_json(plain(it.got))
        text += f": expected {to_json(plain(it.expected))}, got {got}"
    if trouble.inputs is not None:
        text += f", with {to_json(plain(dict(trouble.inputs)))}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _trouble(it: Trouble) -> dict[str, Any]:
    fields: dict[str, Any] = {"message": it.message, "line": it.line + 1}
    if it.engine:
        fields["engine"] = it.engine
    if it.differences:
        fields["differences"] = [
            {"path": each.path, "expected": plain(each.expected)}
            | ({} if each.is_missing else {"got": plain(each.got)})
            for each in it.differences
        ]
    if it.inputs is not None:
        fields["inputs"] = plain(dict(it.inputs))
    return fields
