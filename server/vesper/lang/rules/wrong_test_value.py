"""VSP412: a test case with a value that is none of its type."""

from collections.abc import Iterator

from vesper.lang.cases import cases
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.types import is_type
from vesper.lang.values import misfits


@rule(
    "VSP412",
    "wrong-test-value",
    bad="""
        inputs:
          count: integer
        outputs:
          total: decimal
        testing:
          test_cases:
            - name: many
              inputs: {count: many}
        #                     ^^^^ `many` is no integer
              expected_output: {success: true, total: a lot}
        #                                             ^^^^^ `a lot` is no decimal
        """,
    good="""
        inputs:
          count: integer
        outputs:
          total: decimal
        testing:
          test_cases:
            - name: many
              inputs: {count: 12}
              expected_output: {success: true, total: 40.50}
        """,
)
def wrong_test_value(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """An input of the wrong type is refused, and an output is never of another type than declared."""
    for case in cases(piece):
        sides = [("output", case.expected)]
        if not case.may_be_invalid:
            sides.append(("input", case.inputs))
        for kind, entries in sides:
            for entry in entries:
                found = scope.find("output" if kind == "output" else "input", entry.key.text)
                detail = found[0] if found else None
                if is_type(detail):
                    for misfit in misfits(entry.value, detail, scope.types()):
                        yield Finding(misfit.span, misfit.message)
