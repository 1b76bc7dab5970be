"""What a place in a document can see of the rest, and the record of what was looked at.

A finding about one piece stays true as long as everything it asked still answers the same. So each
answer is noted with its question, and the findings are kept until an answer changes. An edit changes
the table of facts where it happened, and tells which questions may now be answered differently.
"""

import itertools
from bisect import bisect_left
from collections.abc import Iterable, KeysView, Mapping, Sequence
from typing import Any, Final, cast

from vesper.lang.around import ALONE, Around, NodeSummary, RoleSummary
from vesper.lang.exports import Export, ExportKind
from vesper.lang.outcome import Computed
from vesper.lang.outcomes import Outcomes
from vesper.lang.piece import Piece
from vesper.lang.types import ANY, Type, is_type

Answer = object
Question = tuple[str, tuple[object, ...]]
Key = tuple[str, str | None]
"""What a question is about: a kind with a name, or all names of a kind."""

_OF_AROUND: Final = frozenset(
    {
        "node",
        "node_ids",
        "called",
        "versions",
        "role",
        "role_names",
        "databases",
        "capabilities",
        "knows_workspace",
    }
)
"""The questions that other documents, or the settings, answer."""
BROKEN: Final[Key] = ("broken", None)
AROUND: Final[Key] = ("around", None)
ANYTHING: Final[Key] = ("*", None)

Pieces = list[tuple[int, Piece]]
_revisions = itertools.count(1)


class Held:
    """A piece where it stands in its document; it follows when lines above it come or go."""

    __slots__ = ("asked", "findings", "is_gone", "line", "order", "piece", "places")

    def __init__(self, piece: Piece, line: int, order: int) -> None:
        self.is_gone = False
        self.piece = piece
        self.line = line
        """The first line of the piece in its text."""
        self.order = order
        """Its place among the pieces of its document."""
        self.places: list[Placed] = []
        self.findings: Sequence[tuple[Any, Any]] = ()
        """What the rules found in it; kept by `check`, as is what that relies on."""
        self.asked: Mapping[Question, Answer] = {}


class Placed:
    """An export with the piece it comes from."""

    __slots__ = ("_held", "_index")

    def __init__(self, held: Held, index: int) -> None:
        self._held = held
        self._index = index

    @property
    def line(self) -> int:
        """The first line of the piece."""
        return self._held.line

    @property
    def order(self) -> int:
        """The place of the piece among those of its document."""
        return self._held.order

    @property
    def export(self) -> Export:
        """What is exported."""
        return self._held.piece.exports[self._index]

    @property
    def rank(self) -> tuple[int, int]:
        """What tells which of two was written first."""
        return (self._held.order, self._index)


