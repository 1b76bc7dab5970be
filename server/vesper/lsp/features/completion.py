"""Completion: keys, words, types, operations and the names in scope."""

from lsprotocol import types

from vesper.lang.completion import Suggestion, SuggestionKind, complete
from vesper.lang.source import Span
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

_KINDS: dict[SuggestionKind, types.CompletionItemKind] = {
    "key": types.CompletionItemKind.Property,
    "word": types.CompletionItemKind.EnumMember,
    "type": types.CompletionItemKind.Class,
    "operation": types.CompletionItemKind.Function,
    "name": types.CompletionItemKind.Variable,
    "function": types.CompletionItemKind.Function,
    "keyword": types.CompletionItemKind.Keyword,
    "reference": types.CompletionItemKind.Reference,
}
_OPTIONS = types.CompletionOptions(trigger_characters=[" ", ".", "{", "<", "-"])


@feature(types.TEXT_DOCUMENT_COMPLETION, _OPTIONS)
def completion(ls: VesperServer, params: types.CompletionParams) -> types.CompletionList:
    """Offer what fits at the cursor, the likeliest first."""
    document = ls.document(params.text_document.uri)
    line, column = ls.place(document, params.position)
    suggestions = complete(document.analysis, line, column)
    items = [
        _item(ls, document, it, (number, line, column)) for number, it in enumerate(suggestions)
    ]
    return types.CompletionList(is_incomplete=False, items=items)


def _item(
    ls: VesperServer, document: OpenDocument, it: Suggestion, at: tuple[int, int, int]
) -> types.CompletionItem:
    number, line, column = at
    span = Span(line, min(it.start, column), line, column)
    return types.CompletionItem(
        label=it.label,
        kind=_KINDS[it.kind],
        detail=it.detail or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, it.doc) if it.doc else None,
        sort_text=f"{number:04}",
        text_edit=types.TextEdit(ls.range(document, span), it.insert),
        insert_text_mode=types.InsertTextMode.AsIs,
    )
