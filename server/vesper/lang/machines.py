"""State machines as a document writes them: states, moves and what can be reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from vesper.lang import tree
from vesper.lang.exports import words_of
from vesper.lang.operation import text_of
from vesper.lang.piece import Piece


class Move(NamedTuple):
    """One transition from one state."""

    start: tree.Scalar
    to: str


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine under `state_machines`."""

    states: dict[str, tree.Scalar]
    initial: str
    final: dict[str, tree.Scalar]
    moves: tuple[Move, ...]

    def reached(self) -> set[str]:
        """The states that a chain of moves leads to from the initial one, that one included."""
        pending, seen = [self.initial], {self.initial}
        while pending:
            state = pending.pop()
            for move in self.moves:
                if move.start.text == state and move.to not in seen:
                    seen.add(move.to)
                    pending.append(move.to)
        return seen


def machines(piece: Piece) -> Iterator[Machine]:
    """The state machines of a piece."""
    if not any(it.kind == "machine" for it in piece.exports):
        return
    for slot in piece.walked.slots:
        is_machine = len(slot.path) == 2 and slot.path[0] == "state_machines"
        if is_machine and isinstance(slot.node, tree.Mapping):
            yield _machine(slot.node)


def _machine(node: tree.Mapping) -> Machine:
    states = {it.text: it for it in words_of(node.get("states"))}
    final = {it.text: it for it in words_of(node.get("final"))}
    listed = node.get("transitions")
    moves: list[Move] = []
    for item in listed.items if isinstance(listed, tree.Sequence) else ():
        if isinstance(item, tree.Mapping):
            to = text_of(item, "to")
            moves += (Move(start, to) for start in words_of(item.get("from")))
    return Machine(states, text_of(node, "initial"), final, tuple(moves))
