"""The tests that a document holds, ready to be run: its cases, and what must hold for any inputs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from vesper.compile.literals import Anchors, anchors_of, literal
from vesper.lang import tree
from vesper.lang.exports import ExportKind, words_of
from vesper.lang.scope import Facts, Held
from vesper.lang.types import ANY, Type, is_type
from vesper.values.value import Value

IDEMPOTENCY: Final = "idempotency"


@dataclass(frozen=True, slots=True)
class Round:
    """One run of a case. What is expected lists only what must match; None where nothing is."""

    inputs: Mapping[str, Value]
    mocks: Mapping[str, Value] = field(default_factory=dict[str, Value])
    expected: Mapping[str, Value] | None = None
    lines: Mapping[str, int] = field(default_factory=dict[str, int])
    """Where each expected key stands, from 0."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What must hold between runs: an expression over `result1`, `result2` and so on."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Case:
    """One entry of `testing.test_cases`."""

    name: str
    line: int
    steps: tuple[Round | Assertion, ...]
    description: str = ""
    problem: str = ""
    """Why it cannot be run."""


@dataclass(frozen=True, slots=True)
class Property:
    """One entry of `testing.property_tests`, or a clause of the contract that is one."""

    name: str
    statement: str
    """An expression over inputs and outputs, or `idempotency`."""
    line: int
    runs: int = 100
    choices: Mapping[str, list[Value]] = field(default_factory=dict[str, list[Value]])
    """What single inputs are drawn from."""
    mocks: Mapping[str, Value] = field(default_factory=dict[str, Value])
    free: tuple[str, ...] = ()
    """Fields of the answer that may differ when a request is repeated."""
    description: str = ""
    problem: str = ""
    """Why it cannot be run."""


@dataclass(frozen=True, slots=True)
class Suite:
    """All tests of one document."""

    cases: tuple[Case, ...] = ()
    properties: tuple[Property, ...] = ()

    def __len__(self) -> int:
        return len(self.cases) + len(self.properties)


def suite(facts: Facts) -> Suite:
    """The tests of a document, in the order written."""
    reading = _Reading(facts)
    cases: list[Case] = []
    properties: list[Property] = []
    for held in facts.held:
        if held.piece.chunk.section != "testing":
            continue
        for slot in held.piece.walked.slots:
            match slot.path:
                case ("testing", "test_cases", int()) if isinstance(slot.node, tree.Mapping):
                    cases.append(reading.case(slot.node, held, len(cases) + 1))
                case ("testing", "property_tests", int()):
                    properties.append(reading.property(slot.node, held, len(properties) + 1))
                case _:
                    pass
    if all(it.statement != IDEMPOTENCY for it in properties):
        properties += _promised(facts)
    return Suite(tuple(cases), tuple(properties))


def property_name(node: tree.Node) -> str:
    """What a property test is called: by its name, else by what it states."""
    if isinstance(node, tree.Mapping):
        return _text(node, "name") or _short(_text(node, "property"))
    return _short(node.text if isinstance(node, tree.Scalar) else "")


def _promised(facts: Facts) -> Iterator[Property]:
    """The clause `idempotency: ...` of a contract is prose to the checker, but it can be tried."""
    for held in facts.held:
        if held.piece.chunk.section != "contracts":
            continue
        for slot in held.piece.walked.slots:
            match slot.path, slot.node:
                case (
                    "contracts",
                    "invariants" | "postconditions",
                    int(),
                    "idempotency",
                ), tree.Scalar():
                    line = held.line + slot.node.span.line
                    yield Property(IDEMPOTENCY, IDEMPOTENCY, line, description=slot.node.text)
                    return
                case _:
                    pass


