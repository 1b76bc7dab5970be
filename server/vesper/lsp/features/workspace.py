"""What the client says of its workspace: folders, settings, and files that others have changed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

from lsprotocol import types

from vesper import config
from vesper.lsp.convert import to_path
from vesper.lsp.feature import feature
from vesper.lsp.handshake import offered
from vesper.lsp.server import VesperServer
from vesper.workspace.ignored import GITIGNORE

POLL_SECONDS: Final = 5.0
"""How often files are looked at where the client cannot tell of their changes."""
_WATCHED: Final = ("**/*.vsp", "**/*.{yaml,yml}", f"**/{config.FILE}", f"**/{GITIGNORE}")
_FILES = types.FileOperationRegistrationOptions(
    [
        types.FileOperationFilter(types.FileOperationPattern(it), "file")
        for it in ("**/*.vsp", "**/*.{yaml,yml}", "**/*/")
    ]
)


@feature(types.INITIALIZED)
def initialized(ls: VesperServer, _: types.InitializedParams) -> None:
    """Ask to be told of changes, and for the settings."""
    wanted: list[types.Registration] = []
    if offered(ls.can, "workspace", "did_change_watched_files", "dynamic_registration"):
        watchers = [types.FileSystemWatcher(it) for it in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        wanted.append(types.Registration("vesper-files", method, options))
    else:
        ls.every(POLL_SECONDS, lambda: _look_around(ls))
    if offered(ls.can, "workspace", "did_change_configuration", "dynamic_registration"):
        method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
        options = types.DidChangeConfigurationRegistrationOptions(section="vesper")
        wanted.append(types.Registration("vesper-settings", method, options))
    if wanted:
        ls.request(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams(wanted))
    _ask_for_settings(ls)


@feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
def did_change_configuration(ls: VesperServer, params: types.DidChangeConfigurationParams) -> None:
    """Go by the new settings: ask for them, or take those that came with the message."""
    if not _ask_for_settings(ls) and isinstance(params.settings, dict):
        given = cast("dict[str, Any]", params.settings)
        ls.indexing.configure(given.get("vesper", given))


@feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
def did_change_watched_files(ls: VesperServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Read again what changed on disk."""
    for it in params.changes:
        _changed(ls, it.uri)


@feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
def did_change_workspace_folders(
    ls: VesperServer, params: types.DidChangeWorkspaceFoldersParams
) -> None:
    """Take on new folders and let go of others; each open document finds its workspace anew."""
    ls.folders.add(_paths([it.uri for it in params.event.added]))
    ls.folders.remove(_paths([it.uri for it in params.event.removed]))
    ls.indexing.regroup()
    _ask_for_settings(ls)


@feature(types.WORKSPACE_DID_CREATE_FILES, _FILES)
def did_create_files(ls: VesperServer, params: types.CreateFilesParams) -> None:
    """Read what was made in the editor."""
    for it in params.files:
        _changed(ls, it.uri)


@feature(types.WORKSPACE_DID_RENAME_FILES, _FILES)
def did_rename_files(ls: VesperServer, params: types.RenameFilesParams) -> None:
    """Follow files and folders to their new places."""
    for it in params.files:
        _changed(ls, it.old_uri)
        _changed(ls, it.new_uri)


@feature(types.WORKSPACE_DID_DELETE_FILES, _FILES)
def did_delete_files(ls: VesperServer, params: types.DeleteFilesParams) -> None:
    """Forget what was deleted in the editor."""
    for it in params.files:
        _changed(ls, it.uri)


def _ask_for_settings(ls: VesperServer) -> bool:
    """Ask for the section `vesper`; False when the client does not answer such questions."""
    if not offered(ls.can, "workspace", "configuration"):
        return False
    items = [types.ConfigurationItem(section="vesper")]

    def take(answer: Any) -> None:
        found = list(cast("Sequence[object]", answer)) if isinstance(answer, list | tuple) else []
        first = found[0] if found else None
        ls.indexing.configure(cast("object", first) if isinstance(first, dict) else {})

    ls.request(types.WORKSPACE_CONFIGURATION, types.ConfigurationParams(items), take)
    return True


def _changed(ls: VesperServer, uri: str) -> None:
    path = to_path(uri)
    if path is None or not ls.folders:
        return
    project = ls.folders.holding(path)
    if path.name == config.FILE:
        ls.indexing.configure()
    elif path.name == GITIGNORE or path.suffix not in (".vsp", ".yaml", ".yml"):
        # Patterns, or a folder that came, went or was renamed: which files there are is seen by walking.
        project.scan.again()
    else:
        project.scan.look_at(project.relative(path))


def _look_around(ls: VesperServer) -> None:
    """Walk through the folders again, a step a turn, unless that is still going on."""
    for project in ls.folders.loaded:
        if project.scan.is_idle:
            ls.indexing.configure()
            project.scan.again()


def _paths(uris: list[str]) -> list[Path]:
    return [path for it in uris if (path := to_path(it)) is not None]
