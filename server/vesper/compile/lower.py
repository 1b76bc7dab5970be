"""A document made into a program: the way in, and what is put together from the parts."""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal

from vesper.compile import steps
from vesper.compile.contracts import Interface, contract
from vesper.compile.document import Document
from vesper.compile.flow import Flow, Names
from vesper.compile.handlers import of_node
from vesper.compile.waits import number, rate_of, seconds
from vesper.compile.watch import watched
from vesper.errors import VesperError
from vesper.lang import ops, tree
from vesper.lang.around import ALONE, Around
from vesper.lang.check import Analysis, Diagnostic
from vesper.lang.conversion import convert
from vesper.lang.exports import field_type, words_of
from vesper.lang.operation import text_of
from vesper.lang.program import (
    Block,
    Input,
    Limits,
    Machine,
    Output,
    Program,
    Security,
    Step,
    asks,
    asks_in,
)
from vesper.lang.scope import Facts
from vesper.lang.types import ANY, STRING, Enum, Nullable, Type, settled, unwrapped
from vesper.values.value import Value

_FORGIVEN: Final = ("VSP6", "VSP7", "VSP41")
"""Errors that a run tells itself or never meets: capabilities, other nodes, and test cases."""
_SIDE: Final = frozenset(
    {"documentation", "testing", "metadata", "observability", "schedule", "trigger"}
)
"""Sections without a say in what a run gives."""
_OPERATIONS: Final = 1_000_000
_IMPLICIT: Final = (Output("error_code", STRING), Output("message", STRING, required=False))


def node_ids(analysis: Analysis) -> tuple[str, ...]:
    """The ids of the nodes of a text, in the order written."""
    return tuple(name for facts in analysis.parts() for name in facts.of("node"))


def lower(text: str | Analysis, node_id: str = "", around: Around = ALONE) -> Program:
    """The program of one node of a text; without an id of the only one, or the first.

    VesperError "invalid" where its document has errors, "not_found" where there is no such node.
    """
    ops.load()
    analysis = text if isinstance(text, Analysis) else Analysis(text, "vsp", around)
    facts = _chosen(analysis, node_id)
    _refuse(analysis, facts)
    return _Assembly(Document(facts)).program()


def _chosen(analysis: Analysis, node_id: str) -> Facts:
    parts = analysis.parts()
    for facts in parts:
        if not node_id or node_id in facts.of("node"):
            return facts
    known = ", ".join(f"`{it}`" for it in node_ids(analysis)) or "none"
    raise VesperError("not_found", f"no node `{node_id[:80]}` in this text", f"it holds {known}")


def _refuse(analysis: Analysis, facts: Facts) -> None:
    """Documents with errors are not run; an error elsewhere in the file is of no account."""
    held = facts.held
    lines = range(held[0].line, held[-1].line + held[-1].piece.chunk.lines)
    found = [it for it in analysis.diagnostics() if it.span.line in lines and _is_fatal(it)]
    if found:
        shown = "; ".join(f"line {it.span.line + 1}: {it.message} [{it.code}]" for it in found[:3])
        more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
        raise VesperError("invalid", f"{shown}{more}", "`vesper check` tells all of them")


def _is_fatal(found: Diagnostic) -> bool:
    return found.severity == "error" and not found.code.startswith(_FORGIVEN)


