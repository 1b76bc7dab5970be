"""A workspace whose providers are asked directly."""

import itertools
from pathlib import Path
from typing import Any

from vesper.config import DatabaseSource, Service, Settings
from vesper.providers.registry import Registry
from vesper.providers.sinks import Entry, Measurement
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

_NUMBERS = itertools.count()
READS = {"database_query", "file_read", "event_subscribe", "memory_search"}


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.measurements: list[Measurement] = []

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)

    def measure(self, measurement: Measurement) -> None:
        self.measurements.append(measurement)


class World:
    """Performs effects in a folder. Every effect has a key of its own, unless one is given."""

    def __init__(self, root: Path, settings: Settings | None = None) -> None:
        self.root = root
        self.sink = Kept()
        self.registry = Registry(Surroundings(root, settings, sink=self.sink))

    def effect(
        self, operation: str, capabilities: tuple[str, ...] = (), **arguments: Value
    ) -> Effect:
        kind = "read" if operation in READS else "write"
        return Effect(operation, f"step_{next(_NUMBERS)}", kind, arguments, capabilities)

    def perform(self, effect: Effect, **about: Any) -> Value:
        call = {"execution": "run_1", "node_id": "pay_v1", "key": f"key of {effect.site}"} | about
        return self.registry.perform(effect, Call(**call))

    def do(self, operation: str, /, **arguments: Value) -> Value:
        return self.perform(self.effect(operation, **arguments))

    def failure(self, operation: str, /, **arguments: Value) -> Failure:
        """What the operation fails with; it must."""
        try:
            found = self.do(operation, **arguments)
        except Failure as failure:
            return failure
        raise AssertionError(f"{operation} answered {found!r}")

    def close(self) -> None:
        self.registry.close()


def with_schema(root: Path, schema: str) -> Settings:
    """Settings whose main database has these tables."""
    (root / "schema.sql").write_text(schema, encoding="utf-8")
    return Settings(databases={"main": DatabaseSource(schema="schema.sql")})


def with_service(url: str, **fields: Any) -> Settings:
    """Settings with the provider `cards`."""
    return Settings(providers={"cards": Service(url, **fields)})
