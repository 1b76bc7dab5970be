"""VSP414: a test case that expects an error code the node never gives."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.cases import cases
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope

ENGINE_CODES = (
    "input_invalid", "precondition_violated", "postcondition_violated", "capability_denied",
    "guard_failed", "not_approved", "effect_failed", "timeout", "integer_overflow",
    "division_by_zero", "evaluation_error", "operations_exceeded",
)  # fmt: skip
"""Codes that every node may answer with, without declaring them."""


@rule(
    "VSP414",
    "undeclared-expected-code",
    bad="""
        outputs:
          success:
            total: decimal
          error:
            error_code: enum[too_large]
        testing:
          test_cases:
            - name: large
              expected_output: {success: false, error_code: to_large}
        #                                                   ^^^^^^^^ `to_large` is not among the declared error codes; did you mean `too_large`?
        """,  # noqa: E501
    good="""
        outputs:
          success:
            total: decimal
          error:
            error_code: enum[too_large]
        testing:
          test_cases:
            - name: large
              expected_output: {success: false, error_code: too_large}
            - name: nothing
              expected_output: {success: false, error_code: input_invalid}
        """,
)
def undeclared_expected_code(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """The case could never pass: the node answers with its declared codes, or one of the engine's."""
    for case in cases(piece):
        node = case.expectation("error_code")
        declared = scope.names("error-code")
        if not isinstance(node, tree.Scalar) or node.is_null or not declared:
            continue
        if node.text not in (*declared, *ENGINE_CODES):
            near = nearest(node.text, (*declared, *ENGINE_CODES))
            hint = f"; did you mean `{near}`?" if near else ""
            fix = replace(f"Change it to `{near}`", node.span, near) if near else None
            message = f"`{shortened(node.text)}` is not among the declared error codes{hint}"
            yield Finding(node.span, message, fix)
