"""Applying quick fixes to files: one at a time, and each only if the document is better for it.

Only corrections are applied: they change what stands at the problem. A fix that adds lines (a missing
section, a capability) needs somebody who decides, so it is left to the editor.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from vesper.errors import VesperError
from vesper.workspace.files import kind_in_workspace, read_text
from vesper.workspace.writing import rewrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from vesper.lang.around import Around
    from vesper.lang.check import Analysis, Diagnostic
    from vesper.lang.source import Span

    Wanted = Callable[[Iterable[Diagnostic]], list[Diagnostic]]

_MOST: Final = 10_000
_MARK: Final = "\ufeff"


class Mended(NamedTuple):
    """One fix that was applied, with the place where the problem was then."""

    span: "Span"
    title: str


def mend_file(path: Path, wanted: "Wanted", around: "Around") -> list[Mended]:
    """Apply the fixes of a file's problems to it. What cannot be read is left alone.

    Raises VesperError: conflict when somebody else changed it meanwhile, denied where it cannot be
    written.
    """
    from vesper.lang.check import Analysis

    try:
        before = read_text(path)
    except VesperError:
        return []
    mark, text = (_MARK, before[1:]) if before.startswith(_MARK) else ("", before)
    analysis = Analysis(text, kind_in_workspace(path) or "vsp", around)
    done = mend(analysis, wanted)
    if done:
        rewrite(path, before, f"{mark}{analysis.text}")
    return done


def mend(analysis: "Analysis", wanted: "Wanted") -> list[Mended]:
    """Apply the fixes of a text's problems. One that leaves as many problems is taken back."""
    done: list[Mended] = []
    refused: set[tuple[str, Span, str]] = set()
    while len(done) + len(refused) < _MOST:
        found = analysis.diagnostics()
        fixable = (it for it in wanted(found) if is_correction(it))
        it = next((it for it in fixable if _key(it) not in refused), None)
        if it is None or it.fix is None:
            break
        before, weight = str(analysis.text), _weight(found)
        for edit in sorted(it.fix.edits, reverse=True):
            analysis.edit(edit.span, edit.text)
        if _weight(analysis.diagnostics()) < weight:
            done.append(Mended(it.span, it.fix.title))
        else:
            analysis.replace(before)
            refused.add(_key(it))
    return done


def is_correction(found: "Diagnostic") -> bool:
    """Whether the problem's fix changes what stands there, and adds nothing elsewhere."""
    span = found.span
    return found.fix is not None and all(
        it.span[:2] <= span[2:] and span[:2] <= it.span[2:] and not set(it.text) & set("\r\n")
        for it in found.fix.edits
    )


def _key(found: "Diagnostic") -> "tuple[str, Span, str]":
    return found.code, found.span, found.fix.title if found.fix else ""


def _weight(found: "Sequence[Diagnostic]") -> tuple[int, int]:
    return sum(it.severity == "error" for it in found), len(found)
