"""An editor for every test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.client import Client, running


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with running(tmp_path) as client:
        yield client
