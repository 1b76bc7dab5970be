"""ROL114: a role that nobody can choose, because it does not say what it is for."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.roles import roles_of
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.rules.wrapped_roles import wrapped
from vesper.lang.scope import Scope
from vesper.lang.source import Span

_TOLD = ("description", "role_definition", "system_prompt", "extends")
_WORKS = ("capabilities", "tool_groups", "task_types")


@rule(
    "ROL114",
    "undescribed-role",
    severity="hint",
    bad="""
        reviewer:
          capabilities: [file_read]
        # ^^^^^^^^^^^^ say in a `description` what the role `reviewer` is for
        """,
    good="""
        reviewer:
          description: Reads changes and says what could go wrong
          capabilities: [file_read]
        """,
)
def undescribed_role(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Whoever hands out a task chooses the role by its description."""
    if piece.is_broken or wrapped(piece):
        return
    for name, role in roles_of(piece.walked):
        if any(role.entry(it) is not None for it in _TOLD):
            continue
        if not any(role.entry(it) is not None for it in _WORKS):
            continue
        first = role.entries[0].key.span
        start = Span(first.line, first.column, first.line, first.column)
        text = f"description: \n{' ' * first.column}"
        fix = None if role.flow else replace("Add `description`", start, text)
        yield Finding(first, f"say in a `description` what the role `{name[:40]}` is for", fix)
