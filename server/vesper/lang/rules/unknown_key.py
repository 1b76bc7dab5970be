"""VSP112: a key the language does not know."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope

_SUGGESTED = 50


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
    faults = [it for it in piece.walked.faults if it.kind == "unknown-key"]
    for number, fault in enumerate(faults):
        # Nobody reads thousands of suggestions, and each costs more than all the rest.
        near = nearest(fault.found, fault.allowed) if number < _SUGGESTED else None
        article = "an" if fault.expected.strip("`")[0] in "aeiou" else "a"
        owner = fault.expected if fault.expected.startswith("`") else f"{article} {fault.expected}"
        if fault.expected.startswith("`") and fault.expected.endswith("step"):
            owner = f"a {fault.expected}"
        meant = f"; did you mean `{near}`?" if near else ""
        yield Finding(
            fault.span,
            f"{owner} has no `{shortened(fault.found)}`{meant}",
            replace(f"Change it to `{near}`", fault.span, near) if near else None,
        )
