"""VSP413: a test case that expects an output the node does not have."""

from collections.abc import Iterator

from vesper.lang.cases import cases
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope

_ALWAYS = ("success", "error_code", "message")


@rule(
    "VSP413",
    "unknown-expectation",
    bad="""
        outputs:
          total: decimal
        testing:
          test_cases:
            - name: small
              expected_output: {success: true, totl: 1.00}
        #                                      ^^^^ the outputs declare no `totl`; did you mean `total`?
        """,
    good="""
        outputs:
          total: decimal
        testing:
          test_cases:
            - name: small
              expected_output: {success: true, total: 1.00}
        """,
)
def unknown_expectation(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Apart from `success` and `error_code`, every key is a field that `outputs` declares."""
    for case in cases(piece):
        outputs = scope.names("output")
        known = (*outputs, *scope.names("error-field"), *_ALWAYS)
        for entry in case.expected:
            name = entry.key.text
            if name in known or not outputs or scope.is_broken():
                continue
            near = nearest(name, known)
            fix = replace(f"Change it to `{near}`", entry.key.span, near) if near else None
            message = f"the outputs declare no `{shortened(name)}`{suggestion(name, known)}"
            yield Finding(entry.key.span, message, fix)
