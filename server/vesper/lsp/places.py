"""Places in files that need not be open: locations that editors understand, from spans of the index."""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from vesper.errors import VesperError
from vesper.lang.check import Analysis
from vesper.lang.source import Span, Text
from vesper.lsp.convert import to_range, to_uri
from vesper.lsp.documents import Documents
from vesper.workspace.files import kind_in_workspace, read_text

if TYPE_CHECKING:
    from vesper.project import Project

_KEPT: Final = 32


@dataclass(slots=True)
class _File:
    """A file as it was read; `analysis` is made when somebody asks."""

    stamp: tuple[int, int]
    text: Text
    is_readable: bool
    analysis: Analysis | None = None


class Places:
    """Columns are in an editor's units, so the text of the line is needed: the open one, or the file's."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._files: OrderedDict[Path, _File] = OrderedDict()

    def location(self, project: "Project", file: str, span: Span) -> types.Location:
        """The location of a span in a file of a workspace, by the name it has there."""
        path = project.root / file
        document = self._documents.at(path)
        if document is not None:
            found = to_range(document.text, span, self._documents.encoding)
            return types.Location(document.uri, found)
        return types.Location(
            to_uri(path), to_range(self._read(path).text, span, self._documents.encoding)
        )

    def analysis(self, path: Path) -> Analysis | None:
        """A document on disk, read again when the file has changed; None where it cannot be read."""
        found = self._read(path)
        if found.analysis is None and found.is_readable:
            found.analysis = Analysis(str(found.text), kind_in_workspace(path) or "vsp")
        return found.analysis

    def _read(self, path: Path) -> _File:
        """The file as it is on disk; of what is no text, nothing."""
        try:
            found = path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
        except OSError:
            return _File((0, 0), Text(""), is_readable=False)
        kept = self._files.pop(path, None)
        if kept is None or kept.stamp != stamp:
            try:
                kept = _File(stamp, Text(read_text(path)), is_readable=True)
            except VesperError:
                kept = _File(stamp, Text(""), is_readable=False)
        self._files[path] = kept
        if len(self._files) > _KEPT:
            self._files.popitem(last=False)
        return kept
