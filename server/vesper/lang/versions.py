"""Versions in the names of nodes: `payment_v2.1.0` itself, and references to one or several.

A reference is an id, which means that very node, or a range: `payment_v2.*` and `payment_v2.1.*` mean
any version that begins so, `payment_v2.1.0+` means that version or a newer one of the same major.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

_REFERENCE = re.compile(r"([a-z][a-z0-9_]*?)_v(\d+(?:\.\d+){0,2})(\.\*|\+)?", re.ASCII)


class Reference(NamedTuple):
    """A reference in its parts; an exact id has no `range`."""

    name: str
    version: tuple[int, ...]
    range: str = ""
    """`.*`, `+`, or nothing."""

    def means(self, other: "Reference") -> bool:
        """Whether the node of the id `other` is one that is meant."""
        if other.range or self.name != other.name:
            return False
        if self.range == ".*":
            return _padded(other.version)[: len(self.version)] == self.version
        if self.range == "+":
            newer = _padded(other.version) >= _padded(self.version)
            return newer and other.version[0] == self.version[0]
        return self.version == other.version


@lru_cache(maxsize=4096)
def read(text: str) -> Reference | None:
    """The reference in a text; None when it has not the form of one."""
    found = _REFERENCE.fullmatch(text[:300])
    if found is None:
        return None
    numbers = tuple(int(it[:18]) for it in found[2].split("."))
    return Reference(found[1], numbers, found[3] or "")


def means(reference: str, node_id: str) -> bool:
    """Whether a reference as written means the node of an id; what has not the form must be equal."""
    wanted, known = read(reference), read(node_id)
    if wanted is None or known is None:
        return reference == node_id
    return wanted.means(known)


def alike(one: str, other: str) -> bool:
    """Whether two references are the same, or one means the other."""
    return one == other or means(one, other) or means(other, one)


def conflicts(called: Iterable[str], listed: Collection[str]) -> dict[str, str]:
    """The references of `called` that nothing in `listed` means, with the one there to another
    version of the same node."""
    found: dict[str, str] = {}
    for call in called:
        wanted = read(call)
        if wanted is None or any(alike(call, it) for it in listed):
            continue
        for it in listed:
            known = read(it)
            if known is not None and known.name == wanted.name:
                found[call] = it
                break
    return found


def age(node_id: str) -> tuple[int, ...]:
    """What sorts the versions of one node, the oldest first; a missing number counts as zero."""
    found = read(node_id)
    return _padded(found.version) if found is not None else ()


def versions_of(name: str, node_ids: Iterable[str]) -> list[str]:
    """The ids among `node_ids` that are versions of a node, the newest first."""
    found = [it for it in node_ids if (known := read(it)) is not None and known.name == name]
    return sorted(found, key=age, reverse=True)


def meant_by(text: str, node_ids: Iterable[str]) -> list[str]:
    """The ids among `node_ids` that a reference means, the newest first."""
    reference = read(text)
    if reference is None:
        return []
    known = ((it, read(it)) for it in node_ids)
    found = [it for it, other in known if other is not None and reference.means(other)]
    return sorted(found, key=age, reverse=True)


def _padded(version: tuple[int, ...]) -> tuple[int, ...]:
    return (*version, 0, 0)[:3]
