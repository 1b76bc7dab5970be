"""What a run may do beside its node: the workspace's policy and the acting role, as a `Grant`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from vesper.config import FILE, Settings
from vesper.errors import VesperError
from vesper.lang.around import RoleSummary
from vesper.lang.capabilities import is_capability, is_known
from vesper.runtime.grant import Grant, Say
from vesper.values.moment import read_duration
from vesper.values.value import Fault

OPENED: Final[Mapping[str, tuple[str, ...]]] = {
    "file_read": ("filesystem.read",),
    "file_write": ("filesystem.write",),
    "file_create": ("filesystem.write",),
    "code_execution": ("shell", "exec", "custom"),
    "network_access": ("network", "secrets.read"),
    "database_read": ("database.read",),
    "database_write": ("database.write", "state"),
    "spawn_tasks": ("task", "agent.run"),
    "agent_coordination": ("task", "agent.run", "event_bus.publish"),
    "user_interaction": ("human",),
}
"""The capabilities of nodes that each capability of a role opens."""
ALWAYS: Final = (
    "clock", "random", "log", "metrics", "predicate", "node.call", "memory", "event_bus.subscribe",
)  # fmt: skip
"""What every role may use: it reaches nobody outside, and what a called node does is asked about again."""


def workspace_grant(settings: Settings) -> Grant:
    """What the workspace allows; nothing where its policy holds a word that means nothing."""
    policy = settings.policy
    for word in (*policy.allow, *policy.deny):
        is_one = word == "*" or (is_capability(word) and is_known(word, settings.capabilities))
        if not is_one:
            return Grant((Say(f"{FILE}, where `{word[:60]}` is no capability that is known,", ()),))
    return Grant((Say(FILE, policy.allow, policy.deny),))


def role_grant(roles: Mapping[str, tuple[RoleSummary, ...]], name: str) -> Grant:
    """What a role allows, and every role that it extends: it never does what those could not grant.

    VesperError where there is no such role, where there are several, or where it extends itself.
    """
    return Grant(tuple(_says(roles, name, ())))


def _says(
    roles: Mapping[str, tuple[RoleSummary, ...]], name: str, below: tuple[str, ...]
) -> Iterator[Say]:
    role = _only(roles, name)
    if name in below:
        message = f"the role `{name}` extends itself: {' > '.join((*below, name))}"
        raise VesperError("invalid", message, "take one `extends` of them away")
    path = (*below, name)
    for parent, _ in role.parents:
        *above, nearest = _says(roles, parent, path)
        yield from above
        # What a parent may only grant, those below it may do; what it denies itself, it denies them.
        granted = _opened(_only(roles, parent).grantable)
        changes = None if "filesystem.write" in granted else nearest.file_changes
        limit = _number(dict(_only(roles, parent).restrictions))
        changes = limit if changes is None else changes
        yield replace(nearest, allow=(*(nearest.allow or ()), *granted), file_changes=changes)
    restrictions = dict(role.restrictions)
    opened = _opened(_capabilities(roles, role, path))
    deny = ("database.write",) if _is_set(restrictions, "no_database_modifications") else ()
    # A program that it runs must not change files either, where it may not itself.
    changes = _number(restrictions) if "filesystem.write" in opened else 0
    yield Say(
        f"the role `{name}`", (*ALWAYS, *opened), deny, file_changes=changes,
        timeout=_seconds(restrictions),
    )  # fmt: skip


def _opened(capabilities: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(it for word in capabilities for it in OPENED.get(word, ())))


def _capabilities(
    roles: Mapping[str, tuple[RoleSummary, ...]], role: RoleSummary, below: tuple[str, ...]
) -> tuple[str, ...]:
    """Its own list, else what its parents have."""
    if role.capabilities or not role.parents:
        return role.capabilities
    found = [
        it
        for parent, _ in role.parents
        if parent not in below
        for it in _capabilities(roles, _only(roles, parent), (*below, parent))
    ]
    return tuple(dict.fromkeys(found))


def _only(roles: Mapping[str, tuple[RoleSummary, ...]], name: str) -> RoleSummary:
    found = roles.get(name, ())
    if not found:
        hint = "`vesper check` tells of roles that are misspelt; role files end in .role.yaml"
        raise VesperError("not_found", f"there is no role `{name[:60]}` here", hint)
    role, *others = found
    if others:
        files = " and ".join(it.file for it in found)
        raise VesperError("conflict", f"there are several roles `{name}`: in {files}", "keep one")
    return role


def _is_set(restrictions: Mapping[str, str], name: str) -> bool:
    return name in restrictions and restrictions[name].lower() != "false"


def _number(restrictions: Mapping[str, str]) -> int | None:
    """How many files may be changed; a limit that cannot be read allows none."""
    text = restrictions.get("max_file_changes")
    if text is None:
        return None
    return int(text) if text.strip().isascii() and text.strip().isdigit() else 0


def _seconds(restrictions: Mapping[str, str]) -> float | None:
    """How long a run may take; a limit that cannot be read allows no time."""
    text = restrictions.get("timeout")
    if text is None:
        return None
    try:
        return read_duration(text.strip()).total_seconds()
    except Fault:
        return 0.0
