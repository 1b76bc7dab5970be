"""What a debugger is started with: a node, its inputs, and who answers what it asks the world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vesper.compile.suite import Case, Round, suite
from vesper.errors import VesperError
from vesper.execution.debugger import Start
from vesper.execution.engines import engine
from vesper.execution.nodes import Node, Nodes
from vesper.execution.testing_mocks import Mocked, Mocks
from vesper.lang.program import Program, Step, steps_of
from vesper.runtime.driver import Conduct, drive
from vesper.runtime.engine import Engine
from vesper.runtime.envelope import Envelope
from vesper.runtime.handlers.gate import Gate
from vesper.runtime.handlers.recall import nothing_else, recalling
from vesper.runtime.handling import Call
from vesper.runtime.journal import Remembered
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

if TYPE_CHECKING:
    from vesper.execution.runs import Runs


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to debug. One of `case`, `trace` and `live` at most."""

    node: str
    """A path, an id or a range of versions."""
    inputs: Mapping[str, Value] = field(default_factory=dict[str, Value])
    engine: str = "interp"
    peer: str = ""
    """The engine to compare with."""
    case: str = ""
    """A test case of the document, whose inputs and mocks are used."""
    trace: str = ""
    """A run of the past, whose inputs and journal are used."""
    live: bool = False
    """Whether effects are performed."""


@dataclass(frozen=True)
class Prepared:
    """A run that is ready to begin."""

    program: Program
    inputs: Mapping[str, Value]
    engine: Engine
    start: Start
    locate: Callable[[Program], str] = lambda _: ""
    """The absolute path of a node's file."""
    steps: Callable[[str], list[Step]] = lambda _: []
    """The steps in a file that is named by its absolute path."""
    peer: Engine | None = None
    follow: Start | None = None
    """Drives the other engine, where that is done differently."""


Prepare = Callable[[Wanted], Prepared]
"""Raises `VesperError` for what cannot be debugged."""


def prepare(nodes: Nodes, runs: "Callable[[], Runs]", wanted: Wanted) -> Prepared:
    """The run that is wanted, in a workspace. VesperError where there is no such node, case or run."""
    if sum(map(bool, (wanted.case, wanted.trace, wanted.live))) > 1:
        hint = "a test case, a run of the past, or --live"
        raise VesperError("invalid", "effects are answered in one way only", hint)
    node = nodes.find(wanted.node)
    program = untimed(node.program)
    files = _Files(nodes, node)
    follow: Start | None = None
    if wanted.trace:
        inputs, start = _of_the_past(runs(), node, program, wanted)
    elif wanted.live:
        inputs = wanted.inputs
        start = _live(runs(), nodes, program, inputs)
        follow = _performing_nothing(nodes, program, inputs)
    else:
        round_ = _round_of(node, wanted.case) if wanted.case else Round({})
        inputs = {**round_.inputs, **wanted.inputs}
        start = _mocked(nodes, program, inputs, round_.mocks)
    return Prepared(
        program, inputs, engine(wanted.engine), start, files.locate, files.steps,
        engine(wanted.peer) if wanted.peer else None, follow,
    )  # fmt: skip


def untimed(program: Program) -> Program:
    """The program without a limit of time: whoever looks takes longer than any run may."""
    return replace(program, limits=replace(program.limits, timeout=None))


def _mocked(
    nodes: Nodes, program: Program, inputs: Mapping[str, Value], mocks: Mapping[str, Value]
) -> Start:
    now = datetime.now(UTC)

    def start(engine: Engine) -> Envelope:
        answers = Mocks(mocks, now, program.node_id)
        gate = Gate(answers, lambda _effect, _call, _failure: None)
        call = Call("debug", program.node_id, "", actor="debugger")
        conduct = Conduct(Mocked(engine, answers), gate, call, _resolving(nodes), gate.permit)
        return drive(program, inputs, conduct)

    return start


