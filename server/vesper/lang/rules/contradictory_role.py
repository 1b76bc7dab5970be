"""ROL113: a role that is given something and forbidden to use it."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.exports import restrictions, words_of
from vesper.lang.piece import Piece
from vesper.lang.roles import roles_of
from vesper.lang.rule import Finding, Related, rule
from vesper.lang.scope import Scope

_FORBIDDEN = {
    ("max_file_changes", "0"): ("file_write", "file_create", "edit"),
    ("no_database_modifications", "true"): ("database_write",),
    ("max_task_depth", "0"): ("spawn_tasks", "coordination"),
}


@rule(
    "ROL113",
    "contradictory-role",
    severity="warning",
    bad="""
        reviewer:
          capabilities: [file_read, file_write]
          restrictions:
            max_file_changes: 0
        #                     ^ with `max_file_changes: 0` the role can never use `file_write`
        """,
    good="""
        reviewer:
          capabilities: [file_read]
          restrictions:
            max_file_changes: 0
        """,
)
def contradictory_role(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The role would try and be refused: take away the capability, or raise the limit."""
    for _, role in roles_of(piece.walked):
        given = {
            it.text: it for key in ("capabilities", "tool_groups") for it in _words(role.get(key))
        }
        for name, value, span in restrictions(role.get("restrictions")):
            for word in _FORBIDDEN.get((name, value), ()):
                if word in given:
                    message = f"with `{name}: {value}` the role can never use `{word}`"
                    yield Finding(span, message, related=(Related(given[word].span, "given here"),))
                    break


def _words(node: tree.Node | None) -> Iterator[tree.Scalar]:
    yield from words_of(node)
    for item in node.items if isinstance(node, tree.Sequence) else ():
        if isinstance(item, tree.Sequence):
            yield from words_of(item)[:1]
