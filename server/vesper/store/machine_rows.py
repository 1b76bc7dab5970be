"""The `machine_states` table: in which state each entity is."""

from vesper.store.engine import Connection


def state(connection: Connection, machine: str, entity: str) -> str | None:
    """The state of an entity; None where no step has moved it."""
    row = connection.execute(
        "SELECT state FROM machine_states WHERE machine = ? AND entity = ?", (machine, entity)
    ).fetchone()
    return None if row is None else row[0]


def put(connection: Connection, machine: str, entity: str, state: str, at: str) -> None:
    """Set the state of an entity."""
    connection.execute(
        "INSERT OR REPLACE INTO machine_states VALUES (?, ?, ?, ?)", (machine, entity, state, at)
    )
