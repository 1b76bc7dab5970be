"""VSP205: a constraint in no known form."""

import re
from collections.abc import Iterator

from vesper.lang import fields, tree
from vesper.lang.document import CONSTRAINT
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope

_WORD = re.compile(r"\s*([A-Za-z_]+)\s*(:.*)?$")


def _known() -> tuple[str, ...]:
    record = next(it for it in CONSTRAINT.shapes if isinstance(it, fields.Record))
    return (*(it.name for it in record.fields), "negative")


@rule(
    "VSP205",
    "unknown-constraint",
    bad="""
        inputs:
          name:
            type: string
            constraints:
              - non_emtpy
        #       ^^^^^^^^^ `non_emtpy` is no constraint; did you mean `non_empty`?
        """,
    good="""
        inputs:
          name:
            type: string
            constraints:
              - non_empty
              - "len(value) < 80"
        """,
)
def unknown_constraint(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A constraint is a word, one key with a value, a comparison, or an expression on `value`."""
    known = _known()
    for slot in piece.walked.slots:
        node, shape = slot.node, slot.shape
        if not (isinstance(shape, fields.Text) and shape.kind == "constraint"):
            continue
        found = _WORD.match(node.text) if isinstance(node, tree.Scalar) else None
        if found and found[1] not in (*known, "value", "true", "false"):
            near = nearest(found[1], known)
            fix = replace(f"Change it to `{near}`", node.span, near) if near else None
            hint = suggestion(found[1], known)
            yield Finding(node.span, f"`{shortened(found[1])}` is no constraint{hint}", fix)
