"""VSP402: a contract in prose."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.document import PROSE
from vesper.lang.names import is_prose
from vesper.lang.piece import Piece, line_text
from vesper.lang.rule import Edit, Finding, Fix, rule
from vesper.lang.scope import Scope
from vesper.lang.source import Span


@rule(
    "VSP402",
    "prose-clause",
    severity="warning",
    bad="""
        contracts:
          invariants:
            - idempotency: same key => same id
        #     ^^^^^^^^^^^ a clause in prose is shown to people and never checked
        """,
    good="""
        contracts:
          invariants:
            - "amount > 0"
        """,
)
def prose_clause(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """An expression with a `: ` in it must stand in quotes, or YAML reads a key."""
    for expression in piece.expressions:
        if is_prose(expression):
            label = expression.text.index(":")
            message = "a clause in prose is shown to people and never checked"
            yield Finding(expression.span(0, label), message)
    for slot in piece.walked.slots:
        node = slot.node
        if slot.shape is not PROSE or not isinstance(node, tree.Mapping) or not node.entries:
            continue
        key = node.entries[0].key
        if key.text.split(" ")[0] in ("FORALL", "EXISTS"):
            line = line_text(piece, key.span.line)
            end = Span(key.span.line, len(line), key.span.line, len(line))
            start = Span(*key.span[:2], *key.span[:2])
            fix = Fix("Put it in quotes", (Edit(start, '"'), Edit(end, '"')))
            message = "the `:` makes this a key: put the expression in quotes"
            yield Finding(key.span, message, fix, severity="error")
        else:
            message = "a clause in prose is shown to people and never checked"
            yield Finding(key.span, message)
