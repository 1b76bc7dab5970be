"""Which sandbox this machine really offers: found out by attacks, not by versions, after each start."""

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import vesper
from vesper.runtime.grant import SandboxLevel
from vesper.sandbox import attacks
from vesper.sandbox.box import Box, Limits
from vesper.sandbox.confinement import bubblewrap, landlock, offered
from vesper.sandbox.running import CannotStart, ProgramNotFound, Work, run

ATTACKS: Final = tuple(it.__name__ for it in (*attacks.ATTACKS, attacks.outlive, attacks.multiply))
TOLERATED: Final = frozenset({"change_outside", "signal_another", "connect_abstract_socket"})
"""What `degraded` may let through, and then says so; `strict` lets nothing through."""
_MARK: Final = "a-secret-of-the-environment"
_LIMITS: Final = Limits(memory=512 << 20, file_size=1 << 20, processes=24, open_files=64, cpu=20)
_PATIENCE: Final = 20.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What the attacks showed."""

    level: SandboxLevel
    """The strongest level that holds; `none` where no level does."""
    gaps: tuple[str, ...] = ()
    """The attacks that it lets through."""
    reasons: tuple[str, ...] = ()
    """Why the stronger levels are not there, a line each."""

    @property
    def gap_texts(self) -> tuple[str, ...]:
        """The gaps in words."""
        return tuple(describe(it) for it in self.gaps)


def describe(attack: str) -> str:
    """What an attack does, in words."""
    return (getattr(attacks, attack).__doc__ or attack).split("\n", 1)[0].rstrip(".")


@cache
def proof() -> Proof:
    """What this machine offers. The answer is kept until it starts anew, or anything that matters changes."""
    if not offered():
        return probe()
    kept = _kept_at()
    found = _recall(kept)
    if found is None:
        found = probe()
        _keep(kept, found)
    return found


def probe() -> Proof:
    """Attack every level, from the strongest on, until one holds."""
    reasons: list[str] = []
    if not sys.platform.startswith("linux"):
        return Proof("none", ATTACKS, ("sandboxes are made on Linux only",))
    if not bubblewrap():
        reasons.append("strict: there is no bwrap in /usr/local/bin, /usr/bin or /bin")
    levels = offered()
    for level in levels:
        allowed, why = attack(level)
        if not why and not allowed - (TOLERATED if level == "degraded" else frozenset()):
            return Proof(level, _in_order(allowed), tuple(reasons))
        lets = ", ".join(describe(it).lower() for it in _in_order(allowed))
        reasons.append(f"{level}: {why or f'it lets a program {lets}'}")
    if "degraded" not in levels:
        reasons.append("degraded: the kernel offers no Landlock, or this processor is not known")
    return Proof("none", ATTACKS, tuple(reasons))


def attack(level: SandboxLevel) -> tuple[frozenset[str], str]:
    """Try everything at one level: the attacks that got through, and what kept it from running at all."""
    with tempfile.TemporaryDirectory(prefix="vesper-probe-") as folder:
        place = Path(folder).resolve()
        root = _workspace(place / "workspace")
        with _targets(place / "outside") as target:
            target |= {
                "memory": _LIMITS.memory * 2,
                "file_size": _LIMITS.file_size * 4,
                "open_files": _LIMITS.open_files * 2,
                "processes": _LIMITS.processes * 2,
            }
            try:
                refused = _try_all(level, root, target)
            except (OSError, ValueError, ProgramNotFound, CannotStart) as error:
                return frozenset(ATTACKS), f"it does not start: {error}"
    return frozenset(ATTACKS) - refused, ""


def _try_all(level: SandboxLevel, root: Path, target: dict[str, Any]) -> set[str]:
    box = Box(root, limits=_LIMITS, readable=(Path(attacks.__file__).parent,))
    python = [os.path.realpath(sys.executable), "-I", "-S", attacks.__file__]

    def tried(*arguments: str) -> tuple[str, bytes, bytes]:
        work = Work([*python, *arguments], stdin=json.dumps(target).encode(),
                    deadline=time.monotonic() + _PATIENCE)  # fmt: skip
        done = run(level, box, work)
        return done.ended, done.stdout, done.stderr

    ended, said, wrong = tried()
    if ended != "exited" or not said:
        text = wrong.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise ValueError(text or f"its program ended by {ended}")
    refused = set(cast("list[str]", json.loads(said)))
    tried("outlive")
    if _is_free(root / "open" / "lock"):
        refused.add("outlive")
    if tried("multiply")[0] == "crowded":
        refused.add("multiply")
    return refused


def _workspace(root: Path) -> Path:
    for folder in (".git/hooks", ".vesper", "open"):
        (root / folder).mkdir(parents=True)
    for secret in (".vesper/secret", ".env"):
        (root / secret).write_text(_MARK, encoding="utf-8")
    return root


@contextlib.contextmanager
def _targets(outside: Path) -> Generator[dict[str, Any]]:
    """Things to attack: files, sockets that listen, and a process with a secret in its environment."""
    outside.mkdir()
    (outside / "secret").write_text(_MARK, encoding="utf-8")
    (outside / "secret").chmod(0o600)
    with contextlib.ExitStack() as closing:
        tcp = closing.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        abstract = f"vesper-probe-{os.getpid()}-{outside.parent.name}"
        for kind, address in (
            (socket.SOCK_STREAM, f"{outside}/socket"),
            (socket.SOCK_DGRAM, f"{outside}/datagrams"),
            (socket.SOCK_STREAM, f"\0{abstract}"),
        ):
            listening = closing.enter_context(socket.socket(socket.AF_UNIX, kind))
            listening.bind(address)
            if kind == socket.SOCK_STREAM:
                listening.listen()
        victim = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()"],
            stdin=subprocess.PIPE,
            env={"SECRET": _MARK},
        )
        closing.callback(_end, victim)
        yield {
            "outside": str(outside),
            "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "abstract": abstract,
            "process": victim.pid,
            "mark": _MARK,
        }


def _end(victim: subprocess.Popen[bytes]) -> None:
    if victim.stdin is not None:
        victim.stdin.close()
    victim.wait()


def _is_free(lock: Path) -> bool:
    """Whether nobody holds the lock, so that nobody is left who took it."""
    if not lock.exists():
        return False
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _in_order(found: frozenset[str]) -> tuple[str, ...]:
    return tuple(it for it in ATTACKS if it in found)


def _kept_at() -> Path:
    """Where the proof of this start of the machine is kept, in a folder of the user alone."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    mtime = os.stat(bubblewrap()).st_mtime_ns if bubblewrap() else 0
    matters = (boot, platform.release(), landlock(), bubblewrap(), mtime, sys.executable,
               sys.version, vesper.__version__, os.geteuid(), *_sources())  # fmt: skip
    digest = hashlib.blake2b(repr(matters).encode(), digest_size=12).hexdigest()
    cache_folder = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache_folder) / "vesper" / f"sandbox-{digest}.json"


def _sources() -> Iterator[int]:
    for path in sorted(Path(__file__).parent.glob("*.py")):
        yield path.stat().st_mtime_ns


def _recall(path: Path) -> Proof | None:
    try:
        status = path.stat()
        if status.st_uid != os.geteuid() or status.st_mode & 0o022:
            return None
        given = cast("dict[str, Any]", json.loads(path.read_bytes()))
        return Proof(given["level"], tuple(given["gaps"]), tuple(given["reasons"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, found: Proof) -> None:
    """Write it where that can be; without, the next process asks again."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(found), file)
        os.replace(draft, path)
