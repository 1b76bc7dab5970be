"""Document highlight: the other places of this file where the thing under the cursor is written."""

from lsprotocol import types

from vesper.editing.mention import Kind
from vesper.editing.occurrences import occurrences, thing_at
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

_KINDS: dict[Kind, types.DocumentHighlightKind] = {
    "definition": types.DocumentHighlightKind.Write,
    "write": types.DocumentHighlightKind.Write,
    "read": types.DocumentHighlightKind.Read,
}


@feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
def document_highlight(
    ls: VesperServer, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight]:
    """Every place with the same name that means the same."""
    document = ls.document(params.text_document.uri)
    found = thing_at(document.analysis, *ls.place(document, params.position))
    if found is None:
        return []
    return [
        types.DocumentHighlight(ls.range(document, it.span), _KINDS[it.kind])
        for it in occurrences(document.analysis, found.thing)
    ]
