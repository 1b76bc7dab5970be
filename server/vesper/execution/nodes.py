"""The nodes of a workspace as programs, found by path, id or range and kept until their text changes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final

from vesper.config import Settings
from vesper.errors import VesperError
from vesper.lang.around import ALONE, NodeSummary, RoleSummary
from vesper.lang.check import Analysis
from vesper.lang.exports import ExportKind
from vesper.lang.program import Program
from vesper.lang.scope import Facts
from vesper.runtime.request import Failure
from vesper.workspace.files import read_text
from vesper.workspace.index import Index, policy_of
from vesper.workspace.scan import Scan

if TYPE_CHECKING:
    from vesper.compile.optimize import Optimized

_REFERS: Final[tuple[ExportKind, ...]] = ("node-ref", "role-ref")
_KEPT: Final = 200
"""How many files are kept as programs; those that were asked for last."""


@dataclass(frozen=True)
class Node:
    """A node in the file where it stands. Its program is made when somebody asks for it."""

    node_id: str
    file: str
    """As the workspace names it."""
    line: int
    facts: Facts
    analysis: Analysis

    @property
    def program(self) -> Program:
        """VesperError `invalid` for a document with errors."""
        return self.optimized.program

    @cached_property
    def optimized(self) -> "Optimized":
        """The program with what was left out of it, and why."""
        from vesper.compile.lower import lower
        from vesper.compile.optimize import optimized

        try:
            return optimized(lower(self.analysis, self.node_id))
        except VesperError as error:
            hint = f"`vesper check {self.file}` shows all of it"
            raise VesperError(
                error.kind, f"{self.file} cannot be run: {error.message}", hint
            ) from error


@dataclass(frozen=True, slots=True)
class _Read:
    text: str
    around: tuple[tuple[NodeSummary, ...], ...]
    """What the programs rely on beside the text."""
    nodes: tuple[Node, ...]


class Nodes:
    """The nodes of one workspace. Several threads may ask at once.

    `name` gives a path as the workspace names it. Whoever holds texts that are newer than the files
    gives them through `newer`.
    """

    def __init__(
        self,
        root: Path,
        settings: Callable[[], Settings],
        name: Callable[[str], str],
        newer: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self.root = root
        self._settings = settings
        self._name = name
        self._newer = newer
        self._lock = RLock()
        self._scan: Scan | None = None
        self._held: dict[str, _Read] = {}

    @property
    def settings(self) -> Settings:
        """The settings of the workspace."""
        return self._settings()

    def program(self, reference: str) -> Program:
        """The program of a node; VesperError as from `find`, or `invalid` for a document with errors."""
        return self.find(reference).program

    def find(self, reference: str) -> Node:
        """The node that an id, a range of versions or a path means; `path#node_id` in a file of several.

        VesperError: `not_found`, or `invalid` where a file holds none or several.
        """
        with self._lock:
            path, _, wanted = reference.partition("#")
            if self._is_path(path):
                return _one_of(path, wanted, self.in_file(path))
            found = self._called(reference)
            if found is None:
                message = f"there is no node `{reference[:100]}`"
                raise VesperError("not_found", message, self._near(reference))
            return found

    def in_file(self, path: str) -> tuple[Node, ...]:
        """The nodes of one file; nothing else is read unless it refers to other documents."""
        with self._lock:
            return self._read(self._name(path))

    def roles(self) -> Mapping[str, tuple[RoleSummary, ...]]:
        """The roles of the workspace, by name."""
        with self._lock:
            return self._index().around_for("").roles

    def resolve(self, reference: str) -> Program:
        """The program of a node that a run calls; `Failure` where there is none that can run."""
        with self._lock:
            found = self._called(reference)
        if found is None:
            message = f"there is no node `{reference[:100]}`"
            raise Failure(("node_not_found", "effect_failed"), message, {"node_id": reference})
        try:
            return found.program
        except VesperError as error:
            codes = ("document_invalid", "effect_failed")
            raise Failure(codes, error.message, {"node_id": reference}) from error

    def _called(self, reference: str) -> Node | None:
        """The newest node that a reference means, wherever it is."""
        index = self._index()
        around = index.around_for("")
        for summary in around.called(reference):
            for it in self._read(summary.file):
                if it.node_id == summary.node_id:
                    return it
        return None

    def _near(self, reference: str) -> str:
        near = get_close_matches(reference, self._index().node_ids(), n=1)
        return f"did you mean `{near[0]}`?" if near else "name a node by its id, or by its file"

    def _is_path(self, text: str) -> bool:
        return text.endswith(".vsp") or "/" in text or (self.root / text).is_file()

    def _index(self) -> Index:
        """The names of all files as they are now."""
        if self._scan is None:
            self._scan = Scan(self.root, self._settings())
        else:
            self._scan.again()
        return self._scan.finish()

    def _read(self, file: str) -> tuple[Node, ...]:
        text = self._newer(file)
        if text is None:
            text = read_text(self.root / file, self._settings().max_file_size)
        held = self._held.pop(file, None)
        if held is None or held.text != text or held.around != self._around_of(held.nodes, file):
            held = self._made(file, text)
        self._held[file] = held
        for old in list(self._held)[:-_KEPT]:
            del self._held[old]
        return held.nodes

    def _made(self, file: str, text: str) -> _Read:
        policy = policy_of(self._settings())._replace(is_strict=False)
        analysis = Analysis(text, "vsp", replace(ALONE, policy=policy))
        if any(facts.names(kind) for facts in analysis.parts() for kind in _REFERS):
            analysis.around = replace(self._index().around_for(file), policy=policy)
        nodes = tuple(_nodes(analysis, file))
        return _Read(text, self._around_of(nodes, file), nodes)

    def _around_of(self, nodes: tuple[Node, ...], file: str) -> tuple[tuple[NodeSummary, ...], ...]:
        """What is known now of the nodes that those of a file call."""
        called = {name: None for it in nodes for name in it.facts.names("node-ref")}
        if not called:
            return ()
        around = self._index().around_for(file)
        return tuple(around.called(it) for it in called)


def _nodes(analysis: Analysis, file: str) -> Iterator[Node]:
    """The documents of a text that are nodes."""
    for facts in analysis.parts():
        for node_id, places in facts.of("node").items():
            line = places[0].line + places[0].export.span.line
            yield Node(node_id, file, line, facts, analysis)
            break


def _one_of(path: str, wanted: str, nodes: tuple[Node, ...]) -> Node:
    ids = [it.node_id for it in nodes]
    if wanted:
        for it in nodes:
            if it.node_id == wanted:
                return it
        hint = f"it holds {', '.join(ids)}" if ids else "it holds no node"
        raise VesperError("not_found", f"there is no node `{wanted}` in {path}", hint)
    match nodes:
        case (only,):
            return only
        case ():
            raise VesperError("invalid", f"{path} holds no node", "a node begins with `node_id`")
        case _:
            hint = f"say which: {', '.join(f'{path}#{it}' for it in ids)}"
            raise VesperError("invalid", f"{path} holds {len(ids)} nodes", hint)
