"""The names of a workspace across its files: what each defines and uses, kept current file by file.

A file that is open in an editor stays *live*: its names are read off its analysis when somebody asks.
Of any other file a flat list is kept and nothing else.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from vesper.config import Settings
from vesper.lang import summary, versions
from vesper.lang.around import Around, NodeSummary, Others, Policy, RoleSummary, Summary, by_name
from vesper.lang.check import Analysis
from vesper.lang.exports import ExportKind
from vesper.lang.piece import DocumentKind
from vesper.lang.scope import Facts
from vesper.lang.source import Span
from vesper.lang.summary import Entry

_USES: Final[dict[ExportKind, tuple[ExportKind, ...]]] = {
    "node": ("node-ref",),
    "role": ("role-ref", "parent"),
    "grant": ("need", "denied"),
    "publishes": ("listens",),
    "listens": ("publishes",),
}
"""By the kind of a definition: the kinds under which it is used."""
_SYMBOLS: Final[tuple[ExportKind, ...]] = (
    "node", "role", "type", "step", "input", "output", "machine", "error-code", "fact",
    "tag",
)  # fmt: skip
"""What people look for in a whole workspace, the likeliest first."""


class Located(NamedTuple):
    """An entry with the file it is in."""

    file: str
    entry: Entry


@dataclass(slots=True)
class _File:
    """One file: its summaries, and either its analysis or its entries by kind and name."""

    nodes: tuple[NodeSummary, ...]
    roles: tuple[RoleSummary, ...]
    live: Analysis | None
    flat: dict[tuple[ExportKind, str], list[Entry]]
    marks: list[object] | None = None
    """Of a live one, what its summaries were made from."""

    def entries(self, kinds: Collection[ExportKind], name: str | None = None) -> Iterator[Entry]:
        """Its entries of some kinds, all of them or under one name."""
        if self.live is not None:
            yield from summary.entries(self.live.parts(), kinds, name)
        elif name is not None:
            for kind in kinds:
                yield from self.flat.get((kind, name), ())
        else:
            for (kind, _), found in self.flat.items():
                if kind in kinds:
                    yield from found


class Index:
    """The files of one workspace. Not for several threads at once."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._holders: dict[tuple[ExportKind, str], dict[str, None]] = {}
        """The files that are not live, by what they name."""
        self._live: dict[str, None] = {}
        self._nodes: dict[str, tuple[NodeSummary, ...]] = {}
        self._roles: dict[str, tuple[RoleSummary, ...]] = {}
        self._arounds: dict[str, Around] = {}
        self._is_complete = False
        self._policy = Policy()
        self.stamp = 0
        """Grows with every change that a file can notice of the others."""

    @property
    def is_complete(self) -> bool:
        """Whether every file of the workspace was taken in, so that what is not here is missing."""
        return self._is_complete

    @is_complete.setter
    def is_complete(self, value: bool) -> None:
        if value is not self._is_complete:
            self._is_complete = value
            self._arounds.clear()
            self.stamp += 1

    @property
    def policy(self) -> Policy:
        """What the settings say about every document."""
        return self._policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        if policy != self._policy:
            self._policy = policy
            self._arounds.clear()
            self.stamp += 1

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that was taken in, as the workspace names it."""
        return tuple(self._files)

    def is_live(self, file: str) -> bool:
        """Whether the file is open, so that its text on disk does not count."""
        return file in self._live

    def take(self, file: str, analysis: Analysis) -> bool:
        """Take in an open file, or take it in again after a change; whether others can notice."""
        parts = analysis.parts()
        is_role = analysis.kind == "role"
        marks = summary.marks(parts, is_role)
        held = self._files.get(file)
        if held is not None and held.live is analysis and held.marks == marks:
            return False
        self._forget_flat(file)
        self._live[file] = None
        nodes = () if is_role else summary.nodes(parts, file)
        roles = summary.roles(parts, file) if is_role else ()
        return self._put(file, _File(nodes, roles, analysis, {}, marks))

    def release(self, file: str) -> None:
        """Have a file that was open count as it is now, until its text on disk is read."""
        held = self._files.get(file)
        if held is not None and held.live is not None:
            self.put(file, brief(file, held.live.parts(), held.live.kind))

    def put(self, file: str, taken: "Brief") -> bool:
        """Take in what was read of a file, by another process perhaps; whether others can notice."""
        self._forget_flat(file)
        self._live.pop(file, None)
        flat: dict[tuple[ExportKind, str], list[Entry]] = {}
        for it in taken.entries:
            flat.setdefault((it.kind, it.name), []).append(it)
        for key in flat:
            self._holders.setdefault(key, {})[file] = None
        return self._put(file, _File(taken.nodes, taken.roles, None, flat))

    def fill(self, taken: Mapping[str, "Brief"]) -> None:
        """Take in the summaries of many files at once, into an empty index."""
        for file, it in taken.items():
            self._files[file] = _File(it.nodes, it.roles, None, {})
        self._nodes = by_name(sorted((it for b in taken.values() for it in b.nodes), key=_place))
        self._roles = by_name(sorted((it for b in taken.values() for it in b.roles), key=_place))
        self._arounds.clear()
        self.stamp += 1

    def drop(self, file: str) -> bool:
        """Forget a file that is no more; whether others can notice."""
        if file not in self._files:
            return False
        self._forget_flat(file)
        self._live.pop(file, None)
        changed = self._put(file, _File((), (), None, {}))
        del self._files[file]
        self._arounds.pop(file, None)
        return changed

    def around_for(self, file: str) -> Around:
        """What a file can know of the others. The same object as long as they stay the same."""
        found = self._arounds.get(file)
        if found is None:
            own = self._files.get(file)
            nodes = _hidden(self._nodes, own.nodes if own else ())
            roles = _hidden(self._roles, own.roles if own else ())
            found = Around(
                Others(self._nodes, nodes),
                Others(self._roles, roles),
                self._is_complete,
                self._policy,
                is_growing=not self._is_complete,
            )
            self._arounds[file] = found
        return found

    def nodes(self, node_id: str) -> tuple[NodeSummary, ...]:
        """Every node of that id; several are a problem of their own."""
        return self._nodes.get(node_id, ())

    def roles(self, name: str) -> tuple[RoleSummary, ...]:
        """Every role of that name."""
        return self._roles.get(name, ())

    def node_ids(self) -> tuple[str, ...]:
        """Every id once, in no order that means anything."""
        return tuple(self._nodes)

    def role_names(self) -> tuple[str, ...]:
        """Every name once, in no order that means anything."""
        return tuple(self._roles)

    def nodes_in(self, file: str) -> tuple[NodeSummary, ...]:
        """The nodes of one file."""
        return self._files[file].nodes if file in self._files else ()

    def roles_in(self, file: str) -> tuple[RoleSummary, ...]:
        """The roles of one file."""
        return self._files[file].roles if file in self._files else ()

    def definitions(self, kind: ExportKind, name: str) -> list[Located]:
        """Where something of that kind and name is defined, in every file."""
        return list(self._find((kind,), name))

    def uses(self, kind: ExportKind, name: str) -> list[Located]:
        """Where something that is defined under that kind and name is used, in every file.

        Calls that mean a node by a range of its versions count as uses of it.
        """
        names = [name]
        if kind == "node":
            known = versions.read(name)
            if known is not None and not known.range:
                names += [
                    it
                    for it in self._ranges()
                    if (wanted := versions.read(it)) is not None and wanted.means(known)
                ]
        return [it for each in names for it in self._find(_USES.get(kind, ()), each)]

    def symbols(self, query: str, limit: int = 200) -> list[Located]:
        """Definitions whose names have the letters of the query in order, the best matches first."""
        wanted = query.casefold().replace(" ", "")
        found: list[tuple[tuple[int, int, int, str], Located]] = []
        for file, held in self._files.items():
            for entry in held.entries(_SYMBOLS):
                grade = _grade(wanted, entry.name)
                if grade is not None:
                    order = (grade, _SYMBOLS.index(entry.kind), len(entry.name), entry.name)
                    found.append((order, Located(file, entry)))
        found.sort(key=lambda it: (it[0], it[1].file, it[1].entry.span))
        return [it for _, it in found[:limit]]

    def _find(self, kinds: Collection[ExportKind], name: str) -> Iterator[Located]:
        files = dict.fromkeys(self._live)
        for kind in kinds:
            files.update(self._holders.get((kind, name), {}))
        for file in sorted(files):
            for entry in self._files[file].entries(kinds, name):
                yield Located(file, entry)

    def _ranges(self) -> Iterator[str]:
        """Every reference to a range of versions that is written anywhere."""
        seen: dict[str, None] = {}
        for kind, name in self._holders:
            if kind == "node-ref" and name[-1:] in ("*", "+"):
                seen[name] = None
        for file in self._live:
            for entry in self._files[file].entries(("node-ref",)):
                if entry.name[-1:] in ("*", "+"):
                    seen[entry.name] = None
        yield from seen

    def _put(self, file: str, held: _File) -> bool:
        before = self._files.get(file)
        self._files[file] = held
        nodes, roles = (before.nodes, before.roles) if before else ((), ())
        if nodes == held.nodes and roles == held.roles:
            return False
        self._nodes = _exchanged(self._nodes, nodes, held.nodes, file)
        self._roles = _exchanged(self._roles, roles, held.roles, file)
        # The file's own surroundings stay as they are: they never held what was its own.
        own = self._arounds.get(file)
        self._arounds = {file: own} if own is not None else {}
        self.stamp += 1
        return True

    def _forget_flat(self, file: str) -> None:
        held = self._files.get(file)
        for key in held.flat if held is not None else ():
            files = self._holders[key]
            files.pop(file, None)
            if not files:
                del self._holders[key]


def policy_of(settings: Settings) -> Policy:
    """What the settings of a workspace mean for each of its documents."""
    databases = tuple(settings.databases)
    return Policy(settings.rules, settings.strict, databases, settings.capabilities)


class Brief(NamedTuple):
    """What is kept of a file that nobody has open."""

    nodes: tuple[NodeSummary, ...]
    roles: tuple[RoleSummary, ...]
    entries: tuple[Entry, ...]


def brief(file: str, parts: Iterable[Facts], kind: DocumentKind) -> Brief:
    """What is kept of a text that was read."""
    parts = list(parts)
    nodes = summary.nodes(parts, file) if kind == "vsp" else ()
    roles = summary.roles(parts, file) if kind == "role" else ()
    return Brief(nodes, roles, tuple(summary.entries(parts)))


def _exchanged(
    everyone: Mapping[str, tuple[Summary, ...]],
    before: Iterable[Summary],
    now: Iterable[Summary],
    file: str,
) -> dict[str, tuple[Summary, ...]]:
    """All summaries by name with those of one file replaced. The old mapping stays as it was."""
    found = dict(everyone)
    for it in before:
        kept = tuple(other for other in found.get(it[0], ()) if other.file != file)
        found[it[0]] = kept
    for it in now:
        found[it[0]] = tuple(sorted((*found.get(it[0], ()), it), key=_place))
    for it in before:
        if not found.get(it[0], True):
            del found[it[0]]
    return found


def _place(summary: NodeSummary | RoleSummary) -> tuple[str, Span]:
    return summary.file, summary.span


def _hidden(
    everyone: Mapping[str, tuple[Summary, ...]], own: Iterable[Summary]
) -> dict[str, tuple[Summary, ...]]:
    """Under a file's own names, the others that have them too."""
    return {
        it[0]: tuple(other for other in everyone.get(it[0], ()) if other.file != it.file)
        for it in own
    }


def _grade(wanted: str, name: str) -> int | None:
    """How well a name matches, the smaller the better; None when its letters are not all there."""
    folded = name.casefold()
    if not wanted or folded == wanted:
        return 0
    at = folded.find(wanted)
    if at >= 0:
        return 1 if at == 0 else 2 if folded[at - 1] in "_. " else 3
    letters = iter(folded)
    return 4 if all(it in letters for it in wanted) else None
