"""Formatting: a document, some of its lines, and the line that Enter has just begun."""

from lsprotocol import types

from vesper.editing.format import Style, edits
from vesper.editing.newline import indentation_after
from vesper.lang.source import Span, content
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

_ENTER = types.DocumentOnTypeFormattingOptions(first_trigger_character="\n")


@feature(types.TEXT_DOCUMENT_FORMATTING)
def formatting(
    ls: VesperServer, params: types.DocumentFormattingParams
) -> list[types.TextEdit] | None:
    """The changes, line by line, that make the document what `vesper format` makes of it."""
    return _edits(ls, ls.document(params.text_document.uri), params.options, None)


@feature(types.TEXT_DOCUMENT_RANGE_FORMATTING)
def range_formatting(
    ls: VesperServer, params: types.DocumentRangeFormattingParams
) -> list[types.TextEdit] | None:
    """The same for the lines of a range, or the items or sections they are a part of."""
    document = ls.document(params.text_document.uri)
    span = ls.span_of(document, params.range)
    last = span.end_line
    if span.end_column == 0 and last > span.line:
        last -= 1  # A range of whole lines ends where the next one begins.
    return _edits(ls, document, params.options, (span.line, last))


@feature(types.TEXT_DOCUMENT_ON_TYPE_FORMATTING, _ENTER)
def on_type_formatting(
    ls: VesperServer, params: types.DocumentOnTypeFormattingParams
) -> list[types.TextEdit] | None:
    """After Enter: the column at which the next key or the text goes on."""
    document = ls.document(params.text_document.uri)
    line, _ = ls.place(document, params.position)
    lines = document.analysis.text.lines
    column = indentation_after(lines, line)
    before = content(lines[line])
    if params.ch != "\n" or column is None or before == " " * column:
        return None
    span = Span(line, 0, line, len(before))
    return [types.TextEdit(ls.range(document, span), " " * column)]


def _edits(
    ls: VesperServer,
    document: OpenDocument,
    options: types.FormattingOptions,
    within: tuple[int, int] | None,
) -> list[types.TextEdit] | None:
    analysis = document.analysis
    style = Style(
        trims_lines=options.trim_trailing_whitespace is not False,
        ends_last_line=options.insert_final_newline is not False,
        trims_end=options.trim_final_newlines is not False,
    )
    found = edits(analysis.text.lines, analysis.kind, style, within, ls.check_cancelled)
    return [types.TextEdit(ls.range(document, it.span), it.text) for it in found] or None
