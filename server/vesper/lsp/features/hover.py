"""Hover: what the thing under the cursor is."""

from lsprotocol import types

from vesper import config
from vesper.editing.description import describe
from vesper.editing.lookup import look_up
from vesper.lsp.convert import markup
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_HOVER)
def hover(ls: VesperServer, params: types.HoverParams) -> types.Hover | None:
    """Describe the key, name, type or word under the cursor."""
    document = ls.document(params.text_document.uri)
    if document.file is not None and document.file.name == config.FILE:
        return _of_setting(ls, document, params.position.line)
    found = look_up(document.analysis, *ls.place(document, params.position))
    text = describe(found, document.analysis) if found is not None else ""
    if found is None or not text:
        return None
    return types.Hover(_shown(ls, text), ls.range(document, found.span))


def _of_setting(ls: VesperServer, document: OpenDocument, line: int) -> types.Hover | None:
    """What a line of `vesper.toml` sets."""
    lines = document.text.lines
    text = config.describe(lines[line]) if line < len(lines) else ""
    return types.Hover(_shown(ls, text)) if text else None


def _shown(ls: VesperServer, text: str) -> types.MarkupContent | str:
    can = ls.protocol.client_capabilities.text_document
    return markup(text, can.hover.content_format if can and can.hover else None)
