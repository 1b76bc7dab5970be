"""Names that hold only inside one step of a flow: loop items, elements, parameters, answers."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from vesper.lang import expr, fields, grammar, tree
from vesper.lang.operation import text_of
from vesper.lang.outcome import singular
from vesper.lang.piece import Path, Piece
from vesper.lang.source import Span

_FOLDING: dict[str, bool] = {
    "index": True,
    "accumulator": True,
    "acc": False,
    "a": False,
    "b": False,
}
"""Names that come with every item, and whether they surely do so before names of the document."""
_INSIDE: dict[str, frozenset[str]] = {
    "for_each": frozenset({"steps", "collect"}),
    "data_transform": frozenset({"function"}),
}
_ANSWERED = frozenset({"external_api_call", "call_node", "agent_run", "approval", "wait"})
_ANSWERS = frozenset({"on_success", "on_result", "extract"})
_FILLED = {"string_template": frozenset({"template"}), "database_query": frozenset({"query"})}
_NAME = re.compile(r"\{?\s*(?:[\w.\[\]]*\.)?([A-Za-z_]\w*)\s*\}?\Z")


class Binding(NamedTuple):
    """A name of one step."""

    owner: str
    inside: frozenset[str]
    """The keys of the step in which the name surely is this one; elsewhere others come first."""
    list_at: Span | None = None
    """The text that names the list of which the name is the singular."""
    over: expr.Expr | None = None
    """The list whose items it goes through."""


class Written(NamedTuple):
    """Where a step writes the name it brings."""

    node: tree.Scalar
    owner: str


class Meaning(NamedTuple):
    """What the steps around a place say about a name."""

    strong: str | None = None
    weak: str | None = None
    list_at: Span | None = None


class Bindings:
    """The names that the steps of one piece bring, by the path of the step."""

    def __init__(self) -> None:
        self.steps: dict[Path, dict[str, Binding]] = {}
        self.written: list[Written] = []

    def meaning(self, name: str, path: Path) -> Meaning:
        """What `name` is at a place: the innermost step that brings it decides."""
        weak = None
        for depth in range(len(path) if self.steps else 0, 0, -1):
            binding = self.steps.get(path[:depth], {}).get(name)
            if binding is None:
                continue
            if depth < len(path) and path[depth] in binding.inside:
                return Meaning(binding.owner, weak, binding.list_at)
            if weak is None:
                weak = binding.owner
        return Meaning(None, weak)

    def over(self, path: Path) -> expr.Expr | None:
        """The list that the innermost step around a place works on."""
        for depth in range(len(path) if self.steps else 0, 0, -1):
            found = self.steps.get(path[:depth], {}).get("item")
            if found is not None:
                return found.over
        return None

    def lists(self, path: Path) -> dict[str, expr.Expr]:
        """The lists that the names at a place go through."""
        found: dict[str, expr.Expr] = {}
        for depth in range(1, len(path) if self.steps else 0):
            for name, binding in self.steps.get(path[:depth], {}).items():
                if binding.over is not None and path[depth] in binding.inside:
                    found[name] = binding.over
        return found


def bindings_of(piece: Piece) -> Bindings:
    """The names that the steps of a piece bring."""
    found = Bindings()
    for slot in piece.walked.slots:
        if not (isinstance(slot.shape, fields.Record) and slot.shape.kind == "step"):
            continue
        if isinstance(slot.node, tree.Mapping):
            names = dict(_names(slot.node, dotted(slot.path), found.written))
            if names:
                found.steps[slot.path] = names
    return found


def dotted(path: Path) -> str:
    """A path as one text."""
    return ".".join(map(str, path))


def quantified_name(text: str, node: expr.Quantified) -> int:
    """Where the name of a quantifier begins."""
    return text.index(node.name, node.start + len(node.quantifier))


def _names(step: tree.Mapping, owner: str, written: list[Written]) -> Iterator[tuple[str, Binding]]:
    operation = text_of(step, "operation")
    if operation in _INSIDE:
        yield from _items(step, owner, _INSIDE[operation], written)
    if operation in _ANSWERED:
        for name in ("response", "result"):
            yield name, Binding(owner, _ANSWERS)
    if operation == "database_query":
        for name in ("query_result", "query_results"):
            yield name, Binding(owner, _ANSWERS)
    parameters = step.get("parameters")
    if operation in _FILLED and isinstance(parameters, tree.Mapping):
        for entry in parameters.entries:
            written.append(Written(entry.key, owner))
            yield entry.key.text, Binding(owner, _FILLED[operation])


def _items(
    step: tree.Mapping, owner: str, inside: frozenset[str], written: list[Written]
) -> Iterator[tuple[str, Binding]]:
    for name, comes_first in _FOLDING.items():
        yield name, Binding(owner, inside if comes_first else frozenset())
    named, items = step.get("as"), step.get("items") or step.get("input")
    text = items.text if isinstance(items, tree.Scalar) else ""
    source, over = _NAME.match(text), grammar.parse(text.strip("{} ")).tree
    # With `as`, the names that would hold without it are known, but others come first.
    implied = frozenset[str]() if isinstance(named, tree.Scalar) else inside
    yield "item", Binding(owner, implied, over=over)
    if source is not None and isinstance(items, tree.Scalar):
        yield singular(source[1]), Binding(owner, implied, items.span, over)
    if isinstance(named, tree.Scalar) and named.text:
        written.append(Written(named, owner))
        yield named.text, Binding(owner, inside, over=over)
