from contextlib import closing
from pathlib import Path

import pytest

from vesper.errors import VesperError
from vesper.store.database import Database
from vesper.store.engine import Connection, connect
from vesper.store.migrations import STEPS, Step

ONE_MORE = (*STEPS, Step("notes", ("CREATE TABLE notes (text TEXT NOT NULL) STRICT",)))
ONE_BROKEN = (*STEPS, Step("broken", ("CREATE TABLE notes (text TEXT)", "CREATE TABLE notes (x)")))


def keep(connection: Connection) -> None:
    connection.execute("INSERT INTO meta VALUES ('kept', 'yes')")


def kept(connection: Connection) -> tuple[str | None, int, bool]:
    """What `keep` wrote, the format, and whether there is a table of notes."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'kept'").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    notes = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'notes'").fetchone()
    return row and row[0], version, notes is not None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / ".vesper" / "vesper.db"
    with closing(Database(path)) as database:
        database.write(keep)
    return path


def backups(path: Path) -> list[Path]:
    return sorted((path.parent / "backups").glob("*"))


def test_an_older_database_is_backed_up_and_brought_up_to_date_by_the_first_use(path: Path) -> None:
    with closing(Database(path, steps=ONE_MORE)) as database:
        assert database.read(kept, None) == ("yes", len(ONE_MORE), True)
    (backup,) = backups(path)
    assert backup.name.startswith(f"vesper-format{len(STEPS)}-")
    assert backup.stat().st_mode & 0o777 == 0o600
    with closing(connect(backup, 1)) as connection:
        assert kept(connection) == ("yes", len(STEPS), False)


def test_a_step_is_taken_once(path: Path) -> None:
    for _ in range(2):
        with closing(Database(path, steps=ONE_MORE)) as database:
            assert database.read(kept, None) == ("yes", len(ONE_MORE), True)
    assert len(backups(path)) == 1


def test_a_step_that_fails_changes_nothing(path: Path) -> None:
    with closing(Database(path, steps=ONE_BROKEN)) as database:
        with pytest.raises(Exception, match="table notes already exists") as caught:
            database.read(kept, None)
        assert not isinstance(caught.value, VesperError)
    with closing(Database(path)) as database:
        assert database.read(kept, None) == ("yes", len(STEPS), False)


def test_a_connection_that_was_open_before_a_newer_version_came_refuses_to_write(
    path: Path,
) -> None:
    with closing(Database(path)) as older, closing(Database(path, steps=ONE_MORE)) as newer:
        assert older.read(kept, None) == ("yes", len(STEPS), False)
        newer.read(kept, None)
        with pytest.raises(VesperError, match="was made by vesper"):
            older.write(lambda connection: connection.execute("DELETE FROM meta"))
        assert older.read(kept, None) == ("yes", len(ONE_MORE), True)


def test_a_backup_put_in_place_of_the_database_is_brought_up_to_date_again(path: Path) -> None:
    with closing(Database(path, steps=ONE_MORE)) as database:
        assert database.read(kept, None) == ("yes", len(ONE_MORE), True)
        (backup,) = backups(path)
        database.close()
        backup.replace(path)
        assert database.read(kept, None) == ("yes", len(ONE_MORE), True)
