"""A node as engines run it: its steps, its contract, its limits.

A `Program` is a document with all questions of notation answered: one form for each construct, names
resolved. It is a plain value, made by `vesper.compile`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from vesper.lang.ir import Expr
from vesper.lang.types import ANY, BOOLEAN, DECIMAL, INTEGER, STRING, Nullable, Type
from vesper.values.value import Value


@dataclass(frozen=True, slots=True)
class Assign:
    """A name set to a value."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class If:
    """The block of the first condition that holds, else `otherwise`."""

    arms: tuple[tuple[Expr, "Block"], ...]
    otherwise: "Block" = ()


@dataclass(frozen=True, slots=True)
class Switch:
    """The block of the first case whose value equals `on`, else `otherwise`."""

    on: Expr
    cases: tuple[tuple[Value, "Block"], ...]
    otherwise: "Block" = ()


@dataclass(frozen=True, slots=True)
class Loop:
    """`body` once for each item. Names set inside are the round's own; `collect` is evaluated at its end.

    A list above `max_items` is the failure `too_many_items` before the first round. An `Answer` inside
    ends the flow. With `concurrency` above 1 the rounds are a `Fork`, and names of the outside cannot be set.
    """

    items: Expr
    name: str
    index: str
    body: "Block"
    collect: Expr | None = None
    output: str = ""
    concurrency: int = 1
    max_items: int = 10_000


@dataclass(frozen=True, slots=True)
class Parallel:
    """Blocks run at once; names that they set are there behind. The first failure in order counts."""

    branches: tuple[tuple[str, "Block"], ...]


@dataclass(frozen=True, slots=True)
class Perform:
    """An effect: the engine asks for it and goes on with what comes back.

    `site` tells it from others of its step (empty for the step's own). `capabilities` are texts worked
    out at run time, all of which must be granted. What comes back is of type `type` and goes into `output`.
    """

    operation: str
    kind: Literal["read", "write", "nondeterministic"]
    arguments: tuple[tuple[str, Expr], ...]
    capabilities: tuple[Expr, ...] = ()
    output: str = ""
    site: str = ""
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Invoke:
    """Another node called; `output` gets its success fields. Its error is a failure with that code."""

    node: str
    """A reference, as in the document: an id or a range."""
    arguments: tuple[tuple[str, Expr], ...]
    output: str = ""
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of the flow with a success or an error. An error has `error_code`; `message` may be missing."""

    side: Literal["success", "error"]
    fields: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Fail:
    """A failure of the step with a code, such as `guard_failed`; handlers may answer it."""

    code: str
    message: Expr
    values: tuple[tuple[str, Expr], ...] = ()


Statement = Assign | If | Switch | Loop | Parallel | Perform | Invoke | Answer | Fail
Block = tuple["Statement | Step", ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition with the words it was written in."""

    text: str
    condition: Expr | None
    """None where it cannot be checked: nobody defines a name in it."""
    implied: bool = False
    """Whether it holds in every run whose caller kept the contract, so that it need not be asked there."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often to try an effect, and how long to wait between; seconds."""

    attempts: int = 1
    delay: float = 0.0
    factor: float = 1.0
    """What the wait is multiplied by each time."""
    step: float = 0.0
    """What is added to the wait each time."""
    longest: float = 300.0
    codes: tuple[str, ...] = ()
    """The failures worth another try; none means those that may pass."""


@dataclass(frozen=True, slots=True)
class Handler:
    """What to do with a failure whose codes hold one of `codes`; none means any.

    `$failure` holds `{code, message}` inside. `undo` runs first. A `body` that ends without an `Answer`
    goes on behind the step; `retries` is how often the step is run again before that.
    """

    codes: tuple[str, ...] = ()
    undo: Block = ()
    body: Block = ()
    retries: int = 0
    goes_on: bool = False
    """Whether the flow goes on behind the step; else, without an `Answer`, the failure stands."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the document with what its operation means.

    In order: `reads` (clock and the like), `when` (false: nothing of it runs), `guards` (one that is false
    or a fault is the failure `guard_failed`), `body`. A failure goes to `handlers`, then to the program's.
    """

    path: str
    """Where it stands: names of steps and branches with `/` between, without rounds of loops."""
    name: str
    operation: str
    body: Block
    reads: tuple[Perform, ...] = ()
    when: Expr | None = None
    guards: tuple[Guard, ...] = ()
    handlers: tuple[Handler, ...] = ()
    retry: Retry = Retry()
    timeout: float | None = None
    """Seconds for the step with all its tries."""
    line: int = 0
    """Where it begins in the file, from 0."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A constraint or a clause of the contract."""

    text: str
    condition: Expr | None
    """None where it is unchecked; `reason` says why."""
    reason: str = ""
    names: tuple[str, ...] = ()
    """Names whose values are told with a breach."""
    about: str = ""
    """The input or output that a constraint is for. Those of outputs are among the postconditions."""
    on_error: bool = False
    """Whether it counts for answers that are errors as well."""
    line: int = 0
    implied: bool = False
    """Whether the clauses before it make sure that it holds: it counts as checked, and need only be asked
    where one of them is breached."""


