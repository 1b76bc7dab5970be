"""VSP518: an error code that no step returns."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP518",
    "unreturned-code",
    severity="hint",
    bad="""
        outputs:
          success:
            total: decimal
          error:
            error_code: enum[too_large, too_small]
        #               ^^^^^^^^^^^^^^^^^^^^^^^^^^ no step returns `too_small`
        flow:
          - step: check
            operation: validation
            guards: ["1 < 2"]
            on_failure:
              return_error: too_large
        """,
    good="""
        outputs:
          success:
            total: decimal
          error:
            error_code: enum[too_large]
        flow:
          - step: check
            operation: validation
            guards: ["1 < 2"]
            on_failure:
              return_error: too_large
        """,
)
def unreturned_code(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Callers write code for every error that is declared, also for those that never come."""
    codes = [it for it in piece.exports if it.kind == "error-code"]
    unused = [it for it in codes if scope.find("code-use", it.name) is None]
    if not unused or scope.find("code-use", "*") or scope.is_broken() or not scope.names("end"):
        return
    # The error of a node that is called passes through under its own code.
    if any(it.startswith("custom.") or it == "call_node" for it in scope.names("operation")):
        return
    declared = [it.name for it in codes]
    misspelt = {nearest(it, declared) for it in scope.names("code-use") if it not in declared}
    unused = [it for it in unused if it.name not in misspelt]
    if not unused:
        return
    names = ", ".join(f"`{shortened(it.name)}`" for it in unused[:5])
    more = f" and {len(unused) - 5} more" if len(unused) > 5 else ""
    yield Finding(unused[0].span, f"no step returns {names}{more}")
