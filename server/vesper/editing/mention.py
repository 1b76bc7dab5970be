"""What a mention is: a name where it is written, before anybody asks what it means."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from vesper.lang import expr
from vesper.lang.fields import ScopeKind
from vesper.lang.piece import Expression, Path
from vesper.lang.source import RelativeSource, Span

Kind = Literal["definition", "write", "read"]
Space = Literal[
    "node", "role", "input", "output", "error-field", "error-code", "type", "field", "fact", "step",
    "variable", "machine", "state", "capability", "anchor", "local",
    "name", "member", "value-name", "result-field", "parameter", "element",
]  # fmt: skip
"""What a mention says it is. The last six are settled by looking at the whole document."""


class Mention(NamedTuple):
    """One name where it is written. Places count lines from the piece's first."""

    space: Space
    name: str
    kind: Kind
    around: Span
    """The whole scalar that holds it."""
    source: RelativeSource | None
    start: int
    end: int
    owner: str = ""
    """The machine of a state, the record of a field, the callee of a parameter, the step of a local."""
    scope: ScopeKind = "none"
    strong: str | None = None
    """The owner of the local that a name surely is."""
    weak: str | None = None
    """The owner of the local that it is if the document has no such name."""
    member: "Member | None" = None
    path: Path = ()
    """Where the expression stands that holds the name."""
    list_at: Span | None = None
    """For an element that nobody named: the text that names its list."""

    @property
    def span(self) -> Span:
        """The name alone, without quotes."""
        if self.source is None:
            return self.around
        return self.source.span(self.start, self.end)


class Member(NamedTuple):
    """A name or a field as an expression has it, from which its type follows."""

    expression: Expression
    node: expr.Name | expr.Field
    lists: Mapping[str, expr.Expr]
    """What the local names in it go through."""
