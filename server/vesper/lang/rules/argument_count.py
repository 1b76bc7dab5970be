"""VSP305: a call with too few or too many arguments."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.functions import FUNCTIONS
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP305",
    "argument-count",
    bad="""
        contracts:
          preconditions:
            - "starts_with(name) == true"
        #      ^^^^^^^^^^^^^^^^^ `starts_with(text, start)` takes 2 arguments, not 1
        """,
    good="""
        contracts:
          preconditions:
            - "starts_with(name, 'a')"
        """,
)
def argument_count(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The signature shows which arguments may be left out: they carry a `?`."""
    for expression in piece.expressions:
        if expression.parsed.tree is None:
            continue
        for node in expr.walk(expression.parsed.tree):
            function = FUNCTIONS.get(node.name) if isinstance(node, expr.Call) else None
            if function is None or not isinstance(node, expr.Call):
                continue
            most, given = len(function.parameters), len(node.arguments)
            least = most - function.optional
            if given < least or (given > most and not function.repeats):
                wanted = str(most) if least == most else f"{least} to {most}"
                wanted = f"at least {least}" if function.repeats else wanted
                noun = "argument" if wanted == "1" else "arguments"
                yield Finding(
                    expression.span(node.start, node.end),
                    f"`{function.signature}` takes {wanted} {noun}, not {given}",
                )
