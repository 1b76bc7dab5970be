"""Type definition: from a name to the type of the document that its value has."""

from lsprotocol import types

from vesper.editing.occurrences import types_at
from vesper.lsp.feature import feature
from vesper.lsp.reach import Reach, Seen, links
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_TYPE_DEFINITION)
def type_definition(
    ls: VesperServer, params: types.TypeDefinitionParams
) -> list[types.Location] | list[types.LocationLink]:
    """Where the types are defined that the value under the cursor is made of."""
    document = ls.document(params.text_document.uri)
    found = types_at(document.analysis, *ls.place(document, params.position))
    if found is None:
        return []
    origin, things = found
    reach = Reach(ls, document)
    places = reach.places(Seen(reach.own, it) for it in things)
    defined = [(page, it.span) for page, it in places if it.kind == "definition"]
    can = ls.protocol.client_capabilities.text_document
    with_links = bool(can and can.type_definition and can.type_definition.link_support)
    return links(reach, origin, defined, with_links=with_links)
