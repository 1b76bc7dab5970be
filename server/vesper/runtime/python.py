"""The engine `python`: a program is made into a Python function once, and that is run."""

import ast
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from vesper.compile.python import written
from vesper.compile.python_code import Pattern, located
from vesper.lang.program import Program
from vesper.runtime import kit
from vesper.runtime.engine import Watcher
from vesper.runtime.request import Ended, Running
from vesper.values.value import Value

MOST_KEPT: Final = 256
"""How many programs stay compiled."""


class Python:
    """The engine `python`."""

    name = "python"

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, bool], _Compiled] = OrderedDict()
        self._last: _Compiled | None = None
        self._lock = Lock()

    def begin(
        self,
        program: Program,
        inputs: Mapping[str, Value],
        site: str = "",
        watcher: Watcher | None = None,
    ) -> Running:
        """See `vesper.runtime.engine.Engine`."""
        compiled = self._compiled(program, watcher is not None)
        if watcher is not None:
            given = (inputs, site, watcher)
        elif compiled.is_pure:
            return _at_once(compiled.run, inputs, site)
        else:
            return compiled.run(inputs, site)
        return _at_once(compiled.run, *given) if compiled.is_pure else compiled.run(*given)

    def prepare(self, program: Program) -> None:
        """Compile a program before anybody runs it."""
        self._compiled(program, False)

    def answer(self, program: Program, inputs: Mapping[str, Value]) -> Ended | None:
        """How a program ends that asks for nothing, without a generator; None where it asks."""
        last = self._last
        if last is not None and last.program is program and last.is_plain:
            return last.run(inputs, "")
        compiled = self._compiled(program, False)
        return compiled.run(inputs, "") if compiled.is_pure else None

    def _compiled(self, program: Program, is_watched: bool) -> "_Compiled":
        """The code of a program. One without a digest is known by itself alone."""
        last = self._last
        if last is not None and last.program is program and last.is_watched is is_watched:
            return last
        key = (program.digest, 0 if program.digest else id(program), is_watched)
        found = self._kept.get(key)
        if found is not None:
            self._last = found
            return found
        compiled = _compile(program, is_watched)
        with self._lock:
            self._kept[key] = compiled
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return compiled


@dataclass(frozen=True, slots=True)
class _Compiled:
    run: Callable[..., Any]
    is_pure: bool
    is_watched: bool
    is_plain: bool
    """Whether it is pure, and nobody watches."""
    program: Program
    """Kept, so that nothing else gets its identity."""


def _compile(program: Program, is_watched: bool) -> _Compiled:
    code = written(program, is_watched=is_watched)
    module = ast.Module([code.function], [])
    names: dict[str, Any] = {"kit": kit, "NODE": program, "STEPS": code.steps}
    for name, value in code.constants.items():
        names[name] = kit.searcher(value.text) if isinstance(value, Pattern) else value
    exec(compile(located(module), f"<{_shown(program)}>", "exec"), names)
    return _Compiled(
        names["run"], code.is_pure, is_watched, code.is_pure and not is_watched, program
    )


def _shown(program: Program) -> str:
    """The name of the node for tracebacks, whatever it holds."""
    return "".join(it if it.isalnum() or it in "._" else "_" for it in program.node_id[:60])


def _at_once(run: Callable[..., Ended], *given: Any) -> Running:
    """A function as the generator that an engine is."""
    return run(*given)
    yield  # pyright: ignore[reportUnreachable]
