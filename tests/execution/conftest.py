from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.execution.workspace import Workspace
from tests.runtime.flows import Flow, Scripted


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
    found: list[Workspace] = []

    def make(provider: Scripted, **flows: Flow) -> Workspace:
        found.append(Workspace(tmp_path, provider, **flows))
        return found[-1]

    yield make
    for workspace in found:
        for runs in workspace.opened:
            runs.close()
