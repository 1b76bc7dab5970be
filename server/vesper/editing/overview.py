"""What a node or a role is at a glance: all that somebody asks before using it, as plain values."""

from collections.abc import Iterator
from dataclasses import dataclass

from vesper.lang import tree, types
from vesper.lang.capabilities import covers
from vesper.lang.check import Analysis
from vesper.lang.exports import field_type, restrictions
from vesper.lang.operation import text_of
from vesper.lang.piece import Piece
from vesper.lang.scope import Facts

_CLAUSES = ("preconditions", "postconditions", "invariants")


@dataclass(frozen=True, slots=True)
class FieldOverview:
    """One input or output."""

    name: str
    type: str
    required: bool
    default: str | None
    constraints: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True)
class StepOverview:
    """One step; `depth` counts the steps around it, `branch` is where in the innermost it stands."""

    name: str
    operation: str
    depth: int
    branch: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MachineOverview:
    """One state machine with its moves, as `from -> to`."""

    name: str
    initial: str
    states: tuple[str, ...]
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseOverview:
    """One test case; `expects` is `success` or the code of an error."""

    name: str
    expects: str


@dataclass(frozen=True, slots=True)
class NodeOverview:
    """One node. `line` counts from zero."""

    node_id: str
    type: str
    intent: str
    line: int
    runs: str
    """What sets it off where that is no caller: a schedule or an event."""
    inputs: tuple[FieldOverview, ...]
    outputs: tuple[FieldOverview, ...]
    error_codes: tuple[str, ...]
    preconditions: tuple[str, ...]
    postconditions: tuple[str, ...]
    invariants: tuple[str, ...]
    machines: tuple[MachineOverview, ...]
    steps: tuple[StepOverview, ...]
    granted: tuple[str, ...]
    denied: tuple[str, ...]
    missing: tuple[str, ...]
    """What its steps need and it does not list."""
    unused: tuple[str, ...]
    """What it lists and no step needs."""
    tests: tuple[CaseOverview, ...]


@dataclass(frozen=True, slots=True)
class RoleOverview:
    """One role. `line` counts from zero."""

    role: str
    display_name: str
    description: str
    line: int
    extends: tuple[str, ...]
    capabilities: tuple[str, ...]
    grantable: tuple[str, ...]
    tool_groups: tuple[str, ...]
    restrictions: tuple[str, ...]
    models: tuple[str, ...]
    task_types: tuple[str, ...]


def overview(analysis: Analysis) -> list[NodeOverview | RoleOverview]:
    """Every node or role of a text, in the order written."""
    if analysis.kind == "role":
        return [role for facts in analysis.parts() for role in _roles(facts)]
    return [_node(facts) for facts in analysis.parts() if facts.pieces]


def _node(facts: Facts) -> NodeOverview:
    at = _Parts(facts)
    needs, granted, denied = (tuple(facts.of(kind)) for kind in ("need", "grant", "denied"))
    place = next((found[0] for found in facts.of("node").values()), None)
    clauses = [tuple(_told(it) for it in at.items("contracts", name)) for name in _CLAUSES]
    return NodeOverview(
        node_id=at.text("node_id"),
        type=at.text("type"),
        intent=at.text("intent"),
        line=place.line + place.export.span.line if place else 0,
        runs=", ".join(_told(it) for name in ("schedule", "trigger") for it in at.nodes(name)),
        inputs=tuple(_field(it.key.text, at.meant(it.value)) for it in at.entries("inputs")),
        outputs=tuple(_field(it.key.text, at.meant(it.value)) for it in _outputs(at)),
        error_codes=tuple(facts.of("error-code")),
        preconditions=clauses[0],
        postconditions=clauses[1],
        invariants=clauses[2],
        machines=tuple(_machine(it) for it in at.entries("state_machines")),
        steps=tuple(step for _, piece in facts.pieces for step in _steps(piece)),
        granted=granted,
        denied=denied,
        missing=tuple(it for it in needs if not any(covers(grant, it) for grant in granted)),
        unused=tuple(it for it in granted if not any(covers(it, need) for need in needs)),
        tests=tuple(_test(it) for it in at.items("testing", "test_cases")),
    )


class _Parts:
    """The values of a document by the keys that lead to them, however it was cut into pieces."""

    def __init__(self, facts: Facts) -> None:
        self._found: dict[tuple[str | int, ...], list[tree.Node]] = {}
        self._items: dict[tuple[str | int, ...], list[tree.Node]] = {}
        self._anchors: dict[str, tree.Node] = {}
        for _, piece in facts.pieces:
            self._anchors |= piece.reading.anchors
            for slot in piece.walked.slots:
                if len(slot.path) > 3:
                    continue
                self._found.setdefault(slot.path, []).append(slot.node)
                if slot.path and isinstance(slot.path[-1], int):
                    self._items.setdefault(slot.path[:-1], []).append(slot.node)

    def meant(self, node: tree.Node) -> tree.Node:
        """The node itself, or what an alias stands for."""
        return self._anchors.get(node.name, node) if isinstance(node, tree.Alias) else node

    def nodes(self, *path: str) -> list[tree.Node]:
        """What stands there; several where it was cut apart."""
        return self._found.get(path, [])

    def text(self, *path: str) -> str:
        """The text that stands there, empty if there is none."""
        return next((it.text for it in self.nodes(*path) if isinstance(it, tree.Scalar)), "")

    def entries(self, *path: str) -> list[tree.Entry]:
        """The keys and values of what stands there."""
        return [
            entry
            for it in self.nodes(*path)
            if isinstance(it, tree.Mapping)
            for entry in it.entries
        ]

    def items(self, *path: str) -> list[tree.Node]:
        """The items of the list that stands there."""
        return self._items.get(path, [])


