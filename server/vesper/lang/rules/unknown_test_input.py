"""VSP410: a test case that gives an input the node does not have."""

from collections.abc import Iterator

from vesper.lang.cases import cases
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope


@rule(
    "VSP410",
    "unknown-test-input",
    bad="""
        inputs:
          amount: decimal
        testing:
          test_cases:
            - name: small
              inputs: {amuont: 1.00}
        #              ^^^^^^ there is no input `amuont`; did you mean `amount`?
              expected_output: {success: true}
        """,
    good="""
        inputs:
          amount: decimal
        testing:
          test_cases:
            - name: small
              inputs: {amount: 1.00}
              expected_output: {success: true}
        """,
)
def unknown_test_input(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """The case would end with `input_invalid` before it tests anything."""
    for case in cases(piece):
        known = scope.names("input")
        for entry in case.inputs:
            name = entry.key.text
            if name in known or not known or scope.is_broken():
                continue
            near = nearest(name, known)
            fix = replace(f"Change it to `{near}`", entry.key.span, near) if near else None
            message = f"there is no input `{shortened(name)}`{suggestion(name, known)}"
            yield Finding(entry.key.span, message, fix)
