"""What a document can know of the rest of its workspace: the nodes and roles of other texts.

Values only. `workspace/index.py` makes them from files and open texts; rules and features read them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeVar

from vesper.lang import versions
from vesper.lang.source import Span
from vesper.lang.types import Type


class Parameter(NamedTuple):
    """One input or output of a node."""

    name: str
    type: Type
    """Without names of the node's own types: those mean nothing elsewhere."""
    required: bool = True


class Call(NamedTuple):
    """A step of a node that calls another: the id as written, which may be a range of versions."""

    node_id: str
    span: Span


class NodeSummary(NamedTuple):
    """What other documents may rely on of a node. Spans are of the file's whole text."""

    node_id: str
    file: str
    """As the workspace names it: from its root, with `/`. Empty for another document of one's own
    text."""
    span: Span
    """Where its id stands."""
    kind: str = ""
    """Its `type`, such as `http_handler`."""
    intent: str = ""
    inputs: tuple[Parameter, ...] = ()
    outputs: tuple[Parameter, ...] = ()
    error_codes: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    """Its `security.capabilities_required`."""
    calls: tuple[Call, ...] = ()
    listens: tuple[str, ...] = ()
    """The kinds of events that it waits for or is set off by."""
    publishes: tuple[str, ...] = ()


class RoleSummary(NamedTuple):
    """What other files may rely on of a role."""

    name: str
    file: str
    span: Span
    display_name: str = ""
    description: str = ""
    parents: tuple[tuple[str, Span], ...] = ()
    capabilities: tuple[str, ...] = ()
    grantable: tuple[str, ...] = ()
    restrictions: tuple[tuple[str, str], ...] = ()


class Policy(NamedTuple):
    """What the settings of a workspace say about its documents."""

    levels: Mapping[str, Literal["error", "warning", "hint", "off"]] = {}
    """How grave a rule is here, by its code or its name."""
    is_strict: bool = False
    """Whether every warning is an error."""
    databases: tuple[str, ...] = ()
    """The databases there are; empty when nobody says."""
    capabilities: tuple[str, ...] = ()
    """Kinds of capabilities beside the built-in ones."""


Summary = TypeVar("Summary", NodeSummary, RoleSummary)


class Others(Mapping[str, tuple[Summary, ...]]):
    """All summaries by name as one text sees them: `hidden` holds its own names, without itself."""

    __slots__ = ("_everyone", "_hidden")

    def __init__(
        self,
        everyone: Mapping[str, tuple[Summary, ...]],
        hidden: Mapping[str, tuple[Summary, ...]],
    ) -> None:
        self._everyone = everyone
        self._hidden = hidden

    def __getitem__(self, name: str) -> tuple[Summary, ...]:
        found = self._hidden.get(name)
        found = self._everyone[name] if found is None else found
        if not found:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        for name in self._everyone:
            if self._hidden.get(name, True):
                yield name
        for name, found in self._hidden.items():
            if found and name not in self._everyone:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """The nodes and roles of other texts, by name; several with one name are a problem of their own.

    While `is_complete` is false files are still being read: what is not here may yet turn up, so
    nothing may be called missing. An object never changes; where nothing changed it stays the same one.
    """

    nodes: Mapping[str, tuple[NodeSummary, ...]] = field(
        default_factory=dict[str, tuple[NodeSummary, ...]]
    )
    roles: Mapping[str, tuple[RoleSummary, ...]] = field(
        default_factory=dict[str, tuple[RoleSummary, ...]]
    )
    is_complete: bool = False
    policy: Policy = field(default_factory=Policy)
    is_growing: bool = False
    """Whether files are being read just now; what is never read at all neither grows nor is complete."""
    derived: dict[Any, Any] = field(default_factory=dict[Any, Any], repr=False)
    """What was worked out from the rest, kept as long as this object serves; keys are the owner's."""

    def versions(self, name: str) -> tuple[str, ...]:
        """The ids of all versions of a node, the newest first."""
        families: dict[str, tuple[str, ...]] | None = self.derived.get("families")
        if families is None:
            grouped: dict[str, list[str]] = {}
            for node_id in self.nodes:
                found = versions.read(node_id)
                if found is not None:
                    grouped.setdefault(found.name, []).append(node_id)
            families = {
                name: tuple(versions.versions_of(name, ids)) for name, ids in grouped.items()
            }
            self.derived["families"] = families
        return families.get(name, ())

    def called(self, reference: str) -> tuple[NodeSummary, ...]:
        """The nodes that a reference means, the newest first: several for a range of versions."""
        wanted = versions.read(reference)
        if wanted is None or not wanted.range:
            return self.nodes.get(reference, ())
        found: list[NodeSummary] = []
        for node_id in self.versions(wanted.name):
            known = versions.read(node_id)
            if known is not None and wanted.means(known):
                found.extend(self.nodes.get(node_id, ()))
        return tuple(found)


ALONE = Around()
"""A text about whose surroundings nothing is known."""


def by_name(summaries: Iterable[Summary]) -> dict[str, tuple[Summary, ...]]:
    """Summaries under their names."""
    found: dict[str, list[Summary]] = {}
    for it in summaries:
        found.setdefault(it[0], []).append(it)
    return {name: tuple(these) for name, these in found.items()}