def _outputs(at: _Parts) -> Iterator[tree.Entry]:
    for entry in at.entries("outputs"):
        if entry.key.text not in ("success", "error"):
            yield entry
    yield from at.entries("outputs", "success")


def _field(name: str, spec: tree.Node) -> FieldOverview:
    if not isinstance(spec, tree.Mapping):
        return FieldOverview(name, _told(spec), True, None, (), "")
    default = spec.entry("default")
    written = text_of(spec, "type")
    shorthand = ("pattern", "min", "max", "min_length", "max_length")
    short = [f"{it}: {text_of(spec, it)}" for it in shorthand if spec.entry(it)]
    return FieldOverview(
        name=name,
        type=types.shown(field_type(spec)) if written in ("", "enum") else written,
        required=text_of(spec, "required") != "false" and default is None,
        default=_told(default.value) if default is not None else None,
        constraints=(*_constraints(spec.get("constraints")), *short),
        description=text_of(spec, "description"),
    )


def _constraints(node: tree.Node | None) -> Iterator[str]:
    for it in node.items if isinstance(node, tree.Sequence) else [node] if node else []:
        yield _told(it)


def _told(node: tree.Node) -> str:
    """A value on one line, about as it was written."""
    match node:
        case tree.Scalar():
            return " ".join(node.text.split())
        case tree.Alias():
            return f"*{node.name}"
        case tree.Sequence():
            return f"[{', '.join(_told(it) for it in node.items)}]"
        case tree.Mapping():
            return ", ".join(f"{it.key.text}: {_told(it.value)}" for it in node.entries)


def _machine(entry: tree.Entry) -> MachineOverview:
    spec = entry.value if isinstance(entry.value, tree.Mapping) else tree.Mapping(entry.value.span)
    moves = spec.get("transitions")
    return MachineOverview(
        name=entry.key.text,
        initial=text_of(spec, "initial"),
        states=_words(spec.get("states")),
        moves=tuple(
            f"{', '.join(_words(it.get('from')))} -> {text_of(it, 'to')}"
            for it in (moves.items if isinstance(moves, tree.Sequence) else ())
            if isinstance(it, tree.Mapping)
        ),
    )


def _words(node: tree.Node | None) -> tuple[str, ...]:
    """The texts of a list, or the one text in its place."""
    items = node.items if isinstance(node, tree.Sequence) else [node]
    return tuple(it.text for it in items if isinstance(it, tree.Scalar))


def _steps(piece: Piece) -> Iterator[StepOverview]:
    needs = [it for it in piece.exports if it.kind == "need"]
    for step in piece.steps:
        around = [
            it for it in piece.steps if it is not step and step.path[: len(it.path)] == it.path
        ]
        inner = [
            it for it in piece.steps if it is not step and it.path[: len(step.path)] == step.path
        ]
        own = dict.fromkeys(
            need.name
            for need in needs
            if step.node.span.holds(*need.span[:2])
            and not any(it.node.span.holds(*need.span[:2]) for it in inner)
        )
        outer = max((len(it.path) for it in around), default=len(step.path) - 1)
        way = [it for it in step.path[outer:-1] if isinstance(it, str)]
        branch = " ".join(it for it in way if it not in ("steps", "branches", "cases"))
        name = text_of(step.node, "step")
        yield StepOverview(name, step.operation, len(around), branch, tuple(own))


def _test(node: tree.Node) -> CaseOverview:
    case = node if isinstance(node, tree.Mapping) else tree.Mapping(node.span)
    expected = case.get("expected_output")
    if not isinstance(expected, tree.Mapping):
        return CaseOverview(text_of(case, "name"), "")
    code = text_of(expected, "error_code")
    failed = text_of(expected, "success") == "false"
    return CaseOverview(text_of(case, "name"), code or ("error" if failed else "success"))


def _roles(facts: Facts) -> Iterator[RoleOverview]:
    for line, piece in facts.pieces:
        root = piece.reading.root
        if isinstance(root, tree.Mapping) and piece.chunk.kind != "item":
            for entry in root.entries:
                if isinstance(entry.value, tree.Mapping):
                    yield _role(entry.key.text, entry.value, line + entry.key.span.line)


def _role(name: str, spec: tree.Mapping, line: int) -> RoleOverview:
    groups = spec.get("tool_groups")
    return RoleOverview(
        role=name,
        display_name=text_of(spec, "display_name"),
        description=text_of(spec, "description"),
        line=line,
        extends=_words(spec.get("extends")),
        capabilities=_words(spec.get("capabilities")),
        grantable=_words(spec.get("grantable")),
        tool_groups=tuple(
            _told(it) for it in (groups.items if isinstance(groups, tree.Sequence) else ())
        ),
        restrictions=tuple(
            f"{key}: {value}" for key, value, _ in restrictions(spec.get("restrictions"))
        ),
        models=(*_words(spec.get("preferred_llm")), *_words(spec.get("fallback_llms"))),
        task_types=_words(spec.get("task_types")),
    )
