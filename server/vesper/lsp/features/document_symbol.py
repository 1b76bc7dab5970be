"""Document symbols: the outline of a document, nested or as a list for editors that cannot nest."""

from collections.abc import Iterator
from typing import Final

from lsprotocol import types

from vesper.editing.outline import Symbol, SymbolKind, outline
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import feature
from vesper.lsp.handshake import offered
from vesper.lsp.server import VesperServer

_NESTING: Final = ("text_document", "document_symbol", "hierarchical_document_symbol_support")
_KINDS: Final[dict[SymbolKind, types.SymbolKind]] = {
    "node": types.SymbolKind.Module,
    "section": types.SymbolKind.Namespace,
    "group": types.SymbolKind.Array,
    "field": types.SymbolKind.Field,
    "step": types.SymbolKind.Function,
    "role": types.SymbolKind.Class,
    "text": types.SymbolKind.Property,
    "input": types.SymbolKind.Field,
    "output": types.SymbolKind.Property,
    "type": types.SymbolKind.Class,
    "fact": types.SymbolKind.Constant,
    "clause": types.SymbolKind.Boolean,
    "machine": types.SymbolKind.Enum,
    "state": types.SymbolKind.Constant,
    "test": types.SymbolKind.Method,
    "capability": types.SymbolKind.String,
}
"""Only kinds that every editor knows."""


@feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def document_symbol(
    ls: VesperServer, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
    """Sections, fields and steps, as they are written."""
    document = ls.document(params.text_document.uri)
    symbols = outline(document.analysis)
    if offered(ls.protocol.client_capabilities, *_NESTING):
        return [_nested(ls, document, it) for it in symbols]
    return [found for it in symbols for found in _flat(ls, document, it, None)]


def _nested(ls: VesperServer, document: OpenDocument, it: Symbol) -> types.DocumentSymbol:
    ls.check_cancelled()
    return types.DocumentSymbol(
        name=it.name,
        kind=_KINDS[it.kind],
        range=ls.range(document, it.span),
        selection_range=ls.range(document, it.name_span),
        detail=it.detail or None,
        children=[_nested(ls, document, child) for child in it.children],
    )


def _flat(
    ls: VesperServer, document: OpenDocument, it: Symbol, within: str | None
) -> Iterator[types.SymbolInformation]:
    ls.check_cancelled()
    place = types.Location(document.uri, ls.range(document, it.span))
    yield types.SymbolInformation(place, it.name, _KINDS[it.kind], container_name=within)
    for child in it.children:
        yield from _flat(ls, document, child, it.name)
