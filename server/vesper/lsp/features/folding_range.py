"""Folding ranges: what can be folded away."""

from lsprotocol import types

from vesper.editing.folds import folds, largest
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
def folding_range(ls: VesperServer, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """Whole lines, as every editor folds them; the largest where the editor takes only so many."""
    found = folds(ls.document(params.text_document.uri).analysis, ls.check_cancelled)
    can = ls.protocol.client_capabilities.text_document
    limit = can.folding_range.range_limit if can and can.folding_range else None
    if limit is not None:
        found = largest(found, limit)
    return [
        types.FoldingRange(
            it.line, it.end_line, kind=types.FoldingRangeKind.Comment if it.kind else None
        )
        for it in found
    ]
