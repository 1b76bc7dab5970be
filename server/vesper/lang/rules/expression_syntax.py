"""VSP301: a text that is no expression."""

from collections.abc import Iterator

from vesper.lang.names import CONTRACTS, is_prose
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope


@rule(
    "VSP301",
    "expression-syntax",
    bad="""
        contracts:
          preconditions:
            - "(amount > 0"
        #                 ^ expected `)` to close the `(`
        """,
    good="""
        contracts:
          preconditions:
            - "(amount > 0) AND amount < 10"
        """,
)
def expression_syntax(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The place is inside the text, also behind escapes and in block texts."""
    for expression in piece.expressions:
        if is_prose(expression):
            continue
        for fault in expression.parsed.faults:
            if fault.kind in ("syntax", "depth"):
                span = expression.span(fault.start, fault.end)
                message = fault.message
                if expression.scope in CONTRACTS and "an operator is missing" in message:
                    message += ", or this is prose: then write it as `label: text`"
                title = f"Write `{(fault.fix or '').strip()}`"
                fix = replace(title, span, fault.fix) if fault.fix else None
                yield Finding(span, message, fix)
