"""What a run has used of its budget of operations."""

from collections.abc import Iterable

from vesper.values.value import Fault, FaultCode

FINAL: frozenset[FaultCode] = frozenset({"budget_exceeded", "memory_exceeded"})
"""Faults that nothing absorbs and no handler answers."""


class Meter:
    """Counts operations up to `limit`."""

    __slots__ = ("limit", "spent")

    def __init__(self, limit: int, spent: int = 0) -> None:
        self.limit = limit
        self.spent = spent

    def charge(self, operations: int) -> None:
        """Count so many more; above the limit, the fault `budget_exceeded`."""
        self.spent += operations
        if self.spent > self.limit:
            raise Fault("budget_exceeded", f"the run took more than {self.limit:,} operations")

    def branch(self) -> "Meter":
        """A meter for one of several branches run at once: each may use what is left.

        What a branch finds must not depend on how far the others are.
        """
        return Meter(self.limit, self.spent)

    def join(self, branches: "Iterable[Meter]", *, check: bool = True) -> None:
        """Count what the branches used; `check` whether all together stay within the limit."""
        before = self.spent
        self.spent += sum(it.spent - before for it in branches)
        if check:
            self.charge(0)
