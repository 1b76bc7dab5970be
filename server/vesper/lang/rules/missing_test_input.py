"""VSP411: a test case without an input that every caller must give."""

from collections.abc import Iterator

from vesper.lang.cases import cases
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, rule
from vesper.lang.scope import Scope
from vesper.lang.unread import is_finished


@rule(
    "VSP411",
    "missing-test-input",
    bad="""
        inputs:
          amount: decimal
          currency: string
        testing:
          test_cases:
            - name: small
        #           ^^^^^ this case gives no `currency`
              inputs: {amount: 1.00}
              expected_output: {success: true}
        """,
    good="""
        inputs:
          amount: decimal
          currency: {type: string, default: EUR}
        testing:
          test_cases:
            - name: small
              inputs: {amount: 1.00}
              expected_output: {success: true}
        """,
)
def missing_test_input(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """It ends with `input_invalid`; a case that means to show just that expects that code."""
    for case in cases(piece):
        if case.place is None or case.may_be_invalid or case.is_partial:
            continue
        known = scope.names("input")
        left = dict.fromkeys(known) | dict.fromkeys(scope.names("optional"))
        given = [it.key.text for it in case.inputs]
        misspelt = {nearest(it, known) for it in given if it not in left}
        for it in (*scope.names("optional"), *given, *misspelt):
            left.pop(it or "", None)
        missing = [it for it in left if is_finished(scope, "input", it)]
        if missing and not scope.is_broken():
            names = ", ".join(f"`{it}`" for it in missing[:5])
            yield Finding(case.place, f"this case gives no {names}")
