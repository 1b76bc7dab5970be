"""Tools for documents: nodes and roles."""

from collections import Counter
from typing import TYPE_CHECKING

from vesper.errors import VesperError
from vesper_mcp.answers import Fields, within_budget
from vesper_mcp.paths import document_inside
from vesper_mcp.tool import Workspace, tool

if TYPE_CHECKING:
    from vesper.lang.check import Diagnostic


@tool(reads=True)
def node_check(project: Workspace, path: str = "", text: str | None = None) -> Fields:
    """Find the problems of one .vsp or role file: give its path, or its text before writing it.
    Lines and columns count from 1. No problems means it is right.
    """
    if bool(path) == (text is not None):
        message = "give path or text" if text is None else "give path or text, not both"
        raise VesperError("invalid", message, "path names a file, text is the document itself")
    if text is None:
        name = document_inside(project.root, path)
        return {"path": name} | _report(project.check_file(name))
    return _report(project.check_text(text))


def _report(found: list["Diagnostic"]) -> Fields:
    counts = Counter(it.severity for it in found)
    rows = [_row(it) for it in found]
    shown = within_budget(rows)
    fields: Fields = {f"{name}s": count for name, count in counts.items()}
    fields["problems"] = shown
    if len(shown) < len(rows):
        fields["more"] = len(rows) - len(shown)
    return fields


def _row(found: "Diagnostic") -> Fields:
    row: Fields = {
        "code": found.code,
        "severity": found.severity,
        "line": found.span.line + 1,
        "column": found.span.column + 1,
        "message": found.message,
    }
    return row | {"fix": found.fix.title} if found.fix else row
