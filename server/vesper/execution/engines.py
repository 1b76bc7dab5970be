"""The engines by name."""

from typing import Final

from vesper.errors import VesperError
from vesper.runtime.engine import Engine

ENGINES: Final = ("interp", "python")


def engine(name: str) -> Engine:
    """The engine of that name; VesperError `invalid` where there is none."""
    match name:
        case "interp":
            from vesper.runtime.interp import Interpreter

            return Interpreter()
        case "python":
            from vesper.runtime.python import Python

            return Python()
        case _:
            known = " and ".join(ENGINES)
            raise VesperError("invalid", f"there is no engine `{name[:60]}`", f"there are {known}")
