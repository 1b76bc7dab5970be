"""ROL115: a role with tools but without a word to the model."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.roles import roles_of
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_TOLD = ("system_prompt", "role_definition", "extends")
_WORKS = ("preferred_llm", "task_types")


@rule(
    "ROL115",
    "silent-role",
    severity="hint",
    bad="""
        reviewer:
          description: Reads changes and says what could go wrong
          preferred_llm: local:ollama:llama3
        # ^^^^^^^^^^^^^ tell the model what `reviewer` does: add a `system_prompt`
        """,
    good="""
        reviewer:
          description: Reads changes and says what could go wrong
          preferred_llm: local:ollama:llama3
          system_prompt: Look for mistakes; change nothing.
        """,
)
def silent_role(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Without a `system_prompt` the model does not know that it plays a role at all."""
    if piece.is_broken:
        return
    for name, role in roles_of(piece.walked):
        works = next((it.key for it in role.entries if it.key.text in _WORKS), None)
        if works is not None and not any(role.entry(it) is not None for it in _TOLD):
            yield Finding(
                works.span, f"tell the model what `{name[:40]}` does: add a `system_prompt`"
            )
