"""The operations `database_query`, `database_write`, `database_update` and `database_delete`."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from vesper.lang.capabilities import covers
from vesper.providers import columns, statements
from vesper.providers.connections import Connections, functions
from vesper.providers.database_errors import explained, no_table
from vesper.providers.failures import argument, failed, refused
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.values.encoding import canonical, decoded
from vesper.values.value import Value

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, ColumnClause, ColumnElement, Connection, TableClause

MOST_ROWS: Final = 100_000
"""Rows that one query may answer with."""
EFFECTS: Final = "_vesper_effects"
_KEPT_FOR: Final = timedelta(days=90)
_TABLE: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_READS: Final = 20
_SELECTS: Final = frozenset({21, 31, 33})
"""What SQLite asks its authorizer: a column read; a SELECT, a function, a recursive SELECT."""
_FORBIDDEN: Final = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})


class Databases:
    """Reads and changes rows. Values are always bound, never pasted.

    A change and the key of its effect are one transaction, so a change asked for again with the same key
    is not made again: it answers what it answered before.
    """

    operations: Final = frozenset(
        {"database_query", "database_write", "database_update", "database_delete"}
    )

    def __init__(self, around: Surroundings) -> None:
        self._connections = Connections(around)
        self._tidied: set[str] = set()

    def perform(self, effect: Effect, call: Call) -> Value:
        """Rows for a query; for a write the rows as they are now; else how many rows were changed."""
        from sqlalchemy.exc import SQLAlchemyError

        from vesper.store.engine import SqliteError

        name = argument(effect.arguments, "database", "main")
        work = {
            "database_query": self._query,
            "database_write": self._write,
            "database_update": self._update,
            "database_delete": self._delete,
        }[effect.operation]
        try:
            return work(name, effect, call)
        except (SQLAlchemyError, SqliteError) as error:
            raise explained(error, name, call) from error

    def is_keyed(self, effect: Effect) -> bool:
        """Always: see the class."""
        del effect
        return True

    def close(self) -> None:
        """Let go of what is open; the next use opens it again. No effect may be under way."""
        self._connections.close()

    def _query(self, name: str, effect: Effect, call: Call) -> Value:
        written = argument(effect.arguments, "query")
        given = effect.arguments.get("parameters")
        parameters = given if isinstance(given, dict) else {}
        sql = statements.query(written, parameters) if written else ""
        with self._connections.reading(name, call) as connection:
            if sql:
                with _Guard(connection, effect):
                    return _rows(connection, *_bound(connection, sql, parameters))
            shape = _Table(connection, _table_name(effect), name)
            where = _record(effect, "where", may_miss=True)
            query = shape.table.select().where(*shape.conditions(where))
            return _rows(connection, query, {}, shape.declared)

    def _write(self, name: str, effect: Effect, call: Call) -> Value:
        data = effect.arguments.get("data")
        rows = data if isinstance(data, list) else [data]

        def insert(connection: "Connection") -> Value:
            shape = _Table(connection, _table_name(effect), name)
            made = [shape.insert(row) for row in rows]
            return made if isinstance(data, list) else made[0]

        return self._change(name, effect, call, insert)

    def _update(self, name: str, effect: Effect, call: Call) -> Value:
        def update(connection: "Connection") -> Value:
            shape = _Table(connection, _table_name(effect), name)
            where = _record(effect, "where")
            values = shape.values(_record(effect, "set", may_miss=True))
            for column, it in _record(effect, "computed", may_miss=True).items():
                values[column] = shape.calculated(column, it)
            if not values:
                raise failed("`set` names no column", "argument_invalid", argument="set")
            changed = shape.table.update().where(*shape.conditions(where)).values(values)
            return connection.execute(changed).rowcount

        return self._change(name, effect, call, update)

    def _delete(self, name: str, effect: Effect, call: Call) -> Value:
        def delete(connection: "Connection") -> Value:
            shape = _Table(connection, _table_name(effect), name)
            where = _record(effect, "where")
            return connection.execute(shape.table.delete().where(*shape.conditions(where))).rowcount

        return self._change(name, effect, call, delete)

    def _change(
        self, name: str, effect: Effect, call: Call, work: "Callable[[Connection], Value]"
    ) -> Value:
        from sqlalchemy.exc import IntegrityError

        is_lazy = effect.arguments.get("consistency") == "eventual"
        try:
            with self._connections.writing(name, call, is_lazy) as connection:
                answer = _once(connection, effect, call, work)
                self._tidy(name, connection)
                return answer
        except IntegrityError as error:
            if EFFECTS not in str(error.orig):
                raise
        # Another process made the same change at the same moment: its answer is the answer.
        with self._connections.writing(name, call, is_lazy) as connection:
            return _once(connection, effect, call, work)

    def _tidy(self, name: str, connection: "Connection") -> None:
        """Forget old keys, at the first change that a process makes."""
        from sqlalchemy import text

        if name not in self._tidied:
            before = (datetime.now(UTC) - _KEPT_FOR).isoformat()
            old = text(f"DELETE FROM {EFFECTS} WHERE at < :before")
            connection.execute(old, {"before": before})
            self._tidied.add(name)


def _once(
    connection: "Connection",
    effect: Effect,
    call: Call,
    work: "Callable[[Connection], Value]",
) -> Value:
    """Do the work unless it was done under this key; what it answers is kept with it."""
    from sqlalchemy import text

    connection.execute(
        text(
            f"CREATE TABLE IF NOT EXISTS {EFFECTS} (effect VARCHAR(200) PRIMARY KEY, "
            "request VARCHAR(64) NOT NULL, answer TEXT NOT NULL, at VARCHAR(40) NOT NULL)"
        )
    )
    if not call.key:
        return work(connection)
    known = connection.execute(
        text(f"SELECT request, answer FROM {EFFECTS} WHERE effect = :key"), {"key": call.key}
    ).fetchone()
    if known is not None:
        if known[0] != effect.digest:
            raise failed("the key of this effect belongs to another change", "key_reused")
        return decoded(known[1])
    answer = work(connection)
    connection.execute(
        text(f"INSERT INTO {EFFECTS} VALUES (:key, :request, :answer, :at)"),
        {
            "key": call.key,
            "request": effect.digest,
            "answer": canonical(answer).decode(),
            "at": datetime.now(UTC).isoformat(),
        },
    )
    return answer


class _Guard:
    """Holds a query in SQLite to reading, and to the tables that its effect may read."""

    def __init__(self, connection: "Connection", effect: Effect) -> None:
        self._raw: Any = None
        if connection.dialect.name == "sqlite":
            self._raw = connection.connection.dbapi_connection
        self._may = [it for it in effect.capabilities if it.startswith("database.read")]
        self._denied = ""

    def __enter__(self) -> None:
        if self._raw is not None:
            self._raw.execute("PRAGMA query_only = ON")
            self._raw.set_authorizer(self._judge)

    def __exit__(self, *ended: object) -> None:
        if self._raw is not None:
            self._raw.set_authorizer(None)
            self._raw.execute("PRAGMA query_only = OFF")
        if self._denied:
            message = f"the query reads {self._denied}, which the step may not"
            raise refused(message, table=self._denied)

    def _judge(
        self, action: int, first: str | None, second: str | None, _where: object, view: str | None
    ) -> int:
        if action == _READS:
            return self._table(first or "", view or "")
        if action in _SELECTS and (second or "").lower() not in _FORBIDDEN:
            return 0
        # Transactions are begun and ended by ourselves.
        return 0 if action == 22 else 1

    def _table(self, table: str, view: str) -> int:
        is_known = table.lower().startswith("sqlite_") or table.startswith("_vesper")
        names = [it for it in (table, view) if it]
        if not is_known and (
            not self._may
            or any(covers(may, f"database.read.{it}") for it in names for may in self._may)
        ):
            return 0
        self._denied = f"`{table}`"
        return 1


class _Table:
    """A table as it is now, and how values go into its columns."""

    def __init__(self, connection: "Connection", name: str, database: str) -> None:
        from sqlalchemy import column, table

        self._connection = connection
        self._name = name
        self._is_sqlite = connection.dialect.name == "sqlite"
        self.declared = _declared(connection, name)
        if not self.declared:
            raise no_table(name, database)
        held: list[ColumnClause[Any]] = [column(it) for it in self.declared]
        self.table: TableClause = table(name, *held)

    def insert(self, row: Value) -> Value:
        """Add a row and give it as it stands there."""
        if not isinstance(row, dict):
            message = "`data` must be a record by column, or a list of such"
            raise failed(message, "argument_invalid", argument="data")
        statement = self.table.insert().values(self.values(row))
        if not self._connection.dialect.insert_returning:
            self._connection.execute(statement)
            return dict(row)
        made = self._connection.execute(statement.returning(*self.table.columns)).mappings().one()
        return {name: columns.read(it, self.declared.get(name, "")) for name, it in made.items()}

    def values(self, given: Mapping[str, Value]) -> dict[str, Any]:
        """Values for columns, as the database keeps them."""
        return {name: self._kept(self._known(name), it) for name, it in given.items()}

    def conditions(self, given: Mapping[str, Value]) -> "list[ColumnElement[bool]]":
        """What rows must have; a null is looked for as a null, a list as any of its items."""
        return [self._condition(self._known(name), it) for name, it in given.items()]

    def calculated(self, name: str, given: Value) -> Any:
        """What a column is set to that is worked out from the row."""
        self._known(name)
        if not isinstance(given, dict):
            raise failed("a calculation has `sql` and `parameters`", "argument_invalid")
        parameters = given.get("parameters")
        known = parameters if isinstance(parameters, dict) else {}
        return self._term(statements.calculation(argument(given, "sql")), known)

    def _condition(self, name: str, value: Value) -> "ColumnElement[bool]":
        held = self.table.columns[name]
        if value is None:
            return held.is_(None)
        if isinstance(value, list):
            return held.in_([self._compared(name, it) for it in value])
        return held == self._compared(name, value)

    def _term(self, term: statements.Term, parameters: Mapping[str, Value]) -> Any:
        from sqlalchemy import Numeric, func, literal, literal_column

        match term:
            case str():
                return literal(term) if self._is_sqlite else cast("Any", literal_column(term))
            case statements.Name(text) if text.startswith(":"):
                if text[1:] not in parameters:
                    raise failed(f"`{text}` has no value", "parameter_missing")
                value = parameters[text[1:]]
                return literal(columns.kept(value, "TEXT") if self._is_sqlite else value)
            case statements.Name(text):
                return self.table.columns[self._known(text)]
            case statements.Sum(sign, left, right):
                sides = self._term(left, parameters), self._term(right, parameters)
                if self._is_sqlite:
                    return getattr(func, dict(functions())[sign])(*sides)
                return sides[0].op(sign, return_type=Numeric())(sides[1])

    def _known(self, name: str) -> str:
        if name in self.declared:
            return name
        there = ", ".join(self.declared)
        message = f"the table `{self._name}` has no column `{name[:60]}`; it has: {there}"
        raise failed(message, "column_missing", table=self._name, column=name)

    def _kept(self, name: str, value: Value) -> object:
        return columns.kept(value, self.declared[name]) if self._is_sqlite else columns.sent(value)

    def _compared(self, name: str, value: Value) -> object:
        if self._is_sqlite:
            return columns.compared(value, self.declared[name])
        return columns.sent(value)


def _declared(connection: "Connection", table: str) -> dict[str, str]:
    """The declared type of each column; empty where there is no such table."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1"
        found = connection.exec_driver_sql(query, (table,))
        return {str(name): str(kind) for name, kind in found}
    from sqlalchemy import inspect
    from sqlalchemy.exc import NoSuchTableError

    try:
        return {it["name"]: "" for it in inspect(connection).get_columns(table)}
    except NoSuchTableError:
        return {}


