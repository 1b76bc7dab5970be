"""ROL112: a restriction given twice."""

from collections.abc import Iterator

from vesper.lang.exports import restrictions
from vesper.lang.piece import Piece
from vesper.lang.roles import roles_of
from vesper.lang.rule import Finding, Related, rule, shortened
from vesper.lang.scope import Scope
from vesper.lang.source import Span


@rule(
    "ROL112",
    "repeated-restriction",
    bad="""
        worker:
          restrictions:
            - "max_file_changes: 5"
            - max_file_changes: 50
        #                       ^^ `max_file_changes` is set above already, as 5
        """,
    good="""
        worker:
          restrictions:
            - "max_file_changes: 5"
            - max_task_depth: 2
        """,
)
def repeated_restriction(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Nobody could say which of the two limits counts."""
    for _, role in roles_of(piece.walked):
        seen: dict[str, tuple[str, Span]] = {}
        for name, value, span in restrictions(role.get("restrictions")):
            earlier = seen.setdefault(name, (value, span))
            if earlier[1] != span:
                same = "with the same value" if earlier[0] == value else f"as {earlier[0][:20]}"
                message = f"`{shortened(name)}` is set above already, {same}"
                related = (Related(earlier[1], "set here first"),)
                yield Finding(span, message, related=related, unused=earlier[0] == value)
