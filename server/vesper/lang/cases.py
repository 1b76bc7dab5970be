"""Test cases as a document writes them."""

from collections.abc import Iterator
from dataclasses import dataclass

from vesper.lang import tree
from vesper.lang.document import TEST_CASE
from vesper.lang.piece import Piece
from vesper.lang.source import Span


@dataclass(frozen=True, slots=True)
class Case:
    """One item of `testing.test_cases`."""

    place: Span | None
    """Where its name stands; None while it has none."""
    inputs: tuple[tree.Entry, ...]
    expected: tuple[tree.Entry, ...]
    mocks: tuple[tree.Entry, ...]
    is_partial: bool
    """Whether more of it stands elsewhere: in steps, behind an alias, under a misspelt key."""

    def expectation(self, key: str) -> tree.Node | None:
        """What it expects under a key, or None."""
        return next((it.value for it in self.expected if it.key.text == key), None)

    @property
    def expects_error(self) -> bool:
        """Whether the run is meant to end with an error."""
        success, code = self.expectation("success"), self.expectation("error_code")
        failed = isinstance(success, tree.Scalar) and success.value is False
        return failed or (isinstance(code, tree.Scalar) and not code.is_null)

    @property
    def may_be_invalid(self) -> bool:
        """Whether its inputs may be wrong, because that is what it shows."""
        code = self.expectation("error_code")
        if isinstance(code, tree.Scalar) and not code.is_null:
            return code.text == "input_invalid"
        return self.expects_error


def cases(piece: Piece) -> Iterator[Case]:
    """The test cases of a piece."""
    if piece.chunk.section != "testing":
        return
    for slot in piece.walked.slots:
        is_case = len(slot.path) == 3 and slot.path[:2] == ("testing", "test_cases")
        if is_case and isinstance(slot.node, tree.Mapping):
            yield _case(slot.node)


def _case(node: tree.Mapping) -> Case:
    name = node.get("name")
    place = name.span if isinstance(name, tree.Scalar) and not name.is_null else None
    given = (*_entries(node, "inputs"), *_entries(node, "input"))
    expected, mocks = _entries(node, "expected_output"), _entries(node, "mocks")
    is_partial = node.entry("steps") is not None or any(
        isinstance(it.value, tree.Alias) or TEST_CASE.field(it.key.text) is None
        for it in node.entries
    )
    return Case(place, given, expected, mocks, is_partial)


def _entries(node: tree.Mapping, key: str) -> tuple[tree.Entry, ...]:
    found = node.get(key)
    return tuple(found.entries) if isinstance(found, tree.Mapping) else ()
