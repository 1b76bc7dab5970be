"""VSP112: a key the language does not know."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope


@rule(
    "VSP112",
    "unknown-key",
    bad="""
        flow:
          - step: check
            operaton: validation
        #   ^^^^^^^^ a step has no `operaton`; did you mean `operation`?
        """,
    good="""
        flow:
          - step: check
            operation: validation
            x-owner: ada
        """,
)
def unknown_key(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Keys that begin with `x-` are free for users; any other unknown key is a slip."""
    for fault in piece.walked.faults:
        if fault.kind != "unknown-key":
            continue
        known = (it for it in fault.allowed if it != fault.found)
        near = nearest(fault.found, known)
        article = "an" if fault.expected.strip("`")[0] in "aeiou" else "a"
        owner = fault.expected if fault.expected.startswith("`") else f"{article} {fault.expected}"
        if fault.expected.startswith("`") and fault.expected.endswith("step"):
            owner = f"a {fault.expected}"
        yield Finding(
            fault.span,
            f"{owner} has no `{shortened(fault.found)}`{suggestion(fault.found, fault.allowed)}",
            replace(f"Change it to `{near}`", fault.span, near) if near else None,
        )