def _bound(
    connection: "Connection", sql: str, parameters: Mapping[str, Value]
) -> tuple[Any, dict[str, object]]:
    """The query as SQLAlchemy takes it, and its parameters; a list is for `IN`."""
    from sqlalchemy import bindparam, text

    change = columns.compared if connection.dialect.name == "sqlite" else columns.sent
    lists = {name: it for name, it in parameters.items() if isinstance(it, list)}
    statement = text(statements.unbracketed(sql, lists))
    named = set(statement._bindparams) if lists else set()  # pyright: ignore
    expanding: list[BindParameter[Any]] = [
        bindparam(name, expanding=True) for name in lists if name in named
    ]
    values: dict[str, object] = {
        name: [change(one) for one in it] if isinstance(it, list) else change(it)
        for name, it in parameters.items()
        if name in statement._bindparams  # pyright: ignore
    }
    return (statement.bindparams(*expanding) if expanding else statement), values


def _rows(
    connection: "Connection",
    query: Any,
    parameters: Mapping[str, object],
    declared: Mapping[str, str] | None = None,
) -> Value:
    found = connection.execute(query, parameters).mappings().fetchmany(MOST_ROWS + 1)
    if len(found) > MOST_ROWS:
        message = f"the query finds more than {MOST_ROWS:,} rows; ask for fewer, or for their sums"
        raise failed(message, "too_many_rows")
    kinds = declared or {}
    return [
        {str(name): columns.read(it, kinds.get(str(name), "")) for name, it in row.items()}
        for row in found
    ]


def _table_name(effect: Effect) -> str:
    name = argument(effect.arguments, "table")
    if _TABLE.fullmatch(name) is None:
        message = f"`{name[:60]}` is no name of a table" if name else "name a `table`"
        raise failed(message, "argument_invalid", argument="table")
    if name.lower().startswith(("_vesper", "sqlite_")):
        raise refused(f"`{name}` belongs to the database itself", table=name)
    return name


def _record(effect: Effect, name: str, *, may_miss: bool = False) -> dict[str, Value]:
    found = effect.arguments.get(name)
    if found is None and may_miss:
        return {}
    if not isinstance(found, dict) or (not found and not may_miss):
        message = f"`{name}` must name at least one column"
        raise failed(message, "argument_invalid", argument=name)
    return found
