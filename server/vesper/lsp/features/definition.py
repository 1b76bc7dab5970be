"""Definition: from a name to the input, output, step or type that defines it."""

from lsprotocol import types

from vesper.lang.lookup import look_up
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_DEFINITION)
def definition(ls: VesperServer, params: types.DefinitionParams) -> list[types.Location]:
    """Where the name under the cursor is defined."""
    document = ls.document(params.text_document.uri)
    found = look_up(document.analysis, *ls.place(document, params.position))
    places = found.defined if found is not None else ()
    return [
        types.Location(document.uri, ls.range(document, it.export.span.moved(it.line)))
        for it in places
    ]
