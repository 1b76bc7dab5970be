"""Diagnostics for clients that ask for them: of one document, and of the whole workspace."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from vesper.errors import VesperError
from vesper.lang.check import Analysis
from vesper.lsp.convert import Json, diagnostics_json, to_uri
from vesper.lsp.feature import feature
from vesper.lsp.messages import Deferred
from vesper.lsp.reports import report
from vesper.lsp.server import VesperServer
from vesper.workspace.files import read_text

if TYPE_CHECKING:
    from vesper.project import Project

LARGEST: Final = 256 << 10
"""Files above this size are reported on only while they are open: checking one takes too long to wait for."""
_BATCH: Final = 20
_OPTIONS = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True)


@feature(types.TEXT_DOCUMENT_DIAGNOSTIC, _OPTIONS)
def document_diagnostic(ls: VesperServer, params: types.DocumentDiagnosticParams) -> Json:
    """The problems of one document, or that they are as they were."""
    document = ls.document(params.text_document.uri)
    return ls.reports.pull(document, params.previous_result_id)


@feature(types.WORKSPACE_DIAGNOSTIC)
def workspace_diagnostic(ls: VesperServer, params: types.WorkspaceDiagnosticParams) -> Deferred:
    """The problems of every document, file by file while nothing else waits.

    Once a client has been told all, its next request is answered when something has changed.
    """
    return Deferred(_reports(ls, params))


def _reports(
    ls: VesperServer, params: types.WorkspaceDiagnosticParams
) -> Generator[bool, None, Json]:
    previous = {it.uri: it.value for it in params.previous_result_ids}
    while not all(it.index.is_complete for it in ls.folders.projects):
        yield False
    while (
        previous == ls.reports.workspace_said and ls.reports.workspace_state == ls.indexing.state()
    ):
        yield False
    state = ls.indexing.state()
    items: list[Json] = []
    seen: dict[str, None] = {}
    for project in ls.folders.projects:
        for file in sorted(project.index.files):
            uri, found = _one(ls, project, file, previous)
            seen[uri] = None
            if found is not None:
                items.append(found)
                ls.reports.workspace_said[uri] = found["resultId"]
            if params.partial_result_token is not None and len(items) >= _BATCH:
                _send(ls, params.partial_result_token, items)
                items = []
            yield True
    for uri in previous:
        if uri not in seen:
            items.append({**report([], None), "uri": uri, "version": None})
            ls.reports.workspace_said.pop(uri, None)
    ls.reports.workspace_state = state
    if params.partial_result_token is not None and items:
        _send(ls, params.partial_result_token, items)
        items = []
    return {"items": items}


def _one(
    ls: VesperServer, project: "Project", file: str, previous: dict[str, str]
) -> tuple[str, Json | None]:
    """The report on one file, as it is in the editor or else on disk; None for what cannot be read."""
    path = project.root / file
    document = ls.documents.at(path)
    if document is not None:
        found = ls.reports.pull(document, previous.get(document.uri))
        return document.uri, {**found, "uri": document.uri, "version": document.version}
    uri = to_uri(path)
    kind = project.scan.kind_of(file)
    try:
        text = read_text(path, LARGEST)
    except VesperError:
        return uri, None
    if kind is None:
        return uri, None
    analysis = Analysis(text, kind, project.index.around_for(file))
    written = diagnostics_json(analysis.text, analysis.diagnostics(), ls.encoding, None)
    return uri, {**report(written, previous.get(uri)), "uri": uri, "version": None}


def _send(ls: VesperServer, token: int | str, items: list[Json]) -> None:
    ls.notify(types.PROGRESS, {"token": token, "value": {"items": items}})
