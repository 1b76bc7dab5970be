"""Put the sections of a node in the order in which they are best read."""

from collections.abc import Iterator

from vesper.editing.organise import is_organised, organised
from vesper.editing.refactoring import Offer, Place
from vesper.lang.rule import Edit


def offers(place: Place) -> Iterator[Offer]:
    """For the document around the cursor, if its sections stand in another order."""
    if place.analysis.kind != "vsp" or place.facts.is_broken or is_organised(place.facts):
        return

    def edits() -> list[Edit]:
        found = organised(place.analysis, place.facts)
        return [found] if found is not None else []

    yield Offer("Put the sections in their order", "source.organizeKeys", edits)
