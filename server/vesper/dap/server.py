"""The debug adapter: requests of an editor in, answers and events out."""

from collections.abc import Callable, Mapping
from typing import BinaryIO, Final, cast

from vesper.dap.messages import BadMessage, Body, Sender, receive
from vesper.dap.session import REASONS, Manner, Session
from vesper.errors import VesperError
from vesper.execution.debugger import Finished, News, Stop
from vesper.execution.debugging import Prepare, Wanted
from vesper.runtime.envelope import Envelope
from vesper.values.encoding import to_json

_CAPABILITIES: Final[Body] = {
    "supportsConfigurationDoneRequest": True,
    "supportsFunctionBreakpoints": True,
    "supportsConditionalBreakpoints": True,
    "supportsEvaluateForHovers": True,
    "supportsTerminateRequest": True,
    "supportTerminateDebuggee": True,
    "supportsExceptionInfoRequest": True,
    "supportsDelayedStackTraceLoading": True,
    "exceptionBreakpointFilters": [
        {
            "filter": "contract_violation",
            "label": "Violated contracts",
            "description": "Stop where a constraint or a clause of a contract does not hold.",
            "default": True,
        },
        {
            "filter": "failure",
            "label": "Failed steps",
            "description": "Stop where a step fails, whether a handler answers or not.",
            "default": False,
        },
    ],
}
_FIELDS: Final = {"node", "inputs", "engine", "peer", "case", "trace", "live"}


