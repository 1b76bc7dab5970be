"""Rename, with prepare: one new name in every file of the workspace where the old one is written."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lsprotocol import types

from vesper.editing.meaning import Thing
from vesper.editing.renaming import SHARED, check_name, rename, renameable
from vesper.errors import VesperError
from vesper.lang.rule import Edit
from vesper.lsp.convert import to_uri
from vesper.lsp.feature import feature
from vesper.lsp.handshake import offered
from vesper.lsp.reach import Page, Reach, Seen
from vesper.lsp.server import VesperServer

if TYPE_CHECKING:
    from vesper.workspace.index import Index

_ASK = "vesper.renameFile"


@feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
def prepare_rename(
    ls: VesperServer, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder:
    """What would get a new name, or why nothing here can."""
    document = ls.document(params.text_document.uri)
    found = renameable(document.analysis, *ls.place(document, params.position))
    _must_be_defined(Reach(ls, document), found.thing)
    return types.PrepareRenamePlaceholder(ls.range(document, found.here.span), found.thing.name)


@feature(types.TEXT_DOCUMENT_RENAME)
def rename_everywhere(ls: VesperServer, params: types.RenameParams) -> types.WorkspaceEdit:
    """The edits that give the thing under the cursor a new name."""
    document = ls.document(params.text_document.uri)
    thing = renameable(document.analysis, *ls.place(document, params.position)).thing
    new = params.new_name
    check_name(thing, new)
    reach = Reach(ls, document)
    _must_be_known(reach.index, thing)
    _must_be_defined(reach, thing)
    _must_be_free(reach.index, thing, new)
    edits: dict[str, dict[Edit, None]] = {}
    pages: dict[str, Page] = {}
    for page, it in _of_one(reach, thing):
        ls.check_cancelled()
        found = rename(page.analysis, it, new)
        if found:
            pages[page.uri] = page
            edits.setdefault(page.uri, {}).update(dict.fromkeys(found))
    written = [(pages[uri], list(found)) for uri, found in edits.items()]
    moves = [it for page, _ in written for it in _moves(ls, page, thing, new)]
    return _workspace_edit(ls, reach, written, moves)


def _of_one(reach: Reach, thing: Thing) -> Iterable[Seen]:
    """Every page with the thing. A parameter is its callee's input, which must be one alone."""
    if thing.space == "parameter":
        homes = reach.homes(thing)
        if len({(it.page.uri, it.thing) for it in homes}) != 1:
            message = f"`{thing.owner}` means several nodes with an input `{thing.name}`"
            raise VesperError("invalid", message, "rename the input where it is defined")
    return reach.of(thing)


def _must_be_defined(reach: Reach, thing: Thing) -> None:
    """A node, a role or a callee's input keeps its name unless the workspace defines it."""
    if thing.space not in SHARED:
        return
    homes = reach.places(reach.homes(thing))
    if not any(it.kind == "definition" for _, it in homes):
        what = thing.name if thing.space != "parameter" else f"{thing.owner}.{thing.name}"
        message = f"no file of this workspace defines `{what}`"
        raise VesperError("not_found", message, "define it first")


def _must_be_known(index: "Index | None", thing: Thing) -> None:
    """All places must be known where other files can have some."""
    if thing.space in (*SHARED, "input") and index is not None and not index.is_complete:
        message = "the files of the workspace are still being read"
        raise VesperError("busy", message, "try again in a moment")


def _must_be_free(index: "Index | None", thing: Thing, new: str) -> None:
    if index is None or new == thing.name or thing.space not in ("node", "role"):
        return
    taken = index.definitions(thing.space, new)
    if taken:
        place = f"{taken[0].file}:{taken[0].entry.span.line + 1}"
        message = f"`{new}` is already a {thing.space} ({place})"
        raise VesperError("conflict", message, "choose another name")


def _moves(ls: VesperServer, page: Page, thing: Thing, new: str) -> Iterator[types.RenameFile]:
    """A file named after its node can follow it, if the editor can ask the person about that."""
    can = ls.protocol.client_capabilities
    support = can.workspace.workspace_edit if can.workspace else None
    kinds = (support.resource_operations if support else None) or ()
    if types.ResourceOperationKind.Rename not in kinds or thing.space != "node":
        return
    if not offered(can, "workspace", "workspace_edit", "change_annotation_support"):
        return
    if page.file is None or page.file.stem != thing.name:
        return
    target = page.file.with_name(f"{new}{page.file.suffix}")
    if not target.exists():
        yield types.RenameFile(page.uri, to_uri(target), annotation_id=_ASK)


def _workspace_edit(
    ls: VesperServer,
    reach: Reach,
    written: list[tuple[Page, list[Edit]]],
    moves: list[types.RenameFile],
) -> types.WorkspaceEdit:
    texts = [
        (page, [types.TextEdit(reach.range(page, it.span), it.text) for it in edits])
        for page, edits in written
    ]
    can = ls.protocol.client_capabilities
    if not offered(can, "workspace", "workspace_edit", "document_changes"):
        return types.WorkspaceEdit(changes={page.uri: edits for page, edits in texts})
    changes: list[types.TextDocumentEdit | types.RenameFile] = [
        types.TextDocumentEdit(
            types.OptionalVersionedTextDocumentIdentifier(page.uri, page.version), list(edits)
        )
        for page, edits in texts
    ]
    if not moves:
        return types.WorkspaceEdit(document_changes=list(changes))
    label = "Rename the file of the node as well"
    asked = {_ASK: types.ChangeAnnotation(label, needs_confirmation=True)}
    return types.WorkspaceEdit(document_changes=[*changes, *moves], change_annotations=asked)
