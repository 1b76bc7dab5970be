"""Capabilities: `resource.operation.target`, and which grant covers which need."""

import re
from collections.abc import Collection

_CAPABILITY = re.compile(r"[a-z_][a-z0-9_]*\.(?:\*|[a-z_][a-z0-9_]*(?:\.(?:\*|[^\s*]+))?)\Z")

FAMILIES: dict[str, str] = {
    "database.read": "read rows of a table",
    "database.write": "write, change or delete rows of a table",
    "network.http_client": "call a host over HTTP",
    "network.http_server": "answer calls over HTTP",
    "exec.shell_command": "run a command through a shell",
    "secrets.read": "read a secret",
    "event_bus.publish": "publish an event",
    "event_bus.subscribe": "wait for an event",
    "filesystem.read": "read files of the workspace",
    "filesystem.write": "write files of the workspace",
    "shell.run": "run a command",
    "memory.read": "search the workspace's memory",
    "memory.write": "store in the workspace's memory",
    "task.create": "create a task",
    "task.update": "change a task",
    "agent.run": "let a role do a piece of work",
    "node.call": "call another node",
    "state.transition": "move a state machine",
    "human.ask": "ask a person",
    "metrics.emit": "emit a metric",
    "log.write": "write to the log",
    "clock.read": "read the clock",
    "random.read": "draw a random number",
    "predicate": "ask a registered predicate",
    "custom": "a custom operation",
}


def is_capability(text: str) -> bool:
    """Whether the text has the form of a capability or of a grant ending in `*`."""
    return len(text) <= 300 and _CAPABILITY.match(text) is not None


def is_known(text: str, more: Collection[str] = ()) -> bool:
    """Whether its resource and operation are ones that something in Vesper needs, or among `more`."""
    resource, _, rest = text.partition(".")
    operation = rest.split(".", 1)[0]
    return any(
        resource in families
        or f"{resource}.{operation}" in families
        or (operation == "*" and any(it.startswith(f"{resource}.") for it in families))
        for families in (FAMILIES, more)
    )


_PROVIDER = "network.http_client."


def covers(grant: str, need: str) -> bool:
    """Whether having `grant` allows `need`; a grant without a target covers every target.

    A host is that host alone: `stripe.com.example.org` belongs to somebody else. A call that names its
    provider, whose host only `vesper.toml` tells, is also covered by a host that begins with the
    provider's name: `stripe.com` for `stripe`.
    """
    if grant == need:
        return True
    if grant.endswith("*"):
        return need.startswith(grant[:-1])
    if grant.startswith(_PROVIDER):
        return grant.startswith(f"{need}.") and "." not in need.removeprefix(_PROVIDER)
    return need == f"{grant}.*" or need.startswith((f"{grant}.", f"{grant}/"))
