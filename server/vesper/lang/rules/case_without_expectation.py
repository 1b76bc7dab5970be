"""VSP418: a test case that shows nothing."""

from collections.abc import Iterator

from vesper.lang.cases import cases
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP418",
    "case-without-expectation",
    severity="warning",
    bad="""
        testing:
          test_cases:
            - name: small
        #           ^^^^^ this case expects nothing: add `expected_output`
              inputs: {amount: 1.00}
        """,
    good="""
        testing:
          test_cases:
            - name: small
              inputs: {amount: 1.00}
              expected_output: {success: true}
        """,
)
def case_without_expectation(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Whatever comes out, it passes."""
    for case in cases(piece):
        if case.place is not None and not case.expected and not case.is_partial:
            yield Finding(case.place, "this case expects nothing: add `expected_output`")
