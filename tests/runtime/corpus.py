"""Programs made from a seed: steps, loops, branches, handlers, contracts and effects."""

from random import Random
from typing import Any

from tests.runtime.expressions import (
    BY_NAME,
    INPUTS,
    INTS,
    ITEM,
    KINDS,
    LISTS,
    ROW,
    Making,
    inputs_of,
)
from vesper.lang import ir
from vesper.lang.program import (
    Answer,
    Assign,
    Clause,
    Fail,
    Guard,
    Handler,
    If,
    Input,
    Invoke,
    Limits,
    Loop,
    Output,
    Parallel,
    Perform,
    Program,
    Snapshot,
    Statement,
    Step,
    Switch,
)
from vesper.lang.types import ANY, DECIMAL, INTEGER, STRING, Array, Nullable


def program_of(*body: "Statement | Step", **given: Any) -> Program:
    """A program over all inputs that answers with `x`."""
    return Program(
        node_id="made_v1", kind="function", intent="", digest="",
        inputs=tuple(Input(name, kind) for name, kind in INPUTS.items()),
        success=given.pop("success", (Output("x", ANY, required=False),)),
        error=(Output("error_code", STRING), Output("message", STRING)),
        error_codes=("wrong", "lost"), body=body, **given,
    )  # fmt: skip


class Flows(Making):
    """Steps made at random."""

    def __init__(self, random: Random) -> None:
        super().__init__(random, BY_NAME)
        self.steps = 0

    def block(self, path: str, depth: int, least: int = 0) -> tuple[Any, ...]:
        return tuple(self.step(path, depth) for _ in range(self.one(least, 1, 2)))

    def step(self, path: str, depth: int) -> Step:
        self.steps += 1
        path = f"{path}/s{self.steps}" if path else f"s{self.steps}"
        guards = ()
        if self.one(0, 0, 0, 1):
            guards = (Guard("guard", self.one(None, self.expr("boolean", 2))),)
        handlers = ()
        if self.one(0, 0, 1):
            handlers = self.handlers(path, depth)
        body = self.statement(path, depth)
        reads = (self.perform("clock", "clock"),) if self.one(0, 0, 0, 0, 1) else ()
        when = self.expr("boolean", 2) if self.one(0, 0, 0, 1) else None
        return Step(path, path.rsplit("/", 1)[-1], "made", body, reads, when, guards, handlers)

    def handlers(self, path: str, depth: int) -> tuple[Handler, ...]:
        return tuple(
            Handler(
                self.one((), ("gone",), ("evaluation_failed",), ("guard_failed", "effect_failed")),
                self.block(f"{path}!{number}", 0) if self.one(0, 0, 1) else (),
                self.one((), (self.answer(),), self.block(f"{path}!{number}", 0)),
                self.one(0, 0, 0, 1, 2),
                self.one(True, False),
            )
            for number in range(self.one(1, 1, 2))
        )

    def perform(self, site: str = "", operation: str = "") -> Perform:
        arguments = (("what", self.expr(self.one(*KINDS), 1)),)
        needs = (self.expr("string", 1),) if self.one(0, 1) else ()
        name = operation or self.one("steady", "shaky", "lost", "broken")
        return Perform(name, "read", arguments, needs, self.target(), site)

    def target(self) -> str:
        name = self.one("x", "y", "z", "i", "")
        self.names["any"] = [*self.names["any"], name] if name else self.names["any"]
        return name

    def answer(self) -> Answer:
        if self.one(0, 0, 1):
            fields = (
                (
                    "error_code",
                    self.one(ir.Const("wrong"), ir.Const("odd"), self.expr("string", 1)),
                ),
            )
            message = (("message", self.expr("string", 2)),) if self.one(0, 1) else ()
            return Answer("error", (*fields, *message))
        return Answer("success", (("x", self.expr(self.one(*KINDS), 2)),))

    def assign(self) -> Assign:
        name, kind = self.one(
            ("x", "integer"), ("y", "decimal"), ("z", "rows"), ("x", "any"), ("i", "integer")
        )
        value = self.expr(kind, 3)
        self.names[kind] = [*self.names[kind], name]
        return Assign(name, value)

    def statement(self, path: str, depth: int) -> tuple[Any, ...]:
        forms: list[Any] = [
            lambda: (self.assign(),),
            lambda: (self.assign(),),
            lambda: (self.perform(),),
            lambda: (self.one(self.answer, self.assign)(),),
            lambda: (self.fail(),),
            lambda: (Invoke(self.one("other_v1", "lost"), self.given(), self.target()),),
        ]
        if depth > 0:
            forms += [lambda: (self.choice(path, depth - 1), self.assign())] * 2
            forms += [
                lambda: (self.switch(path, depth - 1),),
                lambda: (self.parallel(path, depth - 1),),
            ]
            forms += [lambda: (self.loop(path, depth),)] * 2
            forms += [lambda: (*self.block(path, depth - 1), self.assign())]
        return self.one(*forms)()

    def given(self) -> tuple[tuple[str, ir.Expr], ...]:
        return (("a", self.expr("integer", 1)),)

    def fail(self) -> Fail:
        return Fail(self.one("gone", "odd"), self.expr("string", 1), self.given())

    def choice(self, path: str, depth: int) -> If:
        arms = [(self.expr("boolean", 2), self.block(path, depth)) for _ in range(self.one(1, 2))]
        return If(tuple(arms), self.block(path, depth))

    def switch(self, path: str, depth: int) -> Switch:
        cases = tuple((self.one(*INTS), self.block(path, depth)) for _ in range(2))
        return Switch(self.expr("integer", 2), cases, self.block(path, depth))

    def parallel(self, path: str, depth: int) -> Parallel:
        return Parallel(tuple((name, self.block(f"{path}/{name}", depth)) for name in ("p", "q")))

    def loop(self, path: str, depth: int) -> Loop:
        kind = self.one(*LISTS, "any")
        item, index = self.fresh("it"), self.fresh("at")
        items = self.expr(kind, 2)
        before = self.names
        self.names = {name: [*known] for name, known in before.items()}
        self.names[ITEM.get(kind, "any")] += [item] * 3
        self.names["integer"] += [index]
        body = self.block(path, depth - 1)
        collect = self.one(None, self.expr(self.one(*KINDS), 2))
        self.names = before
        return Loop(
            items, item, index, body, collect, self.target(), self.one(1, 1, 2), self.one(3, 10)
        )


