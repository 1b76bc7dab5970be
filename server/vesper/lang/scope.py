"""What a place in a document can see of the rest, and the record of what was looked at.

A finding about one piece stays true as long as everything it asked still answers the same. So each
answer is noted with its question, and the findings are kept until an answer changes.
"""

from collections.abc import Mapping

from vesper.lang.around import ALONE, Around, NodeSummary, RoleSummary
from vesper.lang.exports import Export, ExportKind
from vesper.lang.piece import Piece
from vesper.lang.types import ANY, Type, is_type

Answer = object


Pieces = list[tuple[int, Piece]]


class Placed:
    """An export with the piece it comes from; it follows the piece when lines above it come or go."""

    __slots__ = ("_index", "_pieces", "order")

    def __init__(self, pieces: Pieces, order: int, index: int) -> None:
        self._pieces = pieces
        self._index = index
        self.order = order
        """The place of the piece among those of its document."""

    @property
    def line(self) -> int:
        """The first line of the piece."""
        return self._pieces[self.order][0]

    @property
    def export(self) -> Export:
        """What is exported."""
        return self._pieces[self.order][1].exports[self._index]


class Facts:
    """Everything the pieces of one document export, by kind and name.

    The same object serves as long as nothing changes that another piece could notice.
    """

    __slots__ = ("_signatures", "is_broken", "pieces", "table", "types")

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        self.is_broken = any(piece.is_broken for _, piece in pieces)
        self._signatures = _signatures(pieces)
        self.table: dict[ExportKind, dict[str, list[Placed]]] = {}
        table = self.table
        for order, (_, piece) in enumerate(pieces):
            for index, export in enumerate(piece.exports):
                names = table.setdefault(export.kind, {})
                names.setdefault(export.name, []).append(Placed(pieces, order, index))
        self.types: dict[str, Type] = {}
        """The document's own types by name."""
        for name, places in self.of("type").items():
            detail = places[0].export.detail
            if is_type(detail):
                self.types[name] = detail

    def moved_to(self, pieces: Pieces) -> "Facts":
        """The facts of other pieces: this object where nobody could tell the difference."""
        if _signatures(pieces) != self._signatures:
            return Facts(pieces)
        self.pieces[:] = pieces
        return self

    def of(self, kind: ExportKind) -> Mapping[str, list[Placed]]:
        """Everything of one kind, by name, in the order written."""
        return self.table.get(kind, {})

    def first(self, kind: ExportKind, name: str) -> Placed | None:
        """The first of a kind with that name, or None."""
        found = self.of(kind).get(name)
        return found[0] if found else None


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

    def names(self, kind: ExportKind) -> tuple[str, ...]:
        """Every name of a kind, in the order written."""
        found = tuple(self._facts.of(kind))
        self.asked["names", (kind,)] = found
        return found

    def variable(self, name: str, line: int) -> Type | None:
        """The type of what the flow has set under that name before a line of this piece."""
        found: Type | None = None
        for placed in self._facts.of("variable").get(name, ()):
            export = placed.export
            if (placed.order, export.visible_from) < (self._order, line):
                detail = export.detail
                found = detail if is_type(detail) else ANY
        self.asked["variable", (name, line)] = found
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

    def knows_workspace(self) -> bool:
        """Whether every file of the workspace was read, so that what is not there is missing."""
        self.asked["knows_workspace", ()] = self._around.is_complete
        return self._around.is_complete

    def still(self, asked: Mapping[tuple[str, tuple[object, ...]], Answer]) -> bool:
        """Whether every question would be answered as before."""
        return all(getattr(self, name)(*given) == answer for (name, given), answer in asked.items())


def _signatures(pieces: Pieces) -> list[object]:
    return [piece.signature for _, piece in pieces]
