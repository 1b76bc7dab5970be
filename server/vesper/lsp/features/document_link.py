"""Document links: from nodes, roles, paths and web addresses to what they name.

A link leads to a file of the workspace or to a web address, never anywhere else.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from vesper.editing.links import Link, links
from vesper.errors import VesperError
from vesper.lsp.convert import to_uri
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

if TYPE_CHECKING:
    from vesper.project import Project

_MOST_PATHS: Final = 200
"""The most words of a text that are looked up on disk."""


@feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
def document_link(ls: VesperServer, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    """Everything in the document that leads somewhere."""
    document = ls.document(params.text_document.uri)
    project = ls.project_of(document) if ls.folders else None
    found: list[types.DocumentLink] = []
    paths = 0
    for it in links(document.analysis):
        paths += it.kind == "path"
        if it.kind == "path" and paths > _MOST_PATHS:
            continue
        target = _target(ls, document, project, it)
        if target is not None:
            uri, tooltip = target
            found.append(types.DocumentLink(ls.range(document, it.span), uri, tooltip))
    return found


def _target(
    ls: VesperServer, document: OpenDocument, project: "Project | None", link: Link
) -> tuple[str, str] | None:
    match link.kind:
        case "address":
            return link.target, "Open in the browser"
        case "node":
            around = document.analysis.around
            nodes = around.called(link.target)
            return _file(ls, project, nodes[0].file, nodes[0].node_id) if nodes else None
        case "role":
            roles = document.analysis.around.roles.get(link.target, ())
            return _file(ls, project, roles[0].file, link.target) if roles else None
        case "path":
            return _written_path(document, project, link.target)


def _file(
    ls: VesperServer, project: "Project | None", file: str, name: str
) -> tuple[str, str] | None:
    if project is None:
        return None
    opened = ls.documents.at(project.root / file)
    return opened.uri if opened else to_uri(project.root / file), f"Open {name} in {file}"


def _written_path(
    document: OpenDocument, project: "Project | None", written: str
) -> tuple[str, str] | None:
    """A file of the workspace, from the document's folder or from the workspace's."""
    if project is None or document.file is None:
        return None
    for folder in (document.file.parent, project.root):
        path = Path(folder, written)
        try:
            file = project.relative(path.resolve())
            if path.is_file():
                return to_uri(project.root / file), f"Open {file}"
        except (VesperError, OSError, ValueError):
            continue
    return None
