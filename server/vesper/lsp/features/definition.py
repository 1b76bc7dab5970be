"""Definition: from a name to the place that defines it, in this file or another."""

from lsprotocol import types

from vesper.editing.occurrences import thing_at
from vesper.lsp.feature import feature
from vesper.lsp.reach import Reach, links
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_DEFINITION)
def definition(
    ls: VesperServer, params: types.DefinitionParams
) -> list[types.Location] | list[types.LocationLink]:
    """Where the name under the cursor is defined."""
    document = ls.document(params.text_document.uri)
    found = thing_at(document.analysis, *ls.place(document, params.position))
    if found is None:
        return []
    reach = Reach(ls, document)
    places = reach.places(reach.homes(found.thing))
    defined = [(page, it.span) for page, it in places if it.kind == "definition"]
    can = ls.protocol.client_capabilities.text_document
    with_links = bool(can and can.definition and can.definition.link_support)
    return links(reach, found.here.span, defined, with_links=with_links)
