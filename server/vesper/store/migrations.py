"""How `vesper.db` comes to be and how an older one is brought up to date, without losing a row."""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import vesper
from vesper.errors import VesperError
from vesper.store.engine import APPLICATION_ID, Connection, connect, foreign, pragma
from vesper.store.lock import exclusive

if TYPE_CHECKING:
    from sqlite_utils import Database as UtilsDatabase

MIGRATION_WAITS: Final = 6
"""A migration copies the whole database first, so it is waited for this much longer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of format. Steps are only ever appended; a released one never changes."""

    name: str
    statements: tuple[str, ...]


STEPS: Final[tuple[Step, ...]] = (
    Step(
        "tasks_and_events",
        (
            "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
            """
            CREATE TABLE tasks (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                title TEXT NOT NULL,
                description TEXT NOT NULL,
                status TEXT NOT NULL CHECK (status IN (
                    'pending', 'active', 'in_progress', 'blocked',
                    'completed', 'failed', 'cancelled', 'archived'
                )),
                closed INTEGER NOT NULL GENERATED ALWAYS AS (
                    status NOT IN ('pending', 'active', 'in_progress', 'blocked')
                ) VIRTUAL,
                parent_id INTEGER REFERENCES tasks (id) CHECK (parent_id <> id),
                priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 9),
                tags TEXT NOT NULL CHECK (json_valid(tags)),
                assignee TEXT NOT NULL,
                path TEXT,
                line INTEGER,
                col INTEGER,
                end_line INTEGER,
                end_col INTEGER,
                code TEXT,
                result TEXT NOT NULL,
                created_at TEXT NOT NULL,
                updated_at TEXT NOT NULL
            ) STRICT
            """,
            "CREATE INDEX tasks_by_status ON tasks (status, priority, id)",
            "CREATE INDEX tasks_by_order ON tasks (closed, priority, id)",
            "CREATE INDEX tasks_by_parent ON tasks (parent_id) WHERE parent_id IS NOT NULL",
            "CREATE INDEX tasks_by_path ON tasks (path, closed) WHERE path IS NOT NULL",
            """
            CREATE TABLE events (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                task_id INTEGER NOT NULL REFERENCES tasks (id),
                kind TEXT NOT NULL,
                at TEXT NOT NULL,
                actor TEXT NOT NULL,
                detail TEXT NOT NULL CHECK (json_valid(detail))
            ) STRICT
            """,
            "CREATE INDEX events_by_task ON events (task_id)",
        ),
    ),
    Step(
        "executions_and_effects",
        (
            """
            CREATE TABLE executions (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                node_id TEXT NOT NULL,
                digest TEXT NOT NULL,
                engine TEXT NOT NULL,
                status TEXT NOT NULL CHECK (status IN (
                    'running', 'waiting', 'ambiguous', 'success', 'error', 'cancelled'
                )),
                inputs BLOB NOT NULL,
                actor TEXT NOT NULL,
                role TEXT NOT NULL,
                owner TEXT NOT NULL,
                stopped INTEGER NOT NULL DEFAULT 0,
                started_at TEXT NOT NULL,
                ended_at TEXT NOT NULL DEFAULT '',
                envelope BLOB,
                reason TEXT NOT NULL DEFAULT '',
                waits_for TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(waits_for)),
                forked_from TEXT NOT NULL DEFAULT '',
                changes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(changes))
            ) STRICT
            """,
            "CREATE INDEX executions_by_node ON executions (node_id, started_at)",
            "CREATE INDEX executions_by_status ON executions (status, number)",
            """
            CREATE TABLE effects (
                execution INTEGER NOT NULL REFERENCES executions (number),
                site TEXT NOT NULL,
                place INTEGER NOT NULL,
                operation TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('read', 'write', 'nondeterministic')),
                digest TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('intended', 'waiting', 'done')),
                arguments BLOB NOT NULL,
                outcome BLOB,
                seconds REAL NOT NULL,
                at TEXT NOT NULL,
                decision TEXT NOT NULL DEFAULT '',
                PRIMARY KEY (execution, site)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE idempotency (
                node_id TEXT NOT NULL,
                key TEXT NOT NULL,
                inputs TEXT NOT NULL,
                execution TEXT NOT NULL,
                PRIMARY KEY (node_id, key)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE results (
                digest TEXT NOT NULL,
                inputs TEXT NOT NULL,
                envelope BLOB NOT NULL,
                used INTEGER NOT NULL,
                PRIMARY KEY (digest, inputs)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX results_by_use ON results (used)",
        ),
    ),
    Step(
        "bus_approvals_machines_memory",
        (
            """
            CREATE TABLE performed (
                key TEXT PRIMARY KEY,
                request TEXT NOT NULL,
                answer BLOB NOT NULL,
                at TEXT NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE bus (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                kind TEXT NOT NULL,
                execution TEXT NOT NULL,
                data BLOB NOT NULL,
                at TEXT NOT NULL
            ) STRICT
            """,
            "CREATE INDEX bus_by_kind ON bus (kind, id)",
            """
            CREATE TABLE waits (
                key TEXT PRIMARY KEY,
                execution TEXT NOT NULL,
                place TEXT NOT NULL,
                began_at TEXT NOT NULL,
                event INTEGER,
                task_id INTEGER
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX waits_by_place ON waits (execution, place)",
            """
            CREATE TABLE approvals (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                key TEXT NOT NULL UNIQUE,
                request TEXT NOT NULL,
                execution TEXT NOT NULL,
                node_id TEXT NOT NULL,
                site TEXT NOT NULL,
                asked_by TEXT NOT NULL,
                question TEXT NOT NULL,
                shown BLOB NOT NULL,
                approvers TEXT NOT NULL CHECK (json_valid(approvers)),
                task_id INTEGER NOT NULL REFERENCES tasks (id),
                asked_at TEXT NOT NULL,
                ends_at TEXT NOT NULL,
                answer TEXT NOT NULL DEFAULT '' CHECK (answer IN ('', 'yes', 'no', 'late')),
                answered_by TEXT NOT NULL DEFAULT '',
                comment TEXT NOT NULL DEFAULT '',
                answered_at TEXT NOT NULL DEFAULT ''
            ) STRICT
            """,
            "CREATE INDEX approvals_open ON approvals (id) WHERE answer = ''",
            """
            CREATE TABLE machine_states (
                machine TEXT NOT NULL,
                entity TEXT NOT NULL,
                state TEXT NOT NULL,
                changed_at TEXT NOT NULL,
                PRIMARY KEY (machine, entity)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE changed_files (
                execution TEXT NOT NULL,
                path TEXT NOT NULL,
                PRIMARY KEY (execution, path)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE memories (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                digest TEXT NOT NULL UNIQUE,
                title TEXT NOT NULL,
                content TEXT NOT NULL,
                kind TEXT NOT NULL,
                scope TEXT NOT NULL,
                owner TEXT NOT NULL,
                tags TEXT NOT NULL CHECK (json_valid(tags)),
                author TEXT NOT NULL,
                execution TEXT NOT NULL,
                at TEXT NOT NULL
            ) STRICT
            """,
            """
            CREATE VIRTUAL TABLE memory_words USING fts5 (
                title, content, tags, content = 'memories', content_rowid = 'id',
                tokenize = "unicode61 remove_diacritics 2"
            )
            """,
            """
            CREATE TRIGGER memory_added AFTER INSERT ON memories BEGIN
                INSERT INTO memory_words (rowid, title, content, tags)
                VALUES (new.id, new.title, new.content, new.tags);
            END
            """,
            """
            CREATE TRIGGER memory_removed AFTER DELETE ON memories BEGIN
                INSERT INTO memory_words (memory_words, rowid, title, content, tags)
                VALUES ('delete', old.id, old.title, old.content, old.tags);
            END
            """,
        ),
    ),
    Step(
        "audit",
        (
            """
            CREATE TABLE audit (
                id INTEGER PRIMARY KEY,
                body TEXT NOT NULL,
                seal BLOB NOT NULL CHECK (length(seal) = 32)
            ) STRICT
            """,
            """
            CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'what was audited is never changed'); END
            """,
            """
            CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'what was audited is never deleted'); END
            """,
            """
            CREATE TRIGGER audit_only_grows BEFORE INSERT ON audit
            WHEN NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM audit)
            BEGIN SELECT RAISE(ABORT, 'what was audited is only added to'); END
            """,
        ),
    ),
    Step(
        "metrics",
        (
            """
            CREATE TABLE metrics (
                name TEXT NOT NULL,
                labels TEXT NOT NULL CHECK (json_valid(labels)),
                kind TEXT NOT NULL CHECK (kind IN ('counter', 'gauge', 'histogram')),
                value REAL NOT NULL,
                times INTEGER NOT NULL,
                buckets TEXT NOT NULL CHECK (json_valid(buckets)),
                PRIMARY KEY (name, labels)
            ) STRICT, WITHOUT ROWID
            """,
        ),
    ),
)


def migrate(path: Path, steps: tuple[Step, ...], wait: float) -> None:
    """Create the database `path`, or bring it up to `steps`, as the only process doing so.

    A new database appears under its name only when it is whole. One that exists is copied to the
    `backups` folder first, and changed in a single transaction.
    """
    # Imported before the lock is taken: it costs a third of a second that others would wait for.
    from sqlite_utils import Database, Migrations

    registry = Migrations("vesper")
    for step in steps:
        registry(name=step.name)(_as_migration(step))

    def upgrade(connection: Connection) -> None:
        database = Database(connection, recursive_triggers=False, execute_plugins=False)
        connection.execute("BEGIN IMMEDIATE")
        try:
            registry.apply(database)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(steps)}")
            connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('made_by', ?)", (vesper.__version__,)
            )
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    with exclusive(path.with_name("migrate.lock"), wait * MIGRATION_WAITS):
        if path.exists():
            _update(path, len(steps), wait, upgrade)
        else:
            _create(path, wait, upgrade)


