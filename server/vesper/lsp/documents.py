"""The texts that the editor has open, exactly as the editor has them.

The four notifications that carry texts are read by hand: they come with every key, and a small slip
of a client in one of them must not cost an edit, since every later one would land wrongly.
"""

from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias, cast

from vesper.errors import VesperError
from vesper.lang.check import Analysis, Diagnostic
from vesper.lang.piece import DocumentKind
from vesper.lang.source import Encoding, Span, Text
from vesper.lsp.convert import Json, to_path, to_place
from vesper.workspace.files import MAX_BYTES, document_kind

Edit = tuple[int, int, int, int, str] | str
"""Start and end of the replaced range as the client counts, and the new text; or a whole text."""

_LANGUAGES: Final[dict[str, DocumentKind]] = {
    "vsp": "vsp",
    "vesper": "vsp",
    "vesper-role": "role",
}


Numbers: TypeAlias = "array[int]"


class Tokens(NamedTuple):
    """Semantic tokens as they were told, under the id that the client knows them by."""

    id: str
    data: Numbers


class OpenDocument:
    """One text that is open in the editor, with what is known about it."""

    def __init__(self, uri: str, kind: DocumentKind | None, naming: Callable[[Path], str]) -> None:
        self.uri = uri
        self.file = to_path(uri)
        self.version: int | None = None
        self.tokens: Tokens | None = None
        """The semantic tokens that the client was told last."""
        self.checked = kind is not None
        """Whether the file is one of ours; editors also send others of the same language."""
        self._kind: DocumentKind = kind or "vsp"
        self._naming = naming
        self.limit = MAX_BYTES
        """The size from which on the text is not checked."""
        self._size = 0
        self._large: Text | str | None = None
        """A text that is too large, in lines only once somebody edits it: they take much memory."""
        self.analysis = Analysis("", self._kind)
        self.said: list[Diagnostic] | None = None
        """The problems that the client was told of last."""

    @property
    def path(self) -> str:
        """The name of the file in its workspace; of what is no file of it, the URI."""
        if self.file is None:
            return self.uri
        try:
            return self._naming(self.file)
        except VesperError:
            return self.uri

    @property
    def text(self) -> Text:
        """The text as the editor has it."""
        if isinstance(self._large, str):
            self._large = Text(self._large)
        return self.analysis.text if self._large is None else self._large

    @property
    def too_large(self) -> bool:
        """Whether the text is beyond what is checked; its analysis is then of an empty text."""
        return self._large is not None

    def replace(self, text: str) -> None:
        """Take a whole new text."""
        self._size = len(text)
        self._large = text if self._size > self.limit else None
        self.analysis = Analysis("" if self.too_large else text, self._kind)

    def edit(self, span: Span, new: str) -> None:
        """Put `new` in place of a span of the text."""
        self._size += len(new)
        if self._large is None:
            self.analysis.edit(span, new)
        else:
            self.text.replace(span, new)
        if self.too_large or self._size > self.limit:
            # What edits took away was not counted, so the true size is looked up near the limit.
            self._size = sum(map(len, self.text.lines))
            if self.too_large is not (self._size > self.limit):
                self.replace(str(self.text))


