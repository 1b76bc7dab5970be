"""Run one program in a sandbox: its output bounded, its time bounded, its whole tree gone at the end."""

import contextlib
import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal, cast

from vesper.errors import VesperError
from vesper.runtime.grant import SandboxLevel
from vesper.sandbox import protected
from vesper.sandbox.box import Box, Finished, Limits
from vesper.sandbox.confinement import PATHS, orders

_LAUNCHER: Final = Path(__file__).with_name("launcher.py")
_TICK: Final = 0.1
_PATIENCE: Final = 10.0
"""Seconds in which the launcher must have ended everything."""


class ProgramNotFound(Exception):
    """There is no such program in the sandbox."""


class CannotStart(Exception):
    """The program is there and the system would not run it."""


@dataclass(frozen=True, slots=True)
class Work:
    """What to run. `program` is found in the sandbox's own PATH, or named with its folder."""

    argv: Sequence[str]
    folder: str = "."
    """From the box's root."""
    stdin: bytes = b""
    deadline: float | None = None
    """By `time.monotonic()`."""
    is_stopped: Callable[[], bool] = lambda: False


def run(level: SandboxLevel, box: Box, work: Work) -> Finished:
    """Run it at exactly that level, which must have been proved (`vesper.sandbox.probe`).

    Raises `ProgramNotFound`, `CannotStart`, and VesperError `invalid` for a folder outside.
    """
    folder = _inside(box.root, work.folder)
    before = protected.find(box.root)
    with _scratch() as scratch:
        home = "/tmp" if level == "strict" else str(scratch)
        environment = {
            "PATH": os.pathsep.join(_paths(box)),
            "HOME": home,
            "TMPDIR": home,
            "LANG": "C.UTF-8",
            **box.environment,
        }
        argv = [_program(work.argv[0], environment["PATH"], folder), *work.argv[1:]]
        told = {
            **orders(level, box, before, scratch),
            "argv": argv,
            "environment": environment,
            "folder": str(folder),
            "limits": _limits(box.limits),
            "processes": box.limits.processes,
        }
        finished = _launch(told, level, work, box.limits.output)
    made = ()
    if level != "none" and box.is_writable:
        made = protected.set_aside(box.root, before, box.root / ".vesper" / "set-aside")
    return Finished(*finished, set_aside=made)


def _inside(root: Path, folder: str) -> Path:
    found = (root / folder).resolve()
    if not found.is_relative_to(root.resolve()):
        raise VesperError("invalid", f"{folder} is outside the workspace", "name a folder inside")
    if not found.is_dir():
        raise VesperError("not_found", f"there is no folder {folder}", "make it first")
    return found


def _paths(box: Box) -> Iterator[str]:
    yield os.path.dirname(os.path.abspath(sys.executable))
    yield from PATHS
    yield from map(str, box.readable)


def _program(name: str, paths: str, folder: Path) -> str:
    if os.sep in name:
        path = os.path.join(folder, name)
        found = path if os.access(path, os.X_OK) and os.path.isfile(path) else None
    else:
        found = shutil.which(name, path=paths) if name else None
    if found is None:
        raise ProgramNotFound(name)
    return os.path.abspath(found)


def _limits(limits: Limits) -> dict[str, int]:
    return {
        "RLIMIT_AS": limits.memory,
        "RLIMIT_FSIZE": limits.file_size,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CPU": limits.cpu,
        "RLIMIT_CORE": 0,
    }


