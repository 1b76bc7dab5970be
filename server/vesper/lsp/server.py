"""The language server: one client, one project, the open documents, and the loop that serves them.

Everything runs on one thread, in the order in which the client said it. Edits are applied as they
come; diagnostics are made when nothing else waits, so a burst of edits costs one analysis.
"""

import functools
import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast, get_type_hints

import attrs
from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder
from pygls.lsp.server import LanguageServer

import vesper
from vesper.lang.check import Diagnostic
from vesper.lang.source import Encoding, Span
from vesper.lsp.convert import (
    Json,
    to_place,
    to_range,
)
from vesper.lsp.documents import Documents, OpenDocument
from vesper.lsp.feature import Command, Feature, discover
from vesper.lsp.folders import Folders
from vesper.lsp.handshake import choose_encoding, folders_of, offered, read_initialize
from vesper.lsp.indexing import Indexing
from vesper.lsp.places import Places
from vesper.lsp.protocol import Refusal, VesperProtocol, strict_converter
from vesper.lsp.reports import Reports
from vesper.lsp.transport import (
    BODY_LIMIT,
    Action,
    End,
    Inbox,
    Item,
    Output,
    Skipped,
    claim_pipes,
    start_reading,
    start_watching,
)

if TYPE_CHECKING:
    from vesper.project import Project

TASKS_CHANGED: Final = "vesper/tasksChanged"
TASK_SECONDS: Final = 0.5
"""How long a change of tasks by another process may stay unnoticed."""
FEATURES: Final = "vesper.lsp.features"


@dataclass(slots=True)
class _Chore:
    """Something done again and again while the server has nothing else to do."""

    seconds: float
    due: float
    action: Action