class _Assembly:
    """One document on its way to a program."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._named = dict(document.facts.types)
        self._inputs = tuple(map(self._input, document.entries("inputs")))
        self._success, self._error = self._outputs()
        self._codes = self._error_codes()
        self._machines = dict(self._each_machine())

    def program(self) -> Program:
        """Everything put together."""
        document = self._document
        flow = Flow(
            document,
            self._named,
            self._success,
            self._error,
            self._codes,
            self._machines,
            steps.block,
        )
        names = Names({it.name: it.type for it in self._inputs})
        written = document.section("flow")
        if isinstance(written, tree.Sequence) and written.items:
            flow.last = document.resolved(written.items[-1])
        body = steps.block(flow, written, names)
        everywhere = Names(dict.fromkeys(names.variables, ANY))
        handlers = of_node(flow, everywhere)
        interface = Interface(
            {it.name: it for it in self._inputs},
            {it.name: it for it in self._success},
            {it.name: it for it in self._error},
            {
                name: kind
                for name, kind in names.variables.items()
                if name not in self._input_names()
            },
        )
        found = contract(document, interface, self._named, flow.fresh)
        kind = document.text("type")
        return Program(
            document.text("node_id"),
            "http_handler" if kind == "payment_handler" else kind,
            " ".join(document.text("intent").split()),
            digest(document),
            self._inputs,
            self._success,
            self._error,
            self._codes,
            body,
            prologue_of(body),
            tuple(found.constraints),
            tuple(found.preconditions),
            tuple(found.postconditions),
            tuple(found.invariants),
            tuple(found.snapshots),
            tuple(found.entry_reads.values()),
            tuple(found.exit_reads.values()),
            handlers,
            self._named,
            self._machines,
            self._limits(),
            self._security(),
            _is_true(document.section("performance", "cache")),
            watched(document, (*self._inputs, *self._success, *self._error), self._named),
        )

    def _input_names(self) -> frozenset[str]:
        return frozenset(it.name for it in self._inputs)

    def _input(self, entry: tree.Entry) -> Input:
        spec = self._document.resolved(entry.value) or entry.value
        kind = field_type(spec)
        default = spec.get("default") if isinstance(spec, tree.Mapping) else None
        is_open = default is not None or isinstance(settled(kind, self._named), Nullable)
        return Input(
            entry.key.text,
            kind,
            not is_open,
            self._default(entry.key.text, kind, default),
            _described(spec),
        )

    def _default(self, name: str, kind: Type, node: tree.Node | None) -> Value:
        if node is None:
            return None
        found = convert(node, kind, self._named, f"inputs.{name}.default", self._document.anchors)
        for it in found.problems:
            raise VesperError("invalid", f"{it.path}: {it.message}", "write another default")
        return found.value

    def _outputs(self) -> tuple[tuple[Output, ...], tuple[Output, ...]]:
        entries = self._document.entries("outputs")
        sides = {it.key.text: it.value for it in entries if it.key.text in ("success", "error")}
        success = [
            *(self._document.entries("outputs", "success") if "success" in sides else ()),
            *(it for it in entries if it.key.text not in sides),
        ]
        error = self._document.entries("outputs", "error")
        return (
            tuple(map(self._output, success)),
            tuple(map(self._output, error)) if error else _IMPLICIT,
        )

    def _output(self, entry: tree.Entry) -> Output:
        spec = self._document.resolved(entry.value) or entry.value
        kind = field_type(spec)
        is_open = isinstance(settled(kind, self._named), Nullable)
        return Output(entry.key.text, kind, not is_open, _described(spec))

    def _error_codes(self) -> tuple[str, ...]:
        for it in self._error:
            kind = unwrapped(it.type, self._named)
            if it.name == "error_code" and isinstance(kind, Enum):
                return kind.words
        return ()

    def _each_machine(self) -> Iterator[tuple[str, Machine]]:
        for entry in self._document.entries("state_machines"):
            node = self._document.resolved(entry.value)
            if not isinstance(node, tree.Mapping):
                continue
            listed = node.get("transitions")
            moves = [
                (start.text, text_of(it, "to"))
                for it in (listed.items if isinstance(listed, tree.Sequence) else ())
                if isinstance(it, tree.Mapping)
                for start in words_of(it.get("from"))
            ]
            states = tuple(it.text for it in words_of(node.get("states")))
            final = tuple(it.text for it in words_of(node.get("final")))
            yield entry.key.text, Machine(states, text_of(node, "initial"), final, tuple(moves))

    def _limits(self) -> Limits:
        def written(key: str) -> int | Decimal | None:
            return number(self._document.section("performance", key))

        timeout = seconds(self._document.section("performance", "timeout"))
        if timeout is None:
            timeout = seconds(self._document.section("performance", "timeout_seconds"))
        memory, concurrency = written("memory_limit_mb"), written("max_concurrency")
        return Limits(
            timeout,
            int(written("max_operations") or _OPERATIONS),
            int(memory * 1024 * 1024) if memory else None,
            int(concurrency) if concurrency else None,
            rate_of(self._document.section("performance", "rate_limit")),
        )

    def _security(self) -> Security:
        level = self._document.text("security", "audit_level")
        audit: Literal["none", "basic", "detailed"] = (
            "none" if level == "none" else "detailed" if level == "detailed" else "basic"
        )
        return Security(
            self._document.words("security", "capabilities_required"),
            self._document.words("security", "denied_capabilities"),
            self._document.words("security", "sensitive_data"),
            audit,
        )


def prologue_of(body: Block) -> int:
    """How many steps at the beginning are validations that ask for nothing."""
    count = 0
    for it in body:
        if not isinstance(it, Step) or it.operation != "validation":
            break
        if it.reads or asks(it.body) or asks_in(it.handlers):
            break
        count += 1
    return count


def digest(document: Document) -> str:
    """A hash of what the document means to a run: equal where comments, layout or the texts around differ."""
    made = hashlib.blake2b(digest_size=16)
    for name, node in sorted(document.sections(), key=lambda it: it[0]):
        if name not in _SIDE and not name.startswith("x-"):
            made.update(f"{name}\0".encode())
            _note(document, node, made)
    return made.hexdigest()


def _note(document: Document, node: tree.Node, made: "hashlib.blake2b") -> None:
    match document.resolved(node):
        case tree.Scalar(text=text) as scalar:
            kind = "t" if isinstance(scalar.value, str) else "v"
            made.update(f"{kind}{len(text)}:{text}".encode("utf-8", "surrogatepass"))
        case tree.Mapping(entries=entries):
            made.update(b"{")
            for entry in entries:
                _note(document, entry.key, made)
                _note(document, entry.value, made)
            made.update(b"}")
        case tree.Sequence(items=items):
            made.update(b"[")
            for item in items:
                _note(document, item, made)
            made.update(b"]")
        case _:
            made.update(b"n")


def _described(spec: tree.Node) -> str:
    return " ".join(text_of(spec, "description").split()) if isinstance(spec, tree.Mapping) else ""


def _is_true(node: tree.Node | None) -> bool:
    return isinstance(node, tree.Scalar) and node.value is True