class Documents:
    """The open documents of one client, by URI, and those whose diagnostics are out of date."""

    def __init__(self, naming: Callable[[Path], str]) -> None:
        self.encoding: Encoding = "utf-16"
        self._limit = MAX_BYTES
        self._naming = naming
        self._open: dict[str, OpenDocument] = {}
        self._stale: dict[str, tuple[OpenDocument, bool]] = {}

    @property
    def limit(self) -> int:
        """The size from which on texts are not checked."""
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        if limit == self._limit:
            return
        self._limit = limit
        for document in self._open.values():
            document.limit = limit
            document.replace(str(document.text))
            self._touch(document)

    def all(self) -> list[OpenDocument]:
        """Every open document."""
        return list(self._open.values())

    def at(self, path: Path) -> OpenDocument | None:
        """The open document of a file, however the client writes its URI; None when it is not open."""
        return next((it for it in self._open.values() if it.file == path), None)

    def get(self, uri: str) -> OpenDocument:
        """The open document of a URI; VesperError `not_found` when it is not open."""
        found = self._open.get(uri)
        if found is None:
            raise VesperError(
                "not_found", f"{uri[:200]} is not open", "open it in the editor first"
            )
        return found

    def find(self, uri: str) -> OpenDocument | None:
        """The open document of a URI, or None."""
        return self._open.get(uri)

    def open(self, params: Json) -> OpenDocument:
        """Take in `textDocument/didOpen`. A document that was open already begins anew."""
        match params:
            case {"textDocument": {"uri": str(uri), "text": str(text)} as given}:
                file = to_path(uri)
                named = document_kind(file) if file is not None else None
                kind = named or _LANGUAGES.get(str(given.get("languageId")))
                document = OpenDocument(uri, kind, self._naming)
                document.limit = self._limit
                document.replace(text)
                document.version = _version(given)
                self._open[uri] = document
                self._touch(document)
                return document
            case _:
                raise _malformed("didOpen")

    def change(self, params: Json) -> None:
        """Take in `textDocument/didChange`: all of its edits, or none when one is malformed."""
        match params:
            case {"textDocument": {"uri": str(uri)} as given, "contentChanges": [*changes]}:
                document = self.get(uri)
                for edit in [_edit(it) for it in cast("list[Json]", changes)]:
                    self._apply(document, edit)
                version = _version(given)
                document.version = document.version if version is None else version
                self._touch(document)
            case _:
                raise _malformed("didChange")

    def save(self, params: Json) -> None:
        """Take in `textDocument/didSave`: the diagnostics are said once more."""
        match params:
            case {"textDocument": {"uri": str(uri)}}:
                self._touch(self.get(uri))
            case _:
                raise _malformed("didSave")

    def close(self, params: Json) -> OpenDocument:
        """Take in `textDocument/didClose`; the document is returned for the last time."""
        match params:
            case {"textDocument": {"uri": str(uri)}}:
                document = self.get(uri)
                del self._open[uri]
                self._stale.pop(uri, None)
                return document
            case _:
                raise _malformed("didClose")

    def take_stale(self) -> tuple[OpenDocument | None, bool]:
        """A document whose diagnostics are out of date, the last edited first; it counts as done.

        True beside it says that they must be said in any case, False that they may be the same.
        """
        return self._stale.popitem()[1] if self._stale else (None, False)

    def look_again(self, document: OpenDocument) -> None:
        """Have the diagnostics of a document said again if others have changed them, edits first."""
        if document.uri not in self._stale:
            self._stale = {document.uri: (document, False), **self._stale}

    def _touch(self, document: OpenDocument) -> None:
        self._stale.pop(document.uri, None)
        self._stale[document.uri] = (document, True)

    def _apply(self, document: OpenDocument, edit: Edit) -> None:
        if isinstance(edit, str):
            document.replace(edit)
            return
        line, units, end_line, end_units, new = edit
        start = to_place(document.text, line, units, self.encoding)
        end = to_place(document.text, end_line, end_units, self.encoding)
        document.edit(Span(*start, *end), new)


def _edit(change: Json) -> Edit:
    match change:
        case {
            "range": {
                "start": {"line": int(line), "character": int(units)},
                "end": {"line": int(end_line), "character": int(end_units)},
            },
            "text": str(text),
        }:
            return line, units, end_line, end_units, text
        case {"range": dict()}:
            raise _malformed("a change")
        case {"text": str(text)}:
            return text
        case _:
            raise _malformed("a change")


def _version(given: Json) -> int | None:
    version = given.get("version")
    return version if isinstance(version, int) else None


def _malformed(what: str) -> VesperError:
    return VesperError("invalid", f"{what} is not as the protocol has it; it was ignored")