class Facts:
    """Everything the pieces of one document export, by kind and name, kept current through edits."""

    __slots__ = (
        "_broken",
        "_now",
        "_ordered",
        "_outcomes",
        "_pieces",
        "_stamps",
        "_table",
        "_types",
        "_unsorted",
        "held",
        "looked_at",
        "revision",
    )

    def __init__(self, pieces: Iterable[tuple[int, Piece]]) -> None:
        self.held = [Held(piece, line, order) for order, (line, piece) in enumerate(pieces)]
        self.revision = next(_revisions)
        """A number that no other state of any document's facts has."""
        self.looked_at: set[str] | None = None
        """While a rule over the document runs: the kinds it looks at."""
        self._broken = sum(it.piece.is_broken for it in self.held)
        self._pieces: Pieces | None = None
        self._table: dict[str, dict[str, list[Placed]]] = {}
        self._types: dict[str, Type] | None = None
        self._unsorted: set[str] = set()
        self._ordered: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._stamps: dict[str, int] = {}
        self._now = self.revision
        self._stamps["broken"] = 1 if self._broken else 0
        for held in self.held:
            self._enter(held)
        self._unsorted.clear()
        self._outcomes = Outcomes(self)

    @property
    def pieces(self) -> Pieces:
        """The pieces with their first lines, in order."""
        self._look("*")
        if self._pieces is None:
            self._pieces = [(it.line, it.piece) for it in self.held]
        return self._pieces

    @property
    def is_broken(self) -> bool:
        """Whether some piece could not be read as written, so that names may be missing."""
        self._look("broken")
        return self._broken > 0

    @property
    def types(self) -> dict[str, Type]:
        """The document's own types by name."""
        self._look("type")
        return self.own_types()

    def own_types(self) -> dict[str, Type]:
        """The same, for what keeps itself current: nobody is noted as having looked."""
        if self._types is None:
            table = self._table.get("type", {})
            found = {name: places[0].export.detail for name, places in table.items()}
            self._types = {name: it for name, it in found.items() if is_type(it)}
        return self._types

    def places(self, kind: str, name: str) -> Sequence[Placed]:
        """Everything of that kind and name, for what keeps itself current."""
        return self._table.get(kind, {}).get(name, ())

    def type_of(self, placed: Placed) -> Type:
        """The type of a variable, input or output; `any` where it cannot be told."""
        detail = placed.export.detail
        if isinstance(detail, Computed):
            self._look("variable")
            return self._worked_out().type_at(placed)
        return detail if is_type(detail) else ANY

    def variable(self, name: str, order: int, line: int) -> Type | None:
        """The type of what the flow has set under that name before a line of a piece."""
        self._look("variable")
        return self._worked_out().type_before(name, order, line)

    def _worked_out(self) -> Outcomes:
        if not self._outcomes.is_ready:
            variables = self._table.get("variable", {})
            self._outcomes.prepare(it for places in variables.values() for it in places)
        return self._outcomes

    def of(self, kind: ExportKind) -> Mapping[str, list[Placed]]:
        """Everything of one kind, by name, in the order written."""
        self._look(kind)
        if kind in self._unsorted:
            self._unsorted.discard(kind)
            named = self._table.get(kind, {})
            self._table[kind] = dict(sorted(named.items(), key=lambda it: it[1][0].rank))
        return self._table.get(kind, {})

    def ordered(self, kind: ExportKind) -> tuple[str, ...]:
        """Every name of a kind, in the order written; the same object while they stay the same."""
        stamp, found = self._ordered.get(kind, (-1, ()))
        if stamp != self.stamp(kind):
            now = tuple(self.of(kind))
            found = found if now == found else now
            self._ordered[kind] = (self.stamp(kind), found)
        self._look(kind)
        return found

    def names(self, kind: ExportKind) -> KeysView[str]:
        """Every name of a kind, in no order: cheaper than `of` where many come and go."""
        self._look(kind)
        return self._table.get(kind, {}).keys()

    def first(self, kind: ExportKind, name: str) -> Placed | None:
        """The first of a kind with that name, or None."""
        self._look(kind)
        found = self._table.get(kind, {}).get(name)
        return found[0] if found else None

    def stamp(self, kind: str) -> int:
        """A number that changes when anything of that kind does.

        `*` stands for the whole text, `line` for the lines at which pieces begin.
        """
        return self._stamps.get(kind, 0)

    def move(self, lines: int) -> None:
        """Follow when lines above the document come or go."""
        self._pieces = None
        self._stamps["line"] = self._stamps["*"] = next(_revisions)
        for held in self.held:
            held.line += lines

    def splice(self, at: int, removed: int, pieces: Sequence[Piece]) -> tuple[list[Held], set[Key]]:
        """Put other pieces in place of some, before an existing one; tells which are new and what
        others may notice.

        The revision stays the same while nobody could notice a thing.
        """
        self._pieces = None
        self._now = self._stamps["*"] = next(_revisions)
        old = self.held[at : at + removed]
        line = self.held[at].line
        grown = sum(it.chunk.lines for it in pieces) - sum(it.piece.chunk.lines for it in old)
        self._broken += sum(it.is_broken for it in pieces) - sum(it.piece.is_broken for it in old)
        noticed = self._noticed(old, pieces)
        before = self._outcomes.leave(it for held in old for it in held.places)
        if len(old) == len(pieces):
            fresh = old
            for held, piece in zip(old, pieces, strict=True):
                self._put(held, piece)
        else:
            for held in old:
                held.is_gone = True
                self._leave(held)
            fresh = [Held(piece, 0, 0) for piece in pieces]
            self.held[at : at + removed] = fresh
            for order in range(at, len(self.held)):
                self.held[order].order = order
            for held in fresh:
                self._enter(held)
        self._place(fresh, line)
        if grown:
            self._grow(at + len(pieces), grown)
        changed = self._outcomes.follow(
            (it for held in fresh for it in held.places), before, noticed
        )
        if changed:
            self._stamps["variable"] = self._now
            noticed |= {("variable", name) for name in changed}
        if noticed:
            self.revision = next(_revisions)
        return fresh, noticed

    def _grow(self, order: int, lines: int) -> None:
        self._stamps["line"] = self._now
        for held in self.held[order:]:
            held.line += lines

    def _place(self, fresh: Sequence[Held], line: int) -> None:
        """Say at which lines they begin; one that stayed as it was may begin at another."""
        for held in fresh:
            if held.line != line:
                self._stamps["line"] = self._now
            held.line = line
            line += held.piece.chunk.lines

    def _put(self, held: Held, piece: Piece) -> None:
        """Another piece in the same place; what both export alike up to some point stays entered."""
        same = 0
        for before, after in zip(held.piece.exports, piece.exports, strict=False):
            if before.signature != after.signature:
                break
            same += 1
        self._stamp(held.piece.exports[:same], piece.exports[:same])
        self._leave(held, same)
        held.piece = piece
        self._enter(held, same)

    def _stamp(self, old: Sequence[Export], new: Sequence[Export]) -> None:
        for before, after in zip(old, new, strict=True):
            if before != after:
                self._stamps[before.kind] = self._now

    def _leave(self, held: Held, first: int = 0) -> None:
        for placed in held.places[first:]:
            export = placed.export
            named = self._table[export.kind]
            places = named[export.name]
            del places[bisect_left(places, placed.rank, key=_rank)]
            if not places:
                del named[export.name]
            self._unsorted.add(export.kind)
            self._stamps[export.kind] = self._now
        del held.places[first:]

    def _enter(self, held: Held, first: int = 0) -> None:
        exports = held.piece.exports
        held.places += [Placed(held, index) for index in range(first, len(exports))]
        for placed, export in zip(held.places[first:], exports[first:], strict=True):
            places = self._table.setdefault(export.kind, {}).setdefault(export.name, [])
            if places and placed.rank < places[-1].rank:
                places.insert(bisect_left(places, placed.rank, key=_rank), placed)
            else:
                places.append(placed)
            self._unsorted.add(export.kind)
            self._stamps[export.kind] = self._now

    def _noticed(self, old: Sequence[Held], pieces: Sequence[Piece]) -> set[Key]:
        before = _by_name(it.piece for it in old)
        after = _by_name(pieces)
        changed = [it for it in before.keys() | after.keys() if before.get(it) != after.get(it)]
        noticed: set[Key] = {*changed, *((kind, None) for kind, _ in changed)}
        if self._stamps.get("broken", 0) != (state := 1 if self._broken else 0):
            self._stamps["broken"] = state
            noticed.add(BROKEN)
        if any(kind == "type" for kind, _ in noticed):
            self._types = None
        return noticed

    def _look(self, kind: str) -> None:
        if self.looked_at is not None:
            self.looked_at.add(kind)


