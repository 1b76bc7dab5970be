"""The debugger on a terminal, or fed with commands from a script."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

from vesper.cli.terminal import cells, in_line, styled, visible
from vesper.errors import VesperError
from vesper.execution.breakpoints import Breakpoint, OnDivergence, read, shown
from vesper.execution.debugger import Debugger, Finished, Frame, News, Stop, Told
from vesper.values.encoding import to_json

if TYPE_CHECKING:
    from vesper.execution.comparison import Follower
    from vesper.execution.debugging import Prepared
    from vesper.values.value import Value

PROMPT: Final = "(vesper) "
_HELP: Final = """\
  s, step         go on to the next step, into blocks and called nodes
  n, next         go on to the next step that is not inside this one
  o, out          go on behind the step around this one
  c, continue     go on to the next breakpoint, or the end
  p, print EXPR   what an expression comes to here, with the values in it
  w, where        the steps and nodes around this place
  f, frame N      look at another of them
  v, vars         what the names hold
  contracts       the clauses that were judged so far
  b, break WHERE  stop at a step, contract_violation, failure, state_transition:a->b, divergence,
                  or where an expression becomes true
  d, delete WHERE take a breakpoint away; without WHERE all
  q, quit         end the run here; nothing more is performed
An empty line does the same again."""
_GOING: Final[Mapping[str, Callable[[Debugger], None]]] = {
    "step": Debugger.step_in,
    "next": Debugger.step_over,
    "out": Debugger.step_out,
    "continue": Debugger.resume,
}
_SHORT: Final = {
    "s": "step", "n": "next", "o": "out", "c": "continue", "p": "print", "w": "where", "v": "vars",
    "f": "frame", "b": "break", "d": "delete", "q": "quit", "h": "help", "?": "help", "bt": "where",
}  # fmt: skip
_WIDE: Final = 100


@dataclass
class Shell:
    """One debugged run and whoever gives the commands."""

    prepared: "Prepared"
    out: TextIO
    echoes: bool = False
    """Whether commands are printed, for a script whose output somebody reads."""

    def __post_init__(self) -> None:
        self._follower = self._peer()
        self.debugger = Debugger(self.prepared.locate, self._heard, self._follower)
        self._frame = 0
        self._seen: dict[str, Value] = {}
        self._commands: Mapping[str, Callable[[Stop, str], None]] = {
            "print": self._print, "where": self._where, "vars": self._vars, "frame": self._choose,
            "contracts": self._contracts, "break": self._break, "delete": self._delete, "help": self._help,
        }  # fmt: skip

    def run(
        self, breaks: Sequence[str], commands: Iterable[str], *, stop_on_entry: bool
    ) -> Finished:
        """Run to the end, as the commands say; when there are no more of them, the run is ended."""
        self._set([read(it, self.prepared.program) for it in breaks])
        prepared = self.prepared
        self.debugger.start(prepared.engine, prepared.start, stop_on_entry=stop_on_entry)
        waiting = iter(commands)
        while isinstance(stop := self.debugger.wait(), Stop):
            self._frame = 0
            self._tell(stop)
            if not self._obey(stop, waiting):
                self.debugger.quit()
        assert isinstance(stop, Finished)
        return stop

    def _obey(self, stop: Stop, commands: Iterator[str]) -> bool:
        """Follow commands until one lets the run go on; False where it is to end."""
        before = ""
        for line in commands:
            given = line.strip() or before
            before = given
            word, _, rest = given.partition(" ")
            command = _SHORT.get(word, word)
            if self.echoes and given:
                self._say(f"{PROMPT}{given}", "dim")
            if command == "quit":
                return False
            if command in _GOING:
                _GOING[command](self.debugger)
                return True
            self._answer(stop, command, rest.strip())
        return False

    def _answer(self, stop: Stop, command: str, rest: str) -> None:
        action = self._commands.get(command)
        if action is None:
            if command:
                self._say(f"there is no command `{command[:40]}`: `help` lists them")
            return
        try:
            action(stop, rest)
        except VesperError as error:
            self._say(str(error))

    # Commands.

    def _print(self, stop: Stop, text: str) -> None:
        if not text:
            raise VesperError("invalid", "print what?", "an expression, such as `amount * 2`")
        seen = stop.frames[self._frame].look(text)
        if seen.fault is not None:
            self._say(f"no value: {seen.fault.message} ({seen.fault.code})")
        else:
            self._say(to_json(seen.value, indent=isinstance(seen.value, list | dict)))
        values = seen.values or {}
        if set(values) != {text.strip()}:
            self._table({name: it for name, it in values.items() if not _is_part(name, values)})

    def _where(self, stop: Stop, _rest: str) -> None:
        for at, it in enumerate(stop.frames):
            sign = ">" if at == self._frame else " "
            self._say(f"{sign} {at}  {_named(it)}")

    def _choose(self, stop: Stop, rest: str) -> None:
        if not rest.isdecimal() or int(rest) >= len(stop.frames):
            raise VesperError("invalid", f"there is no frame `{rest[:20]}`", "`where` numbers them")
        self._frame = int(rest)
        self._where(stop, "")

    def _vars(self, stop: Stop, _rest: str) -> None:
        frame = stop.frames[self._frame]
        if self._follower is None or self._follower.moment is None:
            self._table(frame.visible)
            return
        self._side_by_side(frame.visible, frame, self._follower)

    def _contracts(self, stop: Stop, _rest: str) -> None:
        for it in stop.frames[self._frame].node.verdicts:
            self._say(f"  {it}")

    def _break(self, _stop: Stop, rest: str) -> None:
        breakpoints = self.debugger.breakpoints
        if rest:
            self._set([*breakpoints, read(rest, self.prepared.program)])
        for it in self.debugger.breakpoints:
            self._say(f"  {shown(it)}")

    def _delete(self, _stop: Stop, rest: str) -> None:
        kept = [it for it in self.debugger.breakpoints if rest and shown(it) != rest]
        if rest and len(kept) == len(self.debugger.breakpoints):
            raise VesperError("not_found", f"there is no breakpoint `{rest}`", "`break` lists them")
        self._set(kept)

    def _help(self, _stop: Stop, _rest: str) -> None:
        self._say(_HELP)

    def _set(self, wanted: list[Breakpoint]) -> None:
        if self._follower is None and any(isinstance(it, OnDivergence) for it in wanted):
            hint = "`vesper debug --comparative` runs two engines side by side"
            raise VesperError("invalid", "one engine alone cannot diverge", hint)
        self.debugger.breakpoints = wanted

    # Telling.

    def _heard(self, news: News) -> None:
        if isinstance(news, Told):
            self._say(f"  {in_line(news.text)}", "dim")

    def _tell(self, stop: Stop) -> None:
        frame = stop.frames[0]
        self._say(f"> {_named(frame)}", "bold")
        if stop.why not in ("step", "entry"):
            style = "red" if stop.why in ("violation", "failure", "divergence") else "yellow"
            self._say(f"  {in_line(stop.text)}", style)
        visible_ = frame.visible
        new = {name: it for name, it in visible_.items() if self._seen.get(name, self) != it}
        self._seen = dict(visible_)
        if self._follower is not None and self._follower.moment is not None:
            self._side_by_side(new, frame, self._follower)
        else:
            self._table(new)

    def _side_by_side(
        self, names: "Mapping[str, Value]", frame: Frame, follower: "Follower"
    ) -> None:
        """Two columns, one an engine."""
        if not names:
            return
        others = frame.shown(dict(follower.moment.names)) if follower.moment is not None else {}
        rows = [("", follower.leader, follower.name)]
        for name, it in names.items():
            other = _short(others[name]) if name in others else "-"
            rows.append((in_line(name), _short(it), other))
        widths = [max(cells(row[at]) for row in rows) for at in range(2)]
        for row in rows:
            start = "  ".join(
                it + " " * (width - cells(it)) for it, width in zip(row, widths, strict=False)
            )
            sign = "!" if row[1] != row[2] and row[0] else " "
            self._say(f"{sign} {start}  {row[2]}")

    def _table(self, values: "Mapping[str, Value]") -> None:
        width = max((cells(in_line(it)) for it in values), default=0)
        for name, it in values.items():
            label = in_line(name)
            self._say(f"    {label}{' ' * (width - cells(label))} = {_short(it)}")

    def _say(self, text: str, style: str = "") -> None:
        told = visible(text)
        print(styled(told, style, self.out) if style else told, file=self.out, flush=True)

    def _peer(self) -> "Follower | None":
        if self.prepared.peer is None:
            return None
        from vesper.execution.comparison import Follower

        follow = self.prepared.follow or self.prepared.start
        return Follower(self.prepared.engine.name, self.prepared.peer, follow)


def _named(frame: Frame) -> str:
    node = frame.node.program.node_id
    place = f"  {frame.file}:{frame.line + 1}" if frame.file and frame.step is not None else ""
    if frame.step is None:
        return in_line(node)
    return in_line(f"{frame.site}  {frame.step.operation}  {node}{place}")


def _short(value: "Value") -> str:
    text = in_line(to_json(value))
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 3]}..."


def _is_part(name: str, values: "Mapping[str, Value]") -> bool:
    """Whether a field of it is told as well, which says more."""
    return any(it.startswith(f"{name}.") for it in values)
