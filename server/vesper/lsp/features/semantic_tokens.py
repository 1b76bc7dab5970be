"""Semantic tokens: colour by meaning, inside expressions too; whole, in part, or what has changed."""

from array import array
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from lsprotocol import types

from vesper.editing.coloring import COLORS, SHADES, Colored, colored
from vesper.lang.check import examined
from vesper.lang.chunks import Chunk
from vesper.lang.piece import DocumentKind, Piece
from vesper.lang.source import Encoding, to_units
from vesper.lsp.convert import Json
from vesper.lsp.documents import Numbers, OpenDocument, Tokens
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

_LEGEND = types.SemanticTokensLegend(token_types=list(COLORS), token_modifiers=list(SHADES))
_NUMBERS = {color: number for number, color in enumerate(COLORS)}
_BITS = {shade: 1 << number for number, shade in enumerate(SHADES)}


@feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, _LEGEND)
def semantic_tokens(ls: VesperServer, params: types.SemanticTokensParams) -> Json:
    """Every word of the document with what it is."""
    document = ls.document(params.text_document.uri)
    return _whole(document, _encoded(ls, document))


@feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA)
def semantic_tokens_delta(ls: VesperServer, params: types.SemanticTokensDeltaParams) -> Json:
    """What has changed since the tokens that the client has; all of them where it has others."""
    document = ls.document(params.text_document.uri)
    before, data = document.tokens, _encoded(ls, document)
    if before is None or before.id != params.previous_result_id:
        return _whole(document, data)
    document.tokens = Tokens(str(int(before.id) + 1), data)
    return {"resultId": document.tokens.id, "edits": _changes(before.data, data)}


@feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE)
def semantic_tokens_range(ls: VesperServer, params: types.SemanticTokensRangeParams) -> Json:
    """The words of some lines, for an editor that shows those first."""
    document = ls.document(params.text_document.uri)
    span = ls.span_of(document, params.range)
    data = array("I")
    last = 0
    for facts in document.analysis.parts():
        for held in facts.held:
            if held.line <= span.end_line and held.line + held.piece.chunk.lines > span.line:
                words = [
                    it
                    for it in colored(held.piece)
                    if span.line <= it.line + held.line <= span.end_line
                ]
                run = _run(words, held.piece, ls.encoding)
                last = _append(data, run, held.line, last)
    return {"data": data.tolist()}


class _Run(NamedTuple):
    """The tokens of one piece, five numbers each; the first line counts from the piece's."""

    first: int
    last: int
    numbers: Numbers


def _whole(document: OpenDocument, data: Numbers) -> Json:
    number = int(document.tokens.id) + 1 if document.tokens is not None else 1
    document.tokens = Tokens(str(number), data)
    return {"resultId": document.tokens.id, "data": data.tolist()}


def _encoded(ls: VesperServer, document: OpenDocument) -> Numbers:
    """Five numbers a word, each place relative to the word before, as the protocol wants."""
    data = array("I")
    last = 0
    for facts in document.analysis.parts():
        for held in facts.held:
            ls.check_cancelled()
            run = _known_run(held.piece.chunk, held.piece.kind, ls.encoding)
            last = _append(data, run, held.line, last)
    return data


def _append(data: Numbers, run: _Run, line: int, last: int) -> int:
    if not run.numbers:
        return last
    start = len(data)
    data.extend(run.numbers)
    data[start] = line + run.first - last
    return line + run.last


@lru_cache(maxsize=20_000)
def _known_run(chunk: Chunk, kind: DocumentKind, encoding: Encoding) -> _Run:
    piece = examined(chunk, kind)
    return _run(colored(piece), piece, encoding)


def _run(words: Iterable[Colored], piece: Piece, encoding: Encoding) -> _Run:
    lines = piece.reading.lines
    numbers = array("I")
    first = line = units = 0
    for it in words:
        text = lines[it.line]
        start = to_units(text, it.column, encoding)
        end = to_units(text, it.column + it.length, encoding)
        shades = sum(_BITS[shade] for shade in it.shades)
        if not numbers:
            first = line = it.line
        moved = start - units if it.line == line and numbers else start
        numbers.extend((it.line - line, moved, end - start, _NUMBERS[it.color], shades))
        line, units = it.line, start
    return _Run(first, line, numbers)


def _changes(before: Numbers, after: Numbers) -> list[Json]:
    """One edit that makes the old numbers the new ones, none where they are equal."""
    if before == after:
        return []
    start = _common(before, after)
    rest, new = before[start:], after[start:]
    rest.reverse()
    new.reverse()
    end = _common(rest, new)
    return [
        {
            "start": start,
            "deleteCount": len(before) - start - end,
            "data": after[start : len(after) - end].tolist(),
        }
    ]


def _common(one: Numbers, other: Numbers) -> int:
    """How many numbers at the start are equal; whole stretches are compared at once."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
