"""Selection ranges: what a selection grows to, from a word to the whole text."""

from lsprotocol import types

from vesper.editing.selection import selections
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_SELECTION_RANGE)
def selection_range(
    ls: VesperServer, params: types.SelectionRangeParams
) -> list[types.SelectionRange]:
    """For each place the innermost range, which knows the ones around it."""
    document = ls.document(params.text_document.uri)
    found: list[types.SelectionRange] = []
    for position in params.positions:
        around: types.SelectionRange | None = None
        for span in reversed(selections(document.analysis, *ls.place(document, position))):
            around = types.SelectionRange(ls.range(document, span), around)
        if around is not None:
            found.append(around)
    return found
