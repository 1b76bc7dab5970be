"""Linked editing: while a definition is being renamed in place, its uses follow."""

from lsprotocol import types

from vesper.editing.renaming import linked, renameable
from vesper.errors import VesperError
from vesper.lsp.feature import feature
from vesper.lsp.reach import Reach
from vesper.lsp.server import VesperServer

_WORD = "[A-Za-z_][A-Za-z0-9_]*"


@feature(types.TEXT_DOCUMENT_LINKED_EDITING_RANGE)
def linked_editing_range(
    ls: VesperServer, params: types.LinkedEditingRangeParams
) -> types.LinkedEditingRanges | None:
    """All places of a name, from the one place that defines it.

    From a use nothing is linked: whoever types there wants to use something else. Nor is what other
    files use: they would not follow.
    """
    document = ls.document(params.text_document.uri)
    try:
        found = renameable(document.analysis, *ls.place(document, params.position))
    except VesperError:
        return None
    if found.here.kind != "definition" or len(Reach(ls, document).of(found.thing)) > 1:
        return None
    spans = linked(document.analysis, found.thing)
    if not spans:
        return None
    return types.LinkedEditingRanges([ls.range(document, it) for it in spans], _WORD)
