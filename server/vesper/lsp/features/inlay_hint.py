"""Inlay hints: types that follow from the text, and capabilities that steps lack."""

from lsprotocol import types

from vesper.editing.inlays import inlays
from vesper.lang.source import Span
from vesper.lsp.convert import markup
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintOptions(resolve_provider=False))
def inlay_hint(ls: VesperServer, params: types.InlayHintParams) -> list[types.InlayHint]:
    """The hints of the lines that the editor shows."""
    document = ls.document(params.text_document.uri)
    wanted = ls.span_of(document, params.range)
    return [
        types.InlayHint(
            ls.range(document, Span(it.line, it.column, it.line, it.column)).start,
            it.label,
            types.InlayHintKind.Type if it.is_type else types.InlayHintKind.Parameter,
            tooltip=markup(it.tooltip, [types.MarkupKind.Markdown]),
            padding_left=not it.is_type,
        )
        for it in inlays(document.analysis, wanted.line, wanted.end_line)
    ]
