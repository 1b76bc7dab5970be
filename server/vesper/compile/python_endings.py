"""How a run begins and ends, as Python: inputs taken in, answers checked against outputs and clauses."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vesper.compile.python_clauses import Clauses, asks_after, judge_exit
from vesper.compile.python_code import (
    Local,
    Piece,
    Writer,
    assign,
    call,
    compare,
    kit,
    load,
    method,
    record,
    subscript,
    tuple_of,
    when,
)
from vesper.compile.python_expressions import printed
from vesper.compile.python_flow import Flow, Place, Site, write_perform
from vesper.compile.python_kinds import bare, is_same, kept
from vesper.lang.ir import Const
from vesper.lang.program import Answer, Output, Perform, Program
from vesper.lang.types import (
    DECIMAL,
    INTEGER,
    NULL,
    STRING,
    Enum,
    Nullable,
    Type,
    settled,
)

_SAID = ("error_code", "message")


@dataclass(frozen=True, slots=True)
class Endings:
    """What the ends of one program need to know."""

    program: Program
    clauses: Clauses

    def settle(self, flow: Flow, it: Answer, given: list[Piece], place: Place) -> None:
        """Write what happens to an answer, up to `return`."""
        keys = [key for key, _ in it.fields]
        fields = dict(zip(keys, given, strict=True))
        values = self._fitting(flow, it.side, fields)
        if values is None:
            code = record([(key, one.node) for key, one in fields.items()])
            flow.w.emit(assign("answer", kit("Answered", ast.Constant(it.side), code)))
            self._settle_held(flow, it.side)
            return
        settled_as = {key: flow.w.put(key, one) for key, one in values.items()}
        for key, one in fields.items():
            if key not in values and one.faults:
                flow.w.put(key, one)
        self._finish(flow, it.side, settled_as)

    def settle_any(self, flow: Flow, answers: list[Answer], _place: Place) -> None:
        """Write what happens to the answer of a branch, which `answer` holds."""
        w = flow.w
        sides = sorted({it.side for it in answers})
        if len(sides) == 1:
            self._settle_held(flow, sides[0])
            return
        codes: list[list[ast.stmt]] = []
        for side in sides:
            with w.inside() as code:
                self._settle_held(flow, side)
            codes.append(code)
        side_of = ast.Attribute(load("answer"), "side", ast.Load())
        w.emit(when(compare(side_of, ast.Eq(), ast.Constant(sides[0])), codes[0], codes[1]))

    def fall_off(self, flow: Flow) -> None:
        """Write what a flow comes to that ends without an answer."""
        w = flow.w
        success = self.program.success
        known = {it.name: w.scope[it.name] for it in success if it.name in w.scope}
        if all(it.name in known and known[it.name].is_sure for it in success):
            pieces = [Piece(load(known[it.name].name), known[it.name].kind) for it in success]
            answer = Answer("success", tuple((it.name, Const(None)) for it in success))
            self.settle(flow, answer, pieces, Place())
            return
        for local in known.values():
            if not local.is_sure and local.frame is not None:
                local.frame.unset[local.name] = None
        held = record([(name, load(local.name)) for name, local in known.items()])
        w.emit(assign("answer", kit("fallen_off", load("NODE"), kit("told", held))))
        is_error = call("isinstance", load("answer"), load("dict"))
        w.emit(when(is_error, [self._ended(flow, self.clauses, error=load("answer"))]))
        self._settle_held(flow, "success")

    def reads(self, flow: Flow, reads: Sequence[Perform], site: str) -> None:
        """Write the reads of clocks and facts; a fact that nobody reports leaves its clauses unasked."""
        w = flow.w
        for it in reads:
            place = Place(Site(site), is_loose=True, outside=Site(site))
            with w.inside() as code:
                write_perform(flow, it, place)
            if it.operation != "fact":
                w.emit(*code)
                continue
            code.append(ast.Expr(method(load("unknown"), "discard", ast.Constant(it.output))))
            rescue = ast.Expr(
                kit("fact_failed", load("error"), load("unknown"), ast.Constant(it.output))
            )
            reset = assign("at", ast.Constant(None))
            failure = ast.Attribute(load("kit"), "Failure", ast.Load())
            w.emit(ast.Try(code, [ast.ExceptHandler(failure, "error", [rescue, reset])], [], []))
            local = w.scope[it.output]
            w.scope[it.output] = replace(local, is_sure=False)

    def _settle_held(self, flow: Flow, side: str) -> None:
        """An answer whose fields are looked at when it is there."""
        w = flow.w
        taken = w.names.fresh("taken_answer")
        problems = ast.Attribute(load(taken), "problems", ast.Load())
        w.emit(
            assign("at", ast.Constant(None)),
            assign(taken, kit("take_answer", load("NODE"), load("answer"))),
        )
        if side == "success":
            self._refuse(flow)
        wrong = kit("problems_told", ast.Constant("output_invalid"), problems)
        w.emit(when(problems, [self._ended(flow, self.clauses, error=wrong)]))
        values = ast.Attribute(load(taken), "values", ast.Load())
        fields: dict[str, Piece] = {}
        for it in self._declared(side):
            found = subscript(values, ast.Constant(it.name))
            kind = kept(it.type, self.program.named)
            kind = kind if it.required or isinstance(kind, Nullable) else Nullable(kind)
            name = w.names.fresh(it.name)
            w.emit(assign(name, found))
            fields[it.name] = Piece(load(name), kind)
        self._finish(flow, side, fields)

    def _finish(self, flow: Flow, side: str, fields: Mapping[str, Piece]) -> None:
        """The end of a run whose answer is as the outputs have it."""
        w = flow.w
        w.emit(assign("at", ast.Constant(None)))
        told = self._told(side, fields)
        self._refuse(flow, None if side == "success" else told)
        outer = w.result
        clauses = replace(self.clauses, at_entry=self.clauses.at_entry)
        with w.binding({}):
            if self.program.exit_reads:
                self.reads(flow, self.program.exit_reads, "exit")
            if asks_after(self.program, side):
                given = {name: self._local(w, name, piece) for name, piece in fields.items()}
                keys = ("either", side)
                w.result = {f"{key}.{name}": it for key in keys for name, it in given.items()}
                w.result[side] = None
                judge_exit(flow, clauses, side, given)
                breached = kit(
                    "breaches_told", ast.Constant("postcondition_violated"), load("broken")
                )
                w.emit(when(load("broken"), [self._ended(flow, clauses, error=breached)]))
        w.result = outer
        if side == "success":
            w.emit(self._ended(flow, clauses, output=told, is_clean=True))
        else:
            w.emit(self._ended(flow, clauses, error=told, is_declared=True, is_clean=True))

    def _local(self, w: Writer, name: str, piece: Piece) -> Local:
        if isinstance(piece.node, ast.Name):
            return Local(piece.node.id, piece.kind)
        called = w.names.fresh(name)
        w.emit(assign(called, piece.node))
        return Local(called, piece.kind)

    def _told(self, side: str, fields: Mapping[str, Piece]) -> ast.expr:
        if side == "success":
            return record([(name, it.node) for name, it in fields.items()])
        rest = record([(name, it.node) for name, it in fields.items() if name not in _SAID])
        code, message = (fields[name].node for name in _SAID)
        return record([("code", code), ("message", message), ("details", rest)])

    def _refuse(self, flow: Flow, declared: ast.expr | None = None) -> None:
        """In the prologue, an answer that comes although the caller broke a clause."""
        if not flow.is_prologue:
            return
        if declared is not None:
            ended = self._ended(flow, self.clauses, error=declared, is_declared=True)
        else:
            ended = self.refused(flow)
        flow.w.emit(when(load("broken"), [ended]))

    def refused(self, flow: Flow) -> ast.stmt:
        """The end of a run whose caller broke a clause."""
        told = kit("breaches_told", ast.Constant("precondition_violated"), load("broken"))
        return self._ended(flow, self.clauses, error=told)

    def _ended(
        self, flow: Flow, clauses: Clauses, *, output: ast.expr | None = None,
        error: ast.expr | None = None, is_declared: bool = False, is_clean: bool = False,
    ) -> ast.stmt:  # fmt: skip
        """`return kit.Ended(...)`."""
        nothing = ast.Constant(None)
        if clauses.is_open:
            checked: ast.expr = call("len", load("judged"))
            unchecked: ast.expr = kit("once", load("unchecked"), load("skipped"))
        else:
            checked = ast.Constant(clauses.checked)
            unchecked = tuple_of([ast.Constant(it) for it in clauses.unchecked])
            if clauses.may_skip:
                unchecked = kit("once", unchecked, load("skipped"))
        ops = load("ops") if flow.w.ops is None else ast.Constant(flow.w.ops)
        if output is not None and is_clean:
            return ast.Return(kit("succeeded", output, checked, unchecked, ops))
        violated = tuple_of([]) if is_clean else call("tuple", load("broken"))
        return ast.Return(
            kit(
                "Ended", output or nothing, error or nothing, ast.Constant(is_declared), checked,
                violated, unchecked, ops,
            )
        )  # fmt: skip

    def _declared(self, side: str) -> tuple[Output, ...]:
        if side == "success":
            return self.program.success
        others = tuple(it for it in self.program.error if it.name not in _SAID)
        return (Output("error_code", STRING), Output("message", STRING), *others)

    def _fitting(
        self, flow: Flow, side: str, fields: Mapping[str, Piece]
    ) -> dict[str, Piece] | None:
        """The fields as the outputs declare them; None where that is known at run time only."""
        declared = self._declared(side)
        if declared and not fields.keys() <= {it.name for it in declared}:
            return None
        given = dict(fields)
        if side == "error" and not self._takes_words(given):
            return None
        found: dict[str, Piece] = {}
        for it in declared:
            piece = given.get(it.name)
            if piece is None:
                piece = None if it.required else Piece(ast.Constant(None), NULL)
            fit = None if piece is None else fitting(piece, it, self.program.named)
            if fit is None:
                return None
            found[it.name] = fit
        return found

    def _takes_words(self, given: dict[str, Piece]) -> bool:
        """See to code and message of an error; False where the code is known at run time only."""
        code = given.get("error_code")
        known = code.node.value if code and isinstance(code.node, ast.Constant) else None
        if not isinstance(known, str) or not known:
            return False
        if self.program.error_codes and known not in self.program.error_codes:
            return False
        words = ast.Constant(known.replace("_", " "))
        said = given.get("message")
        if said is None or said.kind == NULL:
            given["message"] = Piece(words, STRING)
        elif not (isinstance(said.node, ast.Constant) and said.node.value):
            given["message"] = Piece(
                ast.BoolOp(ast.Or(), [printed(said), words]), STRING, said.faults
            )
        return True


def fitting(piece: Piece, it: Output, named: Mapping[str, Type]) -> Piece | None:
    """The piece as a value of an output; None where it must be looked at when it is there."""
    declared = settled(it.type, named)
    may_be_null = isinstance(declared, Nullable) or not it.required
    if isinstance(declared, Nullable):
        declared = settled(declared.of, named)
    if piece.kind == NULL or isinstance(piece.kind, Nullable):
        if not may_be_null:
            return None
        return piece if piece.kind == NULL or is_same(bare(piece.kind), declared, named) else None
    if declared == DECIMAL and piece.kind == INTEGER:
        return Piece(kit("Decimal", piece.node), DECIMAL, piece.faults)
    if isinstance(declared, Enum):
        node = piece.node
        if piece.kind != STRING or not isinstance(node, ast.Constant):
            return None
        return piece if not declared.words or node.value in declared.words else None
    return piece if is_same(piece.kind, declared, named) else None
