"""References: every place where the thing under the cursor is written, in all files of the workspace."""

from lsprotocol import types

from vesper.editing.occurrences import thing_at
from vesper.lsp.feature import feature
from vesper.lsp.reach import Reach
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_REFERENCES)
def references(ls: VesperServer, params: types.ReferenceParams) -> list[types.Location]:
    """Where the name under the cursor is used, and where it is defined if that is asked for."""
    document = ls.document(params.text_document.uri)
    found = thing_at(document.analysis, *ls.place(document, params.position))
    if found is None:
        return []
    reach = Reach(ls, document)
    with_definitions = params.context.include_declaration
    return [
        types.Location(page.uri, reach.range(page, it.span))
        for page, it in reach.places(reach.of(found.thing))
        if with_definitions or it.kind != "definition"
    ]
