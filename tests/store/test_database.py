import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.requirements import requirement
from vesper.errors import VesperError
from vesper.store.database import Database
from vesper.store.engine import Connection, connect
from vesper.store.lock import exclusive
from vesper.store.migrations import STEPS

ADD = "INSERT INTO meta VALUES (?, 'kept')"
HOLD_THE_WRITE_LOCK = """
import sys
from pathlib import Path
from vesper.store.engine import connect
connection = connect(Path(sys.argv[1]), 5)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".vesper" / "vesper.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path, wait=0.2)
    yield database
    database.close()


def add(key: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        connection.execute(ADD, (key,))

    return change


def keys(database: Database) -> set[str]:
    def query(connection: Connection) -> set[str]:
        found = connection.execute("SELECT key FROM meta WHERE key <> 'made_by'")
        return {key for (key,) in found}

    return database.read(query, set())


def refusal(action: Callable[[], object]) -> VesperError:
    with pytest.raises(VesperError) as caught:
        action()
    return caught.value


def test_reading_where_there_is_no_database_finds_nothing_and_creates_nothing(
    database: Database, tmp_path: Path
) -> None:
    assert keys(database) == set()
    assert list(tmp_path.iterdir()) == []


def test_the_first_write_creates_the_database_for_its_owner_alone(
    database: Database, path: Path
) -> None:
    database.write(add("a"))
    assert keys(database) == {"a"}
    modes = {
        it.name: stat.S_IMODE(it.stat().st_mode) for it in [path.parent, *path.parent.iterdir()]
    }
    assert modes == {
        ".vesper": 0o700,
        "vesper.db": 0o600,
        "vesper.db-wal": 0o600,
        "vesper.db-shm": 0o600,
        "migrate.lock": 0o600,
    }


def test_a_connection_is_set_up_to_lose_no_acknowledged_write(database: Database) -> None:
    def query(connection: Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "busy_timeout")
        return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    database.write(add("a"))
    assert database.read(query, {}) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "busy_timeout": 200,
    }


def test_a_write_that_raises_leaves_nothing_behind(database: Database) -> None:
    def change(connection: Connection) -> None:
        connection.execute(ADD, ("half",))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.write(change)
    database.write(add("next"))
    assert keys(database) == {"next"}


def test_a_defect_of_ours_is_not_dressed_up_as_a_failure_of_the_system(database: Database) -> None:
    with pytest.raises(Exception, match="no such table: elsewhere") as caught:
        database.write(lambda connection: connection.execute("SELECT * FROM elsewhere"))
    assert not isinstance(caught.value, VesperError)


@requirement("V6")
def test_the_task_table_has_its_columns_keys_and_indexes(database: Database) -> None:
    def query(connection: Connection) -> tuple[set[str], list[tuple[str, ...]], set[str]]:
        columns = connection.execute("PRAGMA table_info(tasks)").fetchall()
        keys = connection.execute("PRAGMA foreign_key_list(tasks)").fetchall()
        indexes = connection.execute(
            "SELECT i.name, c.name FROM pragma_index_list('tasks') AS i, "
            "pragma_index_info(i.name) AS c WHERE c.seqno = 0"
        ).fetchall()
        return (
            {column[1] for column in columns},
            [tuple(key[2:5]) for key in keys],
            {first for _, first in indexes},
        )

    database.write(add("a"))
    columns, foreign_keys, indexed = database.read(query, (set(), [], set()))
    assert {"id", "title", "description", "status", "parent_id", "created_at"} <= columns
    assert foreign_keys == [("tasks", "parent_id", "id")]
    assert {"status", "parent_id"} <= indexed


def test_a_file_that_is_not_a_database_is_named_and_left_alone(
    database: Database, path: Path
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"these are notes, not a database. " * 100)
    for action in (lambda: keys(database), lambda: database.write(add("a"))):
        error = refusal(action)
        assert (error.kind, error.message) == ("damaged", f"{path} is not a database")
        assert error.hint == "nothing was changed: move it away to start anew"
    assert path.read_bytes() == b"these are notes, not a database. " * 100


def test_an_empty_file_is_named_and_left_alone(database: Database, path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    for action in (lambda: keys(database), lambda: database.write(add("a"))):
        error = refusal(action)
        assert (error.kind, error.message) == ("damaged", f"{path} is empty")
    assert path.stat().st_size == 0


def test_a_database_of_another_program_is_refused_and_left_alone(
    database: Database, path: Path
) -> None:
    path.parent.mkdir()
    path.touch()
    with closing(connect(path, 1)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    for action in (lambda: keys(database), lambda: database.write(add("a"))):
        error = refusal(action)
        assert error.message == f"{path} is a database of another program"
        assert error.kind == "damaged"
    assert path.read_bytes() == before


def test_a_database_cut_to_half_is_damaged_and_the_newest_backup_is_named(
    database: Database, path: Path
) -> None:
    database.write(add("a"))
    database.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    (path.parent / "backups").mkdir()
    for action in (lambda: keys(database), lambda: database.write(add("b"))):
        error = refusal(action)
        assert (error.kind, error.message.split(":")[0]) == ("damaged", f"{path} is damaged")
        assert error.hint.endswith(f"copy the newest file of {path.parent / 'backups'} there")
    assert path.read_bytes() == whole[: len(whole) // 2]


def test_a_database_from_a_newer_version_can_be_read_and_is_not_written(
    database: Database, path: Path
) -> None:
    database.write(add("a"))

    def from_the_future(connection: Connection) -> None:
        connection.execute(f"PRAGMA user_version = {len(STEPS) + 2}")
        connection.execute("UPDATE meta SET value = '9.1.0' WHERE key = 'made_by'")

    with closing(connect(path, 1)) as connection:
        from_the_future(connection)
    # Both for a connection that was open before the change and for a new one.
    for _ in range(2):
        error = refusal(lambda: database.write(add("b")))
        assert error.kind == "conflict"
        assert error.message == (
            f"{path} was made by vesper 9.1.0 (format {len(STEPS) + 2}), "
            f"this is vesper 0.1.0 (format {len(STEPS)})"
        )
        assert error.hint == "nothing was changed: update vesper, then try again"
        assert keys(database) == {"a"}
        database.close()


def test_a_query_that_a_newer_format_does_not_understand_names_the_versions(
    database: Database, path: Path
) -> None:
    database.write(add("a"))
    with closing(connect(path, 1)) as connection:
        connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
        connection.execute("ALTER TABLE tasks RENAME TO work")
    database.close()
    error = refusal(lambda: database.read(lambda it: it.execute("SELECT id FROM tasks"), None))
    assert error.kind == "conflict"
    assert f"(format {len(STEPS) + 1})" in error.message


@pytest.mark.e2e
def test_a_locked_database_can_be_read_and_a_write_says_who_holds_it(
    database: Database, path: Path
) -> None:
    database.write(add("a"))
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_WRITE_LOCK, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        assert keys(database) == {"a"}
        error = refusal(lambda: database.write(add("b")))
        holder.communicate()
    assert error.kind == "busy"
    # Only Linux tells who holds a lock.
    by = f" by process {holder.pid}" if sys.platform == "linux" else ""
    assert error.message == f"{path} was locked for 0.2 s{by}"
    assert error.hint == "nothing was changed; try again in a moment"
    database.write(add("b"))
    assert keys(database) == {"a", "b"}


def test_a_database_that_is_being_created_elsewhere_is_busy_after_the_wait(path: Path) -> None:
    path.parent.mkdir()
    database = Database(path, wait=0.02)
    with exclusive(path.with_name("migrate.lock"), 0):
        error = refusal(lambda: database.write(add("a")))
    assert error.kind == "busy"
    assert error.message == f"another process has held {path.with_name('migrate.lock')} for 0.12 s"
    database.write(add("a"))
    assert keys(database) == {"a"}
    database.close()


def test_a_draft_left_by_a_process_that_died_is_replaced(database: Database, path: Path) -> None:
    path.parent.mkdir()
    path.with_name("vesper.db.new").write_bytes(b"half of a database")
    path.with_name("vesper.db.new-wal").write_bytes(b"half of a log")
    assert keys(database) == set()
    database.write(add("a"))
    assert keys(database) == {"a"}
    assert not path.with_name("vesper.db.new").exists()


def test_a_database_that_is_deleted_while_open_is_noticed_and_made_anew(
    database: Database, path: Path
) -> None:
    database.write(add("old"))
    for it in path.parent.iterdir():
        it.unlink()
    path.parent.rmdir()
    assert keys(database) == set()
    assert not path.parent.exists()
    database.write(add("new"))
    assert keys(database) == {"new"}


def test_the_log_of_a_database_that_was_deleted_alone_is_kept_and_not_replayed(
    database: Database, path: Path
) -> None:
    other = Database(path)
    other.write(add("old"))
    path.unlink()
    database.write(add("new"))
    assert keys(database) == {"new"}
    assert keys(other) == {"new"}
    other.close()
    assert keys(database) == {"new"}
    orphans = sorted(it.name.split(".orphan")[0] for it in path.parent.glob("*.orphan-*"))
    assert orphans == ["vesper.db-shm", "vesper.db-wal"]


def test_a_workspace_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    database = Database(tmp_path / "gone" / ".vesper" / "vesper.db")
    error = refusal(lambda: database.write(add("a")))
    assert (error.kind, error.message) == ("not_found", f"there is no folder {tmp_path / 'gone'}")


def test_a_file_in_the_place_of_the_folder_is_named_and_left_alone(
    database: Database, path: Path
) -> None:
    path.parent.write_text("mine")
    for action in (lambda: keys(database), lambda: database.write(add("a"))):
        error = refusal(action)
        assert error.message == f"{path.parent} is a file, not a folder"
    assert path.parent.read_text() == "mine"


def test_each_thread_has_its_own_connection_and_those_of_ended_threads_are_closed(
    database: Database,
) -> None:
    database.write(add("a"))
    database.close()
    seen: list[Connection] = []
    together = threading.Barrier(2, timeout=10)

    def visit() -> None:
        database.read(seen.append, None)
        together.wait()

    threads = [threading.Thread(target=visit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen[0] is not seen[1]
    assert keys(database) == {"a"}
    for connection in seen:
        with pytest.raises(Exception, match="closed database"):
            connection.execute("SELECT 1")
