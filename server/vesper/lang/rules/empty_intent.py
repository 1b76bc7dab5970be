"""VSP135: an intent that says nothing."""

import re
from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_PLACEHOLDER = re.compile(
    r"\W*(?:todo|fixme|tbd|tba|xxx|\.\.\.|n/?a|description|intent)\b\W*\Z",
    re.I,
)
_MESSAGE = "say here what the node is for, in a sentence a person would say"


@rule(
    "VSP135",
    "empty-intent",
    kind="vsp",
    severity="hint",
    bad="""
        node_id: charge_card_v1
        intent: TODO
        #       ^^^^ say here what the node is for, in a sentence a person would say
        """,
    good="""
        node_id: charge_card_v1
        intent: Charge a customer's card once, however often the request is sent
        """,
)
def empty_intent(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """It is the first thing that a person or an agent looking for a node reads. None at all is an error."""
    for slot in piece.walked.slots:
        node = slot.node
        if slot.path != ("intent",) or not isinstance(node, tree.Scalar):
            continue
        if not node.text.strip() or node.is_null:
            yield Finding(node.span, _MESSAGE, severity="error")
            continue
        ids = scope.names("node")
        name = re.sub(r"_v\d.*", "", ids[0]) if ids else ""
        words = re.sub(r"\W+", "_", node.text.lower()).strip("_")
        if _PLACEHOLDER.match(node.text):
            yield Finding(node.span, _MESSAGE)
        elif words == name:
            message = "this only repeats the node's name: say what the node is for"
            yield Finding(node.span, message)
