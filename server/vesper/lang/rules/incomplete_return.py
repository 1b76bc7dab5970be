"""VSP508: a return without a declared output, or with one that is not declared."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope
from vesper.lang.types import Nullable


@rule(
    "VSP508",
    "incomplete-return",
    bad="""
        outputs:
          success:
            total: decimal
            count: integer
        flow:
          - step: done
            operation: return
            return_success:
        #   ^^^^^^^^^^^^^^ this return lacks `count`
              total: "1"
        """,
    good="""
        outputs:
          success:
            total: decimal
            count: integer
        flow:
          - step: done
            operation: return
            return_success:
              total: "1"
              count: "2"
        """,
)
def incomplete_return(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """What a success carries is what `outputs` declares: all of it and nothing else."""
    for slot in piece.walked.slots:
        node = slot.node
        if not (slot.path and slot.path[0] == "flow" and isinstance(node, tree.Mapping)):
            continue
        entry = node.entry("return_success")
        declared = scope.names("output")
        if entry is None or not isinstance(entry.value, tree.Mapping) or not declared:
            continue
        given = {it.key.text for it in entry.value.entries}
        missing = [it for it in declared if it not in given and _is_needed(scope, it)]
        if missing and not scope.is_broken():
            names = ", ".join(f"`{it}`" for it in missing[:5])
            yield Finding(entry.key.span, f"this return lacks {names}")
        for it in entry.value.entries:
            if it.key.text not in declared:
                near = nearest(it.key.text, declared)
                name = shortened(it.key.text)
                hint = suggestion(it.key.text, declared)
                fix = replace(f"Change it to `{near}`", it.key.span, near) if near else None
                yield Finding(it.key.span, f"the outputs declare no `{name}`{hint}", fix)


def _is_needed(scope: Scope, name: str) -> bool:
    found = scope.find("output", name)
    return found is not None and not isinstance(found[0], Nullable)
