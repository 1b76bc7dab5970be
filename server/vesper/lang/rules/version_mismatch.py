"""VSP130: two versions that contradict one another."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope

_OF_ID = re.compile(r"_v(\d{1,9})(?:\.(\d{1,9})\.(\d{1,9}))?\Z")
_FORM = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:[-+].*)?\Z")


@rule(
    "VSP130",
    "version-mismatch",
    kind="vsp",
    severity="warning",
    bad="""
        node_id: pay_v2
        metadata:
          version: 1.4.0
        #          ^^^^^ the node is `pay_v2`, its version here another one
        """,
    good="""
        node_id: pay_v2
        metadata:
          version: 2.4.0
        """,
)
def version_mismatch(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Callers go by the version in `node_id`; another one beside it misleads people."""
    for export in piece.exports:
        if export.kind != "version":
            continue
        mine = _FORM.match(export.name)
        ids = scope.names("node")
        of_id = _OF_ID.search(ids[0]) if ids else None
        if mine is None or of_id is None:
            continue
        pairs = zip(mine.groups(), of_id.groups(), strict=True)
        if any(a is not None and b is not None and int(a) != int(b) for a, b in pairs):
            message = f"the node is `{shortened(ids[0])}`, its version here another one"
            yield Finding(export.span, message)
