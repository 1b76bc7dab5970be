"""VSP115: a text where a list belongs, and the like."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.rules.boolean_word import WORDS
from vesper.lang.scope import Scope


@rule(
    "VSP115",
    "wrong-kind",
    bad="""
        flow: nothing yet
        #     ^^^^^^^^^^^ expected a list, this is `nothing yet`
        """,
    good="""
        flow:
          - step: done
            operation: return
        """,
)
def wrong_kind(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Each key takes a text, a list or keys with values; its hover says which."""
    for fault in piece.walked.faults:
        if fault.kind != "wrong-kind":
            continue
        # A word that means yes or no has a rule of its own, with a fix.
        is_word = fault.found.strip("`").lower() in WORDS
        if not (is_word and fault.expected == "`true` or `false`"):
            yield Finding(fault.span, f"expected {fault.expected}, this is {fault.found}")
