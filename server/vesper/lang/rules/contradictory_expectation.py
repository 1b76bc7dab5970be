"""VSP417: a test case that expects a success and an error."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.cases import cases
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, replace, rule
from vesper.lang.scope import Scope


@rule(
    "VSP417",
    "contradictory-expectation",
    bad="""
        testing:
          test_cases:
            - name: large
              expected_output: {success: true, error_code: too_large}
        #                                ^^^^ a success has no error code: expect one or the other
        """,
    good="""
        testing:
          test_cases:
            - name: large
              expected_output: {success: false, error_code: too_large}
        """,
)
def contradictory_expectation(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A success has no error code, so the case can never pass."""
    for case in cases(piece):
        success, code = case.expectation("success"), case.expectation("error_code")
        if not isinstance(success, tree.Scalar) or not isinstance(code, tree.Scalar):
            continue
        if success.value is True and not code.is_null:
            yield Finding(
                success.span,
                "a success has no error code: expect one or the other",
                replace("Expect the error", success.span, "false"),
                (Related(code.span, "the error code"),),
            )
