"""Checking: text in, diagnostics out, once or kept current while somebody types.

`Analysis` cuts the text into chunks, examines each chunk once, and runs the rules of a piece again only
when its text or an answer it relied on has changed. Fresh and kept-current give the same list.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from vesper.lang import chunks, ops, rules
from vesper.lang.around import ALONE, Around
from vesper.lang.chunks import Block, Chunk
from vesper.lang.document import SECTIONS
from vesper.lang.piece import DocumentKind, Piece
from vesper.lang.rule import Document, Edit, Finding, Fix, Related, Rule, Severity
from vesper.lang.scope import Facts, Scope
from vesper.lang.source import Span, Text

MAX_DIAGNOSTICS = 1_000
_CACHED_PIECES = 20_000
_MEMOS = 4


class Diagnostic(NamedTuple):
    """One problem, placed in the whole text. Lines and columns count from zero."""

    code: str
    name: str
    severity: Severity
    message: str
    span: Span
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    unused: bool = False


def check(text: str, kind: DocumentKind = "vsp", around: Around = ALONE) -> list[Diagnostic]:
    """Every problem of one text, in the order of its lines."""
    return Analysis(text, kind, around).diagnostics()


class _Memo(NamedTuple):
    """Findings of one piece with what they relied on."""

    facts: Facts
    order: int
    around: Around
    asked: dict[tuple[str, tuple[object, ...]], object]
    findings: list[tuple[Rule, Finding]]


@dataclass(slots=True)
class _Part:
    """One document of a file: its pieces with their first lines, and its facts."""

    pieces: list[tuple[int, Piece]]
    facts: Facts
    line: int


class Analysis:
    """One text with its diagnostics, kept current through edits."""

    def __init__(self, text: str, kind: DocumentKind = "vsp", around: Around = ALONE) -> None:
        ops.load()
        self._around = around
        self.kind: DocumentKind = kind
        self._known = SECTIONS if kind == "vsp" else frozenset[str]()
        self._parts: list[_Part] = []
        self._found: list[Diagnostic] | None = None
        self._is_stale = True
        self.replace(text)

    def replace(self, text: str) -> None:
        """Take a whole new text."""
        self.text = Text(text)
        self._blocks: list[Block] = chunks.cut(self.text.lines, self._known)
        self._found, self._is_stale = None, True

    def edit(self, span: Span, new: str) -> None:
        """Put `new` in place of a span; places outside the text mean the nearest inside."""
        change = self.text.replace(span, new)
        chunks.recut(self._blocks, self.text.lines, change, self._known)
        self._found, self._is_stale = None, True

    @property
    def around(self) -> Around:
        """What is known of the other documents of the workspace. Setting it makes findings anew."""
        return self._around

    @around.setter
    def around(self, around: Around) -> None:
        if around is not self._around:
            self._around, self._found = around, None

    def diagnostics(self) -> list[Diagnostic]:
        """Every problem, in the order of the lines."""
        if self._found is None:
            self._update()
            found = [it for part in self._parts for it in _diagnose(part, self.kind, self._around)]
            found.sort(key=lambda it: (it.span, it.code))
            self._found = found
        return self._found

    def parts(self) -> list[Facts]:
        """The facts of each document in the text."""
        self._update()
        return [it.facts for it in self._parts]

    def piece_at(self, line: int) -> tuple[int, Piece, Facts]:
        """The piece that holds a line, with its first line and its document's facts."""
        self._update()
        for part in reversed(self._parts):
            if part.line <= line or part is self._parts[0]:
                for start, piece in reversed(part.pieces):
                    if start <= line:
                        return start, piece, part.facts
        start, piece = self._parts[0].pieces[0]
        return start, piece, self._parts[0].facts

    def order_of(self, start: int, facts: Facts) -> int:
        """The place, among those of its document, of the piece whose first line is `start`."""
        return next(order for order, (line, _) in enumerate(facts.pieces) if line == start)

    def _update(self) -> None:
        if not self._is_stale:
            return
        self._is_stale = False
        flat = [it for block in self._blocks for it in block.chunks]
        starts = [0, *accumulate(it.lines for it in flat)]
        parts: list[_Part] = []
        pieces: list[tuple[int, Piece]] = []
        for start, chunk in zip(starts, flat, strict=False):
            if chunk.kind == "marker" and any(it.chunk.kind != "loose" for _, it in pieces):
                parts.append(self._part(pieces, len(parts)))
                pieces = []
            pieces.append((start, examined(chunk, self.kind)))
        if not parts or any(it.chunk.section or it.reading.root for _, it in pieces):
            parts.append(self._part(pieces, len(parts)))
        self._parts = parts

    def _part(self, pieces: list[tuple[int, Piece]], index: int) -> _Part:
        before = self._parts[index].facts if index < len(self._parts) else None
        facts = before.moved_to(pieces) if before is not None else Facts(pieces)
        return _Part(facts.pieces, facts, pieces[0][0])


