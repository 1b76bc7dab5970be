"""Document symbols: the outline of a document."""

from lsprotocol import types

from vesper.lang.outline import Symbol, SymbolKind, outline
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

_KINDS: dict[SymbolKind, types.SymbolKind] = {
    "node": types.SymbolKind.Module,
    "section": types.SymbolKind.Namespace,
    "field": types.SymbolKind.Field,
    "step": types.SymbolKind.Function,
    "role": types.SymbolKind.Class,
    "text": types.SymbolKind.Property,
}


@feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def document_symbol(
    ls: VesperServer, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol]:
    """Sections, fields and steps, nested as they are written."""
    document = ls.document(params.text_document.uri)
    return [_symbol(ls, document, it) for it in outline(document.analysis)]


def _symbol(ls: VesperServer, document: OpenDocument, it: Symbol) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=it.name,
        kind=_KINDS[it.kind],
        range=ls.range(document, it.span),
        selection_range=ls.range(document, it.name_span),
        detail=it.detail or None,
        children=[_symbol(ls, document, child) for child in it.children],
    )