def check_format(connection: Connection, path: Path) -> int:
    """The number of steps the database has been through; `damaged` when it is not ours."""
    if pragma(connection, "application_id") != APPLICATION_ID:
        raise foreign(path)
    return pragma(connection, "user_version")


def newer(connection: Connection, path: Path, found: int, known: int) -> VesperError:
    """The refusal to change a database whose format a newer Vesper has made."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'made_by'").fetchone()
    made_by = f"vesper {row[0]}" if row else "a newer vesper"
    message = (
        f"{path} was made by {made_by} (format {found}), "
        f"this is vesper {vesper.__version__} (format {known})"
    )
    return VesperError("conflict", message, "nothing was changed: update vesper, then try again")


def _as_migration(step: Step) -> "Callable[[UtilsDatabase], None]":
    def apply(db: "UtilsDatabase") -> None:
        for statement in step.statements:
            db.conn.execute(statement)

    # The registry asks for a named function; the name it records is the step's.
    apply.__name__ = step.name
    return apply


def _create(path: Path, wait: float, upgrade: Callable[[Connection], None]) -> None:
    # Whoever held the lock before may have died half-way: nothing in its draft was acknowledged.
    draft = path.with_name(f"{path.name}.new")
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{draft}{suffix}").unlink(missing_ok=True)
    _set_aside_orphans(path)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL, 0o600))
    with closing(connect(draft, wait)) as connection:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        upgrade(connection)
    draft.rename(path)
    _sync_folder(path.parent)


def _set_aside_orphans(path: Path) -> None:
    """Rename the logs of a database that was deleted alone: SQLite would replay them into ours."""
    for suffix in ("-wal", "-shm", "-journal"):
        orphan = Path(f"{path}{suffix}")
        if orphan.exists():
            orphan.rename(f"{orphan}.orphan-{_stamp()}")


def _update(path: Path, known: int, wait: float, upgrade: Callable[[Connection], None]) -> None:
    with closing(connect(path, wait)) as connection:
        found = check_format(connection, path)
        # The process that held the lock before us may have done all the work.
        if found < known:
            _back_up(connection, path, found, wait)
            upgrade(connection)


def _back_up(connection: Connection, path: Path, version: int, wait: float) -> None:
    folder = path.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / f"{path.stem}-format{version}-{_stamp()}.db"
    draft = copy.with_suffix(".new")
    os.close(os.open(draft, os.O_CREAT | os.O_TRUNC, 0o600))
    with closing(connect(draft, wait)) as target:
        connection.backup(target)
    draft.rename(copy)
    _sync_folder(folder)


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power failure, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
