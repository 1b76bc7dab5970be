"""Python as `ast` objects: small builders, and what is known of a piece of code while it is written.

Text of a document gets into the code as `ast.Constant` and nowhere else; names are made afresh.
"""

import ast
import keyword
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast

from vesper.compile.python_kinds import item_of
from vesper.lang.ir import Const, Expr, Load
from vesper.lang.types import ANY, BOOLEAN, Array, Type

KIT: Final = "kit"
DEEPEST: Final = 10
"""How many blocks code may stand in before it gets a function of its own."""
_OPPOSITES: Final[Mapping[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}  # fmt: skip
_PLAIN: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_UNFIT: Final = re.compile(r"[^a-z0-9_]+")
_TAKEN: Final = frozenset({
    KIT, "at", "ops", "given", "site", "broken", "annotations", "sys", "run", "watcher", "answer",
    "collected", "number", "item", "one", "times", "verdict", "skipped", "checked", "unchecked", "judged",
    "taken", "unknown", "error", "fits", "bool", "dict", "enumerate", "format", "int", "isinstance", "len",
    "list", "range", "reversed", "set", "sorted", "str", "type", "min", "max", "all", "any", "tuple", "row",
})  # fmt: skip


@dataclass(slots=True)
class Frame:
    """A function, or a round of a loop: names set in it are its own."""

    locals: dict[str, str] = field(default_factory=dict[str, str])
    """What the names of the document are called here."""
    unset: dict[str, None] = field(default_factory=dict[str, None])
    """Those that must hold `kit.UNSET` when it begins."""

    def beginning(self) -> list[ast.stmt]:
        """What it begins with."""
        return [assign(name, of_kit("UNSET")) for name in self.unset]


@dataclass(frozen=True, slots=True)
class Local:
    """A name of the document as the code has it."""

    name: str
    kind: Type = ANY
    frame: Frame | None = field(default=None, compare=False)
    is_sure: bool = True
    """Whether it holds a value wherever it is read."""
    is_held: bool = False
    """Whether it may hold a fault that is raised when it is read."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A constant that is a pattern made ready."""

    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """An expression of the code: `kind` is what its value surely is, whatever the document says."""

    node: ast.expr
    kind: Type = ANY
    faults: bool = False
    """Whether it may end in a fault other than a spent budget."""

    @property
    def is_simple(self) -> bool:
        """Whether evaluating it later, or twice, gives the same and costs nothing."""
        return isinstance(self.node, ast.Constant | ast.Name)


class Names:
    """Names of one function: those of the document stay readable, and none is taken twice."""

    def __init__(self) -> None:
        self._taken = set(_TAKEN)

    def fresh(self, wanted: str) -> str:
        """A name like the wanted one that nothing else has."""
        stem = wanted if _PLAIN.match(wanted) else _UNFIT.sub("_", wanted.lower()).strip("_")[:40]
        stem = stem if _PLAIN.match(stem) else "value"
        name, number = stem, 1
        while name in self._taken or keyword.iskeyword(name) or keyword.issoftkeyword(name):
            number += 1
            name = f"{stem}_{number}"
        self._taken.add(name)
        return name


@dataclass(slots=True)
class Writer:
    """Where code is written to: the block at hand, the names in scope, the constants of the module."""

    forms: "Mapping[type[Expr], Callable[[Writer, Any], Piece]]"
    """How each form of expression is written."""
    constants: dict[str, object] = field(default_factory=dict[str, object])
    """What module-level names hold."""
    limit: int = 1_000_000
    names: Names = field(default_factory=Names)
    scope: dict[str, Local] = field(default_factory=dict[str, Local])
    block: list[ast.stmt] = field(default_factory=list[ast.stmt])
    frame: Frame = field(default_factory=Frame)
    result: dict[str, "Local | None"] = field(default_factory=dict[str, "Local | None"])
    """In postconditions: the fields of the answer; None where this answer has no such field."""
    kept: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    depth: int = 1
    """How many of Python's blocks are around, at most."""
    ops: int | None = 0
    """How many operations the run has taken where code is written, if that is known."""
    spends: bool = False
    """Whether a statement written since somebody looked may spend the budget."""
    is_risky: bool = False
    """Whether a statement written since somebody looked may end in a fault."""

    def expression(self, it: Expr) -> Piece:
        """The code of an expression, in order with what is written after it."""
        if self.depth >= DEEPEST and not isinstance(it, Const | Load):
            return self._apart(it)
        return self.forms[type(it)](self, it)

    def _apart(self, it: Expr) -> Piece:
        """The expression in a function of its own, where it needs statements: Python nests blocks no deeper
        than 20."""
        depth, self.depth = self.depth, 0
        ops, self.ops = self.ops, None
        with self.inside(0) as body:
            piece = self.forms[type(it)](self, it)
        self.depth = depth
        if not body:
            self.ops = ops
            return piece
        name = self.names.fresh("part")
        nothing = ast.arguments([], [], None, [], [], None, [])
        code = [ast.Nonlocal(["ops"]), *body, ast.Return(piece.node)]
        self.emit(ast.FunctionDef(name, nothing, code, [], lineno=0))
        self.is_risky = self.is_risky or piece.faults
        return self.put("value", Piece(call(name), piece.kind))

    def condition(self, it: Expr) -> Piece:
        """The same for one that must be true or false."""
        piece = self.expression(it)
        return piece if piece.kind == BOOLEAN else Piece(kit("truth", piece.node), BOOLEAN, True)

    def operands(self, *given: Expr) -> list[Piece]:
        """Several expressions, evaluated in this order."""
        pieces: list[Piece] = []
        for it in given:
            mark = len(self.block)
            found = self.expression(it)
            if len(self.block) > mark:
                self._settle(pieces, mark)
            pieces.append(found)
        return pieces

    def items(self, it: Expr) -> Piece:
        """The list that an expression gives to go through, in a name."""
        return self.listed(self.expression(it))

    def listed(self, found: Piece) -> Piece:
        """The list that a value is to go through, in a name."""
        if not isinstance(found.kind, Array):
            found = Piece(kit("items", found.node), Array(item_of(found.kind)), True)
        return self.put("items", found)

    def _settle(self, pieces: list[Piece], mark: int) -> None:
        """What may fault comes before statements that a later operand needs."""
        later = self.block[mark:]
        del self.block[mark:]
        for at, piece in enumerate(pieces):
            if piece.faults:
                pieces[at] = self.put("part", piece)
        self.emit(*later)

    @contextmanager
    def binding(self, given: Mapping[str, Local]) -> Generator[None]:
        """Names that only an inner expression has."""
        outer, self.scope = self.scope, {**self.scope, **given}
        try:
            yield
        finally:
            self.scope = outer

    def emit(self, *statements: ast.stmt) -> None:
        """Write statements at the end of the block at hand."""
        self.block.extend(statements)

    @contextmanager
    def inside(self, blocks: int = 1) -> Generator[list[ast.stmt]]:
        """Write into a new block, to be put inside so many of Python's."""
        outer, self.block = self.block, []
        self.depth += blocks
        try:
            yield self.block
        finally:
            self.block = outer
            self.depth -= blocks

    def set_name(self, name: str, kind: Type, *, is_sure: bool = True) -> str:
        """Make a name of the document known from here on; what it is called in the code."""
        called = self.frame.locals.get(name)
        if called is None:
            called = self.frame.locals[name] = self.names.fresh(name)
        self.scope[name] = Local(called, kind, self.frame, is_sure)
        return called

    def put(self, wanted: str, piece: Piece) -> Piece:
        """The piece evaluated here and now into a name of its own, unless it is simple."""
        if piece.is_simple:
            return piece
        name = self.names.fresh(wanted)
        self.emit(assign(name, piece.node))
        self.is_risky = self.is_risky or piece.faults
        return Piece(load(name), piece.kind)

    def constant(self, stem: str, value: object) -> ast.expr:
        """A module-level name for a value that is made once."""
        key = (stem, repr(value))
        if key not in self.kept:
            self.kept[key] = f"{stem.upper()}_{len(self.kept) + 1}"
            self.constants[self.kept[key]] = value
        return load(self.kept[key])

    def charge_for(self, items: Piece) -> None:
        """Write that each item of a list is an operation."""
        self.charge(call("len", items.node))

    def charge(self, count: ast.expr | int) -> None:
        """Write that so many operations are taken; a number that is known is not counted again."""
        over = throw(kit("spent", ast.Constant(self.limit)))
        if isinstance(count, int) and self.ops is not None:
            self.ops += count
            self.emit(assign("ops", ast.Constant(self.ops)))
            if self.ops > self.limit:
                self.emit(over)
            return
        self.spends, self.ops = True, None
        self.emit(
            ast.AugAssign(
                store("ops"), ast.Add(), ast.Constant(count) if isinstance(count, int) else count
            ),
            when(compare(load("ops"), ast.Gt(), ast.Constant(self.limit)), [over]),
        )


def located(module: ast.Module) -> ast.Module:
    """The module with the places that Python wants of every node; they mean nothing."""
    waiting: list[Any] = [module]
    while waiting:
        node = waiting.pop()
        node.lineno = 1
        node.col_offset = 0
        for name in node._fields:
            held = getattr(node, name, None)
            if isinstance(held, list):
                waiting += [it for it in cast("list[Any]", held) if isinstance(it, ast.AST)]
            elif isinstance(held, ast.AST):
                waiting.append(held)
    return module


def load(name: str) -> ast.Name:
    """A name that is read."""
    return ast.Name(name, ast.Load())


def store(name: str) -> ast.Name:
    """A name that is set."""
    return ast.Name(name, ast.Store())


def of_kit(name: str) -> ast.Attribute:
    """`kit.name`."""
    return ast.Attribute(load(KIT), name, ast.Load())


def kit(name: str, *arguments: ast.expr) -> ast.Call:
    """`kit.name(...)`."""
    return ast.Call(of_kit(name), list(arguments), [])


def call(function: str, *arguments: ast.expr) -> ast.Call:
    """`function(...)`, a built-in."""
    return ast.Call(load(function), list(arguments), [])


def method(of: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    """`of.name(...)`."""
    return ast.Call(ast.Attribute(of, name, ast.Load()), list(arguments), [])


def subscript(of: ast.expr, at: ast.expr) -> ast.Subscript:
    """`of[at]`."""
    return ast.Subscript(of, at, ast.Load())


def compare(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.Compare:
    """`left operator right`."""
    return ast.Compare(left, [operator], [right])


def without_minus(w: Writer, of: ast.expr) -> ast.expr:
    """A decimal, a zero without its sign."""
    name = w.names.fresh("exact")
    unsigned = method(load(name), "copy_abs")
    return ast.BoolOp(ast.Or(), [ast.NamedExpr(store(name), of), unsigned])


def is_none(of: ast.expr) -> ast.expr:
    """`of is None`; Python warns where that is asked of a literal."""
    if isinstance(of, ast.Constant):
        return ast.Constant(of.value is None)
    return compare(of, ast.Is(), ast.Constant(None))


def all_of(tests: Sequence[ast.expr]) -> ast.expr:
    """`a and b and c`."""
    flat: list[ast.expr] = []
    for it in tests:
        is_and = isinstance(it, ast.BoolOp) and isinstance(it.op, ast.And)
        flat += it.values if is_and and isinstance(it, ast.BoolOp) else [it]
    return flat[0] if len(flat) == 1 else ast.BoolOp(ast.And(), flat)


def negated(of: ast.expr) -> ast.expr:
    """`not of`, in the way a person would write it."""
    if isinstance(of, ast.Constant) and isinstance(of.value, bool):
        return ast.Constant(not of.value)
    if isinstance(of, ast.UnaryOp) and isinstance(of.op, ast.Not):
        return of.operand
    if isinstance(of, ast.Compare) and type(of.ops[0]) in _OPPOSITES:
        return ast.Compare(of.left, [_OPPOSITES[type(of.ops[0])]()], of.comparators)
    return ast.UnaryOp(ast.Not(), of)


def assign(name: str, value: ast.expr) -> ast.Assign:
    """`name = value`."""
    return ast.Assign([store(name)], value, lineno=0)


def when(test: ast.expr, then: Sequence[ast.stmt], otherwise: Sequence[ast.stmt] = ()) -> ast.stmt:
    """`if test: ... else: ...`."""
    return ast.If(test, list(then) or [ast.Pass()], list(otherwise))


def loop(target: ast.expr, over: ast.expr, body: Sequence[ast.stmt]) -> ast.For:
    """`for target in over: ...`."""
    return ast.For(target, over, list(body) or [ast.Pass()], [], lineno=0)


def throw(error: ast.expr) -> ast.Raise:
    """`raise error`."""
    return ast.Raise(error, None)


def attempt(body: Sequence[ast.stmt], name: str, rescue: Sequence[ast.stmt]) -> ast.Try:
    """`try: ... except kit.FAULTS as name: ...`."""
    caught = ast.ExceptHandler(of_kit("FAULTS"), name or None, list(rescue) or [ast.Pass()])
    return ast.Try(list(body) or [ast.Pass()], [caught], [], [])


def record(entries: Sequence[tuple[str, ast.expr]]) -> ast.Dict:
    """`{'key': value}`."""
    return ast.Dict([ast.Constant(key) for key, _ in entries], [value for _, value in entries])


def tuple_of(items: Sequence[ast.expr]) -> ast.Tuple:
    """`(a, b)`."""
    return ast.Tuple(list(items), ast.Load())


def gathered(item: ast.expr, target: ast.expr, over: ast.expr, *tests: ast.expr) -> ast.ListComp:
    """`[item for target in over if tests]`."""
    return ast.ListComp(item, [ast.comprehension(target, over, list(tests), 0)])
