"""What errors of databases mean: codes that a document can answer, and words without the values of rows."""

import re
from typing import Final

from vesper.providers.connections import last_fault
from vesper.providers.failures import failed, stopped, timed_out
from vesper.runtime.handling import Call
from vesper.runtime.request import Failure
from vesper.store.engine import Code

_BROKEN: Final[dict[object, str]] = {
    "UNIQUE": "duplicate", "NOT NULL": "value_missing", "FOREIGN KEY": "reference_missing",
    "CHECK": "check_failed",
    "23505": "duplicate", "23502": "value_missing", "23503": "reference_missing", "23514": "check_failed",
    1062: "duplicate", 1048: "value_missing", 1452: "reference_missing", 3819: "check_failed",
}  # fmt: skip
"""Words of SQLite, states of SQL, and numbers of MySQL."""
_MISSING: Final = re.compile(r"no such (table|column): (?:main\.)?([^\s;]{1,100})")


def explained(error: Exception, name: str, call: Call) -> Failure:
    """The failure that an error of SQLAlchemy, or of SQLite itself, is for a run."""
    from sqlalchemy.exc import DBAPIError, IntegrityError

    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    if isinstance(error, IntegrityError):
        return _broken(original, code, name)
    if code is None:
        return _of_other(original, name)
    text = str(original)
    fault = last_fault() if "user-defined function" in text else None
    if fault is not None:
        return failed(fault.message, fault.code, "evaluation_failed", database=name)
    missing = _MISSING.search(text)
    if missing is not None:
        if missing[1] == "table":
            return no_table(missing[2], name)
        message = f"no table of the query has a column `{missing[2]}`"
        return failed(message, "column_missing", database=name, column=missing[2])
    return _of_sqlite(code & 0xFF, text, name, call)


def no_table(table: str, name: str) -> Failure:
    """The failure `table_missing`, with how tables come to be."""
    message = (
        f"there is no table `{table}` in the database `{name}`; write its CREATE TABLE into a file, and name "
        f'that in vesper.toml: [databases.{name}] schema = "schema.sql"'
    )
    return failed(message, "table_missing", database=name, table=table)


def _of_sqlite(code: int, text: str, name: str, call: Call) -> Failure:
    match code:
        case Code.BUSY | 6:
            message = f"another process holds the database `{name}`; nothing was changed"
            return failed(message, "busy", database=name)
        case 9:
            return stopped() if call.is_stopped() else timed_out(f"the database `{name}`")
        case Code.FULL:
            message = f"the disk of the database `{name}` is full; nothing was changed"
            return failed(message, "disk_full", database=name)
        case Code.IO_ERROR:
            message = (
                f"the disk of the database `{name}` does not work: {text}; nothing was changed"
            )
            return failed(message, "disk_failed", database=name)
        case Code.READ_ONLY:
            message = f"the database `{name}` cannot be changed: {text}"
            return failed(message, "read_only", database=name)
        case Code.CANNOT_OPEN:
            message = f"the file of the database `{name}` cannot be opened"
            return failed(message, "database_unreachable", database=name)
        case Code.CORRUPT | Code.NOT_A_DATABASE:
            message = f"the file of the database `{name}` is damaged, or none: {text}"
            return failed(message, "database_damaged", database=name)
        case Code.AUTH:
            return failed(f"the query does more than read: {text}", "query_invalid", database=name)
        case _:
            message = f"the database `{name}` refuses the step: {text}"
            return failed(message, "query_invalid", "database_failed", database=name)


def _broken(original: object, code: object, name: str) -> Failure:
    arguments: tuple[object, ...] = getattr(original, "args", ("",))
    if code is not None:
        kind: object = str(original).partition(" constraint")[0]
        # SQLite names columns; others quote the row itself, which may be secret.
        said = f": {original}"
    else:
        kind = getattr(original, "sqlstate", None) or getattr(original, "pgcode", arguments[0])
        said = ""
    special = _BROKEN.get(kind)
    codes = (special, "constraint_violated") if special else ("constraint_violated",)
    return failed(f"the database `{name}` refuses the row{said}", *codes, database=name)


def _of_other(error: object, name: str) -> Failure:
    from sqlalchemy.exc import OperationalError

    kind = type(error).__name__
    if isinstance(error, OperationalError) or kind in {"OperationalError", "InterfaceError"}:
        message = f"the database `{name}` cannot be reached or used ({kind})"
        return failed(message, "database_unreachable", "unreachable", database=name)
    if kind in {"UndefinedTable", "UndefinedColumn"}:
        what = kind.removeprefix("Undefined").lower()
        message = f"there is no such {what} in the database `{name}`"
        return failed(message, f"{what}_missing", database=name)
    message = f"the database `{name}` refuses the step ({kind}: {str(error)[:300]})"
    return failed(message, "query_invalid", "database_failed", database=name)
