"""Completion: keys, words, types, operations, names in scope and whole parts; documentation later."""

from typing import Any, NamedTuple

from lsprotocol import types

from vesper.editing.completion import complete
from vesper.editing.description import explain
from vesper.editing.suggestion import MAX_NAMES, Subject, Suggestion, SuggestionKind
from vesper.lang.source import Span
from vesper.lsp.convert import Json, markup, range_json
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

_KINDS: dict[SuggestionKind, types.CompletionItemKind] = {
    "key": types.CompletionItemKind.Property,
    "word": types.CompletionItemKind.EnumMember,
    "type": types.CompletionItemKind.Class,
    "operation": types.CompletionItemKind.Function,
    "name": types.CompletionItemKind.Variable,
    "field": types.CompletionItemKind.Field,
    "function": types.CompletionItemKind.Function,
    "keyword": types.CompletionItemKind.Keyword,
    "reference": types.CompletionItemKind.Reference,
    "snippet": types.CompletionItemKind.Snippet,
    "value": types.CompletionItemKind.Value,
}
_COMMITS: dict[SuggestionKind, list[str]] = {"name": ["."]}
_SNIPPET = types.InsertTextFormat.Snippet.value
_OPTIONS = types.CompletionOptions(
    trigger_characters=[" ", ".", "{", "<", "-", '"', "*", "["], resolve_provider=True
)


class _Client(NamedTuple):
    """What the client can do with an item."""

    snippets: bool
    two_ranges: bool
    details: bool
    commits: bool
    as_is: bool


@feature(types.TEXT_DOCUMENT_COMPLETION, _OPTIONS)
def completion(ls: VesperServer, params: types.CompletionParams) -> Json:
    """Offer what fits at the cursor, the likeliest first."""
    document = ls.document(params.text_document.uri)
    line, column = ls.place(document, params.position)
    found = complete(document.analysis, line, column)
    client = _client(ls)
    writer = _Writer(ls, document, (line, column))
    items = [writer.item(it, number, client) for number, it in enumerate(found)]
    return {"isIncomplete": len(found) >= MAX_NAMES, "items": items}


@feature(types.COMPLETION_ITEM_RESOLVE)
def resolve(ls: VesperServer, params: types.CompletionItem) -> types.CompletionItem:
    """Add the documentation of one item, from what is in the documents by now."""
    match params.data:
        case {"topic": str(topic), "name": str(name), "of": str(of), "uri": str(uri)}:
            subject = Subject._make((topic, name, of))
            document = ls.documents.find(uri)
            text = explain(subject, document.analysis if document is not None else None)
        case _:
            text = ""
    if text:
        can = ls.protocol.client_capabilities.text_document
        item = can.completion.completion_item if can and can.completion else None
        params.documentation = markup(text, item.documentation_format if item else None)
    return params


def _client(ls: VesperServer) -> _Client:
    can = ls.protocol.client_capabilities.text_document
    item = can.completion.completion_item if can and can.completion else None
    if item is None:
        return _Client(*(False,) * len(_Client._fields))
    return _Client(
        bool(item.snippet_support),
        bool(item.insert_replace_support),
        bool(item.label_details_support),
        bool(item.commit_characters_support),
        bool(item.insert_text_mode_support),
    )


class _Writer:
    """Writes the items of one answer as plain JSON: there may be hundreds, with every key."""

    def __init__(self, ls: VesperServer, document: OpenDocument, place: tuple[int, int]) -> None:
        self._ls, self._document = ls, document
        self._line, self._column = place
        self._ranges: dict[tuple[int, int], Any] = {}

    def item(self, it: Suggestion, number: int, client: _Client) -> Json:
        """One suggestion as the protocol writes it."""
        item: Json = {
            "label": it.label,
            "kind": _KINDS[it.kind].value,
            "sortText": f"{number:04}",
            "textEdit": self._edit(it, client),
        }
        if it.detail:
            item |= {"labelDetails": {"description": it.detail}} if client.details else {}
            item["detail"] = it.detail
        if client.snippets and it.snippet:
            item["insertTextFormat"] = _SNIPPET
        if client.as_is:
            # Inserted lines carry their own indentation; a client that would add more is told so.
            item["insertTextMode"] = types.InsertTextMode.AsIs.value
        if client.commits and it.kind in _COMMITS:
            item["commitCharacters"] = _COMMITS[it.kind]
        if it.subject.topic:
            item["data"] = it.subject._asdict() | {"uri": self._document.uri}
        return item

    def _edit(self, it: Suggestion, client: _Client) -> Json:
        text = it.snippet if client.snippets and it.snippet else it.insert
        start = min(it.start, self._column)
        typed = self._range(start, self._column)
        if not client.two_ranges:
            return {"range": typed, "newText": text}
        return {"insert": typed, "replace": self._range(start, it.end), "newText": text}

    def _range(self, start: int, end: int) -> Any:
        known = self._ranges.get((start, end))
        if known is None:
            span = Span(self._line, start, self._line, max(end, self._column))
            text = self._document.analysis.text
            known = self._ranges[start, end] = range_json(text, span, self._ls.encoding)
        return known
