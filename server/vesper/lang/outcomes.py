"""The types of what a flow's steps put into names, worked out once and kept current through edits.

A type that follows from an expression may change when a name it uses does. Places are worked out in the
order the steps run, so what one relies on is there before; an edit goes on only where a type changed.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from vesper.lang.exports import Export
from vesper.lang.outcome import Computed, View, item_type, type_of
from vesper.lang.types import ANY, Type, is_type, joined

Key = tuple[str, str | None]
"""A kind with a name, or all names of a kind."""


class Place(Protocol):
    """An export where it stands."""

    @property
    def export(self) -> Export:
        """What is exported."""
        ...

    @property
    def order(self) -> int:
        """The place of its piece among those of the document."""
        ...


class Table(Protocol):
    """What a document exports."""

    def places(self, kind: str, name: str) -> Sequence[Place]:
        """Everything of that kind and name, in the order written."""
        ...

    def own_types(self) -> Mapping[str, Type]:
        """The document's own types by name."""
        ...


class _Worked(NamedTuple):
    type: Type
    relies: frozenset[Key]


class Outcomes:
    """The types of a document's variables."""

    __slots__ = ("_is_ready", "_table", "_watching", "_worked")

    def __init__(self, table: Table) -> None:
        self._table = table
        self._is_ready = False
        self._worked: dict[Place, _Worked] = {}
        self._watching: dict[Key, set[Place]] = {}

    @property
    def is_ready(self) -> bool:
        """Whether somebody has asked for a type, so that they are kept current."""
        return self._is_ready

    def prepare(self, places: Iterable[Place]) -> None:
        """Work out everything, once; `places` are all variables."""
        self._is_ready = True
        for place in sorted((it for it in places if _is_computed(it)), key=_when):
            self._work_out(place)

    def type_at(self, place: Place) -> Type:
        """The type of what one step puts into a name."""
        detail = place.export.detail
        if isinstance(detail, Computed):
            worked = self._worked.get(place)
            return worked.type if worked is not None else ANY
        return detail if is_type(detail) else ANY

    def type_before(self, name: str, order: int, line: float) -> Type | None:
        """The type of a variable for a step at a line of a piece; None where it is not set yet.

        What a branch sets may or may not be there; what a step of the flow itself sets counts alone.
        """
        places = [
            it
            for it in self._table.places("variable", name)
            if (it.order, it.export.visible_from) < (order, line)
        ]
        branches = Counter(it.order for it in places if it.export.nested)
        found: Type | None = None
        branch = -1
        for place in places:
            kind = self.type_at(place)
            # Where two branches of a step set a name, it is taken that no other leaves it alone.
            is_another = place.order != branch and branches[place.order] > 1
            if found is None or not place.export.nested or is_another:
                found = kind
            else:
                found = joined(found, kind, self._table.own_types())
            branch = place.order if place.export.nested else -1
        return found

    def leave(self, places: Iterable[Place]) -> dict[str, list[Type]]:
        """Let go of places that will be gone or other; tells what their types were, by name."""
        found: dict[str, list[Type]] = {}
        for place in places:
            worked = self._forget(place)
            if worked is not None:
                found.setdefault(place.export.name, []).append(worked.type)
        return found

    def _forget(self, place: Place) -> _Worked | None:
        worked = self._worked.pop(place, None)
        for key in worked.relies if worked is not None else ():
            self._watching[key].discard(place)
        return worked

    def follow(
        self, fresh: Iterable[Place], before: dict[str, list[Type]], noticed: Iterable[Key]
    ) -> set[str]:
        """Work out new places and those that rely on what changed; gives the names that changed."""
        if not self._is_ready:
            return set()
        queue: list[tuple[tuple[int, float], int, Place]] = []
        queued: set[Place] = set()
        changed: set[str] = set()

        def put(places: Iterable[Place]) -> None:
            for place in places:
                if place not in queued:
                    queued.add(place)
                    heapq.heappush(queue, (_when(place), id(place), place))

        put(it for it in fresh if _is_computed(it))
        for key in noticed:
            put(self._watching.get(key, ()))
        while queue:
            place = heapq.heappop(queue)[2]
            queued.discard(place)
            name = place.export.name
            old = self._worked.get(place)
            was = old.type if old is not None else _taken(before, name)
            if self._work_out(place) != was:
                changed.add(name)
                put(self._watching.get(("variable", name), ()))
        return changed

    def _work_out(self, place: Place) -> Type:
        detail = place.export.detail
        assert isinstance(detail, Computed)
        relies: set[Key] = {("type", None)}
        here = (place.order, detail.line)

        loops = detail.around.loops

        def within(depth: int) -> Callable[[str], Type | None]:
            """The names inside so many of the loops."""

            def found(name: str) -> Type | None:
                for at in reversed(range(depth)):
                    if name in loops[at].names:
                        view = View(within(at), self._table.own_types(), known)
                        return item_type(loops[at].over, view)
                return lookup(name)

            return found

        def lookup(name: str) -> Type | None:
            relies.add(("input", name))
            given = self._table.places("input", name)
            if given:
                kind = given[0].export.detail
                return kind if is_type(kind) else ANY
            relies.update((("fact", name), ("variable", name)))
            if self._table.places("fact", name):
                return ANY
            return self.type_before(name, *here)

        def known(fact: str) -> bool:
            relies.update((("given", fact), ("held", fact)))
            return (
                fact in detail.around.facts
                or bool(self._table.places("given", fact))
                or any(
                    (it.order, it.export.visible_from) < here
                    for it in self._table.places("held", fact)
                )
            )

        kind = type_of(detail.recipe, View(within(len(loops)), self._table.own_types(), known))
        self._forget(place)
        self._worked[place] = _Worked(kind, frozenset(relies))
        for key in relies:
            self._watching.setdefault(key, set()).add(place)
        return kind


def _taken(before: dict[str, list[Type]], name: str) -> Type | None:
    kinds = before.get(name)
    return kinds.pop(0) if kinds else None


def _is_computed(place: Place) -> bool:
    return isinstance(place.export.detail, Computed)


def _when(place: Place) -> tuple[int, float]:
    detail = place.export.detail
    return place.order, detail.line if isinstance(detail, Computed) else 0
