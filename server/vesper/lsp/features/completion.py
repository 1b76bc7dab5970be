"""Completion: keys, words, types, operations and the names in scope."""

from lsprotocol import types

from vesper.lang.completion import Suggestion, SuggestionKind, complete
from vesper.lang.source import Span
from vesper.lsp.convert import markup
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
    can = ls.protocol.client_capabilities.text_document
    items: list[types.CompletionItem] = []
    for number, it in enumerate(complete(document.analysis, line, column)):
        item = _item(it, can.completion.completion_item if can and can.completion else None)
        span = Span(line, min(it.start, column), line, column)
        item.text_edit = types.TextEdit(ls.range(document, span), it.insert)
        item.sort_text = f"{number:04}"
        items.append(item)
    return types.CompletionList(is_incomplete=False, items=items)


def _item(it: Suggestion, can: types.ClientCompletionItemOptions | None) -> types.CompletionItem:
    formats = can.documentation_format if can else None
    return types.CompletionItem(
        label=it.label,
        kind=_KINDS[it.kind],
        detail=it.detail or None,
        documentation=markup(it.doc, formats) if it.doc else None,
        # Inserted lines carry their own indentation; a client that would add more is told so.
        insert_text_mode=types.InsertTextMode.AsIs
        if can and can.insert_text_mode_support
        else None,
    )
