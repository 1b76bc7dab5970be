"""What a document can know of the rest of its workspace: the nodes and roles of other texts.

Values only. `workspace/index.py` makes them from files and open texts; rules and features read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from vesper.lang.source import Span
from vesper.lang.types import Type


class Parameter(NamedTuple):
    """One input or output of a node."""

    name: str
    type: Type
    required: bool = True


class Call(NamedTuple):
    """A step of a node that calls another: the id as written, which may be a range of versions."""

    node_id: str
    span: Span


class NodeSummary(NamedTuple):
    """What other documents may rely on of a node. Spans are of the file's whole text."""

    node_id: str
    file: str
    """As the workspace names it: from its root, with `/`."""
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


@dataclass(frozen=True, slots=True)
class Around:
    """The nodes and roles of other texts, by name; several with one name are a problem of their own.

    While `is_complete` is false files are still being read: what is not here may yet turn up, so
    nothing may be called missing.
    """

    nodes: Mapping[str, tuple[NodeSummary, ...]] = field(
        default_factory=dict[str, tuple[NodeSummary, ...]]
    )
    roles: Mapping[str, tuple[RoleSummary, ...]] = field(
        default_factory=dict[str, tuple[RoleSummary, ...]]
    )
    is_complete: bool = False


ALONE = Around()
"""A text about whose surroundings nothing is known."""