class _Reading:
    """Reads values of a document by the types that it declares."""

    def __init__(self, facts: Facts) -> None:
        self._named = facts.types
        self._anchors: Anchors = anchors_of(facts)
        self._inputs = _types(facts, "input")
        self._outputs = _types(facts, "output", "error-field")

    def case(self, node: tree.Mapping, held: Held, number: int) -> Case:
        """One entry of `test_cases`; the entry itself is one run, or its `steps` are several."""
        name, line = _named(node, f"case_{number}"), held.line + node.span.line
        description = _text(node, "description")
        try:
            mocks = self._values(node.get("mocks"), {})
            steps = node.get("steps")
            if steps is None:
                found: tuple[Round | Assertion, ...] = (self._round(node, held, mocks),)
            else:
                found = tuple(self._steps(node, steps, held, mocks))
        except ValueError as error:
            return Case(name, line, (), description, str(error))
        problem = "" if found else "it has no inputs and no steps"
        return Case(name, line, found, description, problem)

    def property(self, node: tree.Node, held: Held, number: int) -> Property:
        """One entry of `property_tests`: a statement alone, or with what it is tried on."""
        line = held.line + node.span.line
        if not isinstance(node, tree.Mapping):
            text = node.text if isinstance(node, tree.Scalar) else ""
            return Property(property_name(node), text.strip(), line)
        statement = (_text(node, "property") or _text(node, "name")).strip()
        name, description = property_name(node), _text(node, "description")
        runs = node.get("runs")
        wanted = runs.value if isinstance(runs, tree.Scalar) else None
        drawn = node.get("inputs") or node.get("generators")
        try:
            choices = self._values(drawn, self._inputs, True)
            mocks = self._values(node.get("mocks"), {})
        except ValueError as error:
            return Property(name, statement, line, description=description, problem=str(error))
        return Property(
            name,
            statement,
            line,
            wanted if type(wanted) is int and wanted > 0 else 100,
            {key: it if isinstance(it, list) else [it] for key, it in choices.items()},
            mocks,
            tuple(it.text for it in words_of(node.get("except"))),
            description,
        )

    def _steps(
        self, node: tree.Mapping, steps: tree.Node, held: Held, mocks: Mapping[str, Value]
    ) -> Iterator[Round | Assertion]:
        """The runs and assertions of a case; an expectation beside `steps` is that of the last run."""
        items = steps.items if isinstance(steps, tree.Sequence) else []
        runs = [it for it in items if isinstance(it, tree.Mapping) and it.entry("execute_with")]
        for item in items:
            if not isinstance(item, tree.Mapping):
                raise ValueError("a step of a case is `execute_with` or `assert`")
            if item.entry("execute_with") is not None:
                outer = node if item is runs[-1] else None
                yield self._round(item, held, mocks, outer)
            for text in words_of(item.get("assert")):
                yield Assertion(text.text, held.line + text.span.line)

    def _round(
        self,
        node: tree.Mapping,
        held: Held,
        mocks: Mapping[str, Value],
        outer: tree.Mapping | None = None,
    ) -> Round:
        given = node.get("execute_with") or node.get("inputs") or node.get("input")
        expected = node.entry("expected_output") or (outer and outer.entry("expected_output"))
        own = node.get("mocks") if node.get("execute_with") is not None else None
        entries = (
            expected.value.entries if expected and isinstance(expected.value, tree.Mapping) else ()
        )
        return Round(
            self._values(given, self._inputs),
            {**mocks, **self._values(own, {})},
            self._values(expected.value, self._outputs) if expected else None,
            {it.key.text: held.line + it.key.span.line for it in entries},
        )

    def _values(
        self, node: tree.Node | None, kinds: Mapping[str, Type], listed: bool = False
    ) -> dict[str, Value]:
        """A mapping read key by key; with `listed` a list is a choice of values of the key's type."""
        if isinstance(node, tree.Alias):
            node = self._anchors(node)
        if node is None or (isinstance(node, tree.Scalar) and node.is_null):
            return {}
        if not isinstance(node, tree.Mapping):
            raise ValueError("names with values are missing here")
        found: dict[str, Value] = {}
        for it in node.entries:
            kind = kinds.get(it.key.text, ANY)
            if listed and isinstance(it.value, tree.Sequence):
                found[it.key.text] = [
                    literal(one, kind, self._named, self._anchors) for one in it.value.items
                ]
            else:
                found[it.key.text] = literal(it.value, kind, self._named, self._anchors)
        return found


def _types(facts: Facts, *kinds: ExportKind) -> dict[str, Type]:
    found: dict[str, Type] = {}
    for kind in kinds:
        for name, places in facts.of(kind).items():
            detail = places[0].export.detail
            found.setdefault(name, detail if is_type(detail) else ANY)
    return found


def _named(node: tree.Mapping, other: str) -> str:
    return _text(node, "name") or other


def _text(node: tree.Mapping, key: str) -> str:
    found = node.get(key)
    return found.text if isinstance(found, tree.Scalar) and not found.is_null else ""


def _short(statement: str) -> str:
    text = " ".join(statement.split())
    return text if len(text) <= 60 else f"{text[:57]}..."
