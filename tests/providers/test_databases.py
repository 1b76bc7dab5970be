"""Rows of real SQLite files: what goes in comes out, nothing is pasted, nothing happens twice."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import decimals, lists

from tests.providers.world import World, with_schema
from vesper.config import DatabaseSource, Settings
from vesper.runtime.request import Failure
from vesper.store.engine import Connection, connect
from vesper.values.value import Value

SCHEMA = """\
-- Payments; a comment with a ; in it.
CREATE TABLE payments (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    amount DECIMAL TEXT COLLATE decimal CHECK (amount <> '13'),
    rough DECIMAL(12, 2),
    paid BOOLEAN,
    at TIMESTAMP TEXT,
    tags JSON TEXT,
    took DURATION TEXT,
    data BLOB,
    note TEXT DEFAULT 'none; yet'
);
CREATE TABLE hidden (secret TEXT);
CREATE TABLE parts (payment INTEGER REFERENCES payments (id));
CREATE VIEW dear AS SELECT name FROM payments WHERE amount > 100;
INSERT INTO hidden VALUES ('x');
"""


@pytest.fixture
def shop(worlds: Callable[..., World], tmp_path: Path) -> World:
    return worlds(with_schema(tmp_path, SCHEMA))


def names(rows: Value) -> list[Value]:
    assert isinstance(rows, list)
    return [row["name"] for row in rows if isinstance(row, dict)]


def add(shop: World, **amounts: str) -> None:
    shop.do(
        "database_write",
        table="payments",
        data=[{"name": name, "amount": Decimal(it)} for name, it in amounts.items()],
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("amount", Decimal("100.00")),
        ("amount", Decimal("0.10")),
        ("amount", Decimal("12345678901234567890.123456789")),
        ("rough", Decimal("99.9")),
        ("paid", True),
        ("paid", False),
        ("at", datetime(2026, 11, 26, 9, 30, 0, 5, UTC)),
        ("at", datetime(9, 1, 1, tzinfo=UTC)),
        ("tags", [Decimal("1.50"), "x", None, {"a": True}]),
        ("took", timedelta(minutes=90)),
        ("data", b"\x00\xff"),
        ("note", "'; DROP TABLE payments; --"),
        ("note", "100.00"),
        ("note", None),
    ],
)
def test_what_is_written_is_read_again(shop: World, column: str, value: Value) -> None:
    made = shop.do("database_write", table="payments", data={"name": "a", column: value})
    assert isinstance(made, dict)
    assert (made["id"], made["name"]) == (1, "a")
    query = f"SELECT {column} FROM payments WHERE name = :v1"
    for found in (
        made,
        *_records(shop.do("database_query", query=query, parameters={"v1": "a"})),
        *_records(shop.do("database_query", table="payments", where={"name": "a"})),
    ):
        assert str(found[column]) == str(value)
        assert type(found[column]) is type(value)


def _records(rows: Value) -> list[dict[str, Value]]:
    assert isinstance(rows, list)
    assert len(rows) == 1
    return [row for row in rows if isinstance(row, dict)]


def test_a_column_that_is_left_out_gets_its_default(shop: World) -> None:
    made = shop.do("database_write", table="payments", data={"name": "a"})
    assert isinstance(made, dict)
    assert made["note"] == "none; yet"


def test_decimals_are_compared_and_ordered_by_value(shop: World) -> None:
    add(shop, a="100.00", b="99.90", c="9", d="1000")
    ordered = "SELECT name FROM payments ORDER BY amount"
    assert names(shop.do("database_query", query=ordered)) == ["c", "b", "a", "d"]
    above = "SELECT name FROM payments WHERE amount >= :v1 AND amount * 1 < :v2 ORDER BY name"
    limits: dict[str, Value] = {"v1": Decimal("99.9"), "v2": Decimal("1000.0")}
    assert names(shop.do("database_query", query=above, parameters=limits)) == ["a", "b"]
    assert names(shop.do("database_query", table="payments", where={"amount": Decimal("100")})) == [
        "a"
    ]
    most = 'SELECT SUM(amount) AS total, MAX(amount) AS "most [decimal]" FROM payments'
    assert shop.do("database_query", query=most) == [
        {"total": Decimal("1208.9"), "most": Decimal("1000")}
    ]


def test_columns_are_calculated_exactly_from_their_rows(shop: World) -> None:
    add(shop, a="100.10", b="5")
    computed: Value = {
        "amount": {"sql": "(amount - :v1) * 3 / 2", "parameters": {"v1": Decimal("0.20")}}
    }
    changed = shop.do("database_update", table="payments", where={"name": "a"}, computed=computed)
    assert changed == 1
    found = shop.do("database_query", query="SELECT amount FROM payments ORDER BY id")
    assert found == [{"amount": Decimal("149.85")}, {"amount": Decimal("5")}]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("amount / 0", "division_by_zero"),
        ("amount + name", "type_mismatch"),
        ("amount + rough", "null_value"),
        ("amount +", "calculation_invalid"),
        ("amount; DROP TABLE payments", "calculation_invalid"),
        ("load_extension('x')", "calculation_invalid"),
        ("(" * 1000 + "amount" + ")" * 1000, "calculation_invalid"),
        ("nope + 1", "column_missing"),
        (":v9 + 1", "parameter_missing"),
    ],
)
def test_a_calculation_that_has_no_value_changes_nothing(shop: World, sql: str, code: str) -> None:
    add(shop, a="7")
    failure = shop.failure(
        "database_update", table="payments", where={"name": "a"}, computed={"amount": {"sql": sql}}
    )
    assert failure.code == code
    found = shop.do("database_query", query="SELECT amount FROM payments")
    assert found == [{"amount": Decimal("7")}]


def test_where_finds_nulls_and_any_of_a_list(shop: World) -> None:
    add(shop, a="1", b="2", c="3")
    shop.do("database_update", table="payments", where={"name": "c"}, set={"note": None})
    assert names(shop.do("database_query", table="payments", where={"note": None})) == ["c"]
    assert names(shop.do("database_query", table="payments", where={"name": ["a", "c"]})) == [
        "a",
        "c",
    ]
    assert names(shop.do("database_query", table="payments", where={"name": []})) == []
    for sql in ("IN :ids", "IN (:ids)"):
        query = f"SELECT name FROM payments WHERE name {sql}"
        ids: Value = {"ids": ["a", "b"]}
        assert names(shop.do("database_query", query=query, parameters=ids)) == ["a", "b"]


def test_several_rows_are_written_all_or_none(shop: World) -> None:
    rows: Value = [{"name": "a"}, {"name": "b"}, {"name": "a"}]
    failure = shop.failure("database_write", table="payments", data=rows)
    assert failure.codes == ("duplicate", "constraint_violated", "effect_failed")
    assert shop.do("database_query", table="payments") == []


def test_a_change_asked_for_again_under_its_key_is_not_made_again(shop: World) -> None:
    effect = shop.effect("database_write", table="payments", data={"name": "a"})
    assert shop.registry.is_keyed(effect)
    first = shop.perform(effect, key="k1")
    assert shop.perform(effect, key="k1", attempt=2) == first
    assert names(shop.do("database_query", table="payments")) == ["a"]
    gone = shop.effect("database_delete", table="payments", where={"name": "a"})
    assert [shop.perform(gone, key="k2") for _ in range(2)] == [1, 1]
    with pytest.raises(Failure) as caught:
        shop.perform(gone, key="k1")
    assert caught.value.code == "key_reused"


def test_the_same_change_at_the_same_moment_is_made_once(shop: World) -> None:
    effect = shop.effect("database_write", table="parts", data={"payment": None})
    threads = [
        threading.Thread(target=shop.perform, args=(effect,), kwargs={"key": "k"}) for _ in range(8)
    ]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert shop.do("database_query", query="SELECT COUNT(*) AS n FROM parts") == [{"n": 1}]


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ({"name": "a"}, ("duplicate", "constraint_violated")),
        ({"amount": 1}, ("value_missing", "constraint_violated")),
        ({"name": "b", "amount": Decimal("13.00")}, ("check_failed", "constraint_violated")),
        ({"name": "b", "rough": Decimal("1234567890123456.78")}, ("number_inexact",)),
        ({"nmae": "b"}, ("column_missing",)),
        ("text", ("argument_invalid",)),
    ],
)
def test_a_row_that_is_refused_says_why(shop: World, data: Value, codes: tuple[str, ...]) -> None:
    add(shop, a="1")
    assert shop.failure("database_write", table="payments", data=data).codes == (
        *codes,
        "effect_failed",
    )


def test_a_reference_to_nothing_is_refused(shop: World) -> None:
    failure = shop.failure("database_write", table="parts", data={"payment": 7})
    assert failure.codes == ("reference_missing", "constraint_violated", "effect_failed")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("DELETE FROM payments", "query_invalid"),
        ("SELECT 1; DROP TABLE payments", "query_invalid"),
        ("WITH x AS (SELECT 1) DELETE FROM payments", "query_invalid"),
        ("WITH x AS (SELECT 1) INSERT INTO payments (name) SELECT 'x'", "query_invalid"),
        ("PRAGMA writable_schema = ON", "query_invalid"),
        ("ATTACH DATABASE 'other.db' AS other", "query_invalid"),
        ("SELECT load_extension('x')", "query_invalid"),
        ("SELECT * FROM pragma_table_info('payments')", "capability_denied"),
        ("SELECT sql FROM sqlite_schema", "capability_denied"),
        ("SELECT * FROM payments, hidden", "capability_denied"),
        ("SELECT (SELECT secret FROM hidden) FROM payments", "capability_denied"),
        ("SELECT request FROM _vesper_effects", "capability_denied"),
        ("SELECT * FROM nope", "table_missing"),
        ("SELECT nope FROM payments", "column_missing"),
        ("SELECT name FROM payments WHERE name = :gone", "parameter_missing"),
        ("SELECT FROM WHERE", "query_invalid"),
        ("", "argument_invalid"),
        ("SELECT 'a' -- it's\n;", ""),
        ("SELECT ':not a parameter' || '12:30' AS text", ""),
        ("SELECT name FROM dear", ""),
        ("WITH names AS (SELECT name FROM payments) SELECT * FROM names", ""),
    ],
)
def test_a_query_only_reads_what_its_step_may(shop: World, query: str, code: str) -> None:
    add(shop, a="1")
    may = ("database.read.payments", "database.read.dear", "database.read.names")
    effect = shop.effect("database_query", may, query=query)
    if code:
        with pytest.raises(Failure) as caught:
            shop.perform(effect)
        assert (caught.value.code, caught.value.final) == (code, code == "capability_denied")
    else:
        assert isinstance(shop.perform(effect), list)
    assert names(shop.do("database_query", table="payments")) == ["a"]


def test_a_query_that_somebody_else_was_allowed_is_judged_again(shop: World) -> None:
    query = "SELECT secret FROM hidden"
    allowed = shop.effect("database_query", ("database.read.hidden",), query=query)
    refused = shop.effect("database_query", ("database.read.payments",), query=query)
    assert shop.perform(allowed) == [{"secret": "x"}]
    with pytest.raises(Failure, match="which the step may not"):
        shop.perform(refused)
    assert shop.perform(allowed) == [{"secret": "x"}]


def test_nothing_is_changed_or_deleted_without_a_condition(shop: World) -> None:
    for operation in ("database_delete", "database_update"):
        assert shop.failure(operation, table="payments", where={}).code == "argument_invalid"


def test_a_missing_table_says_how_to_make_one(world: World) -> None:
    for failure in (
        world.failure("database_query", query="SELECT * FROM payments"),
        world.failure("database_query", table="payments"),
        world.failure("database_write", table="payments", data={"a": 1}),
    ):
        assert failure.code == "table_missing"
        assert '[databases.main] schema = "schema.sql"' in failure.message


def test_a_schema_that_grows_adds_what_is_new(worlds: Callable[..., World], tmp_path: Path) -> None:
    worlds(with_schema(tmp_path, SCHEMA)).do("database_write", table="payments", data={"name": "a"})
    grown = worlds(with_schema(tmp_path, SCHEMA + "CREATE TABLE later (x);"))
    assert names(grown.do("database_query", table="payments")) == ["a"]
    assert grown.do("database_query", table="later") == []
    assert grown.do("database_query", query="SELECT secret FROM hidden") == [{"secret": "x"}]


def test_a_schema_that_is_wrong_makes_nothing(worlds: Callable[..., World], tmp_path: Path) -> None:
    broken = worlds(with_schema(tmp_path, "CREATE TABLE a (x); CREATE TABLE b (;"))
    assert broken.failure("database_query", table="a").code == "schema_invalid"
    assert worlds().failure("database_query", table="a").code == "table_missing"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (DatabaseSource("sqlite:///.vesper/vesper.db"), "database_url_invalid"),
        (DatabaseSource("sqlite://"), "database_url_invalid"),
        (DatabaseSource("who knows"), "database_url_invalid"),
        (DatabaseSource("env:VESPER_NO_SUCH_VARIABLE"), "database_unreachable"),
        (DatabaseSource("postgresql+nobody://user:hush@localhost/x"), "database_driver_missing"),
        (DatabaseSource("sqlite:///broken.db"), "database_damaged"),
        (DatabaseSource(schema="nowhere.sql"), "schema_invalid"),
    ],
)
def test_a_database_that_cannot_be_used_says_why(
    worlds: Callable[..., World], tmp_path: Path, source: DatabaseSource, code: str
) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database at all" * 100)
    failure = worlds(Settings(databases={"main": source})).failure("database_query", table="a")
    assert failure.code == code
    assert "hush" not in failure.message


def test_a_database_has_a_name_that_the_settings_know(
    worlds: Callable[..., World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE a (x)", encoding="utf-8")
    monkeypatch.setenv("ARCHIVE", "sqlite:///data/archive.db")
    world = worlds(Settings(databases={"archive": DatabaseSource("env:ARCHIVE", "a.sql")}))
    assert world.do("database_write", database="archive", table="a", data={"x": 1}) == {"x": 1}
    assert (tmp_path / "data" / "archive.db").exists()
    failure = world.failure("database_query", database="archvie", table="a")
    assert failure.message == "vesper.toml has no database `archvie`; there are: archive, main"


def test_a_locked_database_is_busy(shop: World) -> None:
    add(shop, a="1")
    with closing(_raw(shop)) as other:
        other.execute("BEGIN IMMEDIATE")
        effect = shop.effect("database_write", table="payments", data={"name": "b"})
        with pytest.raises(Failure) as caught:
            shop.perform(effect, deadline=time.monotonic())
        assert caught.value.codes == ("busy", "effect_failed")
        assert names(shop.do("database_query", table="payments")) == ["a"]
        other.execute("ROLLBACK")
    shop.perform(effect)
    assert names(shop.do("database_query", table="payments")) == ["a", "b"]


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n"


def test_a_query_without_end_is_ended(shop: World) -> None:
    effect = shop.effect("database_query", query=ENDLESS)
    with pytest.raises(Failure) as late:
        shop.perform(effect, deadline=time.monotonic() + 0.05)
    assert late.value.code == "timeout"
    with pytest.raises(Failure) as stopped:
        shop.perform(effect, is_stopped=lambda: True)
    assert (stopped.value.code, stopped.value.final) == ("cancelled", True)


def test_a_full_disk_changes_nothing(shop: World) -> None:
    add(shop, a="1")
    with closing(_raw(shop)) as other:
        (pages,) = other.execute("PRAGMA page_count").fetchone()
    databases = shop.registry.provider("database_write")
    engine = databases._connections.engine("main")  # pyright: ignore
    with engine.connect() as connection:
        connection.connection.dbapi_connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    failure = shop.failure(
        "database_write", table="payments", data={"name": "b", "data": b"x" * 100_000}
    )
    assert failure.codes == ("disk_full", "effect_failed")
    assert names(shop.do("database_query", table="payments")) == ["a"]


def _raw(shop: World) -> Connection:
    return connect(shop.root / ".vesper" / "data.db", 1.0)


def test_more_rows_than_anybody_reads_are_refused(shop: World) -> None:
    query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100001) SELECT i FROM n"
    assert shop.failure("database_query", query=query).code == "too_many_rows"


numbers = decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(lists(numbers.map(lambda it: it + 0), min_size=1, max_size=6, unique=True))
def test_any_decimals_come_back_with_their_digits_and_in_their_order(
    shop: World, found: list[Decimal]
) -> None:
    shop.do("database_delete", table="payments", where={"note": "none; yet"})
    rows: Value = [{"name": f"{at}", "amount": it} for at, it in enumerate(found) if it != 13]
    if rows:
        shop.do("database_write", table="payments", data=rows)
    back = shop.do("database_query", query="SELECT amount FROM payments ORDER BY amount")
    assert isinstance(back, list)
    assert [format(it["amount"], "f") for it in back if isinstance(it, dict)] == [
        format(it, "f") for it in sorted(it for it in found if it != 13)
    ]
