"""Attacks that a sandbox must refuse: run inside of it, with the standard library alone.

What they aim at comes as JSON on stdin; which of them were refused goes to stdout, as JSON.
"""

import contextlib
import errno
import fcntl
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

_Target = dict[str, Any]


def read_outside(target: _Target) -> None:
    """Read a file outside the workspace."""
    _read(f"{target['outside']}/secret")


def write_outside(target: _Target) -> None:
    """Make a file outside the workspace."""
    _write(f"{target['outside']}/made")


def change_outside(target: _Target) -> None:
    """Make a file outside readable for everybody, without opening it."""
    os.chmod(f"{target['outside']}/secret", 0o644)


def climb_by_link(target: _Target) -> None:
    """Read a file outside through a symbolic link in the workspace."""
    _fresh("link")
    os.symlink(f"{target['outside']}/secret", "link")
    _read("link")


def take_by_hard_link(target: _Target) -> None:
    """Give a file outside a second name inside."""
    _fresh("taken")
    os.link(f"{target['outside']}/secret", "taken")


def move_out(target: _Target) -> None:
    """Rename a file of the workspace to a place outside."""
    _write("open/moved")
    os.rename("open/moved", f"{target['outside']}/moved")


def plant_hook(_target: _Target) -> None:
    """Write a Git hook, which the user's next commit would run."""
    _write(".git/hooks/pre-commit")


def replace_repository(_target: _Target) -> None:
    """Move the repository away and put another in its place."""
    os.rename(".git", "open/old")
    os.rename("open/old", ".git")


def read_state(_target: _Target) -> None:
    """Read the database and keys of Vesper itself."""
    _read(".vesper/secret")


def read_passwords(_target: _Target) -> None:
    """Read the `.env` of the workspace."""
    _read(".env")


def connect_tcp(target: _Target) -> None:
    """Connect to a port of this machine."""
    socket.create_connection(("127.0.0.1", target["tcp"]), 2).close()


def send_udp(target: _Target) -> None:
    """Send a datagram to a port of this machine, and have it arrive."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(1)
        sender.connect(("127.0.0.1", target["udp"]))
        sender.send(b"x")
        # Without the network a refusal comes back; outside nothing does.
        with contextlib.suppress(TimeoutError):
            sender.recv(1)


def connect_socket_file(target: _Target) -> None:
    """Connect to a socket by its path, as that of a container daemon or of an SSH agent."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f"{target['outside']}/socket")


def send_to_socket_file(target: _Target) -> None:
    """The same through a pair of sockets, which need no permission to be made."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with one, other:
        one.sendto(b"x", f"{target['outside']}/datagrams")


def connect_abstract_socket(target: _Target) -> None:
    """Connect to a socket that has a name and no file."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f"\0{target['abstract']}")


def signal_another(target: _Target) -> None:
    """Send a signal to a process of the user."""
    os.kill(target["process"], 0)


def read_environment(target: _Target) -> None:
    """Read the environment of a process of the user."""
    _read(f"/proc/{target['process']}/environ", target["mark"])


def inherit_variable(target: _Target) -> None:
    """Find a secret in its own environment."""
    _must(target["mark"] in os.environ.values())


def inherit_descriptor(_target: _Target) -> None:
    """Find a file that the parent had open."""
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            return
    raise PermissionError


def make_namespace(_target: _Target) -> None:
    """Make a namespace, where it would be root again."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(0x10000000) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def use_memory(target: _Target) -> None:
    """Take more memory than it may."""
    bytearray(target["memory"])


def fill_file(target: _Target) -> None:
    """Write a file larger than it may."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with open("open/large", "wb") as file:
            file.seek(target["file_size"])
            file.write(b"x")
            file.flush()
    finally:
        _fresh("open/large")


def open_many(target: _Target) -> None:
    """Open more files than it may."""
    with contextlib.ExitStack() as held:
        for _ in range(target["open_files"]):
            held.enter_context(open(os.devnull, "rb"))


def outlive(_target: _Target) -> None:
    """Leave a process of a session of its own behind, which holds a lock as long as it lives."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            descriptor = os.open("open/lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _write("open/holds")
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            time.sleep(60)
        os._exit(0)
    os.wait()
    while not os.path.exists("open/holds"):
        time.sleep(0.001)


def multiply(target: _Target) -> None:
    """Start more processes than it may, and keep them."""
    for _ in range(target["processes"]):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    time.sleep(60)


ATTACKS: tuple[Callable[[_Target], None], ...] = (
    read_outside, write_outside, change_outside, climb_by_link, take_by_hard_link, move_out, plant_hook,
    replace_repository, read_state, read_passwords, connect_tcp, send_udp, connect_socket_file,
    send_to_socket_file, connect_abstract_socket, signal_another, read_environment, inherit_variable,
    inherit_descriptor, make_namespace, use_memory, fill_file, open_many,
)  # fmt: skip
"""Those that tell themselves whether they were refused; of the other two the outside tells."""


def _read(path: str, mark: str = "") -> None:
    with open(path, "rb") as file:
        _must(mark.encode() in file.read() if mark else bool(file.read()))


def _write(path: str) -> None:
    with open(path, "wb") as file:
        file.write(b"x")


def _fresh(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _must(found: bool) -> None:
    if not found:
        raise PermissionError(errno.EACCES, "nothing there")


def main() -> None:
    """Try what the command line names, or every attack that tells itself how it went."""
    target: _Target = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if len(sys.argv) > 1:
        globals()[sys.argv[1]](target)
        return
    refused: list[str] = []
    for attack in ATTACKS:
        try:
            attack(target)
        except (OSError, MemoryError):
            refused.append(attack.__name__)
    print(json.dumps(refused))


if __name__ == "__main__":
    main()
