"""VSP537: fields of which exactly one must be written."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, rule
from vesper.lang.scope import Scope

_ONE = {
    "return": ("return_success", "return_error"),
    "wait": ("duration", "until", "event"),
}
_AT_LEAST = {"database_query": ("query", "table")}


@rule(
    "VSP537",
    "one-of",
    bad="""
        flow:
          - step: pause
            operation: wait
        #              ^^^^ `wait` needs `duration` or `until` or `event`
        """,
    good="""
        flow:
          - step: pause
            operation: wait
            duration: 15m
        """,
)
def one_of(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """With none there is nothing to do, with two nobody could say which counts."""
    if piece.is_broken:
        return
    for step in piece.steps:
        names = _ONE.get(step.operation) or _AT_LEAST.get(step.operation)
        if names is None or piece.has_slip(step.node.span):
            continue
        written = [it.key for it in step.node.entries if it.key.text in names]
        listed = " or ".join(f"`{it}`" for it in names)
        if not written:
            yield Finding(step.place, f"`{step.operation}` needs {listed}")
        elif len(written) > 1 and step.operation in _ONE:
            related = (Related(written[0].span, f"`{written[0].text}` is here"),)
            message = f"`{step.operation}` takes only one of {listed}"
            yield Finding(written[1].span, message, related=related)
