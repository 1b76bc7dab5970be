"""Keeping the index of each workspace current between messages: open texts at once, files one at a time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from lsprotocol import types

from vesper.config import FILE
from vesper.editing.occurrences import read_ahead
from vesper.lang.around import ALONE, Around
from vesper.lsp.documents import Documents, OpenDocument
from vesper.lsp.folders import Folders

if TYPE_CHECKING:
    from vesper.project import Project
    from vesper.workspace.scan import Scan

_PIECES: Final = 16
"""How many pieces are read ahead before the next message gets its turn."""
WORTH_SHOWING: Final = 30
"""The least number of files for which the person is shown how far the reading is."""


class Connection(Protocol):
    """What the indexing needs of the server."""

    def notify(self, method: str, params: object = None) -> None:
        """Tell the client something."""
        ...

    def request(
        self, method: str, params: object = None, then: Callable[[object], object] | None = None
    ) -> None:
        """Ask the client something."""
        ...


class Indexing:
    """What is done for the indexes while no message waits. `step` does one small thing."""

    def __init__(self, folders: Folders, documents: Documents, connection: Connection) -> None:
        self.shows_progress = False
        """Whether the client lets a server show how far it is."""
        self.refreshes_hints = False
        """Whether the client asks for inlay hints again when it is told to."""
        self._folders = folders
        self._documents = documents
        self._connection = connection
        self._changed: dict[str, OpenDocument] = {}
        self._unread: dict[str, OpenDocument] = {}
        """Documents whose names nobody has read since they changed."""
        self._progress: dict[int, _Progress] = {}
        self._editor: object = None
        self._configured: set[int] = set()
        self._told: dict[int, set[str]] = {}
        self._taken = 0

    def around(self, document: OpenDocument) -> Around:
        """What an open document can know of the others in its workspace."""
        outside = document.file is not None and document.path == document.uri
        if not self._folders or outside:
            return ALONE
        return self._folders.holding(document.file).index.around_for(document.path)

    def project_of(self, document: OpenDocument) -> "Project":
        """The innermost workspace that holds a document; of any other document the first one."""
        return self._folders.holding(document.file)

    def changed(self, document: OpenDocument) -> None:
        """Have an open document taken in again once nothing else waits."""
        self._changed[document.uri] = self._unread[document.uri] = document

    def closed(self, document: OpenDocument) -> None:
        """What is on disk counts again."""
        self._changed.pop(document.uri, None)
        self._unread.pop(document.uri, None)
        found = self._place(document)
        if found is not None:
            project, file = found
            project.index.release(file)
            project.scan.look_at(file)

    def configure(self, editor: object = None) -> None:
        """Go by the settings as they are now; without `editor` what that said last still holds."""
        self._editor = self._editor if editor is None else editor
        for project in self._folders.loaded:
            self._configure(project)

    def regroup(self) -> None:
        """Find each open document's workspace anew: folders have come or gone."""
        for project in self._folders.loaded:
            for file in project.index.files:
                if project.index.is_live(file):
                    project.index.release(file)
                    project.scan.look_at(file)
        for document in self._documents.all():
            self.changed(document)
            self._documents.look_again(document)

    def state(self) -> object:
        """Something that equals itself as long as no file and no open document has changed."""
        return [(id(it), it.scan.turns) for it in self._folders.projects], self._taken

    def step(self) -> bool:
        """Do one small thing; False when every index is current."""
        if self._changed:
            _, document = self._changed.popitem()
            self._take(document)
            return True
        for project in self._folders.projects:
            if id(project) not in self._configured:
                self._configured.add(id(project))
                self._configure(project)
            if not project.scan.is_idle:
                before = project.index.stamp
                project.scan.step()
                self._show(project.scan)
                if project.index.stamp != before:
                    self._spread(project)
                return True
        return self._read_ahead()

    def _read_ahead(self) -> bool:
        """Read a few parts of a text, so that the first highlight in it need not read them all."""
        for uri, document in self._unread.items():
            if read_ahead(document.analysis, _PIECES):
                del self._unread[uri]
            return True
        return False

    def _configure(self, project: "Project") -> None:
        before = project.index.stamp
        project.configure(self._editor)
        self._documents.limit = project.settings.max_file_size
        if project.index.stamp != before:
            self._spread(project)
        told = self._told.setdefault(id(project), set())
        for problem in project.settings_problems:
            is_open = self._documents.at(project.root / FILE) is not None
            if str(problem) not in told and not (is_open and problem.where == FILE):
                told.add(str(problem))
                message = types.ShowMessageParams(types.MessageType.Error, f"Vesper: {problem}")
                self._connection.notify(types.WINDOW_SHOW_MESSAGE, message)

    def _take(self, document: OpenDocument) -> None:
        found = self._place(document)
        if found is None or not document.checked:
            return
        self._taken += 1
        project, file = found
        if project.index.take(file, document.analysis):
            self._spread(project)

    def _place(self, document: OpenDocument) -> "tuple[Project, str] | None":
        """The project of a document and its name there; None for what is no file of any."""
        if not self._folders or document.file is None or document.path == document.uri:
            return None
        return self._folders.holding(document.file), document.path

    def _spread(self, project: "Project") -> None:
        """Have the open documents looked through again that can notice a change of others."""
        is_noticed = False
        for document in self._documents.all():
            if self._folders.holding(document.file) is project:
                around = self.around(document)
                if around is not document.analysis.around:
                    self._documents.look_again(document)
                    is_noticed = True
        if is_noticed and self.refreshes_hints and project.scan.is_idle:
            self._connection.request(types.WORKSPACE_INLAY_HINT_REFRESH)

    def _show(self, scan: "Scan") -> None:
        progress = self._progress.get(id(scan))
        if progress is None:
            done, left = scan.progress
            if not self.shows_progress or scan.is_walking or done + left < WORTH_SHOWING:
                return
            token = f"vesper-index-{len(self._progress)}"
            progress = self._progress[id(scan)] = _Progress(self._connection, token, scan)
        progress.show()


class _Progress:
    """How far the reading of one workspace is, as the editor shows it; it may be shown repeatedly."""

    def __init__(self, connection: Connection, token: str, scan: "Scan") -> None:
        self._connection = connection
        self._token = token
        self._scan = scan
        self._is_allowed = False
        self._shown: int | None = None
        params = types.WorkDoneProgressCreateParams(token)
        connection.request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, self._allow)

    def show(self) -> None:
        """Say how far it is, where that is news."""
        done, left = self._scan.progress
        if not self._is_allowed or (self._shown is None and done + left < WORTH_SHOWING):
            return
        if self._scan.is_idle:
            if self._shown is not None:
                self._shown = None
                self._say(types.WorkDoneProgressEnd(message="all files are read"))
            return
        percentage = 100 * done // (done + left)
        message = f"{done:,} of {done + left:,} files"
        if self._shown is None:
            title = "Vesper reads the workspace"
            self._say(types.WorkDoneProgressBegin(title, percentage=percentage, message=message))
        elif percentage < self._shown + 5:
            return
        else:
            self._say(types.WorkDoneProgressReport(percentage=percentage, message=message))
        self._shown = percentage

    def _allow(self, _: object) -> None:
        self._is_allowed = True

    def _say(
        self,
        value: types.WorkDoneProgressBegin
        | types.WorkDoneProgressReport
        | types.WorkDoneProgressEnd,
    ) -> None:
        self._connection.notify(types.PROGRESS, types.ProgressParams(self._token, value))
