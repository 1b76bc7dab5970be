"""What the steps of one flow share while they are lowered, and what names stand for at each place."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from vesper.compile import kinds
from vesper.compile.document import Document
from vesper.compile.expressions import Sources, bare, load, lowered, parsed
from vesper.lang import ir, tree
from vesper.lang.program import Block, Guard, Handler, Machine, Output, Perform
from vesper.lang.types import STRING, TIMESTAMP, Type

NOW = "$now"
SEED = "$seed"


@dataclass(slots=True)
class Names:
    """What names stand for: variables of the flow, changed as steps set them, and names of one place."""

    variables: dict[str, Type]
    local: Mapping[str, ir.Expr] = field(default_factory=dict[str, ir.Expr])

    def copy(self, more: Mapping[str, ir.Expr] | None = None) -> "Names":
        """Names that may change without changing these."""
        return Names(dict(self.variables), {**self.local, **(more or {})})

    def under(self, more: Mapping[str, ir.Expr]) -> "Names":
        """The same variables, and some names that stand for something else."""
        return Names(self.variables, {**self.local, **more})

    def resolve(self, name: str, named: Mapping[str, Type]) -> ir.Expr | None:
        """What a name stands for; None where nobody defines it."""
        found = self.local.get(name)
        if found is None and name in self.variables:
            found = load(name, self.variables[name], named)
        return found

    def join(self, ways: Iterable["Names"], named: Mapping[str, Type]) -> None:
        """Take over what holds whichever way was gone."""
        found: dict[str, Type] = {}
        for way in ways:
            for name, kind in way.variables.items():
                before = found.get(name)
                found[name] = kind if before is None else kinds.joined(before, kind, named)
        self.variables.update(found)


@dataclass(slots=True)
class Frame:
    """What is gathered while one step is lowered."""

    path: str
    is_last: bool = False
    """Whether the flow ends behind it: what it gives may be the node's only output."""
    runs_again: bool = False
    """Whether another try means to run the step again, since it is no effect that can be asked for again."""
    reads: dict[str, Perform] = field(default_factory=dict[str, Perform])
    guards: list[Guard] = field(default_factory=list[Guard])
    caught: list[Handler] = field(default_factory=list[Handler])
    """What the operation itself answers failures with, before the handlers of the document."""
    left: list[Handler] = field(default_factory=list[Handler])
    """The same, for failures that those leave open."""
    drawn: int = 0

    def now(self) -> ir.Expr:
        """The moment at which the step runs."""
        self.reads.setdefault("clock", clock())
        return ir.Load(NOW, TIMESTAMP)

    def draw(self, function: str) -> ir.Expr:
        """One random value: the number of the place tells it from others of the step."""
        read = Perform(
            "random",
            "nondeterministic",
            (),
            (ir.Const("random.read", STRING),),
            SEED,
            "random",
            STRING,
        )
        self.reads.setdefault("random", read)
        self.drawn += 1
        kind = kinds.result(function, (), {})
        return ir.Call(function, (ir.Load(SEED, STRING), ir.Const(self.drawn)), kind)


def clock() -> Perform:
    """The effect that tells the time."""
    capabilities = (ir.Const("clock.read", STRING),)
    return Perform("clock", "nondeterministic", (), capabilities, NOW, "clock", TIMESTAMP)


@dataclass(slots=True)
class Flow:
    """One document on its way to a program."""

    document: Document
    named: Mapping[str, Type]
    success: tuple[Output, ...]
    error: tuple[Output, ...]
    codes: tuple[str, ...]
    """The error codes that the document declares."""
    machines: Mapping[str, Machine]
    block: "Callable[[Flow, tree.Node | None, Names, str], Block]"
    """Lowers a list of steps; given from above, since steps hold lists of steps."""
    last: tree.Node | None = None
    """The last step of the flow."""
    _numbers: Callable[[], int] = field(default_factory=lambda: itertools.count(1).__next__)
    _paths: set[str] = field(default_factory=set[str])

    def fresh(self, word: str) -> str:
        """A name that no document can have."""
        return f"${word}{self._numbers()}"

    def path(self, wanted: str) -> str:
        """The path for a step, made unique."""
        found, number = wanted, 1
        while found in self._paths:
            number += 1
            found = f"{wanted}~{number}"
        self._paths.add(found)
        return found

    def sole(self, frame: Frame, written: str) -> str:
        """The output of an effect: as written; that of the last step may be the node's only one."""
        return (
            self.success[0].name
            if not written and frame.is_last and len(self.success) == 1
            else written
        )

    def sources(self, names: Names, frame: Frame) -> Sources:
        """What expressions of a step get from around them."""
        return Sources(
            lambda name: names.resolve(name, self.named),
            self.named,
            self.fresh,
            frame.now,
            frame.draw,
        )

    def expression(
        self, node: tree.Node | None, names: Names, frame: Frame
    ) -> tuple[ir.Expr, list[str]]:
        """An expression, and the names in it that nobody defines."""
        found = parsed(bare(node.text)) if isinstance(node, tree.Scalar) else None
        if found is None:
            return ir.Const(None), []
        sources = self.sources(names, frame)
        return lowered(found, sources), sources.unknown

    def guard(self, node: tree.Node, names: Names, frame: Frame) -> Guard:
        """A guard; one with a name that nobody defines is not checked."""
        condition, unknown = self.expression(node, names, frame)
        text = " ".join(node.text.split()) if isinstance(node, tree.Scalar) else ""
        return Guard(text, None if unknown or not text else condition)
