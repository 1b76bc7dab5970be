from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.providers.world import World
from vesper.config import Settings


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes worlds in one folder; they are closed at the end."""
    made: list[World] = []

    def make(settings: Settings | None = None) -> World:
        made.append(World(tmp_path, settings))
        return made[-1]

    yield make
    for it in made:
        it.close()


@pytest.fixture
def world(worlds: Callable[..., World]) -> World:
    """A workspace without settings."""
    return worlds()
