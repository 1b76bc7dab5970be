"""The problems of open documents as the client hears of them: pushed with their version, or pulled.

A client that pulls once is never pushed to again; it is asked to pull again when other documents have
changed what it was told.
"""

import hashlib
from typing import Any

import orjson
from lsprotocol import types

from vesper import config
from vesper.lang.check import Diagnostic
from vesper.lang.rule import Related
from vesper.lang.source import Span
from vesper.lsp.convert import (
    Json,
    Locate,
    diagnostic_json,
    diagnostics_json,
    range_json,
    remark,
    to_range,
)
from vesper.lsp.documents import Documents, OpenDocument
from vesper.lsp.handshake import offered
from vesper.lsp.indexing import Connection, Indexing
from vesper.lsp.places import Places
from vesper.workspace.files import shown_size


class Reports:
    """What the client of a server was told of the problems in its documents."""

    def __init__(
        self, documents: Documents, indexing: Indexing, places: Places, connection: Connection
    ) -> None:
        self.can = types.ClientCapabilities()
        """What the client can do; known once it has said so."""
        self.workspace_said: dict[str, str] = {}
        """The result id of what was last said of each file, to a client that asks for all of them."""
        self.workspace_state: object = None
        self._documents = documents
        self._indexing = indexing
        self._places = places
        self._connection = connection
        self._is_pulled = False
        self._pushed: dict[str, OpenDocument] = {}
        self._owes_refresh = False
        self._remarks: dict[str, tuple[int | None, list[Diagnostic]]] = {}

    def remark(self, document: OpenDocument, found: list[Diagnostic]) -> None:
        """Tell of problems that checking cannot find, until the text changes or others take their place."""
        before = self._remarks.pop(document.uri, None)
        if found:
            self._remarks[document.uri] = (document.version, found)
        if found or before is not None:
            self._documents.look_again(document)

    def step(self) -> bool:
        """Tell of the problems of one document whose are out of date; False when none are."""
        document, is_news = self._documents.take_stale()
        if document is None:
            return self._refresh()
        self._indexing.changed(document)
        self._tell(document, is_news)
        return True

    def pull(self, document: OpenDocument, previous: str | None) -> Json:
        """The report that a client asks for: whole, or that nothing changed since `previous`."""
        if not self._is_pulled:
            self._is_pulled = True
            for it in self._pushed.values():
                self._push(it, [])
            self._pushed.clear()
        found = self.written(document)
        return report(found, previous)

    def written(self, document: OpenDocument) -> list[Json]:
        """The problems of an open document as the protocol writes them."""
        if document.file is not None and document.file.name == config.FILE:
            return self._settings(document)
        if document.too_large:
            limit = shown_size(self._documents.limit)
            return [remark(f"this text is larger than {limit} and is not checked; split it up")]
        if not document.checked:
            return []
        analysis = document.analysis
        analysis.around = self._indexing.around(document)
        document.said = [*analysis.diagnostics(), *self._remarked(document)]
        return diagnostics_json(
            analysis.text, document.said, self._documents.encoding, self._locating(document)
        )

    def _remarked(self, document: OpenDocument) -> list[Diagnostic]:
        version, found = self._remarks.get(document.uri, (None, []))
        if found and version != document.version:
            del self._remarks[document.uri]
            return []
        return found

    def one(self, document: OpenDocument, found: Diagnostic) -> Json:
        """A diagnostic as the client was told of it."""
        encoding, locate = self._documents.encoding, self._locating(document)
        return diagnostic_json(document.analysis.text, found, encoding, locate)

    def forget(self, document: OpenDocument) -> None:
        """Take back what was said of a document that is closed."""
        self._remarks.pop(document.uri, None)
        self._pushed.pop(document.uri, None)
        if not self._is_pulled:
            self._push(document, [])

    def _tell(self, document: OpenDocument, is_news: bool) -> None:
        before = document.said
        if self._is_pulled:
            # With its own edits the client asks by itself; what others changed it cannot know.
            if not is_news and document.checked:
                self.written(document)
                self._owes_refresh |= document.said != before
            return
        found = self.written(document)
        if is_news or document.said != before:
            self._pushed[document.uri] = document
            self._push(document, found)

    def _push(self, document: OpenDocument, found: list[Json]) -> None:
        params: dict[str, Any] = {"uri": document.uri, "diagnostics": found}
        if document.version is not None:
            params["version"] = document.version
        self._connection.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)

    def _refresh(self) -> bool:
        if not self._owes_refresh:
            return False
        self._owes_refresh = False
        if self._is_pulled and offered(self.can, "workspace", "diagnostics", "refresh_support"):
            self._connection.request(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        return True

    def _locating(self, document: OpenDocument) -> Locate | None:
        """How the related places of a document's problems become locations, if they are wanted."""
        pushed = ("text_document", "publish_diagnostics", "related_information")
        pulled = ("text_document", "diagnostic", "related_information")
        if not offered(self.can, *pushed) and not offered(self.can, *pulled):
            return None

        def locate(it: Related) -> types.Location:
            if it.file:
                return self._places.location(self._indexing.project_of(document), it.file, it.span)
            found = to_range(document.analysis.text, it.span, self._documents.encoding)
            return types.Location(document.uri, found)

        return locate

    def _settings(self, document: OpenDocument) -> list[Json]:
        """What is wrong with a `vesper.toml` as it stands in the editor."""
        from vesper.project import rule_names

        text = str(document.text)
        problems = config.read(text, {}, None, rule_names(text)).problems
        return [
            {
                **remark(it.message),
                "severity": types.DiagnosticSeverity.Error.value,
                "range": range_json(
                    document.text,
                    Span(it.line, it.column, it.line, it.end_column),
                    self._documents.encoding,
                ),
            }
            for it in problems
        ]


def report(found: list[Json], previous: str | None) -> Json:
    """A report on one document; its result id is made of what it says."""
    said = orjson.dumps(found, default=_plain)
    result_id = hashlib.blake2b(said, digest_size=9).hexdigest()
    if result_id == previous:
        return {"kind": "unchanged", "resultId": result_id}
    return {"kind": "full", "resultId": result_id, "items": found}


def _plain(value: object) -> str:
    return repr(value)
