"""How the tests of commands run them: in this process, or as a process of their own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from vesper.cli.main import main

CLEAN = """\
node_id: sum_v1
type: function
intent: Add two numbers
inputs:
  a: integer
  b: integer
outputs:
  total: integer
flow:
  - step: add
    operation: arithmetic
    expression: "a + b"
    output: total
"""
MISSPELT = CLEAN.replace("type: function", "type: funtion")
PROSE = CLEAN + "contracts:\n  invariants:\n    - adding: the order does not matter\n"
OLD_WORD = CLEAN.replace("type: function", "type: payment_handler")


class Ran(NamedTuple):
    """What a command left behind."""

    code: int | str | None
    out: str
    err: str


Run = Callable[..., Ran]


def runner(capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs one command line in this process."""

    def run(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        try:
            code = main([str(it) for it in arguments])
        except SystemExit as end:
            code = end.code
        return Ran(code, *capsys.readouterr())

    return run


def run_process(
    *arguments: str | Path, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m vesper` with these arguments and these changes of the environment."""
    return subprocess.run(
        [sys.executable, "-m", "vesper", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
    )
