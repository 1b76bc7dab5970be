"""VSP116: a word that is none of the allowed ones."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP116",
    "unknown-value",
    kind="vsp",
    bad="""
        type: fucntion
        #     ^^^^^^^^ `fucntion` is not allowed here; did you mean `function`?
        """,
    good="""
        type: function
        """,
)
def unknown_value(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Some keys take one of a few words; completion offers them."""
    for fault in piece.walked.faults:
        if fault.kind == "unknown-value":
            near = nearest(fault.found, fault.allowed)
            known = f"did you mean `{near}`?" if near else f"it is {fault.expected}"
            yield Finding(
                fault.span,
                f"`{shortened(fault.found)}` is not allowed here; {known}",
                replace(f"Change it to `{near}`", fault.span, near) if near else None,
            )
