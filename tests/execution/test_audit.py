"""The chain of audited records, and what is found when somebody tampers with it."""

import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.requirements import requirement
from vesper.errors import VesperError
from vesper.execution.audit import Audit, Record
from vesper.store.database import Database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".vesper"


def opened(folder: Path) -> Audit:
    return Audit(folder, Database(folder / "vesper.db"))


def filled(folder: Path, count: int = 5) -> Audit:
    audit = opened(folder)
    for number in range(1, count + 1):
        record = Record(
            "pay_v1", "ada", "run", f"t{number}", {"amount": number}, {"status": "success"}
        )
        assert audit.append(record) == number
    return audit


def test_a_record_tells_when_who_what_with_what_and_with_which_result(folder: Path):
    audit = filled(folder, 1)
    (kept,) = audit.newest(10)
    assert set(kept.record) >= {
        "timestamp", "node_id", "user_id", "action", "inputs", "result", "transaction_id",
    }  # fmt: skip
    assert (kept.number, kept.record["node_id"], kept.record["user_id"]) == (1, "pay_v1", "ada")
    assert (kept.record["inputs"], kept.record["result"]) == ({"amount": 1}, {"status": "success"})
    assert kept.record["timestamp"].endswith("Z")


def test_an_untouched_chain_holds(folder: Path):
    assert opened(folder).verify().count == 0
    assert filled(folder).verify() == opened(folder).verify()
    assert (opened(folder).verify().count, opened(folder).verify().problems) == (5, ())


def test_records_are_found_by_node_and_action_the_newest_first(folder: Path):
    audit = filled(folder, 3)
    audit.append(Record("other_v1", "ada", "refused", "t4"))
    assert [it.number for it in audit.newest(2)] == [4, 3]
    assert [it.number for it in audit.newest(9, node="other_v1")] == [4]
    assert [it.number for it in audit.newest(9, action="run")] == [3, 2, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET body = '{}'",
        "DELETE FROM audit WHERE id = 5",
        "INSERT OR REPLACE INTO audit VALUES (3, '{}', zeroblob(32))",
        "INSERT INTO audit VALUES (9, '{}', zeroblob(32))",
    ],
)
def test_the_database_refuses_to_change_what_was_audited(folder: Path, statement: str):
    filled(folder)
    connection = sqlite3.connect(folder / "vesper.db")
    with pytest.raises(sqlite3.IntegrityError, match=r"never|only added"):
        connection.execute(statement)
    connection.close()


SQL = {
    "a changed value": (
        "UPDATE audit SET body = replace(body, '\"amount\":3', '\"amount\":9') WHERE id = 3", "record 3"),
    "a space more": ("UPDATE audit SET body = body || ' ' WHERE id = 3", "record 3"),
    "a key written twice": (
        "UPDATE audit SET body = '{\"user_id\":\"eve\",' || substr(body, 2) WHERE id = 3", "record 3"),
    "a seal of one's own": ("UPDATE audit SET seal = zeroblob(32) WHERE id = 3", "record 3"),
    "a deleted record": ("DELETE FROM audit WHERE id = 3", "missing: 3"),
    "several deleted records": ("DELETE FROM audit WHERE id IN (2, 3)", "missing: 2 to 3"),
    "the first one deleted": ("DELETE FROM audit WHERE id = 1", "missing: 1"),
    "renumbered after a deletion": (
        "DELETE FROM audit WHERE id = 3; UPDATE audit SET id = id - 1 WHERE id > 3", "record 3"),
    "two swapped": (
        "UPDATE audit SET id = -1 WHERE id = 2; UPDATE audit SET id = 2 WHERE id = 3;"
        "UPDATE audit SET id = 3 WHERE id = -1", "record 2"),
    "a record copied to the end": (
        "INSERT INTO audit SELECT 6, body, seal FROM audit WHERE id = 2", "record 6"),
    "the end cut off": ("DELETE FROM audit WHERE id > 3", "missing at the end: 4 to 5"),
    "all deleted": ("DELETE FROM audit", "missing at the end: 1 to 5"),
}  # fmt: skip


@requirement("V80", "A59", "O48")
@pytest.mark.parametrize("name", SQL)
def test_whatever_is_done_to_the_table_is_found(folder: Path, name: str):
    filled(folder)
    statements, told = SQL[name]
    connection = sqlite3.connect(folder / "vesper.db")
    for trigger in ("audit_is_not_changed", "audit_is_not_deleted", "audit_only_grows"):
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.executescript(statements)
    connection.close()
    assert told in " ".join(opened(folder).verify().problems)


def forged_head(folder: Path) -> None:
    head = json.loads((folder / "audit.head").read_text())
    connection = sqlite3.connect(folder / "vesper.db")
    (seal,) = connection.execute("SELECT seal FROM audit WHERE id = 3").fetchone()
    connection.close()
    (folder / "audit.head").write_text(json.dumps({**head, "number": 3, "seal": seal.hex()}))


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no anchor": (
        lambda it: (it / "audit.head").unlink(),
        "is gone: records at the end may be missing",
    ),
    "an anchor that is no JSON": (lambda it: (it / "audit.head").write_text("5"), "cannot be read"),
    "an anchor moved back": (forged_head, "was changed"),
    "no key": (lambda it: (it / "audit.key").unlink(), "nothing can be verified"),
}


@pytest.mark.parametrize("name", FILES)
def test_whatever_is_done_to_the_files_beside_it_is_found(folder: Path, name: str):
    filled(folder)
    tamper, told = FILES[name]
    tamper(folder)
    assert told in " ".join(opened(folder).verify().problems)


def test_an_unreadable_record_does_not_hide_the_others(folder: Path):
    filled(folder)
    connection = sqlite3.connect(folder / "vesper.db")
    connection.executescript(
        "DROP TRIGGER audit_is_not_changed; UPDATE audit SET body = CAST(x'ff' AS TEXT) WHERE id = 2"
    )
    connection.close()
    assert [it.record["action"] for it in opened(folder).newest(9)] == [
        "run",
        "run",
        "run",
        "unreadable",
        "run",
    ]


def test_key_and_anchor_belong_to_their_owner_alone(folder: Path):
    filled(folder)
    for name in ("audit.key", "audit.head"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    (folder / "audit.key").chmod(0o644)
    with pytest.raises(VesperError, match="others may read it"):
        opened(folder).append(Record("pay_v1", "ada", "run", "t"))


def test_without_its_key_a_chain_is_not_gone_on_with(folder: Path):
    filled(folder)
    (folder / "audit.key").unlink()
    with pytest.raises(VesperError, match="it is gone"):
        opened(folder).append(Record("pay_v1", "ada", "run", "t"))
    assert not (folder / "audit.key").exists()


def test_several_writers_make_one_chain(folder: Path):
    filled(folder, 1)
    threads = [threading.Thread(target=lambda: _add_ten(folder)) for _ in range(4)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert opened(folder).verify() == opened(folder).verify()
    assert (opened(folder).verify().count, opened(folder).verify().problems) == (41, ())


def _add_ten(folder: Path) -> None:
    audit = opened(folder)
    for _ in range(10):
        audit.append(Record("pay_v1", "ada", "run", "t"))