def program(seed: int) -> tuple[Program, dict[str, Any]]:
    """A program with steps, contracts and handlers, and inputs for it."""
    random = Random(seed)
    making = Flows(random)

    def clause(kind: str = "boolean") -> Clause:
        condition = making.one(None, *[making.expr(kind, 2)] * 4)
        names = tuple(making.one((), ("i",), ("s", "x")))
        return Clause("clause", condition, "", names, making.one("", "d"), making.one(True, False))

    entry = tuple(clause() for _ in range(making.one(0, 0, 1, 2)))
    snapshots = tuple(
        Snapshot(f"$old{at}", making.expr("integer", 2)) for at in range(making.one(0, 1, 2))
    )
    body = making.block("", 2, 1) + making.block("", 2)
    handlers = making.handlers("", 1) if making.one(0, 0, 0, 1) else ()
    result = ir.Result("x", making.one("success", "either", "error"))
    making.names["integer"] += [it.name for it in snapshots]
    after = [*(clause() for _ in range(making.one(0, 1, 2)))]
    if making.one(0, 1):
        compared = ir.Compare("==", result, making.expr("integer", 1))
        after.append(
            Clause(
                "x is that", making.one(compared, ir.Logic("or", ir.Not(ir.Succeeded()), compared))
            )
        )
    facts = (Perform("fact", "read", (), (), "fact"),) if making.one(0, 0, 1) else ()
    invariants = tuple(clause() for _ in range(making.one(0, 0, 1)))
    if facts:
        invariants += (Clause("fact", ir.Compare("==", ir.Load("fact"), ir.Const(1))),)
    made = program_of(
        *body,
        prologue=making.one(0, 0, 1),
        preconditions=entry,
        postconditions=tuple(after),
        invariants=invariants,
        snapshots=snapshots,
        entry_reads=facts,
        exit_reads=making.one((), facts),
        handlers=handlers,
        limits=Limits(operations=making.one(1_000_000, 1_000_000, 12, 5)),
        success=making.one(
            (Output("x", ANY, required=False),), (Output("x", ANY),), (Output("x", INTEGER, required=False),),
            (Output("x", Nullable(DECIMAL)),), (Output("x", Array(ROW), required=False),), (),
        ),
    )  # fmt: skip
    return made, inputs_of(random)
