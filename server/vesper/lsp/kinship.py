"""Nodes and roles as items of a hierarchy: found by name again at each request, so edits do no harm."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from vesper.editing.meaning import Thing
from vesper.editing.occurrences import thing_at
from vesper.lang import summary
from vesper.lang.around import NodeSummary, RoleSummary
from vesper.lang.source import Span
from vesper.lsp.documents import OpenDocument

if TYPE_CHECKING:
    from lsprotocol import types

    from vesper.lsp.server import VesperServer
    from vesper.project import Project


class Kin(NamedTuple):
    """What an item carries along to be found again."""

    root: str
    file: str
    name: str


class Family:
    """The nodes and roles of one workspace, open files as the editor has them."""

    def __init__(self, ls: "VesperServer", project: "Project") -> None:
        self._ls = ls
        self.project = project

    def nodes(self, file: str) -> tuple[NodeSummary, ...]:
        """The nodes of a file."""
        document = self._open(file)
        if document is not None:
            return summary.nodes(document.analysis.parts(), file)
        return self.project.index.nodes_in(file)

    def roles(self, file: str) -> tuple[RoleSummary, ...]:
        """The roles of a role file."""
        document = self._open(file)
        if document is not None:
            return summary.roles(document.analysis.parts(), file)
        return self.project.index.roles_in(file)

    def named_nodes(self, names: Iterable[str]) -> list[NodeSummary]:
        """The nodes of some ids, as they are now."""
        index = self.project.index
        files = dict.fromkeys(it.file for name in names for it in index.definitions("node", name))
        wanted = set(names)
        return [it for file in files for it in self.nodes(file) if it.node_id in wanted]

    def named_roles(self, names: Iterable[str]) -> list[RoleSummary]:
        """The roles of some names, as they are now."""
        index = self.project.index
        files = dict.fromkeys(it.file for name in names for it in index.definitions("role", name))
        wanted = set(names)
        return [it for file in files for it in self.roles(file) if it.name in wanted]

    def place(self, file: str, span: Span) -> "types.Location":
        """The location of a span of a file."""
        return self._ls.places.location(self.project, file, span)

    def kin(self, file: str, name: str) -> dict[str, str]:
        """What finds a node or role again."""
        return Kin(str(self.project.root), file, name)._asdict()

    def _open(self, file: str) -> OpenDocument | None:
        return self._ls.documents.at(self.project.root / file)


def family_at(
    ls: "VesperServer", document: OpenDocument, place: tuple[int, int]
) -> tuple[Family, Thing] | None:
    """The node or role that stands at a place, and the family it belongs to."""
    found = thing_at(document.analysis, *place)
    if found is None or not ls.folders:
        return None
    return Family(ls, ls.project_of(document)), found.thing


def family_of(ls: "VesperServer", data: object) -> tuple[Family, Kin] | None:
    """The family that an item belongs to, from what it carries along; None where that is not ours."""
    match data:
        case {"root": str(root), "file": str(file), "name": str(name)}:
            for project in ls.folders.projects:
                if str(project.root) == root:
                    return Family(ls, project), Kin(root, file, name)
        case _:
            pass
    return None
