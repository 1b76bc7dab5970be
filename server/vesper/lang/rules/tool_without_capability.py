"""ROL109: a tool group whose tools the role may not use."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.exports import words_of
from vesper.lang.piece import Piece
from vesper.lang.roles import CAPABILITIES, roles_of
from vesper.lang.rule import Finding, Related, rule
from vesper.lang.scope import Scope

_NEEDED = {
    "read": ("file_read",),
    "edit": ("file_write", "file_create"),
    "browser": ("network_access",),
    "command": ("code_execution",),
    "coordination": ("spawn_tasks", "agent_coordination"),
}


@rule(
    "ROL109",
    "tool-without-capability",
    severity="warning",
    bad="""
        reviewer:
          capabilities: [file_read]
          tool_groups: [read, edit]
        #                     ^^^^ the tools of `edit` need `file_write` or `file_create`, which the role does not have
        """,  # noqa: E501
    good="""
        reviewer:
          capabilities: [file_read, file_write]
          tool_groups: [read, edit]
        """,
)
def tool_without_capability(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The role would be offered tools that refuse each of its calls."""
    for _, role in roles_of(piece.walked):
        capabilities, groups = role.entry("capabilities"), role.get("tool_groups")
        if capabilities is None or not isinstance(groups, tree.Sequence):
            continue
        held = {it.text for it in words_of(capabilities.value)}
        for item in groups.items:
            words = words_of(item)
            needed = _NEEDED.get(words[0].text, ()) if words else ()
            if needed and held and held <= CAPABILITIES.keys() and not held.intersection(needed):
                wanted = " or ".join(f"`{it}`" for it in needed)
                related = (Related(capabilities.key.span, "the role's capabilities"),)
                message = (
                    f"the tools of `{words[0].text}` need {wanted}, which the role does not have"
                )
                yield Finding(words[0].span, message, related=related)