@contextlib.contextmanager
def _scratch() -> Generator[Path]:
    path = Path(tempfile.mkdtemp(prefix="vesper-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


_Outcome = tuple[
    int, bytes, bytes, SandboxLevel, Literal["exited", "timeout", "stopped", "crowded"], bool
]


def _launch(told: dict[str, Any], level: SandboxLevel, work: Work, most: int) -> _Outcome:
    """Start the launcher with its three descriptors, talk to the program, and read how it went."""
    with contextlib.ExitStack() as closing:
        orders_fd = os.memfd_create("orders")
        closing.callback(os.close, orders_fd)
        os.write(orders_fd, json.dumps(told).encode())
        os.lseek(orders_fd, 0, os.SEEK_SET)
        leash, held = os.pipe()
        report, reported = os.pipe()
        theirs = (orders_fd, leash, reported)
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LAUNCHER), *map(str, theirs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=theirs,
            env={},
            start_new_session=True,
        )
        os.close(leash)
        os.close(reported)
        closing.callback(os.close, report)
        talk = _Talk(process, work, held, most)
        ended = talk.until_it_ends()
        said = _read(report)
    if "error" in said:
        if said.get("errno") in (2, 20):
            raise ProgramNotFound(str(work.argv[0]))
        raise CannotStart(str(said["error"]))
    if ended == "exited" and said.get("ended") == "crowded":
        ended = "crowded"
    out, errors = talk.heard
    return int(said.get("code", 137)), out, errors, level, ended, talk.is_cut


def _read(report: int) -> dict[str, Any]:
    """The first line the launcher wrote: what failed, or how it went."""
    found = b""
    while chunk := os.read(report, 65536):
        found += chunk
    line = found.split(b"\n", 1)[0]
    return cast("dict[str, Any]", json.loads(line)) if line else {}


class _Talk:
    """The three streams of a program, written and read as they are ready."""

    def __init__(self, process: subprocess.Popen[bytes], work: Work, leash: int, most: int) -> None:
        self._process = process
        self._work = work
        self._leash = leash
        self._most = most
        self._left = memoryview(work.stdin)
        self._kept = {1: bytearray(), 2: bytearray()}
        self.is_cut = False

    @property
    def heard(self) -> tuple[bytes, bytes]:
        """What it wrote to stdout and stderr, as far as it was kept."""
        return bytes(self._kept[1]), bytes(self._kept[2])

    def until_it_ends(self) -> Literal["exited", "timeout", "stopped"]:
        """Feed and read until all streams are closed and the launcher is gone."""
        ended: Literal["exited", "timeout", "stopped"] = "exited"
        with selectors.DefaultSelector() as selector:
            self._register(selector)
            while selector.get_map() or self._process.poll() is None:
                self._move(selector)
                if self._leash >= 0:
                    if self._work.is_stopped():
                        ended = "stopped"
                    elif (
                        self._work.deadline is not None and time.monotonic() >= self._work.deadline
                    ):
                        ended = "timeout"
                    if ended != "exited":
                        self._let_go()
        self._let_go()
        self._process.wait(_PATIENCE)
        return ended

    def _let_go(self) -> None:
        """Close the leash: the launcher kills everything and ends."""
        if self._leash >= 0:
            os.close(self._leash)
            self._leash = -1

    def _register(self, selector: selectors.BaseSelector) -> None:
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        for number, stream in enumerate(cast("tuple[IO[bytes], ...]", streams)):
            os.set_blocking(stream.fileno(), False)
            way = selectors.EVENT_WRITE if number == 0 else selectors.EVENT_READ
            selector.register(stream, way, number)

    def _move(self, selector: selectors.BaseSelector) -> None:
        if not selector.get_map():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_TICK)
            return
        for key, _ in selector.select(_TICK):
            stream = cast("IO[bytes]", key.fileobj)
            is_done = self._write(stream) if key.data == 0 else self._take(key.data, stream)
            if is_done:
                selector.unregister(stream)
                stream.close()

    def _write(self, stream: IO[bytes]) -> bool:
        try:
            self._left = self._left[os.write(stream.fileno(), self._left[:65536]) :]
        except BrokenPipeError:
            return True
        return not self._left

    def _take(self, number: int, stream: IO[bytes]) -> bool:
        chunk = os.read(stream.fileno(), 65536)
        kept = self._kept[number]
        room = self._most - len(kept)
        kept += chunk[:room]
        self.is_cut |= len(chunk) > room
        return not chunk
