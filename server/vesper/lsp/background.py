"""Work that takes longer than a message may wait: done in a thread of its own, shown as progress."""

import itertools
import threading
from collections.abc import Callable, Generator
from typing import Final, TypeVar

from lsprotocol import types

from vesper.execution.nodes import Nodes
from vesper.lsp.documents import OpenDocument
from vesper.lsp.handshake import offered
from vesper.lsp.messages import Deferred
from vesper.lsp.server import VesperServer

T = TypeVar("T")

_tokens: Final = itertools.count(1)


def in_background(
    ls: VesperServer, title: str, work: Callable[[], T], then: Callable[[T], object]
) -> Deferred:
    """The answer of a command whose work must not hold the server.

    `work` runs in another thread and touches nothing of the server; `then` makes the answer on the
    serving thread. What `work` raises is the command's failure.
    """
    return Deferred(_steps(ls, title, work, then))


def nodes_now(ls: VesperServer, document: OpenDocument) -> Nodes:
    """The nodes of a document's workspace with the texts that are open just now; for another thread."""
    project = ls.project_of(document)
    settings, root = project.settings, project.root
    texts = {it.path: str(it.text) for it in ls.documents.all() if it.file is not None}
    return Nodes(root, lambda: settings, project.relative, texts.get)


def _steps(
    ls: VesperServer, title: str, work: Callable[[], T], then: Callable[[T], object]
) -> Generator[bool, None, object]:
    found: list[T] = []
    failed: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again on the serving thread
            failed.append(error)
        done.set()
        ls.soon(lambda: None)

    progress = _Progress(ls, title)
    threading.Thread(target=run, name="vesper-command", daemon=True).start()
    while not done.is_set():
        yield False
    progress.end()
    if failed:
        raise failed[0]
    return then(found[0])


class _Progress:
    """What the editor shows meanwhile, if it shows such things."""

    def __init__(self, ls: VesperServer, title: str) -> None:
        self._ls = ls
        self._token = f"vesper-command-{next(_tokens)}"
        self._is_shown = self._is_over = False
        if offered(ls.can, "window", "work_done_progress"):
            params = types.WorkDoneProgressCreateParams(self._token)
            ls.request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, lambda _: self._begin(title))

    def end(self) -> None:
        """The work is over."""
        self._is_over = True
        if self._is_shown:
            self._say(types.WorkDoneProgressEnd())

    def _begin(self, title: str) -> None:
        if not self._is_over:
            self._is_shown = True
            self._say(types.WorkDoneProgressBegin(title))

    def _say(self, value: types.WorkDoneProgressBegin | types.WorkDoneProgressEnd) -> None:
        self._ls.notify(types.PROGRESS, types.ProgressParams(self._token, value))
