"""How each level is brought about: Bubblewrap's command line, or the rules that Landlock is given."""

import ctypes
import os
import shutil
import struct
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from vesper.runtime.grant import SandboxLevel
from vesper.sandbox import filter as seccomp
from vesper.sandbox.box import Box
from vesper.sandbox.protected import is_secret

PATHS: Final = ("/usr/local/bin", "/usr/bin", "/bin")
_SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/nix/store")
_SETTINGS: Final = (
    "/etc/alternatives", "/etc/ca-certificates", "/etc/crypto-policies", "/etc/fonts", "/etc/group",
    "/etc/java", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime",
    "/etc/mime.types", "/etc/nsswitch.conf", "/etc/passwd", "/etc/pki/tls/certs", "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
)  # fmt: skip
_DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE, _IOCTL = 1, 2, 4, 8, 1 << 14, 1 << 15
_ON_FILES: Final = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
_LOOK: Final = _EXECUTE | _READ | _LIST
_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many kinds of access to files a version of Landlock knows; later ones know 16."""


@cache
def bubblewrap() -> str:
    """The path of Bubblewrap; empty where there is none. A folder of the user's cannot pretend to have it."""
    return shutil.which("bwrap", path=":".join(PATHS)) or ""


@cache
def landlock() -> int:
    """The version of Landlock that the kernel offers; 0 for none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1), 0)


def offered() -> list[SandboxLevel]:
    """The levels for which all parts are there, the strongest first; whether they hold, attacks tell."""
    if not (sys.platform.startswith("linux") and seccomp.is_known_machine()):
        return []
    found: list[SandboxLevel] = ["strict"] if bubblewrap() else []
    return [*found, "degraded"] if landlock() else found


def orders(level: SandboxLevel, box: Box, protected: list[str], scratch: Path) -> dict[str, Any]:
    """What the launcher is told for a level. `scratch` is the temporary folder where none can be mounted."""
    if level == "strict":
        outer = [bubblewrap(), *_wrapped(box, protected)]
        return {"outer": outer, "landlock": None, "seccomp": seccomp.build(network=True).hex()}
    if level == "degraded":
        rules = _rules(box, protected, scratch)
        landlock_orders = {"attributes": _attributes().hex(), "rules": rules}
        return {
            "outer": [],
            "landlock": landlock_orders,
            "seccomp": seccomp.build(network=False).hex(),
        }
    return {"outer": [], "landlock": None, "seccomp": ""}


def _wrapped(box: Box, protected: list[str]) -> Iterator[str]:
    yield from ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL")
    for path in _SYSTEM:
        if os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
        elif os.path.isdir(path):
            yield from ("--ro-bind", path, path)
    for path in _SETTINGS:
        yield from ("--ro-bind-try", path, path)
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from ("--size", str(box.limits.scratch), "--tmpfs", "/tmp")
    for path in (*_python(), *map(str, box.readable)):
        yield from ("--ro-bind-try", path, path)
    root = str(box.root)
    yield from ("--bind" if box.is_writable else "--ro-bind", root, root)
    for name in protected:
        path = f"{root}/{name}"
        if not (name in box.hidden or is_secret(os.path.basename(name))):
            yield from ("--ro-bind-try", path, path)
        elif os.path.isdir(path):
            yield from ("--perms", "0000", "--tmpfs", path, "--remount-ro", path)
        else:
            yield from ("--ro-bind", "/dev/null", path)


def _attributes() -> bytes:
    version = landlock()
    found = struct.pack("=Q", _all())
    if version >= 4:
        # No TCP port may be bound or connected to.
        found += struct.pack("=Q", 3)
    if version >= 6:
        # Neither signals nor abstract sockets reach outside.
        found += struct.pack("=Q", 3)
    return found


def _all() -> int:
    return (1 << _RIGHTS.get(landlock(), 16)) - 1


def _rules(box: Box, protected: list[str], scratch: Path) -> list[tuple[str, int]]:
    everything = _all()
    look, change = _LOOK & everything, everything
    rules = [(it, look) for it in (*_SYSTEM, *_SETTINGS, *_python(), *map(str, box.readable))]
    rules += [(it, (_READ | _WRITE | _TRUNCATE) & everything) for it in _DEVICES]
    rules.append((str(scratch), change))
    rules += _rules_of(box, protected, look, change if box.is_writable else look)
    return [(path, _for_kind(path, access)) for path, access in rules if os.path.exists(path)]


def _rules_of(box: Box, protected: list[str], look: int, change: int) -> Iterator[tuple[str, int]]:
    """Rights go down to all that is below a folder, so one that holds something protected gets none."""
    kept = set(protected)
    split = {""} if kept else set[str]()
    for name in kept:
        parts = name.split("/")
        split |= {"/".join(parts[:end]) for end in range(len(parts))}
    if not split:
        yield str(box.root), change
    for folder in split:
        # Listing one folder cannot be allowed without all below, whose names then show but nothing else.
        yield f"{box.root}/{folder}".rstrip("/"), _LIST
        for name in _names(box.root / folder):
            path = f"{folder}/{name}".lstrip("/")
            if path in split:
                continue
            if path not in kept:
                yield f"{box.root}/{path}", change
            elif not (path in box.hidden or is_secret(name)):
                yield f"{box.root}/{path}", look


def _names(folder: Path) -> Iterable[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return ()


def _for_kind(path: str, access: int) -> int:
    return access if os.path.isdir(path) else access & _ON_FILES


def _python() -> Iterator[str]:
    """The folders of this Python, where they are not among the system's."""
    home = os.path.expanduser("~")
    for path in {os.path.realpath(sys.prefix), os.path.realpath(sys.base_prefix)}:
        is_system = any(path == it or path.startswith(f"{it}/") for it in _SYSTEM)
        # A prefix as wide as the home folder would show everything in it.
        if not is_system and not f"{home}/".startswith(f"{path.rstrip('/')}/"):
            yield path
