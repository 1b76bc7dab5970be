"""A folder that cannot be written, seen by a user whom the permissions bind (root is not)."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from vesper.errors import VesperError
from vesper.store.database import Database
from vesper.store.engine import Connection, connect

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no folder permissions")
NOBODY = 65534


@pytest.fixture
def root() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="vesper-unwritable-"))
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        for it in (folder, folder / ".vesper"):
            if it.exists():
                it.chmod(0o700)
        shutil.rmtree(folder)


def keep(connection: Connection) -> None:
    connection.execute("INSERT INTO meta VALUES ('kept', 'yes')")


def kept(connection: Connection) -> str:
    (value,) = connection.execute("SELECT value FROM meta WHERE key = 'kept'").fetchone()
    return value


def test_a_workspace_that_cannot_be_written_gets_no_database_and_says_so(root: Path) -> None:
    root.chmod(0o500)
    with closing(Database(root / ".vesper" / "vesper.db")) as database:
        assert database.read(kept, "nothing") == "nothing"
        with pytest.raises(VesperError) as caught:
            database.write(keep)
    assert caught.value.kind == "denied"
    assert caught.value.message == f"cannot use {root / '.vesper'}: Permission denied"
    assert list(root.iterdir()) == []


def test_a_database_in_a_folder_that_became_read_only_can_be_read_and_not_written(
    root: Path,
) -> None:
    path = root / ".vesper" / "vesper.db"
    with closing(Database(path)) as database:
        database.write(keep)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    before = path.read_bytes()
    with closing(Database(path)) as database:
        assert database.read(kept, "nothing") == "yes"
        with pytest.raises(VesperError) as caught:
            database.write(keep)
    assert caught.value.kind == "denied"
    assert caught.value.message.startswith(f"cannot use {path}: ")
    assert caught.value.hint == f"make {path.parent} and the files in it writable"
    assert path.read_bytes() == before


def test_a_read_only_folder_whose_log_is_not_in_the_database_yet_is_never_read_in_part(
    root: Path,
) -> None:
    path = root / ".vesper" / "vesper.db"
    database = Database(path)
    database.write(keep)
    log = Path(f"{path}-wal").read_bytes()
    database.close()
    Path(f"{path}-wal").write_bytes(log)
    path.parent.chmod(0o500)
    with pytest.raises(VesperError) as caught, closing(Database(path)) as database:
        database.read(kept, "nothing")
    assert caught.value.kind == "denied"
    path.parent.chmod(0o700)
    with closing(connect(path, 1)) as connection:
        assert kept(connection) == "yes"