def _live(runs: "Runs", nodes: Nodes, program: Program, inputs: Mapping[str, Value]) -> Start:
    from vesper.execution.runs import RunOptions
    from vesper.execution.runs import Runs as Those

    def find(reference: str) -> Program:
        return untimed(nodes.find(reference).program)

    def start(engine: Engine) -> Envelope:
        setting = replace(runs.setting, engines={engine.name: engine}, nodes=find)
        return Those(setting).run(program, inputs, RunOptions(engine.name, is_cached=False))

    return start


def _of_the_past(
    runs: "Runs", node: Node, program: Program, wanted: Wanted
) -> tuple[Mapping[str, Value], Start]:
    """The run done again from its journal, with nothing performed."""
    execution = runs.get(wanted.trace)
    if execution.node_id != node.node_id:
        message = f"the run {execution.id[:12]} is one of {execution.node_id}"
        raise VesperError("invalid", message, f"`vesper debug {execution.node_id} --trace ...`")
    if execution.digest != program.digest:
        message = f"`{node.node_id}` has changed since run {execution.id[:12]}"
        raise VesperError("conflict", message, "put the document back as it was")
    draft = runs.ledger.draft_of(execution.id, program)
    entries = runs.ledger.journal_of(draft).entries()
    is_whole = runs.ledger.envelope_of(execution.id) is not None

    def resolve(reference: str) -> Program:
        return untimed(runs.resolve(reference))

    def start(engine: Engine) -> Envelope:
        handler = recalling(Remembered(entries), nothing_else(is_whole))
        call = Call(execution.id, program.node_id, "", actor="debugger")
        return drive(program, draft.inputs, Conduct(engine, handler, call, resolve))

    return draft.inputs, start


def _performing_nothing(nodes: Nodes, program: Program, inputs: Mapping[str, Value]) -> Start:
    """For an engine whose effects are answered before anybody is asked."""

    def refuse(effect: Effect, _call: Call) -> Value:
        raise Failure(("diverged",), f"{effect.site} was to be performed twice", final=True)

    def start(engine: Engine) -> Envelope:
        call = Call("debug", program.node_id, "", actor="debugger")
        return drive(program, inputs, Conduct(engine, refuse, call, _resolving(nodes)))

    return start


def _resolving(nodes: Nodes) -> Callable[[str], Program]:
    return lambda reference: untimed(nodes.resolve(reference))


def _round_of(node: Node, name: str) -> Round:
    """The run of a test case, by its whole name or a part that no other has. `name#2` is its second run."""
    name, _, number = name.partition("#")
    cases = suite(node.facts).cases
    fitting = [it for it in cases if it.name == name] or [it for it in cases if name in it.name]
    if len(fitting) != 1:
        known = ", ".join(it.name for it in fitting or cases) or "none"
        said = f"there is no test case `{name}`" if not fitting else f"`{name}` fits several cases"
        raise VesperError("not_found", said, f"there are: {known}")
    return _rounds(fitting[0])[int(number) - 1 if number.isdecimal() and number != "0" else 0]


def _rounds(case: Case) -> list[Round]:
    rounds = [it for it in case.steps if isinstance(it, Round)]
    if case.problem or not rounds:
        raise VesperError("invalid", f"the case {case.name} cannot be run: {case.problem}")
    return rounds


class _Files:
    """Where nodes stand."""

    def __init__(self, nodes: Nodes, node: Node) -> None:
        self._nodes = nodes
        self._known = {node.node_id: self._path(node)}

    def locate(self, program: Program) -> str:
        """The file of a node that runs."""
        if program.node_id not in self._known:
            try:
                self._known[program.node_id] = self._path(self._nodes.find(program.node_id))
            except VesperError:
                self._known[program.node_id] = ""
        return self._known[program.node_id]

    def steps(self, path: str) -> list[Step]:
        """The steps of all nodes in a file that can be run."""
        found: list[Step] = []
        try:
            nodes = self._nodes.in_file(path)
        except VesperError:
            return found
        for it in nodes:
            try:
                found += steps_of(it.program)
            except VesperError:
                # Nothing stops in a document with errors, since nothing runs there.
                continue
        return found

    def _path(self, node: Node) -> str:
        return str(self._nodes.root / node.file)