_pieces: OrderedDict[tuple[DocumentKind, Chunk], Piece] = OrderedDict()


def examined(chunk: Chunk, kind: DocumentKind) -> Piece:
    """The piece of a chunk, examined once for equal text."""
    key = (kind, chunk)
    piece = _pieces.get(key)
    if piece is None:
        piece = _pieces[key] = Piece(chunk, kind)
        if len(_pieces) > _CACHED_PIECES:
            _pieces.popitem(last=False)
    else:
        _pieces.move_to_end(key)
    return piece


@cache
def _rules(kind: DocumentKind, over: str) -> tuple[Rule, ...]:
    return tuple(it for it in rules.load().values() if it.kind in (None, kind) and it.over == over)


def _diagnose(part: _Part, kind: DocumentKind, around: Around) -> Iterator[Diagnostic]:
    silenced: dict[int, frozenset[str]] = {}
    for line, piece in part.pieces:
        for number, codes in piece.ignored.items():
            silenced[line + number] = codes
    for found in _all_findings(part, kind, around):
        codes = silenced.get(found.span.line)
        if codes is None or (codes and found.code not in codes):
            yield found


def _all_findings(part: _Part, kind: DocumentKind, around: Around) -> Iterator[Diagnostic]:
    for order, (line, piece) in enumerate(part.pieces):
        for rule, finding in _piece_findings(piece, part.facts, order, around):
            yield _placed(rule, finding, line)
    document = Document(part.facts, kind, part.line, around)
    for rule in _rules(kind, "document"):
        for finding in rule.check(document):
            yield _placed(rule, finding, 0)


def _piece_findings(
    piece: Piece, facts: Facts, order: int, around: Around
) -> list[tuple[Rule, Finding]]:
    for memo in piece.memo:
        assert isinstance(memo, _Memo)
        if memo.facts is facts and memo.order == order and memo.around is around:
            return memo.findings
    scope = Scope(facts, order, around)
    for memo in piece.memo:
        assert isinstance(memo, _Memo)
        if scope.still(memo.asked):
            findings = memo.findings
            _remember(piece, _Memo(facts, order, around, memo.asked, findings))
            return findings
    scope = Scope(facts, order, around)
    findings: list[tuple[Rule, Finding]] = [
        (rule, finding)
        for rule in _rules(piece.kind, "piece")
        for finding in rule.check(piece, scope)
        if rule.code.startswith("VSP10") or finding.span.line not in piece.mended
    ]
    _remember(piece, _Memo(facts, order, around, scope.asked, findings))
    return findings


def _remember(piece: Piece, memo: _Memo) -> None:
    piece.memo.insert(0, memo)
    del piece.memo[_MEMOS:]


def _placed(rule: Rule, finding: Finding, line: int) -> Diagnostic:
    span, message, fix, related, unused, severity = finding
    if line:
        span = span.moved(line)
        related = tuple(Related(it.span.moved(line), it.message) for it in related)
        if fix is not None:
            fix = Fix(fix.title, tuple(Edit(it.span.moved(line), it.text) for it in fix.edits))
    return Diagnostic(
        rule.code, rule.name, severity or rule.severity, message[:400], span, related, fix, unused
    )
