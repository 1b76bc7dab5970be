"""What a flow operation is: one file in `ops/` declares one, and everything follows from it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from vesper.lang import tree
from vesper.lang.fields import Field, Record
from vesper.lang.lowering import Lowering
from vesper.lang.outcome import Recipe
from vesper.lang.program import Block

Effect = Literal["pure", "read", "write", "nondeterministic"]


def _needs_nothing(_step: tree.Mapping) -> Iterator[str]:
    return iter(())


def performed(step: Lowering) -> Block:
    """One effect with all fields of the step; what comes back goes into the output."""
    return (step.perform(),)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a flow.

    `returns` is the type of what `output` names, in the language's own notation; empty where the
    operation gives no value. `needs` tells the capabilities a step requires, read off its fields.
    `example` is one step as it would stand under `flow:`, without the dash.
    """

    name: str
    doc: str
    fields: tuple[Field, ...]
    effect: Effect
    example: str
    returns: str = ""
    needs: Callable[[tree.Mapping], Iterator[str]] = _needs_nothing
    outcome: Callable[[tree.Mapping], Recipe | None] | None = None
    """What `output` is made of, where its type depends on the step; None from it means `returns`."""
    lower: Callable[[Lowering], Block] = performed
    """What a step does, as statements."""


_REGISTRY: dict[str, Operation] = {}
_RECORDS: dict[str, Record] = {}


def register(operation: Operation) -> None:
    """Make an operation known; called once for each file by `ops.load`."""
    _REGISTRY[operation.name] = operation
    _RECORDS[operation.name] = Record(f"`{operation.name}` step", operation.fields)


def operations() -> Mapping[str, Operation]:
    """Every known operation by its name."""
    return _REGISTRY


def step_records() -> Mapping[str, Record]:
    """The fields that each operation adds to a step."""
    return _RECORDS


def text_of(step: tree.Mapping, key: str) -> str:
    """The text of a step's field, empty where there is none."""
    node = step.get(key)
    return node.text if isinstance(node, tree.Scalar) else ""