@dataclass(frozen=True, slots=True)
class Input:
    """What the caller gives. Without `required` a missing one is `default`, which may be null."""

    name: str
    type: Type
    required: bool = True
    default: Value = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """A field of the answer."""

    name: str
    type: Type
    required: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`old(value)`: evaluated before the flow into `name`; a fault is kept and raised where it is used."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take."""

    timeout: float | None = None
    """Seconds."""
    operations: int = 1_000_000
    """Steps run plus items gone through by loops, transforms, quantifiers and functions over lists."""
    memory: int | None = None
    """Bytes of values held at once, as `vesper.runtime.memory` counts them."""
    concurrency: int | None = None
    rate: tuple[int, float] | None = None
    """So many runs in so many seconds."""


@dataclass(frozen=True, slots=True)
class Security:
    """What a run may do, and what must stay hidden."""

    required: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    audit: Literal["none", "basic", "detailed"] = "basic"


RUN_NAMES: Mapping[str, Type] = {
    "success": BOOLEAN,
    "status": STRING,
    "error_code": Nullable(STRING),
    "duration_ms": DECIMAL,
    "executions": INTEGER,
    "errors": INTEGER,
    "error_rate": DECIMAL,
}
"""What an alert may ask of a run and of all runs of its node, beside inputs and outputs."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody to be told when a run has ended and the condition holds for it."""

    name: str
    text: str
    condition: Expr | None
    """None where it cannot be evaluated; `reason` says why."""
    reason: str = ""
    severity: str = "warning"
    notify: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric that the document declares with what its value is; one without is reported by steps."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    value: Expr


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked at when a run has ended."""

    alerts: tuple[Alert, ...] = ()
    metrics: tuple[Measured, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine of the node: `moves` are pairs of states."""

    states: tuple[str, ...]
    initial: str
    final: tuple[str, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A node, ready to run."""

    node_id: str
    kind: str
    intent: str
    digest: str
    """Of the node's meaning: equal for documents that differ in comments and layout only."""
    inputs: tuple[Input, ...]
    success: tuple[Output, ...]
    error: tuple[Output, ...]
    error_codes: tuple[str, ...]
    """The codes that the node declares; none means any."""
    body: Block
    prologue: int = 0
    """How many steps at the beginning are validations that need inputs only."""
    constraints: tuple[Clause, ...] = ()
    preconditions: tuple[Clause, ...] = ()
    postconditions: tuple[Clause, ...] = ()
    invariants: tuple[Clause, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    entry_reads: tuple[Perform, ...] = ()
    """The clock and facts that constraints, preconditions and `old` ask for."""
    exit_reads: tuple[Perform, ...] = ()
    """The clock and facts that postconditions and invariants ask for."""
    handlers: tuple[Handler, ...] = ()
    named: Mapping[str, Type] = field(default_factory=dict[str, Type])
    machines: Mapping[str, Machine] = field(default_factory=dict[str, Machine])
    limits: Limits = Limits()
    security: Security = Security()
    cached: bool = False
    """Whether the document allows answers from memory (`performance.cache`)."""
    watched: Watched = Watched()

    @property
    def is_pure(self) -> bool:
        """Whether a run asks for nothing from outside: no effect, no other node."""
        return not (
            self.entry_reads or self.exit_reads or asks(self.body) or asks_in(self.handlers)
        )


def asks(block: Block) -> bool:
    """Whether running the block may ask for an effect, another node or a fork."""
    return any(_asks(it) for it in block)


def asks_in(handlers: tuple[Handler, ...]) -> bool:
    """The same for what handlers would run."""
    return any(asks(it.undo) or asks(it.body) for it in handlers)


def steps_of(program: Program) -> Iterator[Step]:
    """Every step, those inside others and of handlers too, each before the ones inside it."""
    yield from steps_in(program.body)
    for it in program.handlers:
        yield from steps_in((*it.undo, *it.body))


def steps_in(block: Block) -> Iterator[Step]:
    """The same for a block."""
    for it in block:
        if isinstance(it, Step):
            yield it
        for inner in blocks_in(it):
            yield from steps_in(inner)


def blocks_in(it: "Statement | Step") -> Iterator[Block]:
    """The blocks directly inside, those of handlers too."""
    match it:
        case If(arms, otherwise):
            yield from (inner for _, inner in arms)
            yield otherwise
        case Switch(_, cases, otherwise):
            yield from (inner for _, inner in cases)
            yield otherwise
        case Loop(body=body):
            yield body
        case Parallel(branches):
            yield from (inner for _, inner in branches)
        case Step():
            yield it.body
            for handler in it.handlers:
                yield handler.undo
                yield handler.body
        case _:
            pass


def _asks(it: "Statement | Step") -> bool:
    match it:
        case Perform() | Invoke() | Parallel():
            return True
        case If(arms, otherwise):
            return asks(otherwise) or any(asks(inner) for _, inner in arms)
        case Switch(_, cases, otherwise):
            return asks(otherwise) or any(asks(inner) for _, inner in cases)
        case Loop(body=body):
            return asks(body)
        case Step():
            return bool(it.reads) or asks(it.body) or asks_in(it.handlers)
        case Assign() | Answer() | Fail():
            return False
