"""A file of `CREATE` statements applied to a database: what is not there yet is made."""

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from vesper.providers.failures import failed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_KEPT: Final = "_vesper_schema"
_MADE: Final = re.compile(
    r"CREATE\s+(?:TEMP\w*\s+)?(?:UNIQUE\s+)?(?:VIRTUAL\s+)?(?:TABLE|VIEW|INDEX|TRIGGER)\s+"
    r"(?:IF\s+NOT\s+EXISTS\s+)?[\"`\[]?(\w+)",
    re.IGNORECASE,
)
_PIECE: Final = re.compile(
    r"""('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|/\*.*?\*/|[A-Za-z_]\w*|.)""", re.DOTALL
)


def apply(engine: "Engine", text: str, name: str) -> None:
    """Make what the schema has and the database has not; all of it or, when something is wrong, nothing.

    Statements that make nothing run only the first time that a schema is applied. A table that exists stays
    as it is, even where the schema tells it differently now.
    """
    from sqlalchemy.exc import SQLAlchemyError

    digest = hashlib.sha256(text.encode()).hexdigest()
    with engine.connect() as plain:
        connection = plain.execution_options(vesper_begin="BEGIN IMMEDIATE")
        try:
            before = _applied(connection)
            if digest in before:
                return
            there = _objects(connection)
            for statement in statements(text):
                made = _MADE.match(statement)
                if (made is None and not before) or (made and made[1].lower() not in there):
                    connection.exec_driver_sql(statement)
            connection.exec_driver_sql(f"INSERT INTO {_KEPT} VALUES ('{digest}')")
            connection.commit()
        except SQLAlchemyError as error:
            reason = getattr(error, "orig", error)
            raise failed(
                f"the schema {name} cannot be applied: {reason}", "schema_invalid"
            ) from None


def statements(text: str) -> Iterator[str]:
    """The statements of a file, without comments; a trigger's body belongs to its statement."""
    pieces: list[str] = []
    depth = 0
    for (piece,) in (found.groups() for found in _PIECE.finditer(text)):
        word = piece.upper()
        if piece.startswith(("--", "/*")):
            pieces.append(" ")
            continue
        if word == "BEGIN" or (depth and word == "CASE"):
            depth += 1
        elif word == "END" and depth:
            depth -= 1
        if piece == ";" and not depth:
            yield from _whole(pieces)
            pieces = []
        else:
            pieces.append(piece)
    yield from _whole(pieces)


def _whole(pieces: list[str]) -> Iterator[str]:
    statement = "".join(pieces).strip()
    if statement:
        yield statement


def _applied(connection: "Connection") -> set[str]:
    """The digests of the schemas that were applied."""
    if _KEPT not in _objects(connection):
        connection.exec_driver_sql(f"CREATE TABLE {_KEPT} (digest VARCHAR(64) PRIMARY KEY)")
    return {digest for (digest,) in connection.exec_driver_sql(f"SELECT digest FROM {_KEPT}")}


def _objects(connection: "Connection") -> set[str]:
    """Names of tables, views, indexes and triggers, in lower case."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT name FROM sqlite_schema")
        return {str(name).lower() for (name,) in found}
    from sqlalchemy import inspect

    inspector = inspect(connection)
    tables = inspector.get_table_names()
    indexes = [it["name"] for table in tables for it in inspector.get_indexes(table)]
    names = [*tables, *inspector.get_view_names(), *indexes]
    return {name.lower() for name in names if name}
