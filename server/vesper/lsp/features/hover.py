"""Hover: what the thing under the cursor is."""

from lsprotocol import types

from vesper.lang.description import describe
from vesper.lang.lookup import look_up
from vesper.lsp.convert import markup
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_HOVER)
def hover(ls: VesperServer, params: types.HoverParams) -> types.Hover | None:
    """Describe the key, name, type or word under the cursor."""
    document = ls.document(params.text_document.uri)
    found = look_up(document.analysis, *ls.place(document, params.position))
    text = describe(found, document.analysis) if found is not None else ""
    if found is None or not text:
        return None
    can = ls.protocol.client_capabilities.text_document
    formats = can.hover.content_format if can and can.hover else None
    content = markup(text, formats)
    return types.Hover(content, ls.range(document, found.span))
