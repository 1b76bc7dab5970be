"""The contract of a node: its clauses, what they ask for, and what they keep of the beginning."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from vesper.compile.constraints import Constraints, Demand
from vesper.compile.document import Document
from vesper.compile.expressions import Sources, bare, lowered, parsed
from vesper.compile.flow import NOW, clock
from vesper.compile.nodes import rebuilt
from vesper.lang import expr, ir, tree
from vesper.lang.parts import names, walk
from vesper.lang.program import Clause, Input, Output, Perform, Program, Snapshot
from vesper.lang.source import Span
from vesper.lang.types import ANY, STRING, TIMESTAMP, Type

_PROSE: Final = re.compile(r"[A-Za-z_]\w*:\s")
_DEEPEST: Final = 20
Side = Literal["success", "error"]


@dataclass(slots=True)
class Contract:
    """The clauses of a node by kind."""

    constraints: list[Clause] = field(default_factory=list[Clause])
    preconditions: list[Clause] = field(default_factory=list[Clause])
    postconditions: list[Clause] = field(default_factory=list[Clause])
    invariants: list[Clause] = field(default_factory=list[Clause])
    snapshots: list[Snapshot] = field(default_factory=list[Snapshot])
    entry_reads: dict[str, Perform] = field(default_factory=dict[str, Perform])
    exit_reads: dict[str, Perform] = field(default_factory=dict[str, Perform])


@dataclass(frozen=True, slots=True)
class Interface:
    """What a node takes and gives, and the variables of its flow."""

    inputs: Mapping[str, Input]
    success: Mapping[str, Output]
    error: Mapping[str, Output]
    variables: Mapping[str, Type]


def contract(
    document: Document, interface: Interface, named: Mapping[str, Type], fresh: Callable[[str], str]
) -> Contract:
    """The whole contract of a document."""
    lowerer = _Contracts(document, interface, named, fresh)
    lowerer.constraints()
    for kind in ("preconditions", "postconditions", "invariants"):
        lowerer.clauses(kind)
    return lowerer.found


def promise(document: Document, interface: Interface, program: Program, text: str) -> Contract:
    """One more postcondition of a node, which its document does not hold; it is the last one found."""
    numbers = itertools.count(1)
    lowerer = _Contracts(
        document, interface, program.named, lambda word: f"${word}_p{next(numbers)}"
    )
    lowerer.found.snapshots += program.snapshots
    lowerer.add("postconditions", text)
    return lowerer.found


class _Contracts:
    def __init__(
        self,
        document: Document,
        interface: Interface,
        named: Mapping[str, Type],
        fresh: Callable[[str], str],
    ) -> None:
        self._document = document
        self._interface = interface
        self._named = named
        self._fresh = fresh
        self._facts = {it.key.text: it.value for it in document.entries("contracts", "facts")}
        self._open: list[str] = []
        """The facts that are being worked out, one inside the other."""
        self._reason = ""
        self.found = Contract()

    def constraints(self) -> None:
        """Those of the inputs, which the caller keeps, and those of the outputs, which the node does."""
        sources = self._sources(is_after=False)
        checks = Constraints(self._document, self._named, sources)
        for entry in self._document.entries("inputs"):
            known = self._interface.inputs.get(entry.key.text)
            if known is not None:
                demands = checks.of_field(known.name, entry.value, ir.Load(known.name, known.type))
                self.found.constraints += [self._demanded(it, known.name) for it in demands]
        checks = Constraints(self._document, self._named, self._sources(is_after=True))
        for path, side, outputs in self._sides():
            for entry in self._document.entries(*path):
                known = outputs.get(entry.key.text)
                if known is not None:
                    value = ir.Result(known.name, side, known.type)
                    for it in checks.of_field(known.name, entry.value, value):
                        self.found.postconditions.append(self._promised(it, known.name, side))

    def clauses(self, kind: str) -> None:
        """The clauses of one kind."""
        node = self._document.section("contracts", kind)
        target: list[Clause] = getattr(self.found, kind)
        for item in node.items if isinstance(node, tree.Sequence) else ():
            inner = self._document.resolved(item)
            if isinstance(inner, tree.Mapping):
                for entry in inner.entries:
                    said = entry.value.text if isinstance(entry.value, tree.Scalar) else ""
                    text = f"{entry.key.text}: {' '.join(said.split())}"
                    line = self._document.line(inner)
                    target.append(Clause(text, None, "it is prose", line=line))
            elif isinstance(inner, tree.Scalar):
                target.append(self._clause(kind, inner))

    def add(self, kind: str, text: str) -> None:
        """A clause that is written nowhere."""
        target: list[Clause] = getattr(self.found, kind)
        target.append(self._clause(kind, tree.Scalar(Span(0, 0, 0, 0), text, "'")))

    def _clause(self, kind: str, node: tree.Scalar) -> Clause:
        text, line = " ".join(node.text.split()), self._document.line(node)
        tree_ = parsed(bare(node.text))
        if tree_ is None:
            reason = "it is prose" if _PROSE.match(text) else "it is no expression"
            return Clause(text, None, reason, line=line)
        is_after = kind != "preconditions"
        self._reason = ""
        reads: dict[str, Perform] = {}
        sources = self._sources(is_after, reads)
        condition = lowered(tree_, sources)
        reason = self._reason or (
            f"nobody defines `{sources.unknown[0]}`" if sources.unknown else ""
        )
        if reason:
            return Clause(text, None, reason, line=line)
        found = list(walk(condition))
        if not is_after or (kind == "invariants" and self._is_early(found)):
            self.found.entry_reads.update(reads)
        if is_after:
            self.found.exit_reads.update(reads)
        told = dict.fromkeys(it for it in names(condition) if not it.startswith("$"))
        told |= dict.fromkeys(it.name for it in found if isinstance(it, ir.Result))
        on_error = any(map(_speaks_of_errors, found))
        condition = _asked_on_both_sides(condition) if on_error else condition
        return Clause(text, condition, "", tuple(told), "", on_error, line)

    def _demanded(self, demand: Demand, name: str) -> Clause:
        line = self._document.line(demand.node)
        return Clause(demand.text, demand.condition, demand.reason, (name,), name, line=line)

    def _promised(self, demand: Demand, name: str, side: str) -> Clause:
        line, condition = self._document.line(demand.node), demand.condition
        if side == "error" and condition is not None:
            condition = ir.Logic("or", ir.Succeeded(), condition)
        on_error = side == "error"
        return Clause(demand.text, condition, demand.reason, (name,), name, on_error, line)

    def _sides(self) -> Iterator[tuple[tuple[str, ...], Side, Mapping[str, Output]]]:
        if self._document.section("outputs", "success") is not None:
            yield ("outputs", "success"), "success", self._interface.success
        else:
            yield ("outputs",), "success", self._interface.success
        yield ("outputs", "error"), "error", self._interface.error

    def _is_early(self, found: list[ir.Expr]) -> bool:
        """Whether it needs nothing but inputs, so that it can be asked before the flow."""
        variables = self._interface.variables
        return not any(
            isinstance(it, ir.Result | ir.Succeeded)
            or (isinstance(it, ir.Load) and (it.name in variables or it.name.startswith("$old")))
            for it in found
        )

    def _sources(self, is_after: bool, reads: dict[str, Perform] | None = None) -> Sources:
        noted = self.found.entry_reads if reads is None else reads

        def now() -> ir.Expr:
            noted["clock"] = clock()
            return ir.Load(NOW, TIMESTAMP)

        def resolve(name: str) -> ir.Expr | None:
            return self._after(name, noted) if is_after else self._before(name, noted)

        sources = Sources(resolve, self._named, self._fresh, now)
        if is_after:
            sources.old = self._old
        return sources

    def _old(self, node: expr.Expr) -> ir.Expr:
        """The value of an expression when the flow begins; written twice it is kept once."""
        sources = self._sources(is_after=False)
        value = lowered(node, sources)
        if sources.unknown and not self._reason:
            self._reason = f"`{sources.unknown[0]}` is not there before the flow"
        name = next((it.name for it in self.found.snapshots if it.value == value), "")
        if not name:
            name = f"$old{len(self.found.snapshots) + 1}"
            if not self._reason:
                self.found.snapshots.append(Snapshot(name, value))
        return ir.Load(name, value.type)

    def _before(self, name: str, reads: dict[str, Perform]) -> ir.Expr | None:
        known = self._interface.inputs.get(name)
        if known is not None:
            return ir.Load(name, known.type)
        if name in self._facts:
            return self._fact(name, False, reads)
        is_later = name in self._interface.success or name in self._interface.variables
        if self._open and is_later:
            self._reason = f"`{name}` is not there before the flow"
        return None

    def _after(self, name: str, reads: dict[str, Perform]) -> ir.Expr | None:
        success = self._interface.success.get(name)
        error = self._interface.error.get(name)
        if success is not None and error is not None:
            return ir.Result(name, "either", success.type if success.type == error.type else ANY)
        if success is not None:
            return ir.Result(name, "success", success.type)
        if name in self._interface.inputs:
            return ir.Load(name, self._interface.inputs[name].type)
        if error is not None:
            return ir.Result(name, "error", error.type)
        match name:
            case "success":
                return ir.Succeeded()
            case "error":
                return ir.Not(ir.Succeeded())
            case "error_code":
                return ir.Result(name, "error", STRING)
            case _:
                pass
        if name in self._facts:
            return self._fact(name, True, reads)
        if self._open and name in self._interface.variables:
            return ir.Load(name, self._interface.variables[name])
        return None

    def _fact(self, name: str, is_after: bool, reads: dict[str, Perform]) -> ir.Expr | None:
        """What a fact stands for: its expression, or a value that an effect handler reports."""
        node = self._document.resolved(self._facts[name])
        if not isinstance(node, tree.Scalar):
            variable = f"$fact_{name}"
            arguments = (("name", ir.Const(name, STRING)),)
            capability = (ir.Const(f"predicate.{name}", STRING),)
            reads[name] = Perform("fact", "read", arguments, capability, variable, f"fact_{name}")
            return ir.Load(variable)
        tree_ = parsed(bare(node.text))
        if tree_ is None or name in self._open or len(self._open) > _DEEPEST:
            self._reason = f"the fact `{name}` has no value"
            return None
        self._open.append(name)
        sources = self._sources(is_after, reads)
        found = lowered(tree_, sources)
        self._open.pop()
        if sources.unknown and not self._reason:
            self._reason = f"the fact `{name}` needs `{sources.unknown[0]}`, which nobody defines"
        return found


def _speaks_of_errors(node: ir.Expr) -> bool:
    return isinstance(node, ir.Succeeded) or (isinstance(node, ir.Result) and node.side == "error")


def _asked_on_both_sides(node: ir.Expr) -> ir.Expr:
    """The clause where `IS NULL` of a field that the other branch of the answer has is true there."""
    match node:
        case ir.IsNull(ir.Result(side="success")):
            return ir.Logic("or", ir.Not(ir.Succeeded()), node)
        case ir.IsNull(ir.Result(side="error")):
            return ir.Logic("or", ir.Succeeded(), node)
        case _:
            return rebuilt(node, _asked_on_both_sides)