class VesperServer(LanguageServer):
    """What a feature gets as `ls`."""

    protocol: VesperProtocol  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "vesper",
            vesper.__version__,
            protocol_cls=VesperProtocol,
            converter_factory=strict_converter,
        )
        self.inbox = Inbox()
        self.protocol.deliver = self.inbox.items.put
        self.documents = Documents(self._name_of)
        self.folders = Folders()
        self.places = Places(self.documents)
        self.indexing = Indexing(self.folders, self.documents, self)
        self.reports = Reports(self.documents, self.indexing, self.places, self)
        self._params = types.InitializeParams(types.ClientCapabilities())
        self._chores: list[_Chore] = []
        self._end: End | None = None
        self._last_events: dict[Path, int] = {}
        self.protocol.built_in.update(
            {
                types.INITIALIZE: self._initialize,
                types.SHUTDOWN: lambda _: None,
                types.TEXT_DOCUMENT_DID_OPEN: self._did_open,
                types.TEXT_DOCUMENT_DID_CHANGE: self.documents.change,
                types.TEXT_DOCUMENT_DID_SAVE: self.documents.save,
                types.TEXT_DOCUMENT_DID_CLOSE: self._did_close,
                types.WORKSPACE_EXECUTE_COMMAND: self._execute_command,
            }
        )

    @property
    def project(self) -> "Project":
        """The workspace of the client's first folder, or else where the first file lies.

        VesperError `not_found` while there is neither.
        """
        return self.folders.first()

    def project_of(self, document: OpenDocument) -> "Project":
        """The innermost workspace that holds a document; of any other document the first one."""
        return self.indexing.project_of(document)

    @property
    def can(self) -> types.ClientCapabilities:
        """What the client can do."""
        return self._params.capabilities

    @property
    def client_commands(self) -> frozenset[str]:
        """The commands that the client runs itself, as `experimental.commands.commands` names them."""
        match self._params.capabilities.experimental:
            case {"commands": {"commands": [*names]}}:
                return frozenset(str(it) for it in cast("list[object]", names))
            case _:
                return frozenset()

    @property
    def encoding(self) -> Encoding:
        """The units in which this client counts columns."""
        return self.documents.encoding

    def document(self, uri: str) -> OpenDocument:
        """The open document of a URI, with its newest text. VesperError `not_found` otherwise."""
        document = self.documents.get(uri)
        document.analysis.around = self.indexing.around(document)
        return document

    def check_cancelled(self) -> None:
        """To be called in long loops: ends the handler of a request that the client has cancelled."""
        self.protocol.check_cancelled()

    def place(self, document: OpenDocument, position: types.Position) -> tuple[int, int]:
        """Line and code point column of a position; always inside the text."""
        text = document.analysis.text
        return to_place(text, position.line, position.character, self.encoding)

    def span_of(self, document: OpenDocument, wanted: types.Range) -> Span:
        """The span of a range of the protocol."""
        return Span(*self.place(document, wanted.start), *self.place(document, wanted.end))

    def range(self, document: OpenDocument, span: Span) -> types.Range:
        """The range of a span; always inside the text."""
        return to_range(document.analysis.text, span, self.encoding)

    def diagnostic(self, document: OpenDocument, found: Diagnostic) -> types.Diagnostic:
        """A diagnostic as it was published."""
        written = self.reports.one(document, found)
        return self.protocol.structure(written, types.Diagnostic)

    def add(self, declared: Feature | Command) -> None:
        """Take on a feature or command; done before the client is heard."""
        match declared:
            case Feature(name, options, call):
                taken = self.protocol.features
                handle: Callable[..., Any] = functools.partial(call, self)
                if options is not None:
                    self.protocol.options[name] = options
            case Command(name, call):
                taken = self.protocol.commands
                handle = _with_checked_arguments(self, call)
        if name in taken:
            raise ValueError(f"{name} is declared twice")
        taken[name] = handle

    def notify(self, method: str, params: object = None) -> None:
        """Tell the client something. Only from the serving thread; see `soon`."""
        self.protocol.notify(method, params)

    def request(
        self, method: str, params: object = None, then: Callable[[Any], object] | None = None
    ) -> None:
        """Ask the client something; `then` gets the answer, unless that is an error."""
        future = self.protocol.send_request(method, params)
        if then is not None:
            future.add_done_callback(lambda it: None if it.exception() else then(it.result()))

    def soon(self, action: Action) -> None:
        """Have something done on the serving thread after what waits. From any thread."""
        self.inbox.items.put(action)

    def every(self, seconds: float, action: Action) -> None:
        """Have something done on the serving thread at once and again and again, when it is idle."""
        self._chores.append(_Chore(seconds, time.monotonic(), action))

    def tasks_changed(self, project: "Project") -> None:
        """Tell the client that the tasks of a workspace are not what they were."""
        last = self._last_events[project.root] = project.board.last_event()
        self.notify(TASKS_CHANGED, {"lastEvent": last})
        if offered(self._params.capabilities, "workspace", "code_lens", "refresh_support"):
            self.request(types.WORKSPACE_CODE_LENS_REFRESH)

    def start_io(
        self,
        stdin: BinaryIO | None = None,
        stdout: BinaryIO | None = None,
        body_limit: int = BODY_LIMIT,
    ) -> None:
        """Serve the client on two pipes until the end; `exit_code` then says how it went."""
        if stdin is None or stdout is None:
            stdin, stdout = claim_pipes()
        output = Output(stdout, self.inbox)
        self.protocol.send, self.protocol.send_soon = output.send, output.send_soon
        start_reading(stdin, self.inbox, self.protocol.receive, body_limit)
        try:
            while self.exit_code is None:
                if not self.turn() and self.exit_code is None:
                    self.wait()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the projects, and of the threads that wait for the end."""
        self.inbox.closed.set()
        self.folders.close()

    @property
    def exit_code(self) -> int | None:
        """What the process ends with; None while the server runs."""
        return self.protocol.exit_code

    def turn(self) -> bool:
        """Take in all that has arrived and do one thing; False when there is nothing to do."""
        self.inbox.turns += 1
        while self.exit_code is None:
            try:
                self._accept(self.inbox.items.get_nowait())
            except Empty:
                break
        if self.exit_code is not None:
            return False
        steps = (
            self.protocol.step, self._report, self._do_chore, self._index, self.protocol.work,
            self._finish,
        )  # fmt: skip
        return any(step() for step in steps)

    def wait(self) -> None:
        """Sleep until something arrives or a chore is due."""
        due = min((it.due for it in self._chores), default=None)
        timeout = None if due is None else max(0.0, due - time.monotonic())
        try:
            self._accept(self.inbox.items.get(timeout=timeout))
        except Empty:
            return

    def _accept(self, item: Item) -> None:
        match item:
            case Skipped(size):
                self.protocol.enqueue(functools.partial(self._skipped, size))
            case End():
                self._end = item
                if item.at_once:
                    self._finish()
            case _:
                self.protocol.enqueue(item)

    def _finish(self) -> bool:
        if self._end is not None and self.exit_code is None:
            if self._end.problem:
                self.protocol.log(self._end.problem)
            in_order = self.protocol.state == "stopped" and not self._end.problem
            self.protocol.exit_code = 0 if in_order else 1
        return False

    def _look_at_tasks(self) -> None:
        """Other processes change tasks too: agents, the command line, other editors."""
        for project in self.folders.projects:
            newest = project.board.last_event()
            if self._last_events.setdefault(project.root, newest) != newest:
                self.tasks_changed(project)

    def _index(self) -> bool:
        # After a failure it counts as done, so that it is tried again later and not at once.
        return self.protocol.state == "running" and self._guarded("indexing", self.indexing.step)

    def _report(self) -> bool:
        return self._guarded("diagnostics", self.reports.step, default=True)

    def _guarded(self, what: str, step: Callable[[], bool], default: bool = False) -> bool:
        """Whether a step did something; `default` when it failed."""
        worked = default

        def act() -> None:
            nonlocal worked
            worked = step()

        self.protocol.guard(what, act)
        return worked

    def _name_of(self, file: Path) -> str:
        return self.folders.holding(file).relative(file)

    def _skipped(self, size: int) -> None:
        text = f"a message of {size:,} bytes was too large and was skipped"
        self.protocol.log(text)
        shown = types.ShowMessageParams(types.MessageType.Warning, f"Vesper: {text}")
        self.window_show_message(shown)

    def _do_chore(self) -> bool:
        now = time.monotonic()
        for chore in self._chores:
            if chore.due <= now:
                chore.due = now + chore.seconds
                self.protocol.guard("work on the side", chore.action)
                return True
        return False

    def _initialize(self, raw: Json) -> types.InitializeResult:
        params = self._params = read_initialize(self.protocol, raw)
        can = params.capabilities
        self.process_id = params.process_id
        self.protocol.client_capabilities = can
        self.documents.encoding = choose_encoding(can)
        self.reports.can = can
        self.folders.add(folders_of(params))
        self.indexing.shows_progress = offered(can, "window", "work_done_progress")
        self.indexing.refreshes_hints = offered(can, "workspace", "inlay_hint", "refresh_support")
        if params.process_id is not None and params.process_id > 0:
            start_watching(params.process_id, self.inbox)
        self.every(TASK_SECONDS, self._look_at_tasks)
        capabilities = ServerCapabilitiesBuilder(
            can,
            {*self.protocol.features, *self.protocol.built_in},
            self.protocol.options,
            list(self.protocol.commands),
            types.TextDocumentSyncKind.Incremental,
            None,
            self.encoding,
        ).build()
        self._declare_resolving(capabilities)
        self.protocol.server_capabilities = capabilities
        info = types.ServerInfo("vesper", vesper.__version__)
        return types.InitializeResult(capabilities, info)

    def _declare_resolving(self, capabilities: types.ServerCapabilities) -> None:
        """Say which answers can be completed later; pygls does so for other methods only."""
        completion = capabilities.completion_provider
        if types.COMPLETION_ITEM_RESOLVE in self.protocol.features and completion:
            capabilities.completion_provider = attrs.evolve(completion, resolve_provider=True)
        action = capabilities.code_action_provider
        if types.CODE_ACTION_RESOLVE in self.protocol.features and action:
            options = types.CodeActionOptions() if isinstance(action, bool) else action
            capabilities.code_action_provider = attrs.evolve(options, resolve_provider=True)

    def _did_open(self, params: Json) -> None:
        document = self.documents.open(params)
        if not self.folders and document.file is not None:
            self.folders.add([document.file.parent])

    def _did_close(self, params: Json) -> None:
        document = self.documents.close(params)
        self.reports.forget(document)
        self.indexing.closed(document)

    def _execute_command(self, raw: Json) -> object:
        params = self.protocol.structure(raw, types.ExecuteCommandParams)
        run = self.protocol.commands.get(params.command)
        if run is None:
            message = f"there is no command {params.command[:100]}"
            raise Refusal(types.ErrorCodes.InvalidParams, message)
        return run(*(params.arguments or ()))


def create_server(features: str = FEATURES) -> VesperServer:
    """A server with every feature and command of a package. It serves one client."""
    server = VesperServer()
    for declared in discover(features):
        server.add(declared)
    return server


def _with_checked_arguments(server: VesperServer, call: Callable[..., Any]) -> Callable[..., Any]:
    """A command whose arguments are read as its annotations say, or refused with -32602."""

    def run(*arguments: object) -> object:
        signature, hints = inspect.signature(call), get_type_hints(call)
        try:
            bound = signature.bind(server, *arguments)
        except TypeError as error:
            raise Refusal(types.ErrorCodes.InvalidParams, f"arguments: {error}") from error
        names = list(bound.arguments)[1:]
        read = [
            server.protocol.read(value, hints.get(name, Any))
            for name, value in zip(names, arguments, strict=False)
        ]
        return call(server, *read)

    return run
