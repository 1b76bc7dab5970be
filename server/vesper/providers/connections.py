"""Connections to the databases that `vesper.toml` names, each set up so that values stay exact."""

import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vesper.config import DatabaseSource
from vesper.providers import columns
from vesper.providers.failures import failed
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.values import numbers
from vesper.values.value import Fault, Value

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

WAIT: Final = 5.0
"""Seconds that a lock of another process is waited for."""
_LOOKS_EVERY: Final = 20_000
"""Instructions of SQLite between two looks at whether the time is over."""
_REGISTERING: Final = threading.Lock()
_FAULTS: Final = threading.local()


class Connections:
    """The databases of one workspace. Nothing is opened before it is used."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._engines: dict[str, Engine] = {}
        self._opening = threading.Lock()

    def source(self, name: str) -> DatabaseSource:
        """What the settings say of a database; `main` is always there."""
        databases = self._around.settings.databases
        found = databases.get(name)
        if found is None and name != "main":
            known = ", ".join(sorted({"main", *databases}))
            message = f"vesper.toml has no database `{name}`; there are: {known}"
            raise failed(message, "database_unknown", database=name)
        return found or DatabaseSource()

    def engine(self, name: str) -> "Engine":
        """The engine of SQLAlchemy for a database, made at the first use."""
        with self._opening:
            if name not in self._engines:
                source = self.source(name)
                url = self._url(name, source)
                made = _sqlite(url) if url.get_backend_name() == "sqlite" else _other(url)
                if source.schema:
                    self._apply(made, source.schema)
                self._engines[name] = made
            return self._engines[name]

    @contextmanager
    def reading(self, name: str, call: Call) -> Generator["Connection"]:
        """A connection that can only read, for one effect."""
        with self._connected(name, call, "BEGIN") as connection:
            backend = connection.engine.dialect.name
            if backend in {"postgresql", "mysql", "mariadb"}:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self, name: str, call: Call, is_lazy: bool) -> Generator["Connection"]:
        """A transaction, on disk when this ends, undone if anything is raised.

        A lazy one may be lost when the power goes, and nothing else of the database with it.
        """
        with self._connected(name, call, "BEGIN IMMEDIATE", is_lazy) as connection:
            yield connection
            connection.commit()

    def close(self) -> None:
        """Let go of what is open; the next use opens it again. No effect may be under way."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()

    @contextmanager
    def _connected(
        self, name: str, call: Call, begin: str, is_lazy: bool = False
    ) -> Generator["Connection"]:
        with self.engine(name).connect() as plain:
            if plain.dialect.name != "sqlite":
                yield plain
                return
            raw: Any = plain.connection.dbapi_connection
            left = WAIT if call.deadline is None else call.deadline - time.monotonic()
            raw.execute(f"PRAGMA busy_timeout = {int(max(0, min(WAIT, left)) * 1000)}")
            raw.execute(f"PRAGMA synchronous = {'NORMAL' if is_lazy else 'FULL'}")
            raw.set_progress_handler(_watch(call), _LOOKS_EVERY)
            try:
                yield plain.execution_options(vesper_begin=begin)
            finally:
                plain.rollback()
                raw.set_progress_handler(None, 0)

    def _url(self, name: str, source: DatabaseSource) -> "URL":
        from sqlalchemy import URL, make_url
        from sqlalchemy.exc import ArgumentError

        if not source.url:
            own = "data.db" if name == "main" else f"data-{name}.db"
            self._around.folder.mkdir(mode=0o700, exist_ok=True)
            return URL.create("sqlite", database=str(self._around.folder / own))
        text = source.url
        if text.startswith("env:"):
            text = os.environ.get(text[4:], "")
            if not text:
                message = f"the variable {source.url[4:]} has the address of the database `{name}`: set it"
                raise failed(message, "database_unreachable", database=name)
        try:
            url = make_url(text)
        except (ArgumentError, ValueError):
            # The address may hold a password, so it is not shown.
            message = (
                f"the `url` of the database `{name}` is none; it looks like sqlite:///data/shop.db"
            )
            raise failed(message, "database_url_invalid", database=name) from None
        return self._inside(name, url) if url.get_backend_name() == "sqlite" else url

    def _inside(self, name: str, url: "URL") -> "URL":
        """The path of a SQLite database from the workspace's folder; never that of Vesper's own state."""
        said = url.database or ""
        if said in {"", ":memory:"} or said.startswith("file:"):
            message = f"the database `{name}` needs a file, such as sqlite:///data/shop.db"
            raise failed(message, "database_url_invalid", database=name)
        path = (self._around.root / said).resolve()
        if path.parent == self._around.folder.resolve() and path.name.startswith("vesper."):
            message = f"{said} is where Vesper keeps its own state; give `{name}` another file"
            raise failed(message, "database_url_invalid", database=name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return url.set(database=str(path))

    def _apply(self, engine: "Engine", schema: str) -> None:
        from vesper.providers.schemas import apply

        try:
            text = (self._around.root / schema).read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            message = f"the schema {schema} cannot be read: {error}"
            raise failed(message, "schema_invalid") from None
        apply(engine, text, schema)


def last_fault() -> Fault | None:
    """Why the last calculation in this thread had no value."""
    return getattr(_FAULTS, "last", None)


def _other(url: "URL") -> "Engine":
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError

    try:
        return create_engine(url, pool_pre_ping=True)
    except (NoSuchModuleError, ImportError) as error:
        message = (
            f"the driver for {url.drivername} is not installed ({error}); install it beside vesper"
        )
        raise failed(message, "database_driver_missing") from None


def _sqlite(url: "URL") -> "Engine":
    from sqlalchemy import create_engine, event

    from vesper.store.engine import library

    sqlite: Any = library()
    with _REGISTERING:
        for name, reader in columns.converters().items():
            sqlite.register_converter(name, reader)
    detect = sqlite.PARSE_DECLTYPES | sqlite.PARSE_COLNAMES
    is_new = not Path(url.database or "").exists()
    engine = create_engine(
        url,
        module=sqlite,
        connect_args={"detect_types": detect, "check_same_thread": False},
    )

    def prepare(connection: Any, _record: object) -> None:
        # SQLAlchemy begins and ends transactions itself; see `begin`.
        connection.isolation_level = None
        connection.create_collation("decimal", columns.by_value)
        for name, work in _CALCULATIONS.items():
            connection.create_function(f"vesper_{name}", 2, work, deterministic=True)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        if is_new:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()

    def begin(connection: "Connection") -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("vesper_begin", "BEGIN"))

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _watch(call: Call) -> Callable[[], int]:
    """Asked by SQLite while it works; anything but 0 interrupts it."""

    def is_over() -> int:
        late = call.deadline is not None and time.monotonic() >= call.deadline
        return int(late or call.is_stopped())

    return is_over


def _calculated(work: Callable[[Value, Value], Value]) -> Callable[[object, object], object]:
    def calculate(left: object, right: object) -> object:
        try:
            found = work(columns.number(left), columns.number(right))
        except Fault as fault:
            # SQLite tells no more than that a function failed.
            _FAULTS.last = fault
            raise
        return columns.kept(found, "TEXT")

    return calculate


_CALCULATIONS: Final = {
    "add": _calculated(numbers.add),
    "subtract": _calculated(numbers.subtract),
    "multiply": _calculated(numbers.multiply),
    "divide": _calculated(numbers.divide),
}


def functions() -> Iterator[tuple[str, str]]:
    """The function of SQLite for each sign."""
    return zip("+-*/", (f"vesper_{name}" for name in _CALCULATIONS), strict=True)
