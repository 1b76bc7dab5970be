"""Checking: text in, diagnostics out, once or kept current while somebody types.

`Analysis` cuts the text into chunks, examines each chunk once, and runs the rules of a piece again only
when its text or an answer it relied on has changed. Fresh and kept-current give the same list.
"""

import dataclasses
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, cast
from weakref import WeakValueDictionary

from vesper.lang import chunks, ops, rules, summary
from vesper.lang.around import ALONE, Around, NodeSummary, Others, Policy, by_name
from vesper.lang.chunks import Block, Chunk, Splice
from vesper.lang.document import SECTIONS
from vesper.lang.piece import DocumentKind, Piece
from vesper.lang.rule import Document, Edit, Finding, Fix, Related, Rule, Severity, Silence
from vesper.lang.scope import ANYTHING, AROUND, Answer, Facts, Held, Key, Question, Scope, about
from vesper.lang.source import Span, Text

MAX_DIAGNOSTICS = 1_000
_KEPT_PIECES = 1_000
"""How many pieces that were looked at last are kept though no document holds them any more."""
_MEMOS = 2
_FORGETTING = 2_000
"""How many pieces come and go before the record of who asked what is written anew."""


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


class Reader:
    """Reads a text that nobody has open, a few lines at a time; nothing is kept of it elsewhere."""

    def __init__(self, text: str, kind: DocumentKind = "vsp") -> None:
        ops.load()
        self._kind: DocumentKind = kind
        known = SECTIONS if kind == "vsp" else frozenset[str]()
        blocks = chunks.cut(Text(text).lines, known)
        self._flat = [it for block in blocks for it in block.chunks]
        self._pieces: list[Piece] = []

    def step(self, lines: int) -> bool:
        """Read on, by about that many lines; False once the end is reached."""
        while lines > 0 and len(self._pieces) < len(self._flat):
            chunk = self._flat[len(self._pieces)]
            self._pieces.append(Piece(chunk, self._kind))
            lines -= chunk.lines
        return len(self._pieces) < len(self._flat)

    def facts(self) -> list[Facts]:
        """The facts of each document in the text, which has been read to its end."""
        return [Facts(pieces) for pieces in _split(self._pieces)]


class _Memo(NamedTuple):
    """Findings of one piece with what they relied on."""

    asked: Mapping[Question, Answer]
    findings: Sequence[tuple[Rule, Finding]]


class _Relied(NamedTuple):
    """Findings of one rule over a document with what they relied on."""

    stamps: dict[str, int]
    moved: int
    around: Around
    findings: list[Finding]


