"""What an operation is given to say what its step does: the fields of the step as expressions and blocks.

`vesper.compile` makes one for each step; an operation's `lower` turns it into statements.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from vesper.lang import tree
from vesper.lang.ir import Expr
from vesper.lang.program import Block, Machine, Perform
from vesper.lang.types import Type

Arguments = tuple[tuple[str, Expr], ...]
EffectKind = Literal["read", "write", "nondeterministic"]


class Lowering(Protocol):
    """One step. What is asked for by key is a field of the step, which may be missing."""

    @property
    def node(self) -> tree.Mapping:
        """The step as it is written."""
        ...

    @property
    def named(self) -> Mapping[str, Type]:
        """The document's own types."""
        ...

    def get(self, key: str, of: tree.Node | None = None) -> tree.Node | None:
        """What stands under a key of the step, or of another mapping; None for nothing, and for null."""
        ...

    def word(self, key: str, default: str = "") -> str:
        """A field's text, exactly as it is written."""
        ...

    def whole(self, key: str, default: int) -> int:
        """A field that is a whole number."""
        ...

    def expression(self, node: tree.Node | None) -> Expr:
        """An expression; null for a missing one."""
        ...

    def value(self, node: tree.Node | None) -> Expr:
        """Any value: templates in it are filled in, one that is the whole text keeps its type."""
        ...

    def text(self, node: tree.Node | None) -> Expr:
        """A template that gives a text whatever it holds."""
        ...

    def template(self, node: tree.Node | None) -> Expr:
        """A text filled in; one `{...}` that is the whole text keeps its type."""
        ...

    def values(self, node: tree.Node | None) -> dict[str, Expr]:
        """The entries of a mapping, each as a value."""
        ...

    def columns(self, node: tree.Node | None, over: Expr, rows: str) -> Arguments:
        """Aggregations: expressions over the list `rows`; fields of `over`'s items stand alone."""
        ...

    def sql(self, text: str) -> tuple[str, dict[str, Expr]]:
        """SQL in which each `{...}` has become a parameter `:v1`, and the values of these."""
        ...

    def arguments(self, *without: str) -> Arguments:
        """The operation's own fields that are written, evaluated; what names the output is left out."""
        ...

    def capabilities(self) -> tuple[Expr, ...]:
        """What the step needs, as the operation's `needs` reads it off."""
        ...

    def output(self) -> str:
        """The name for the step's value: as written, else the node's only output, else one of its own."""
        ...

    def gives(self, value: Expr) -> Block:
        """The value put into the output."""
        ...

    def sets(self, name: str, value: Expr) -> Block:
        """A name set for the steps behind."""
        ...

    def perform(
        self,
        arguments: Arguments | None = None,
        *,
        kind: EffectKind | None = None,
        capabilities: Iterable[Expr] | None = None,
        output: str | None = None,
        type: Type | None = None,
    ) -> Perform:
        """The operation's effect; what is not given follows from the operation and the step."""
        ...

    def under(self, names: Mapping[str, Expr]) -> "Lowering":
        """The same step where some names stand for expressions."""
        ...

    def branches(
        self, nodes: Iterable[tree.Node | None], labels: Iterable[str] = ()
    ) -> list[Block]:
        """Steps of which one list or another runs, or each beside the others: lists, or `return_*` maps.

        A label goes into the paths of the steps.
        """
        ...

    def round(self, node: tree.Node | None, names: Mapping[str, Expr]) -> tuple[Block, "Lowering"]:
        """The steps of a loop, and how expressions behind them in the round are lowered."""
        ...

    def last(self, body: Block) -> Expr:
        """The value of the last step of a round; null where it has none."""
        ...

    def answer(self, node: tree.Node | None) -> Block:
        """The end of the flow by `return_success` or `return_error` in a mapping; empty without both."""
        ...

    def aside(self, node: tree.Node | None) -> Block:
        """The same steps once more, for a failure that is caught before all others."""
        ...

    def require(self, guards: Iterable[tree.Node]) -> None:
        """Further guards of the step."""
        ...

    def catch(self, code: str, body: Block, *, first: bool) -> None:
        """What answers a failure of the step before, or behind, what the document says about its errors."""
        ...

    def machine(self, name: str) -> Machine | None:
        """A state machine of the document."""
        ...

    def machine_guards(self, name: str, start: Iterable[str], to: str) -> list[tree.Node]:
        """What a machine demands for moves from some states to another."""
        ...
