"""How far a thing reaches: the texts of the workspace in which it may be written, open or not."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types

from vesper.editing.meaning import WORKSPACE, Thing
from vesper.editing.occurrences import Occurrence, occurrences
from vesper.lang import versions
from vesper.lang.check import Analysis
from vesper.lang.source import Span
from vesper.lsp.convert import to_range, to_uri
from vesper.lsp.documents import OpenDocument

if TYPE_CHECKING:
    from vesper.lsp.server import VesperServer
    from vesper.project import Project
    from vesper.workspace.index import Index


class Page(NamedTuple):
    """One text of the workspace: what the editor has, or what is on disk."""

    uri: str
    version: int | None
    """None for what is not open."""
    analysis: Analysis
    file: Path | None


class Seen(NamedTuple):
    """A thing as a page knows it: an input of one document is a parameter in those that call it."""

    page: Page
    thing: Thing


class Reach:
    """Finds the pages in which a thing of one document may be written."""

    def __init__(self, ls: "VesperServer", document: OpenDocument) -> None:
        self._ls = ls
        self.own = Page(document.uri, document.version, document.analysis, document.file)
        self._project: Project | None = ls.project_of(document) if ls.folders else None

    @property
    def index(self) -> "Index | None":
        """The names of the workspace; None where there is none."""
        return self._project.index if self._project is not None else None

    def of(self, thing: Thing) -> list[Seen]:
        """Every page that may mention the thing, its own document first."""
        found = dict.fromkeys(self._of(thing))
        return sorted(found, key=lambda it: (it.page.uri != self.own.uri, it.page.uri))

    def homes(self, thing: Thing) -> list[Seen]:
        """The pages that may define the thing."""
        match thing.space:
            case "node" | "role":
                files = self._holders(thing, uses=False)
                return [Seen(self.own, thing), *(Seen(it, thing) for it in self.pages(files))]
            case "parameter":
                return list(self._inputs(thing))
            case _:
                return [Seen(self.own, thing)]

    def pages(self, files: Iterable[str]) -> Iterator[Page]:
        """Other pages by the names of their files; what cannot be read is left out."""
        for file in dict.fromkeys(files):
            self._ls.check_cancelled()
            page = self._page(file)
            if page is not None and page.uri != self.own.uri:
                yield page

    def places(self, seen: Iterable[Seen]) -> Iterator[tuple[Page, Occurrence]]:
        """Where the things stand on their pages, each place once."""
        done: set[tuple[str, Span]] = set()
        for page, thing in seen:
            self._ls.check_cancelled()
            for it in occurrences(page.analysis, thing):
                if (page.uri, it.span) not in done:
                    done.add((page.uri, it.span))
                    yield page, it

    def range(self, page: Page, span: Span) -> types.Range:
        """The range of a span of a page, in the editor's units."""
        return to_range(page.analysis.text, span, self._ls.encoding)

    def _of(self, thing: Thing) -> Iterator[Seen]:
        yield Seen(self.own, thing)
        match thing.space:
            case "node" | "role":
                for page in self.pages(self._holders(thing)):
                    yield Seen(page, thing)
            case "input":
                yield from self._calls(Seen(self.own, thing))
            case "parameter":
                for it in self._inputs(thing):
                    yield it
                    yield from self._calls(it)
            case _:
                return

    def _holders(self, thing: Thing, *, uses: bool = True) -> Iterator[str]:
        """The files that define a node or role, and if wanted those that use it."""
        if self.index is None or thing.space not in ("node", "role"):
            return
        names = [thing.name]
        wanted = versions.read(thing.name) if thing.space == "node" else None
        if wanted is not None and wanted.range:
            known = {it: versions.read(it) for it in self.index.node_ids()}
            names += [name for name, it in known.items() if it is not None and wanted.means(it)]
        for name in names:
            yield from (it.file for it in self.index.definitions(thing.space, name))
            if uses:
                yield from (it.file for it in self.index.uses(thing.space, name))

    def _inputs(self, thing: Thing) -> Iterator[Seen]:
        """The inputs that a parameter is for: of one node, or of each in a range of versions."""
        callee = Thing("node", thing.owner)
        for page in (self.own, *self.pages(self._holders(callee, uses=False))):
            for part, facts in enumerate(page.analysis.parts()):
                if any(callee.means(Thing("node", it)) for it in facts.of("node")):
                    yield Seen(page, Thing("input", thing.name, part))

    def _calls(self, home: Seen) -> Iterator[Seen]:
        """The parameters that give a node its input, in every document that calls it."""
        if self.index is None:
            return
        page, thing = home
        for node_id in page.analysis.parts()[thing.part].of("node"):
            for it in self.index.uses("node", node_id):
                caller = self._page(it.file) if it.entry.detail == "call" else None
                if caller is not None:
                    yield Seen(caller, Thing("parameter", thing.name, WORKSPACE, it.entry.name))

    def _page(self, file: str) -> Page | None:
        assert self._project is not None
        path = self._project.root / file
        document = self._ls.documents.at(path)
        if document is not None:
            return Page(document.uri, document.version, document.analysis, path)
        analysis = self._ls.places.analysis(path)
        return Page(to_uri(path), None, analysis, path) if analysis is not None else None


def links(
    reach: Reach, origin: Span, places: Iterable[tuple[Page, Span]], *, with_links: bool
) -> list[types.Location] | list[types.LocationLink]:
    """Places to go to from a name; with links the editor can tell what it comes from."""
    found = [(page.uri, reach.range(page, span)) for page, span in places]
    if not with_links:
        return [types.Location(uri, there) for uri, there in found]
    here = reach.range(reach.own, origin)
    return [types.LocationLink(uri, there, there, here) for uri, there in found]
