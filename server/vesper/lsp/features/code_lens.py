"""Code lenses: open tasks, how often a name is used, and test cases to run, above their lines."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from lsprotocol import types

from vesper.editing.lenses import Lens, lenses
from vesper.editing.occurrences import thing_at
from vesper.lang.source import Span
from vesper.lsp.convert import Json, range_json
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import command, feature
from vesper.lsp.reach import Reach
from vesper.lsp.server import VesperServer
from vesper.tasks.task import Task

SHOW_TASKS: Final = "vesper.showTasks"
LIST_REFERENCES: Final = "vesper.listReferences"
PEEK_REFERENCES: Final = "vesper.peekReferences"
"""A command of the client: `(uri, position, locations)`."""
RUN_TEST: Final = "vesper.runTest"
"""`(uri, node id, name of the case)`: the server's own, or the client's where it has one."""
DEBUG_TEST: Final = "vesper.debugTest"
"""The same for debugging; only a client can begin that."""
_LISTED: Final = 10


@feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=True))
def code_lens(ls: VesperServer, params: types.CodeLensParams) -> list[Json]:
    """Lenses for tasks are whole; what the others say is worked out for those that are shown."""
    document = ls.document(params.text_document.uri)
    found = [_of_tasks(ls, document, *it) for it in _tasks_by_line(ls, document)]
    return [*found, *(each for it in lenses(document.analysis) for each in _open(ls, document, it))]


@feature(types.CODE_LENS_RESOLVE)
def resolve(ls: VesperServer, params: types.CodeLens) -> types.CodeLens:
    """Say how often the name is used, in the texts as they are now."""
    match params.data:
        case {"uri": str(uri)}:
            document = ls.documents.find(uri)
            places = _references(ls, document, params.range.start) if document is not None else []
            title = f"{len(places)} reference{'' if len(places) == 1 else 's'}"
            position = params.range.start
            if PEEK_REFERENCES in ls.client_commands:
                arguments: list[Any] = [uri, position, places]
                params.command = types.Command(title, PEEK_REFERENCES, arguments=arguments)
            else:
                arguments = [uri, position]
                params.command = types.Command(title, LIST_REFERENCES, arguments=arguments)
        case _:
            pass
    return params


@command(LIST_REFERENCES)
def list_references(ls: VesperServer, uri: str, position: types.Position) -> list[types.Location]:
    """Tell where a name is used, for editors that cannot show places beside the text."""
    found = _references(ls, ls.document(uri), position)
    rows = [f"{it.uri.rsplit('/', 1)[-1]}:{it.range.start.line + 1}" for it in found[:_LISTED]]
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    text = f"Used at {', '.join(rows)}{more}" if rows else "Used nowhere"
    ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
    return found


def _references(
    ls: VesperServer, document: OpenDocument, position: types.Position
) -> list[types.Location]:
    found = thing_at(document.analysis, *ls.place(document, position))
    if found is None:
        return []
    reach = Reach(ls, document)
    return [
        types.Location(page.uri, reach.range(page, it.span))
        for page, it in reach.places(reach.of(found.thing))
        if it.kind != "definition"
    ]


def _open(ls: VesperServer, document: OpenDocument, it: Lens) -> Iterator[Json]:
    """The lenses of a place as plain JSON: a long document has hundreds."""
    written: Json = {"range": range_json(document.analysis.text, it.span, ls.encoding)}
    if it.kind == "references":
        yield written | {"data": {"uri": document.uri}}
        return
    arguments = [document.uri, it.node, it.name]
    yield written | {"command": {"title": "Run test", "command": RUN_TEST, "arguments": arguments}}
    if DEBUG_TEST in ls.client_commands:
        debug = {"title": "Debug test", "command": DEBUG_TEST, "arguments": arguments}
        yield written | {"command": debug}


def _tasks_by_line(ls: VesperServer, document: OpenDocument) -> Iterator[tuple[int, list[Task]]]:
    by_line: defaultdict[int, list[Task]] = defaultdict(list)
    last = len(document.analysis.text.lines) - 1
    for task in ls.project_of(document).board.open_at(document.path):
        if task.place is not None:
            by_line[min(task.place.line, last)].append(task)
    yield from sorted(by_line.items())


def _of_tasks(ls: VesperServer, document: OpenDocument, line: int, tasks: list[Task]) -> Json:
    at = range_json(document.analysis.text, Span(line, 0, line, 0), ls.encoding)
    arguments = [[it.id for it in tasks]]
    return {
        "range": at,
        "command": {"title": _title(tasks), "command": SHOW_TASKS, "arguments": arguments},
    }


def _title(tasks: list[Task]) -> str:
    if len(tasks) > 1:
        return f"{len(tasks)} open tasks"
    task = tasks[0]
    state = f", {task.assignee} is on it" if task.assignee else ""
    return f"Task {task.id}: {task.title}{state}"