def _rank(placed: Placed) -> tuple[int, int]:
    return placed.rank


def _by_name(pieces: Iterable[Piece]) -> dict[Key, list[object]]:
    """The details of each name, and the names of each kind, in the order written."""
    found: dict[Key, list[object]] = {}
    for piece in pieces:
        for export in piece.exports:
            found.setdefault((export.kind, export.name), []).append(export.told)
            found.setdefault((export.kind, None), []).append(export.name)
    return found


def about(question: Question) -> Key:
    """What a question is about: it is asked anew when that changes."""
    name, given = question
    match name:
        case "find" | "details":
            return cast("Key", given)
        case "names":
            return str(given[0]), None
        case "variable" | "held":
            return name, str(given[0])
        case "types":
            return "type", None
        case "is_broken":
            return BROKEN
        case _:
            return AROUND if name in _OF_AROUND else ANYTHING


class Scope:
    """The view one piece has of its document. Every answer is recorded in `asked`."""

    __slots__ = ("_around", "_facts", "_order", "asked")

    def __init__(self, facts: Facts, order: int, around: Around = ALONE) -> None:
        self._facts = facts
        self._order = order
        self._around = around
        self.asked: dict[tuple[str, tuple[object, ...]], Answer] = {}

    def find(self, kind: ExportKind, name: str) -> tuple[object, ...] | None:
        """The detail of the first of that kind and name, in a tuple; None if there is none."""
        found: Answer = None
        placed = self._facts.first(kind, name)
        if placed is not None:
            found = (placed.export.detail,)
        self.asked["find", (kind, name)] = found
        return (placed.export.detail,) if placed is not None else None

    def details(self, kind: ExportKind, name: str) -> tuple[object, ...]:
        """The details of all of that kind and name, in the order written."""
        found = tuple(it.export.detail for it in self._facts.of(kind).get(name, ()))
        self.asked["details", (kind, name)] = found
        return found

    def names(self, kind: ExportKind) -> tuple[str, ...]:
        """Every name of a kind, in the order written."""
        found = self._facts.ordered(kind)
        self.asked["names", (kind,)] = found
        return found

    def variable(self, name: str, line: int) -> Type | None:
        """The type of what the flow has set under that name before a line of this piece."""
        found = self._facts.variable(name, self._order, line)
        self.asked["variable", (name, line)] = found
        return found

    def held(self, fact: str, line: int) -> bool:
        """Whether a step before a line of this piece makes sure of a fact of `narrow`."""
        here = (self._order, line)
        found = any(
            (placed.order, placed.export.visible_from) < here
            for placed in self._facts.of("held").get(fact, ())
        )
        self.asked["held", (fact, line)] = found
        return found

    def types(self) -> dict[str, Type]:
        """The document's own types by name."""
        found = self._facts.types
        self.asked["types", ()] = found
        return found

    def is_broken(self) -> bool:
        """Whether some chunk could not be read as written, so that names may be missing."""
        self.asked["is_broken", ()] = self._facts.is_broken
        return self._facts.is_broken

    def node(self, node_id: str) -> tuple[NodeSummary, ...]:
        """The nodes of that id in other documents of the workspace."""
        found = self._around.nodes.get(node_id, ())
        self.asked["node", (node_id,)] = found
        return found

    def node_ids(self) -> tuple[str, ...]:
        """The ids of all nodes in other documents of the workspace."""
        found = tuple(self._around.nodes)
        self.asked["node_ids", ()] = found
        return found

    def called(self, reference: str) -> tuple[NodeSummary, ...]:
        """The nodes of other documents that an id or a range of versions means, the newest first."""
        found = self._around.called(reference)
        self.asked["called", (reference,)] = found
        return found

    def versions(self, name: str) -> tuple[str, ...]:
        """The ids of all versions of a node in other documents, the newest first."""
        found = self._around.versions(name)
        self.asked["versions", (name,)] = found
        return found

    def role(self, name: str) -> tuple[RoleSummary, ...]:
        """The roles of that name in other files of the workspace."""
        found = self._around.roles.get(name, ())
        self.asked["role", (name,)] = found
        return found

    def role_names(self) -> tuple[str, ...]:
        """The names of all roles in other files of the workspace."""
        found = tuple(self._around.roles)
        self.asked["role_names", ()] = found
        return found

    def databases(self) -> tuple[str, ...]:
        """The databases that the settings of the workspace name; empty when they name none."""
        found = self._around.policy.databases
        self.asked["databases", ()] = found
        return found

    def capabilities(self) -> tuple[str, ...]:
        """The kinds of capabilities that the settings of the workspace add to the built-in ones."""
        found = self._around.policy.capabilities
        self.asked["capabilities", ()] = found
        return found

    def knows_workspace(self) -> bool:
        """Whether every file of the workspace was read, so that what is not there is missing."""
        self.asked["knows_workspace", ()] = self._around.is_complete
        return self._around.is_complete

    def still(self, asked: Mapping[tuple[str, tuple[object, ...]], Answer]) -> bool:
        """Whether every question would be answered as before."""
        return all(getattr(self, name)(*given) == answer for (name, given), answer in asked.items())
