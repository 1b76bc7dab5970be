"""VSP522: a case that the value can never be."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.rules.missing_case import words_of
from vesper.lang.scope import Scope


@rule(
    "VSP522",
    "unknown-case",
    bad="""
        inputs:
          size: enum[small, large]
        flow:
          - step: choose
            operation: switch
            on: "size"
            cases:
              smal:
        #     ^^^^ the value is never `smal`; did you mean `small`?
                return_error: too_small
            default:
              return_error: too_large
        """,
    good="""
        inputs:
          size: enum[small, large]
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
def unknown_case(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """The cases of an enum are its words; any other never runs."""
    for step in piece.steps:
        cases = step.node.get("cases")
        if step.operation != "switch" or not isinstance(cases, tree.Mapping):
            continue
        words = words_of(piece, scope, step)
        for entry in cases.entries:
            name = entry.key.text
            if words and name not in words:
                near = nearest(name, words)
                fix = replace(f"Change it to `{near}`", entry.key.span, near) if near else None
                hint = suggestion(name, words)
                message = f"the value is never `{shortened(name)}`{hint}"
                yield Finding(entry.key.span, message, fix)
