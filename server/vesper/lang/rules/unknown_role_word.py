"""ROL103: a capability or tool group that does not exist."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "ROL103",
    "unknown-role-word",
    bad="""
        worker:
          capabilities:
            - flie_write
        #     ^^^^^^^^^^ `flie_write` does not exist; did you mean `file_write`?
        """,
    good="""
        worker:
          capabilities:
            - file_write
          tool_groups:
            - read
            - [edit, {file_regex: '\\.md$'}]
        """,
)
def unknown_role_word(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A role with an unknown word is not used: silently dropping it would change its limits."""
    for fault in piece.walked.faults:
        if fault.kind == "unknown-value":
            near = nearest(fault.found, fault.allowed)
            known = f"did you mean `{near}`?" if near else f"it is {fault.expected}"
            fix = replace(f"Change it to `{near}`", fault.span, near) if near else None
            message = f"`{shortened(fault.found)}` does not exist; {known}"
            yield Finding(fault.span, message, fix)