class DebugAdapter:
    """Serves one client, one run."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, prepare: Prepare) -> None:
        self._source = source
        self._sender = Sender(sink)
        self._prepare = prepare
        self._manner = Manner()
        self._session: Session | None = None
        self._stops_on_entry = False
        self._is_done = False

    def serve(self) -> int:
        """Answer until the client leaves; 0 where it did so in order."""
        try:
            while not self._is_done:
                message = receive(self._source)
                if message is None:
                    return 0 if self._session is None else 1
                if message.get("type") == "request":
                    self._take(message)
        except BadMessage as error:
            self._sender.event("output", {"category": "stderr", "output": f"vesper dap: {error}\n"})
            return 1
        finally:
            if self._session is not None:
                self._session.debugger.quit()
        return 0

    def _take(self, request: Body) -> None:
        command = str(request.get("command", ""))
        given: object = request.get("arguments")
        arguments = cast("Body", given) if isinstance(given, dict) else {}
        action = _ACTIONS.get(command)
        if action is None:
            self._sender.refuse(request, f"`{command[:60]}` is not supported")
            return
        try:
            body, *events = action(self, arguments)
        except VesperError as error:
            self._sender.refuse(request, str(error))
            return
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            self._sender.refuse(request, f"the arguments of `{command}` are wrong: {error}")
            return
        self._sender.answer(request, body)
        for after in events:
            after()

    @property
    def session(self) -> Session:
        """The run; VesperError where nothing was launched."""
        if self._session is None:
            raise VesperError("conflict", "nothing was launched yet", "send `launch` first")
        return self._session

    # Requests: each gives the body of its answer, and what is to be done behind it.

    def initialize(self, given: Body) -> "_Done":
        """Tell what this adapter can do."""
        first_line = 1 if given.get("linesStartAt1", True) else 0
        self._manner = Manner(first_line, 1 if given.get("columnsStartAt1", True) else 0)
        return (_CAPABILITIES,)

    def launch(self, given: Body) -> "_Done":
        """Get the run ready; it begins when the client is done with its breakpoints."""
        if self._session is not None:
            raise VesperError("conflict", "a run was launched already", "start another adapter")
        node = given.get("node") or given.get("program")
        if not isinstance(node, str) or not node:
            hint = '`"program"`: the path of a document, or `"node"`: its id'
            raise VesperError("invalid", "launch needs to know which node to run", hint)
        wanted = {key: it for key, it in given.items() if key in _FIELDS and key != "node"}
        if not isinstance(wanted.get("inputs", {}), Mapping):
            raise VesperError("invalid", "`inputs` is a map of names and values")
        prepared = self._prepare(Wanted(node, **wanted))
        self._session = Session(prepared, self._manner, self._heard)
        self._stops_on_entry = given.get("stopOnEntry") is True
        return {}, lambda: self._sender.event("initialized")

    def configuration_done(self, _given: Body) -> "_Done":
        """Begin the run."""
        session = self.session
        return {}, lambda: session.begin(stop_on_entry=self._stops_on_entry)

    def set_breakpoints(self, given: Body) -> "_Done":
        """Replace the breakpoints of one file."""
        path = given.get("source", {}).get("path", "")
        wanted = given.get("breakpoints") or [{"line": it} for it in given.get("lines", ())]
        return ({"breakpoints": self.session.set_lines(path, wanted)},)

    def set_function_breakpoints(self, given: Body) -> "_Done":
        """Replace the breakpoints by meaning."""
        return ({"breakpoints": self.session.set_functions(given.get("breakpoints", []))},)

    def set_exception_breakpoints(self, given: Body) -> "_Done":
        """Choose whether violated clauses and failed steps stop the run."""
        self.session.set_filters(given.get("filters", []))
        return ({},)

    def threads(self, _given: Body) -> "_Done":
        """The threads of the run."""
        return ({"threads": self.session.threads()},)

    def stack_trace(self, given: Body) -> "_Done":
        """The frames of a thread that stands."""
        start, levels = given.get("startFrame") or 0, given.get("levels") or 0
        rows, total = self.session.frames(given["threadId"], start, levels)
        return ({"stackFrames": rows, "totalFrames": total},)

    def scopes(self, given: Body) -> "_Done":
        """Variables, inputs and clauses of a frame."""
        return ({"scopes": self.session.scopes(given["frameId"])},)

    def variables(self, given: Body) -> "_Done":
        """What is inside of a scope or a value."""
        start, count = given.get("start") or 0, given.get("count") or 0
        rows = self.session.variables(given["variablesReference"], start, count)
        if rows is None:
            raise VesperError("not_found", "the run has gone on since", "ask for the scopes again")
        return ({"variables": rows},)

    def evaluate(self, given: Body) -> "_Done":
        """The value of an expression."""
        return (self.session.evaluate(str(given["expression"]), given.get("frameId")),)

    def exception_info(self, _given: Body) -> "_Done":
        """Why the run stands where no breakpoint is."""
        stop = self.session.stop
        if stop is None:
            raise VesperError("conflict", "the run does not stand anywhere")
        return ({"exceptionId": stop.why, "description": stop.text, "breakMode": "always"},)

    def resume(self, _given: Body) -> "_Done":
        """Go on to the next breakpoint."""
        return {"allThreadsContinued": True}, self.session.debugger.resume

    def next(self, _given: Body) -> "_Done":
        """Go on to the next step that is not inside this one."""
        return {}, self.session.debugger.step_over

    def step_in(self, _given: Body) -> "_Done":
        """Go on to the next step."""
        return {}, self.session.debugger.step_in

    def step_out(self, _given: Body) -> "_Done":
        """Go on behind the step around."""
        return {}, self.session.debugger.step_out

    def pause(self, _given: Body) -> "_Done":
        """Stop at the next step."""
        return {}, self.session.debugger.pause

    def terminate(self, _given: Body) -> "_Done":
        """End the run as one that somebody cancelled."""
        return {}, self.session.debugger.quit

    def disconnect(self, _given: Body) -> "_Done":
        """End the run and this adapter."""
        self._is_done = True
        return ({},)

    # Events.

    def _heard(self, news: News) -> None:
        match news:
            case Stop():
                self._tell_stop(news)
            case Finished(envelope, error):
                self._tell_end(envelope, error)
            case _:
                self._sender.event("output", {"category": "console", "output": f"{news.text}\n"})

    def _tell_stop(self, stop: Stop) -> None:
        thread = self.session.thread_of(stop)
        self._sender.event(
            "stopped",
            {
                "reason": REASONS[stop.why],
                "description": stop.text,
                "text": stop.text,
                "threadId": thread,
                "allThreadsStopped": True,
            },
        )

    def _tell_end(self, envelope: Envelope | None, error: Exception | None) -> None:
        if envelope is not None:
            told = {"category": "stdout", "output": to_json(envelope, indent=True) + "\n"}
        else:
            told = {"category": "stderr", "output": f"the run broke: {error}\n"}
        self._sender.event("output", told)
        has_failed = envelope is None or envelope.error is not None
        self._sender.event("exited", {"exitCode": int(has_failed)})
        self._sender.event("terminated")


_Done = tuple[Body, *tuple[Callable[[], None], ...]]
_ACTIONS: Final[Mapping[str, Callable[[DebugAdapter, Body], _Done]]] = {
    "initialize": DebugAdapter.initialize,
    "launch": DebugAdapter.launch,
    "configurationDone": DebugAdapter.configuration_done,
    "setBreakpoints": DebugAdapter.set_breakpoints,
    "setFunctionBreakpoints": DebugAdapter.set_function_breakpoints,
    "setExceptionBreakpoints": DebugAdapter.set_exception_breakpoints,
    "threads": DebugAdapter.threads,
    "stackTrace": DebugAdapter.stack_trace,
    "scopes": DebugAdapter.scopes,
    "variables": DebugAdapter.variables,
    "evaluate": DebugAdapter.evaluate,
    "exceptionInfo": DebugAdapter.exception_info,
    "continue": DebugAdapter.resume,
    "next": DebugAdapter.next,
    "stepIn": DebugAdapter.step_in,
    "stepOut": DebugAdapter.step_out,
    "pause": DebugAdapter.pause,
    "terminate": DebugAdapter.terminate,
    "disconnect": DebugAdapter.disconnect,
}
