"""Tasks change in other processes too: the editor hears of it within a third of a second."""

from weakref import WeakKeyDictionary

from lsprotocol import types

from vesper.errors import VesperError
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

_POLL_SECONDS = 0.3
_told: WeakKeyDictionary[VesperServer, int] = WeakKeyDictionary()
"""The last event each server has told its client about."""


@feature(types.INITIALIZED)
def watch_tasks(ls: VesperServer, _params: types.InitializedParams) -> None:
    """Look for changes again and again, from the moment the client is ready."""
    _told[ls] = _last_event(ls)
    ls.every(_POLL_SECONDS, lambda: tell_changes(ls))


def tell_changes(ls: VesperServer) -> None:
    """Tell the client when tasks are not what they were when it was last told."""
    last = _last_event(ls)
    if last != _told.get(ls, 0):
        _told[ls] = last
        ls.tasks_changed()


def _last_event(ls: VesperServer) -> int:
    try:
        return ls.project.board.last_event()
    except VesperError:
        # No workspace yet, or its database is busy: there will be another look.
        return _told.get(ls, 0)
