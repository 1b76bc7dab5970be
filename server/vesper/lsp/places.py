"""Places in files that need not be open: locations that editors understand, from spans of the index."""

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from vesper.errors import VesperError
from vesper.lang.source import Span, Text
from vesper.lsp.convert import to_range, to_uri
from vesper.lsp.documents import Documents
from vesper.workspace.files import read_text

if TYPE_CHECKING:
    from vesper.project import Project

_KEPT: Final = 32


class Places:
    """Columns are in an editor's units, so the text of the line is needed: the open one, or the file's."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._texts: OrderedDict[Path, tuple[tuple[int, int], Text]] = OrderedDict()

    def location(self, project: "Project", file: str, span: Span) -> types.Location:
        """The location of a span in a file of a workspace, by the name it has there."""
        path = project.root / file
        document = self._documents.at(path)
        if document is not None:
            found = to_range(document.text, span, self._documents.encoding)
            return types.Location(document.uri, found)
        return types.Location(
            to_uri(path), to_range(self._text(path), span, self._documents.encoding)
        )

    def _text(self, path: Path) -> Text:
        """The text on disk, read again when the file has changed; of what is no text, nothing."""
        try:
            found = path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
        except OSError:
            return Text("")
        kept = self._texts.pop(path, None)
        if kept is None or kept[0] != stamp:
            try:
                kept = (stamp, Text(read_text(path)))
            except VesperError:
                kept = (stamp, Text(""))
        self._texts[path] = kept
        if len(self._texts) > _KEPT:
            self._texts.popitem(last=False)
        return kept[1]
