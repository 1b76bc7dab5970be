"""Semantic tokens: colour by meaning, inside expressions too."""

from itertools import pairwise

from lsprotocol import types

from vesper.lang.coloring import COLORS, Colored, colored
from vesper.lang.source import to_units
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

_LEGEND = types.SemanticTokensLegend(token_types=list(COLORS), token_modifiers=[])
_NUMBERS = {color: number for number, color in enumerate(COLORS)}


@feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, _LEGEND)
def semantic_tokens(ls: VesperServer, params: types.SemanticTokensParams) -> types.SemanticTokens:
    """Every word of the document with what it is."""
    document = ls.document(params.text_document.uri)
    return types.SemanticTokens(_encoded(ls, document, colored(document.analysis)))


def _encoded(ls: VesperServer, document: OpenDocument, words: list[Colored]) -> list[int]:
    """Five numbers a word, each place relative to the word before, as the protocol wants."""
    lines, encoding = document.analysis.text.lines, ls.encoding
    placed: list[tuple[int, int, int, int]] = [(0, 0, 0, 0)]
    for line, column, length, color in words:
        text = lines[line]
        start = to_units(text, column, encoding)
        end = to_units(text, column + length, encoding)
        placed.append((line, start, end - start, _NUMBERS[color]))
    data: list[int] = []
    for (above, before, _, _), (line, start, length, color) in pairwise(placed):
        data += [line - above, start - before if line == above else start, length, color, 0]
    return data
