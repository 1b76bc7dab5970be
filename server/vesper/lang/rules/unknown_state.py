"""VSP507: a state its machine does not have."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.operation import text_of
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope


@rule(
    "VSP507",
    "unknown-state",
    bad="""
        state_machines:
          order:
            states: [open, paid]
            initial: opened
        #            ^^^^^^ `order` has no state `opened`; did you mean `open`?
        """,
    good="""
        state_machines:
          order:
            states: [open, paid]
            initial: open
            transitions:
              - {from: open, to: paid}
        """,
)
def unknown_state(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Every state stands in `states`, so that a typing slip cannot make a new one."""
    for slot in piece.walked.slots:
        node, path = slot.node, slot.path
        if not isinstance(node, tree.Scalar) or not node.text or slot.owner is None or not path:
            continue
        last = path[-1]
        if (
            path[0] == "state_machines"
            and len(path) > 2
            and (path[2] in ("initial", "final") or last == "to" or "from" in path[3:])
        ):
            machine = str(path[1])
        elif last in ("from", "to") and slot.owner.entry("state_machine") is not None:
            machine = text_of(slot.owner, "state_machine")
        else:
            continue
        found = scope.find("machine", machine)
        names = str(found[0]).split("\n") if found and found[0] else []
        if names and node.text not in names:
            near = nearest(node.text, names)
            yield Finding(
                node.span,
                f"`{machine}` has no state `{shortened(node.text)}`{suggestion(node.text, names)}",
                replace(f"Change it to `{near}`", node.span, near) if near else None,
            )
