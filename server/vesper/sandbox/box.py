"""What a program in a sandbox may see and use, and how its run ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from vesper.runtime.grant import SandboxLevel


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a program and all that it starts may use; sizes in bytes, for each process."""

    memory: int = 4 << 30
    file_size: int = 256 << 20
    scratch: int = 512 << 20
    """Of the temporary folder, where the level can limit it."""
    processes: int = 256
    open_files: int = 512
    cpu: int = 3600
    """Seconds of one process."""
    output: int = 1 << 20
    """Of each of stdout and stderr; what goes beyond is dropped."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place to run programs: `root` can be changed but for what is protected, little else can be read."""

    root: Path
    is_writable: bool = True
    readable: tuple[Path, ...] = ()
    """Folders outside to read and run programs from, beside those of the system and of Python."""
    hidden: tuple[str, ...] = (".vesper",)
    """Names directly below `root` that cannot even be read."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables beside the harmless ones that every program gets; nothing is inherited."""
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended. All that the program started is gone."""

    code: int
    """The exit code; 128 and the number of the signal where one killed it."""
    stdout: bytes
    stderr: bytes
    level: SandboxLevel
    ended: Literal["exited", "timeout", "stopped", "crowded"] = "exited"
    """`crowded`: killed for starting too many processes."""
    is_cut: bool = False
    """Whether some of the output was dropped."""
    set_aside: tuple[str, ...] = ()
    """Protected files that it made, moved out of the workspace before this was returned."""
