"""VSP419: an answer prepared for a step that does not exist."""

from collections.abc import Iterator

from vesper.lang.cases import cases
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope


@rule(
    "VSP419",
    "unknown-mock",
    bad="""
        flow:
          - step: find_order
            operation: database_query
            table: orders
        testing:
          test_cases:
            - name: found
              mocks:
                find_oder: [{id: 1}]
        #       ^^^^^^^^^ no step is called `find_oder`; did you mean `find_order`?
              expected_output: {success: true}
        """,
    good="""
        flow:
          - step: find_order
            operation: database_query
            table: orders
        testing:
          test_cases:
            - name: found
              mocks:
                find_order: [{id: 1}]
              expected_output: {success: true}
        """,
)
def unknown_mock(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """The step that was meant would go to the real world in a test."""
    for case in cases(piece):
        steps = scope.names("step")
        for entry in case.mocks:
            name = entry.key.text
            if name in steps or not steps or scope.is_broken():
                continue
            near = nearest(name, steps)
            fix = replace(f"Change it to `{near}`", entry.key.span, near) if near else None
            message = f"no step is called `{shortened(name)}`{suggestion(name, steps)}"
            yield Finding(entry.key.span, message, fix)
