"""VSP530: a step of the flow without a name."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.source import Span


@rule(
    "VSP530",
    "unnamed-step",
    severity="hint",
    bad="""
        flow:
          - operation: arithmetic
        #   ^^^^^^^^^ this step has no name: begin it with `step:`
            expression: "1 + 2"
            output: total
        """,
    good="""
        flow:
          - step: add
            operation: arithmetic
            expression: "1 + 2"
            output: total
        """,
)
def unnamed_step(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """A trace, a mock or a breakpoint cannot tell which step is meant."""
    for step in piece.steps:
        if len(step.path) != 2 or step.node.entry("step") is not None or piece.is_broken:
            continue
        if not step.operation:
            continue
        first = step.node.entries[0].key.span
        output = step.text("output")
        wish = f"{step.operation.rsplit('.', 1)[-1]}_{output.text}" if output else step.operation
        name = wish if wish.isidentifier() else "step"
        while scope.find("step", name) is not None:
            name += "_again"
        start = Span(first.line, first.column, first.line, first.column)
        text = f"step: {name}\n{' ' * first.column}"
        fix = None if step.node.flow else replace(f"Call it `{name}`", start, text)
        yield Finding(first, "this step has no name: begin it with `step:`", fix)