class _Part:
    """One document of a file: its facts, and its findings, kept until what they rely on changes."""

    def __init__(self, pieces: list[tuple[int, Piece]], kind: DocumentKind) -> None:
        self.facts = Facts(pieces)
        self._kind: DocumentKind = kind
        self._around = ALONE
        self._stale: set[Held] = set(self.facts.held)
        self._watching: dict[Key, list[Held]] = {}
        """Who asked about what; somebody may stand there twice."""
        self._relied: dict[str, _Relied] = {}
        self._gone = 0
        self.body = 1 + max(
            (order for order, (_, it) in enumerate(pieces) if it.chunk.kind == "marker"), default=-1
        )
        """The place of its first piece behind the markers that it begins with."""

    @property
    def line(self) -> int:
        """The first line of the document."""
        return self.facts.held[0].line

    @property
    def end(self) -> int:
        """The line behind its last one."""
        last = self.facts.held[-1]
        return last.line + last.piece.chunk.lines

    @property
    def counts(self) -> bool:
        """Whether there is anything in it."""
        return any(it.piece.has_content for it in self.facts.held)

    def splice(self, at: int, removed: int, pieces: list[Piece]) -> None:
        """Put other pieces in place of some."""
        gone = self.facts.held[at : at + removed] if removed != len(pieces) else ()
        fresh, noticed = self.facts.splice(at, removed, pieces)
        self._stale.difference_update(gone)
        self._stale.update(fresh)
        self._gone += len(gone) + len(fresh)
        if self._gone > _FORGETTING + 2 * len(self.facts.held):
            self._forget()
        if noticed:
            self._doubt(*noticed, ANYTHING)

    def move(self, lines: int) -> None:
        """Follow when lines above the document come or go."""
        self.facts.move(lines)

    def diagnostics(self, around: Around) -> Iterator[Diagnostic]:
        """Every problem, the silenced ones left out; rules run only where they might say other."""
        if around is not self._around:
            self._around = around
            self._doubt(AROUND)
        for held in self._stale:
            self._renew(held)
        self._stale.clear()
        silenced = {
            held.line + number: Silence(ignore.codes, ignore.span.moved(held.line), set())
            for held in self.facts.held
            if held.piece.ignored
            for number, ignore in held.piece.ignored.items()
        }
        for found in self._all():
            silence = silenced.get(found.span.line)
            if silence is None or (silence.codes and found.code not in silence.codes):
                yield found
            else:
                silence.silenced.add(found.code)
        for rule in _rules(self._kind, "silence") if silenced else ():
            for silence in silenced.values():
                for finding in rule.check(silence):
                    yield _placed(rule, finding, 0)

    def _forget(self) -> None:
        """Let go of pieces that are no longer there."""
        self._gone = 0
        self._watching.clear()
        for held in self.facts.held:
            self._watch(held)

    def _watch(self, held: Held) -> None:
        for question in held.asked:
            watching = self._watching.setdefault(about(question), [])
            if not watching or watching[-1] is not held:
                watching.append(held)

    def _doubt(self, *keys: Key) -> None:
        for key in keys:
            self._stale.update(it for it in self._watching.pop(key, ()) if not it.is_gone)

    def _renew(self, held: Held) -> None:
        scope = Scope(self.facts, held.order, self._around)
        piece = held.piece
        memo = next((it for it in _memos(piece) if scope.still(it.asked)), None)
        if memo is None:
            scope = Scope(self.facts, held.order, self._around)
            findings = [
                (rule, finding)
                for rule in _rules(piece.kind, "piece")
                for finding in rule.check(piece, scope)
                if rule.code.startswith("VSP10") or finding.span.line not in piece.mended
            ]
            memo = _Memo(scope.asked, tuple(findings))
            piece.memo.insert(0, memo)
            del piece.memo[_MEMOS:]
        held.findings, held.asked = memo.findings, memo.asked
        self._watch(held)

    def _all(self) -> Iterator[Diagnostic]:
        for held in self.facts.held:
            if held.findings:
                for rule, finding in held.findings:
                    yield _placed(rule, finding, held.line)
        for rule in _rules(self._kind, "document"):
            for finding in self._over_document(rule):
                yield _placed(rule, finding, 0)

    def _over_document(self, rule: Rule) -> list[Finding]:
        facts = self.facts
        relied = self._relied.get(rule.code)
        if (
            relied is not None
            and relied.around is self._around
            and (not relied.findings or relied.moved == facts.stamp("line"))
            and all(facts.stamp(kind) == stamp for kind, stamp in relied.stamps.items())
        ):
            return relied.findings
        facts.looked_at = looked_at = set[str]()
        document = Document(facts, self._kind, self.line, self._around)
        findings = list(rule.check(document))
        facts.looked_at = None
        stamps = {kind: facts.stamp(kind) for kind in looked_at}
        self._relied[rule.code] = _Relied(stamps, facts.stamp("line"), self._around, findings)
        return findings


def _memos(piece: Piece) -> list[_Memo]:
    return cast("list[_Memo]", piece.memo)


class Analysis:
    """One text with its diagnostics, kept current through edits."""

    def __init__(self, text: str, kind: DocumentKind = "vsp", around: Around = ALONE) -> None:
        ops.load()
        self._around = around
        self.kind: DocumentKind = kind
        self._known = SECTIONS if kind == "vsp" else frozenset[str]()
        self._siblings: tuple[Around, list[tuple[NodeSummary, ...]], list[Around]] | None = None
        self.replace(text)

    def replace(self, text: str) -> None:
        """Take a whole new text."""
        self.text = Text(text)
        self._blocks: list[Block] = chunks.cut(self.text.lines, self._known)
        self._parts: list[_Part] = []
        self._pending: list[Splice] = []
        self._found: list[Diagnostic] | None = None

    def edit(self, span: Span, new: str) -> None:
        """Put `new` in place of a span; places outside the text mean the nearest inside."""
        change = self.text.replace(span, new)
        splice = chunks.recut(self._blocks, self.text.lines, change, self._known)
        if self._parts:
            self._pending.append(splice)
        self._found = None

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
            arounds = zip(self._parts, self._arounds(), strict=True)
            found = [it for part, around in arounds for it in part.diagnostics(around)]
            policy = self._around.policy
            if policy.levels or policy.is_strict:
                found = [it for each in found if (it := _judged(each, policy)) is not None]
            found.sort(key=lambda it: (it.span, it.code))
            self._found = found
        return self._found

    def parts(self) -> list[Facts]:
        """The facts of each document in the text."""
        self._update()
        return [it.facts for it in self._parts]

    def piece_at(self, line: int) -> tuple[int, Piece, Facts]:
        """The piece that holds a line, with its first line and its document's facts."""
        held, facts = self.held_at(line)
        return held.line, held.piece, facts

    def held_at(self, line: int) -> tuple[Held, Facts]:
        """The piece that holds a line, where it stands, and its document's facts."""
        self._update()
        facts = next(
            (it.facts for it in reversed(self._parts) if it.line <= line), self._parts[0].facts
        )
        index = bisect_right(facts.held, line, key=lambda it: it.line) - 1
        return facts.held[max(index, 0)], facts

    def order_of(self, start: int, facts: Facts) -> int:
        """The place, among those of its document, of the piece whose first line is `start`."""
        return bisect_left(facts.held, start, key=lambda it: it.line)

    def around_at(self, line: int) -> Around:
        """What the document that holds a line knows of others, in its own text and elsewhere."""
        self._update()
        arounds = self._arounds()
        above = [it for it, part in enumerate(self._parts) if part.line <= line]
        return arounds[above[-1] if above else 0]

    def _arounds(self) -> list[Around]:
        """For each document what it knows of others; several in one text know one another."""
        if len(self._parts) == 1:
            return [self._around]
        found = [summary.nodes([it.facts], "") for it in self._parts]
        if self._siblings is None or self._siblings[:2] != (self._around, found):
            self._siblings = (self._around, found, list(_beside(self._around, found)))
        return self._siblings[2]

    def _update(self) -> None:
        if self._parts and all(self._follow(it) for it in self._pending):
            self._pending.clear()
            return
        self._pending.clear()
        flat = (it for block in self._blocks for it in block.chunks)
        split = _split(examined(it, self.kind) for it in flat)
        self._parts = [_Part(pieces, self.kind) for pieces in split]

    def _follow(self, splice: Splice) -> bool:
        """Bring the parts up to date after one edit; False where documents may have come or gone."""
        at, old, new = splice
        for index, part in enumerate(self._parts):
            held = part.facts.held
            if at >= len(held):
                at -= len(held)
                continue
            gone = held[at : at + old]
            kinds = [*(it.piece.chunk.kind for it in gone), *(it.kind for it in new)]
            if len(gone) < old or at < part.body or "marker" in kinds:
                return False
            if index and not at and not old:
                # What comes in above the marker of a document belongs to the one before it.
                return False
            before = part.end
            part.splice(at, old, [examined(it, self.kind) for it in new])
            for below in self._parts[index + 1 :]:
                below.move(part.end - before)
            return len(self._parts) == 1 or part.counts
        return False


