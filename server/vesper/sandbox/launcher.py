"""Stands between Vesper and a program in a sandbox: confines a child, watches it, and leaves nothing behind.

It runs by its path in an isolated interpreter, with the standard library alone. What to do comes as JSON from
the first descriptor named on its command line; when the second, the leash, is closed at the other end,
everything is killed; how it went goes to the third, as JSON.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import struct
import sys
import time
from typing import Any

_LIBC = ctypes.CDLL(None, use_errno=True)
_SET_DEATH_SIGNAL, _SET_SUBREAPER, _SET_NO_NEW_PRIVILEGES = 1, 36, 38
_SET_SECCOMP, _FILTER, _DROP_BOUNDING = 22, 2, 24
_CREATE_RULESET, _ADD_RULE, _RESTRICT = 444, 445, 446
_CAPSET_VERSION = 0x20080522
_LOOK = 100
"""Milliseconds between two looks at how many processes there are."""


def main() -> None:
    """Run what was ordered to its end."""
    orders, leash, report = (int(it) for it in sys.argv[1:4])
    with open(orders, "rb") as file:
        wanted: dict[str, Any] = json.loads(file.read())
    _LIBC.prctl(_SET_SUBREAPER, 1, 0, 0, 0)
    child = os.fork()
    if child == 0:
        _become(wanted, report, leash)
    _forget_streams()
    ended = _watch(child, leash, int(wanted["processes"]))
    status = _end_all(child)
    code = os.waitstatus_to_exitcode(status) if status is not None else -signal.SIGKILL
    # As shells and Bubblewrap tell it.
    code = 128 - code if code < 0 else code
    os.write(report, json.dumps({"code": code, "ended": ended}).encode() + b"\n")


def _become(wanted: dict[str, Any], report: int, leash: int) -> None:
    """Turn this process into the program, or say why that is not possible."""
    try:
        os.close(leash)
        os.set_inheritable(report, False)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.chdir(wanted["folder"])
        filter_ = bytes.fromhex(wanted["seccomp"])
        argv = list(wanted["argv"])
        if wanted["outer"]:
            # Bubblewrap needs what the filter refuses; it installs the filter itself at the very end.
            descriptor = os.memfd_create("filter", 0)
            os.write(descriptor, filter_)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.set_inheritable(descriptor, True)
            argv = [*wanted["outer"], "--seccomp", str(descriptor), "--", *argv]
        for name, most in wanted["limits"].items():
            _limit(getattr(resource, name), most)
        if not wanted["outer"]:
            _drop_capabilities()
            _check(_LIBC.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
            _check(_LIBC.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0))
            if wanted["landlock"]:
                _confine_files(wanted["landlock"])
            if filter_:
                _install(filter_)
        os.execve(argv[0], argv, wanted["environment"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        number = getattr(error, "errno", None)
        os.write(report, json.dumps({"error": str(error), "errno": number}).encode() + b"\n")
    finally:
        os._exit(127)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _drop_capabilities() -> None:
    """Root keeps its files and nothing else."""
    for capability in range(64):
        if _LIBC.prctl(_DROP_BOUNDING, capability, 0, 0, 0) != 0:
            break
    header = struct.pack("=Ii", _CAPSET_VERSION, 0)
    _LIBC.capset(header, struct.pack("=6I", 0, 0, 0, 0, 0, 0))


def _confine_files(landlock: dict[str, Any]) -> None:
    attributes = bytes.fromhex(landlock["attributes"])
    ruleset = _check(
        _LIBC.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    )
    for path, access in landlock["rules"]:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            # What is gone by now needs no permission.
            continue
        rule = struct.pack("=Qi", access, descriptor)
        _check(_LIBC.syscall(_ADD_RULE, ruleset, 1, rule, 0))
        os.close(descriptor)
    _check(_LIBC.syscall(_RESTRICT, ruleset, 0))
    os.close(ruleset)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _install(filter_: bytes) -> None:
    buffer = ctypes.create_string_buffer(filter_, len(filter_))
    program = _Program(len(filter_) // 8, ctypes.addressof(buffer))
    _check(_LIBC.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0))


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _forget_streams() -> None:
    """Let go of the program's streams, so that whoever reads them sees their end."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def _watch(child: int, leash: int, most: int) -> str:
    """Wait until the child ends, the leash is let go or there are too many processes; says which."""
    poll = select.poll()
    poll.register(leash, select.POLLIN | select.POLLHUP)
    try:
        descriptor = os.pidfd_open(child)
        poll.register(descriptor, select.POLLIN)
    except OSError:
        descriptor = -1
    while True:
        ready = [number for number, _ in poll.poll(_LOOK)]
        if leash in ready:
            return "killed"
        if descriptor in ready or _has_ended(child):
            return "exited"
        if len(_below(os.getpid())) > most:
            return "crowded"


def _has_ended(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end_all(child: int) -> int | None:
    """Kill every process below this one, also those that went into a session of their own."""
    status = None
    while True:
        for process in _below(os.getpid()):
            if process == child and _has_ended(child):
                continue
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        try:
            while (reaped := os.waitpid(-1, os.WNOHANG))[0]:
                if reaped[0] == child:
                    status = reaped[1]
        except ChildProcessError:
            return status
        time.sleep(0.002)


def _below(process: int) -> list[int]:
    """The processes that descend from one."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(name))
            except (OSError, ValueError, IndexError):
                # It has ended between the two.
                pass
    found: list[int] = []
    waiting = [process]
    while waiting:
        these = children.get(waiting.pop(), [])
        found += these
        waiting += these
    return found


if __name__ == "__main__":
    main()
