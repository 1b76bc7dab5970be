"""What nothing in a document reads: candidates for a hint, unless a slip elsewhere explains it."""

from typing import Literal

from vesper.lang.exports import ExportKind
from vesper.lang.rule import nearest
from vesper.lang.scope import Facts, Placed, Scope
from vesper.lang.types import Named

_DEFINING: tuple[ExportKind, ...] = ("input", "variable", "output", "fact", "error-field")


def unread(facts: Facts, kind: ExportKind) -> list[Placed]:
    """Everything of a kind that nothing reads, unless a misspelt name may mean it."""
    uses = facts.names("use")
    idle = [
        place for name, places in facts.of(kind).items() if name not in uses for place in places
    ]
    if not idle:
        return []
    defined = [facts.names(it) for it in _DEFINING]
    misspelt = [it for it in uses if not any(it in names for names in defined)]
    return [it for it in idle if nearest(it.export.name, misspelt) is None]


def is_finished(scope: Scope, kind: Literal["input", "output"], name: str) -> bool:
    """Whether the type of an input or output exists, so that it is not just being written."""
    found = scope.find(kind, name)
    detail = found[0] if found else None
    return not isinstance(detail, Named) or detail.name in scope.types()
