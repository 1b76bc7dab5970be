"""One debugged run as an editor sees it: its breakpoints, frames and variables."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vesper.dap.values import Shelf, Told, one_line
from vesper.errors import VesperError
from vesper.execution.breakpoints import AtLine, Breakpoint, OnFailure, OnViolation, read
from vesper.execution.debugger import Debugger, Finished, Frame, News, Stop, redactor_of
from vesper.execution.debugging import Prepared
from vesper.execution.inspection import read_expression

Rows = list[dict[str, Any]]

REASONS: Final = {
    "entry": "entry", "step": "step", "pause": "pause", "breakpoint": "breakpoint",
    "condition": "function breakpoint", "transition": "function breakpoint", "violation": "exception",
    "failure": "exception", "divergence": "exception",
}  # fmt: skip
FILTERS: Final = {"contract_violation": OnViolation(), "failure": OnFailure()}


@dataclass(frozen=True, slots=True)
class Manner:
    """How the client counts."""

    first_line: int = 1
    first_column: int = 1


class Session:
    """What requests of the protocol mean for one run."""

    def __init__(self, prepared: Prepared, manner: Manner, listen: Callable[[News], None]) -> None:
        self._prepared = prepared
        self._manner = manner
        self._shelf = Shelf()
        self._frames: list[Frame] = []
        self._lines: dict[str, list[Breakpoint]] = {}
        self._functions: list[Breakpoint] = []
        self._filters: list[Breakpoint] = []
        self._threads: list[int] = []
        self._listen = listen
        self.debugger = Debugger(prepared.locate, self._heard, _peer_of(prepared))

    def begin(self, *, stop_on_entry: bool) -> None:
        """Start the run."""
        engine, start = self._prepared.engine, self._prepared.start
        self.debugger.start(engine, start, stop_on_entry=stop_on_entry)

    def _heard(self, news: News) -> None:
        if isinstance(news, Stop):
            self._shelf.clear()
            self._frames = []
        self._listen(news)

    @property
    def stop(self) -> Stop | None:
        """Where the run stands, if it does."""
        found = self.debugger.wait(0)
        return None if isinstance(found, Finished) else found

    def thread_of(self, stop: Stop) -> int:
        """A small number for the thread that stands."""
        if stop.thread not in self._threads:
            self._threads.append(stop.thread)
        return self._threads.index(stop.thread) + 1

    def threads(self) -> Rows:
        """The thread of the run, and those of branches that have stood."""
        name = self._prepared.program.node_id
        return [
            {"id": at, "name": name if at == 1 else f"{name}, branch {at - 1}"}
            for at in range(1, max(len(self._threads), 1) + 1)
        ]

    # Breakpoints.

    def set_lines(self, path: str, wanted: Rows) -> Rows:
        """Breakpoints by line: each stops at the step whose text the line is in."""
        file = str(Path(path))
        lines = sorted({it.line for it in self._prepared.steps(file)})
        found: list[Breakpoint] = []
        told: Rows = []
        for it in wanted:
            line = int(it.get("line", 0)) - self._manner.first_line
            at = max((one for one in lines if one <= line), default=lines[0] if lines else None)
            if at is None:
                told.append({"verified": False, "message": "no step of a node stands here"})
                continue
            try:
                condition = read_expression(it["condition"]) if it.get("condition") else None
            except VesperError as error:
                told.append({"verified": False, "message": str(error)})
                continue
            found.append(AtLine(file, at, condition))
            told.append({"verified": True, "line": at + self._manner.first_line})
        self._lines[file] = found
        self._apply()
        return told

    def set_functions(self, wanted: Rows) -> Rows:
        """Breakpoints by meaning, as `vesper debug --break` takes them."""
        found: list[Breakpoint] = []
        told: Rows = []
        for it in wanted:
            try:
                found.append(read(str(it.get("name", "")), self._prepared.program))
                told.append({"verified": True})
            except VesperError as error:
                told.append({"verified": False, "message": str(error)})
        self._functions = found
        self._apply()
        return told

    def set_filters(self, wanted: list[str]) -> None:
        """What stops a run that no place was named for."""
        self._filters = [FILTERS[it] for it in wanted if it in FILTERS]
        self._apply()

    def _apply(self) -> None:
        lines = [it for found in self._lines.values() for it in found]
        self.debugger.breakpoints = [*lines, *self._functions, *self._filters]

    # Looking.

    def frames(self, thread: int, start: int, levels: int) -> tuple[Rows, int]:
        """Steps and nodes, the innermost first, and how many there are."""
        stop = self.stop
        if stop is None or self.thread_of(stop) != thread:
            return [], 0
        self._frames = list(stop.frames)
        end = start + levels if levels else None
        rows = [self._row(at, it) for at, it in enumerate(stop.frames)]
        return rows[start:end], len(rows)

    def _row(self, at: int, frame: Frame) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": at + 1,
            "name": frame.title,
            "line": self._line_of(at, frame) + self._manner.first_line,
            "column": self._manner.first_column,
        }
        if frame.file:
            row["source"] = {"name": Path(frame.file).name, "path": frame.file}
        else:
            row["presentationHint"] = "subtle"
        return row

    def _line_of(self, at: int, frame: Frame) -> int:
        """A node is where its outermost open step is, or where the clause is that was judged last."""
        if frame.step is not None:
            return frame.line
        above = self._frames[at - 1] if at else None
        if above is not None and above.node is frame.node:
            return above.line
        verdicts = frame.node.verdicts
        return verdicts[-1].clause.line if verdicts else 0

    def frame(self, number: int | None) -> Frame | None:
        """A frame by its number; the innermost without one."""
        stop = self.stop
        if stop is None:
            return None
        at = (number or 1) - 1
        return stop.frames[at] if 0 <= at < len(stop.frames) else None

    def scopes(self, number: int) -> Rows:
        """Variables, inputs and clauses of a frame."""
        frame, stop = self.frame(number), self.stop
        if frame is None or stop is None:
            return []
        inputs = frame.inputs
        names = {name: it for name, it in frame.visible.items() if name not in inputs}
        clauses = [Told(it.clause.text, it.outcome) for it in frame.node.verdicts]
        rows: Rows = [
            _scope("Variables", self._shelf.put_names(names), "locals"),
            _scope("Inputs", self._shelf.put_names(inputs), "arguments"),
            _scope("Contracts", self._shelf.put_told(clauses)),
        ]
        if number == 1 and stop.effect is not None:
            asked = redactor_of(frame.node).hide(dict(stop.effect.arguments))
            rows.append(_scope("Asks for", self._shelf.put(asked)))
        return rows

    def variables(self, number: int, start: int, count: int) -> Rows | None:
        """What is inside a scope or a value."""
        return self._shelf.open(number, start, count)

    def evaluate(self, text: str, number: int | None) -> dict[str, Any]:
        """What an expression comes to in a frame; VesperError for none."""
        frame = self.frame(number)
        if frame is None:
            raise VesperError("conflict", "the run does not stand anywhere", "pause it first")
        seen = frame.look(text)
        if seen.fault is not None:
            raise VesperError("invalid", f"{seen.fault.message} ({seen.fault.code})")
        row = self._shelf.row("", seen.value)
        return {
            "result": one_line(seen.value),
            **{key: row[key] for key in _OF_RESULT if key in row},
        }


def _scope(name: str, number: int, hint: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "variablesReference": number, "expensive": False}
    return {**row, "presentationHint": hint} if hint else row


def _peer_of(prepared: Prepared) -> Any:
    if prepared.peer is None:
        return None
    from vesper.execution.comparison import Follower

    return Follower(prepared.engine.name, prepared.peer, prepared.follow or prepared.start)


_OF_RESULT: Final = ("type", "variablesReference", "indexedVariables", "namedVariables")
