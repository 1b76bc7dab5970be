"""VSP521: a switch that does nothing for some values."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.infer import Inference
from vesper.lang.names import type_of_name
from vesper.lang.piece import Piece, Step
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.types import Enum, unwrapped


@rule(
    "VSP521",
    "missing-case",
    severity="warning",
    bad="""
        inputs:
          size: enum[small, medium, large]
        flow:
          - step: choose
            operation: switch
            on: "size"
            cases:
        #   ^^^^^ no case for `medium`: add it, or a `default`
              small:
                return_error: too_small
              large:
                return_error: too_large
        """,
    good="""
        inputs:
          size: enum[small, medium, large]
        flow:
          - step: choose
            operation: switch
            on: "size"
            cases:
              small:
                return_error: too_small
            default:
              return_error: too_large
        """,
)
def missing_case(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """A value without a case passes through without a word, unless there is a `default`."""
    for step in piece.steps:
        cases = step.node.entry("cases")
        if step.operation != "switch" or cases is None or step.node.entry("default") is not None:
            continue
        words = words_of(piece, scope, step)
        if not words or not isinstance(cases.value, tree.Mapping):
            continue
        written = {it.key.text for it in cases.value.entries}
        missing = [it for it in words if it not in written]
        if missing and written:
            names = ", ".join(f"`{it}`" for it in missing[:5])
            yield Finding(cases.key.span, f"no case for {names}: add it, or a `default`")


def words_of(piece: Piece, scope: Scope, step: Step) -> tuple[str, ...]:
    """The words of the enum that a switch chooses by; none where it is no enum."""
    for expression in piece.expressions:
        if expression.slot.path == (*step.path, "on") and expression.parsed.tree is not None:
            inference = Inference(
                lambda name, at=expression: type_of_name(at, scope, name), scope.types()
            )
            kind = unwrapped(inference.type_of(expression.parsed.tree), scope.types())
            return kind.words if isinstance(kind, Enum) else ()
    return ()