def _split(pieces: Iterable[Piece]) -> Iterator[list[tuple[int, Piece]]]:
    """The pieces of each document of a text, with their first lines.

    A marker ends a document that has anything in it. What holds nothing behind the last one is none.
    """
    found = counts = False
    line = 0
    placed: list[tuple[int, Piece]] = []
    for piece in pieces:
        if piece.chunk.kind == "marker" and counts:
            yield placed
            found, counts, placed = True, False, []
        placed.append((line, piece))
        counts = counts or piece.has_content
        line += piece.chunk.lines
    if counts or not found:
        yield placed


def _beside(around: Around, found: list[tuple[NodeSummary, ...]]) -> Iterator[Around]:
    """For each document of a text its surroundings: those of the text, and the other documents."""
    own = by_name(it for these in found for it in these)
    merged = {name: (*these, *around.nodes.get(name, ())) for name, these in own.items()}
    everyone = Others(around.nodes, merged)
    for these in found:
        hidden = {
            it.node_id: tuple(other for other in merged[it.node_id] if other is not it)
            for it in these
        }
        yield dataclasses.replace(around, nodes=Others(everyone, hidden), derived={})


_pieces: WeakValueDictionary[tuple[DocumentKind, Chunk], Piece] = WeakValueDictionary()
_lately: deque[Piece] = deque(maxlen=_KEPT_PIECES)


def examined(chunk: Chunk, kind: DocumentKind) -> Piece:
    """The piece of a chunk, examined once for equal text while a document or an undo may want it."""
    key = (kind, chunk)
    piece = _pieces.get(key)
    if piece is None:
        piece = _pieces[key] = Piece(chunk, kind)
    _lately.append(piece)
    return piece


@cache
def _rules(kind: DocumentKind, over: str) -> tuple[Rule, ...]:
    return tuple(it for it in rules.load().values() if it.kind in (None, kind) and it.over == over)


def _judged(found: Diagnostic, policy: Policy) -> Diagnostic | None:
    """A problem as grave as it is in the workspace; None where nobody wants to hear of it."""
    level = policy.levels.get(found.code) or policy.levels.get(found.name) or found.severity
    if level == "off":
        return None
    if level == "warning" and policy.is_strict:
        level = "error"
    return found if level == found.severity else found._replace(severity=level)


def _placed(rule: Rule, finding: Finding, line: int) -> Diagnostic:
    span, message, fix, related, unused, severity = finding
    if line:
        span = span.moved(line)
        related = tuple(it if it.file else it._replace(span=it.span.moved(line)) for it in related)
        if fix is not None:
            fix = Fix(fix.title, tuple(Edit(it.span.moved(line), it.text) for it in fix.edits))
    return Diagnostic(
        rule.code, rule.name, severity or rule.severity, message[:400], span, related, fix, unused
    )
