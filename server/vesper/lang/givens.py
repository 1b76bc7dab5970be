"""What is sure at a place of a document because of what stands around it: guards, conditions, contracts.

Facts are those of `narrow.py`. Some hold in the whole document (preconditions, constraints of inputs),
others behind a step that ends the flow unless they hold, or inside a step: under its guards, in a branch
of its condition.
"""

from collections.abc import Iterator, Mapping, Sequence

from vesper.lang import expr, tree
from vesper.lang.exports import ends, side_ends
from vesper.lang.fields import Record, Slot
from vesper.lang.narrow import NONE, Facts, facts_when
from vesper.lang.operation import text_of

Path = tuple[str | int, ...]
Trees = Mapping[Path, expr.Expr]

_FAILING = ("on_failure", "on_error", "error_handling")
_FILLED = frozenset(
    {"non_empty", "len(value)>0", "len(value)>=1", "min_length:1", "value!=[]", "non_empty:true"}
)


def promised(slots: Sequence[Slot], trees: Trees) -> Iterator[tuple[str, tree.Node]]:
    """Facts that hold wherever the flow or a postcondition stands, with what promises them."""
    for slot in slots:
        path = slot.path
        is_constraint = path[:1] == ("inputs",) and "constraints" in path[2:4]
        if path[:2] == ("contracts", "preconditions") and path in trees:
            for fact in sorted(facts_when(trees[path], True)):
                yield fact, slot.node
        elif is_constraint and _fills(slot.node):
            yield f"{path[1]}[]", slot.node


class Givens:
    """What the steps of one chunk make sure, by the path of the place."""

    __slots__ = ("_below", "_own", "after", "is_empty")

    def __init__(self, slots: Sequence[Slot], trees: Trees) -> None:
        self._own: dict[Path, Facts] = {}
        self._below: dict[Path, Facts] = {}
        self.after: dict[Path, Facts] = {}
        """What holds behind each step, because the flow ends in it otherwise."""
        running: dict[Path, Facts] = {}
        for slot in slots:
            step = slot.node
            is_step = isinstance(slot.shape, Record) and slot.shape.kind == "step"
            if not is_step or not isinstance(step, tree.Mapping):
                continue
            path = slot.path
            before = running.get(path[:-1], NONE)
            self._note(path, before)
            after = self._step(path, step, trees)
            if after:
                self.after[path] = after
                running[path[:-1]] = before | after
        self.is_empty = not (self._own or self._below)

    def at(self, path: Path) -> Facts:
        """What holds where the expression at that path is evaluated."""
        facts = NONE
        if self.is_empty:
            return facts
        for length in range(1, len(path) + 1):
            facts |= self._below.get(path[:length], NONE)
            own = self._own.get(path[:length])
            if own and not (length < len(path) and path[length] in _FAILING):
                facts |= own
        return facts

    def _note(self, path: Path, facts: Facts) -> None:
        if facts:
            self._below[path] = self._below.get(path, NONE) | facts

    def _step(self, path: Path, step: tree.Mapping, trees: Trees) -> Facts:
        """Take in one step; gives what holds behind it."""
        guards = step.get("guards")
        count = len(guards.items) if isinstance(guards, tree.Sequence) else 0
        passed = NONE
        for index in range(count):
            passed |= _facts(trees, (*path, "guards", index), True)
        own = passed | _facts(trees, (*path, "when"), True)
        if own:
            self._own[path] = own
        if text_of(step, "operation") != "conditional":
            return passed
        return passed | self._branches(path, step, trees)

    def _branches(self, path: Path, step: tree.Mapping, trees: Trees) -> Facts:
        self._note((*path, "then"), _facts(trees, (*path, "condition"), True))
        failed = _facts(trees, (*path, "condition"), False)
        sure = side_ends(step.get("then"))
        elifs = step.get("elif")
        for index, branch in enumerate(elifs.items if isinstance(elifs, tree.Sequence) else ()):
            place = (*path, "elif", index)
            self._note(place, failed)
            self._note((*place, "then"), _facts(trees, (*place, "condition"), True))
            failed |= _facts(trees, (*place, "condition"), False)
            sure = sure and isinstance(branch, tree.Mapping) and side_ends(branch.get("then"))
        self._note((*path, "else"), failed)
        if sure and not ends(step):
            return failed
        if isinstance(elifs, tree.Sequence) or not side_ends(step.get("else")):
            return NONE
        return _facts(trees, (*path, "condition"), True)


def _facts(trees: Trees, path: Path, truth: bool) -> Facts:
    found = trees.get(path)
    return facts_when(found, truth) if found is not None else NONE


def _fills(constraint: tree.Node) -> bool:
    """Whether a constraint says that something is in it."""
    match constraint:
        case tree.Scalar(text=text):
            return text.replace(" ", "") in _FILLED
        case tree.Mapping():
            least = constraint.get("min_length")
            value = least.value if isinstance(least, tree.Scalar) else None
            return type(value) is int and value > 0
        case _:
            return False
