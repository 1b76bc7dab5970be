"""One step's fields as expressions and blocks: what operations are given to say what they do."""

from collections.abc import Iterable, Mapping
from typing import Final

from vesper.compile.expressions import (
    NOTHING,
    Row,
    Sources,
    bare,
    const,
    listed,
    lowered,
    parsed,
    record,
)
from vesper.compile.flow import Flow, Frame, Names
from vesper.lang import fields, ir, tree, types
from vesper.lang.exports import words_of
from vesper.lang.lowering import Arguments, EffectKind
from vesper.lang.operation import Operation, operations
from vesper.lang.outcome import Fixed
from vesper.lang.program import (
    Answer,
    Assign,
    Block,
    Handler,
    Invoke,
    Loop,
    Machine,
    Perform,
    Step,
)
from vesper.lang.templates import Hole, Part, parts, sql_parts, whole
from vesper.lang.types import ANY, STRING, Type, settled
from vesper.values.moment import read_duration
from vesper.values.value import Fault

SHARED: Final = frozenset(
    {"step", "operation", "description", "guards", "when", "timeout", "on_error", "error_handling",
     "retry_policy", "output"}
)  # fmt: skip


class View:
    """One step with what its names stand for; implements `vesper.lang.lowering.Lowering`."""

    def __init__(
        self, flow: Flow, node: tree.Mapping, word: str, names: Names, frame: Frame
    ) -> None:
        self._flow = flow
        self._node = node
        self._names = names
        self._frame = frame
        self.word_of_operation = word

    @property
    def node(self) -> tree.Mapping:
        """The step as it is written."""
        return self._node

    @property
    def named(self) -> Mapping[str, Type]:
        """The document's own types."""
        return self._flow.named

    @property
    def _operation(self) -> Operation | None:
        return operations().get(self.word_of_operation)

    def get(self, key: str, of: tree.Node | None = None) -> tree.Node | None:
        """What stands under a key of the step, or of another mapping."""
        holder = self._flow.document.resolved(of) if of is not None else self._node
        found = holder.get(key) if isinstance(holder, tree.Mapping) else None
        return self._flow.document.resolved(found)

    def word(self, key: str, default: str = "") -> str:
        """A field's text."""
        found = self.get(key)
        return found.text if isinstance(found, tree.Scalar) else default

    def whole(self, key: str, default: int) -> int:
        """A field that is a whole number."""
        found = self.get(key)
        value = found.value if isinstance(found, tree.Scalar) else None
        return value if type(value) is int else default

    def expression(self, node: tree.Node | None) -> ir.Expr:
        """An expression; null for a missing one."""
        return self._flow.expression(self._flow.document.resolved(node), self._names, self._frame)[
            0
        ]

    def value(self, node: tree.Node | None) -> ir.Expr:
        """Any value, templates filled in."""
        match self._flow.document.resolved(node):
            case tree.Scalar() as scalar:
                if "{" in scalar.text or "}" in scalar.text:
                    return self._filled(parts(scalar.text))
                return const(scalar.value)
            case tree.Mapping(entries=entries):
                return record([(it.key.text, self.value(it.value)) for it in entries])
            case tree.Sequence(items=items):
                return listed([self.value(it) for it in items], self.named)
            case _:
                return NOTHING

    def text(self, node: tree.Node | None) -> ir.Expr:
        """A template that gives a text whatever it holds."""
        node = self._flow.document.resolved(node)
        if not isinstance(node, tree.Scalar):
            return NOTHING if node is None else ir.Text((self.value(node),))
        found = self._filled(parts(node.text))
        return found if found.type == STRING else ir.Text((found,))

    def template(self, node: tree.Node | None) -> ir.Expr:
        """A text filled in; one `{...}` that is the whole text keeps its type."""
        node = self._flow.document.resolved(node)
        if not isinstance(node, tree.Scalar):
            return NOTHING
        only = whole(node.text.strip())
        return self._filled([Hole(only)] if only is not None else parts(node.text))

    def values(self, node: tree.Node | None) -> dict[str, ir.Expr]:
        """The entries of a mapping, each as a value."""
        node = self._flow.document.resolved(node)
        entries = node.entries if isinstance(node, tree.Mapping) else []
        return {it.key.text: self.value(it.value) for it in entries}

    def columns(self, node: tree.Node | None, over: ir.Expr, rows: str) -> Arguments:
        """Aggregations over the list `rows`."""
        node = self._flow.document.resolved(node)
        item = types.unwrapped(over.type, self.named)
        kind = item.item if isinstance(item, types.Array) else ANY
        row = Row(ir.Load(rows, types.Array(kind)), kind)
        found: list[tuple[str, ir.Expr]] = []
        for entry in node.entries if isinstance(node, tree.Mapping) else ():
            text = entry.value.text if isinstance(entry.value, tree.Scalar) else ""
            parsed_ = parsed(bare(text))
            value = lowered(parsed_, self._sources(), row) if parsed_ is not None else NOTHING
            found.append((entry.key.text, value))
        return tuple(found)

    def sql(self, text: str) -> tuple[str, dict[str, ir.Expr]]:
        """SQL in which each `{...}` has become a parameter."""
        sql, values = "", dict[str, ir.Expr]()
        for part in sql_parts(text):
            if isinstance(part, str):
                sql += part
                continue
            name = f"v{len(values) + 1}"
            sql += f":{name}"
            values[name] = self._filled(part if isinstance(part, list) else [part])
        return sql, values

    def arguments(self, *without: str) -> Arguments:
        """The operation's own fields that are written, evaluated."""
        own = self._operation.fields if self._operation is not None else ()
        found: list[tuple[str, ir.Expr]] = []
        for field in own:
            node = self.get(field.name)
            if node is not None and field.name not in (*without, "output"):
                found.append((field.name, self._shaped(node, field.shape)))
        return tuple(found)

    def capabilities(self) -> tuple[ir.Expr, ...]:
        """What the step needs, as the operation's `needs` reads it off."""
        if self._operation is None:
            return (const(self.word_of_operation),)
        return tuple(const(it) for it in self._operation.needs(self._node))

    def output(self) -> str:
        """The name for the step's value."""
        written = self.word("output")
        if written:
            return written
        only = self._flow.success
        return only[0].name if len(only) == 1 else self._flow.fresh("value")

    def gives(self, value: ir.Expr) -> Block:
        """The value put into the output."""
        return self.sets(self.output(), value)

    def sets(self, name: str, value: ir.Expr) -> Block:
        """A name set for the steps behind."""
        self._names.variables[name] = value.type
        return (Assign(name, value),)

    def perform(
        self,
        arguments: Arguments | None = None,
        *,
        kind: EffectKind | None = None,
        capabilities: Iterable[ir.Expr] | None = None,
        output: str | None = None,
        type: Type | None = None,
    ) -> Perform:
        """The operation's effect."""
        known = self._operation
        own = known.effect if known is not None and known.effect != "pure" else "write"
        gives = self._returns(known) if type is None else type
        name = self._flow.sole(self._frame, self.word("output")) if output is None else output
        if name:
            self._names.variables[name] = gives
        return Perform(
            self.word_of_operation,
            kind or own,
            self.arguments() if arguments is None else arguments,
            self.capabilities() if capabilities is None else tuple(capabilities),
            name,
            "",
            gives,
        )

    def under(self, names: Mapping[str, ir.Expr]) -> "View":
        """The same step where some names stand for expressions."""
        return self._with(self._names.under(names))

    def branches(
        self, nodes: Iterable[tree.Node | None], labels: Iterable[str] = ()
    ) -> list[Block]:
        """Steps of which one list or another runs, or each beside the others."""
        found: list[Block] = []
        ways: list[Names] = []
        labelled = iter(labels)
        for node in nodes:
            label = next(labelled, "")
            above = f"{self._frame.path}/{label}/" if label else f"{self._frame.path}/"
            ways.append(self._names.copy())
            found.append(self._flow.block(self._flow, node, ways[-1], above))
        self._names.join(ways, self.named)
        return found

    def round(self, node: tree.Node | None, names: Mapping[str, ir.Expr]) -> tuple[Block, "View"]:
        """The steps of a loop, and how expressions behind them in the round are lowered."""
        inner = self._names.copy(names)
        body = self._flow.block(self._flow, node, inner, f"{self._frame.path}/")
        return body, self._with(inner)

    def last(self, body: Block) -> ir.Expr:
        """The value of the last step of a round; null where it has none."""
        last = body[-1] if body else None
        while isinstance(last, Step):
            last = last.body[-1] if last.body else None
        match last:
            case Assign(name=name) | Perform(output=name) | Invoke(output=name) | Loop(output=name):
                return (self._names.resolve(name, self.named) if name else None) or NOTHING
            case _:
                return NOTHING

    def answer(self, node: tree.Node | None) -> Block:
        """The end of the flow that `return_success` or `return_error` in a mapping write."""
        success, error = self.get("return_success", node), self.get("return_error", node)
        if success is not None:
            return (Answer("success", tuple(self.values(success).items())),)
        return self.error(error) if error is not None else ()

    def error(self, node: tree.Node, more: Mapping[str, ir.Expr] | None = None) -> Block:
        """An error: a code alone, or its fields; `more` counts where they do not say it themselves."""
        if isinstance(node, tree.Mapping):
            return (Answer("error", tuple({**(more or {}), **self.values(node)}.items())),)
        return (Answer("error", (("error_code", self.text(node)), *(more or {}).items())),)

    def aside(self, node: tree.Node | None) -> Block:
        """The same steps once more, for a failure that is caught before all others."""
        above = f"{self._frame.path}!{len(self._frame.caught)}/"
        return self._flow.block(self._flow, node, self._names.copy(), above)

    def require(self, guards: Iterable[tree.Node]) -> None:
        """Further guards of the step."""
        self._frame.guards += [self._flow.guard(it, self._names, self._frame) for it in guards]

    def catch(self, code: str, body: Block, *, first: bool) -> None:
        """What answers a failure of the step before, or behind, what the document says."""
        where = self._frame.caught if first else self._frame.left
        where.append(Handler((code,), body=body))

    def machine(self, name: str) -> Machine | None:
        """A state machine of the document."""
        return self._flow.machines.get(name)

    def machine_guards(self, name: str, start: Iterable[str], to: str) -> list[tree.Node]:
        """What a machine demands for moves from some states to another."""
        moves = self._flow.document.section("state_machines", name, "transitions")
        wanted = set(start)
        found: list[tree.Node] = []
        for move in moves.items if isinstance(moves, tree.Sequence) else ():
            listed_ = self.get("guards", move)
            starts = {it.text for it in words_of(self.get("from", move))}
            target = self.get("to", move)
            is_meant = isinstance(target, tree.Scalar) and target.text == to
            if is_meant and wanted & starts and isinstance(listed_, tree.Sequence):
                found += listed_.items
        return found

    def _with(self, names: Names) -> "View":
        return View(self._flow, self._node, self.word_of_operation, names, self._frame)

    def _sources(self) -> Sources:
        return self._flow.sources(self._names, self._frame)

    def _filled(self, found: list[Part]) -> ir.Expr:
        """A template: one `{...}` alone keeps its type, else a text."""
        made = [self._hole(it) if isinstance(it, Hole) else const(it) for it in found]
        if len(found) == 1:
            return made[0]
        return ir.Text(tuple(made)) if made else const("")

    def _hole(self, hole: Hole) -> ir.Expr:
        found = parsed(hole.text)
        return lowered(found, self._sources()) if found is not None else NOTHING

    def _returns(self, known: Operation | None) -> Type:
        recipe = known.outcome(self._node) if known is not None and known.outcome else None
        if isinstance(recipe, Fixed):
            return recipe.type
        written = known.returns if known is not None else ""
        return settled(types.parse(written).type, self.named) if written else ANY

    def _shaped(self, node: tree.Node, shape: fields.Shape) -> ir.Expr:
        """A field by what the field table says may stand there."""
        match fields.resolve(shape, node), node:
            case fields.Text("expression"), _:
                return self.expression(node)
            case fields.Text("template"), _:
                return self.text(node)
            case fields.Text("duration"), tree.Scalar(text=text):
                return _length(text)
            case fields.Text("value" | "sql"), _:
                return self.value(node)
            case ((fields.Text() | fields.Choice()), tree.Scalar(text=text)):
                return const(text)
            case fields.ListOf(item), tree.Sequence(items=items):
                return listed([self._shaped(it, item) for it in items], self.named)
            case fields.MapOf(value), tree.Mapping(entries=entries):
                return record([(it.key.text, self._shaped(it.value, value)) for it in entries])
            case _:
                return self.value(node)


def _length(text: str) -> ir.Expr:
    try:
        return const(read_duration(text.strip()))
    except Fault:
        return const(text)
