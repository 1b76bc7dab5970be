"""The small world of a property test: its tables begin empty, keep what is written, and end with the test."""

import itertools
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vesper.config import DatabaseSource, Settings
from vesper.execution.testing_mocks import Mocks
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

if TYPE_CHECKING:
    from vesper.providers.databases import Databases

_DATABASE: Final = "database_"


class Tables:
    """Databases in a folder of their own, with the tables of the workspace's schemas."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self._sources = {
            name: DatabaseSource(schema=str((root / it.schema).resolve()))
            for name, it in settings.databases.items()
            if it.schema
        }
        self._settings = settings
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._databases: Databases | None = None
        self._written: list[tuple[str, str, Value]] = []
        self._numbers = itertools.count(1)

    def perform(self, effect: Effect, call: Call) -> Value:
        """Perform an effect on them; `not_mocked` where no schema says which tables there are."""
        name = str(effect.arguments.get("database") or "main")
        if name not in self._sources:
            message = (
                f"{effect.site} needs tables: name the file that makes them as `schema` under "
                f"`[databases.{name}]` in vesper.toml, or give the step an answer under `mocks`"
            )
            raise Failure(("not_mocked", "effect_failed"), message, {}, final=True)
        table = str(effect.arguments.get("table") or "")
        # Each effect is one of its own: the worlds of all tries share one folder.
        call = replace(call, key=f"{next(self._numbers)}")
        found = self._open().perform(_unhurried(effect), call)
        if effect.operation == "database_write":
            self._written += [
                (name, table, it) for it in (found if isinstance(found, list) else [found])
            ]
        return found

    def clear(self) -> None:
        """Begin anew, with empty tables."""
        for database, table, row in reversed(self._written):
            arguments: dict[str, Value] = {"database": database, "table": table, "where": row}
            effect = Effect("database_delete", "clear", "write", arguments)
            self._open().perform(_unhurried(effect), Call("test", "", f"{next(self._numbers)}"))
        self._written.clear()

    def close(self) -> None:
        """Let go of the folder."""
        if self._databases is not None:
            self._databases.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _open(self) -> "Databases":
        if self._databases is None:
            from vesper.providers.databases import Databases
            from vesper.providers.surroundings import Surroundings

            self._folder = tempfile.TemporaryDirectory(prefix="vesper-test-")
            settings = replace(self._settings, databases=self._sources)
            self._databases = Databases(Surroundings(Path(self._folder.name), settings))
        return self._databases


@dataclass
class World(Mocks):
    """Mocks, and behind them tables that remember."""

    tables: Tables | None = None

    def inside(self, effect: Effect, step: str, call: Call) -> Value:
        """What is not mocked is asked of what was written before."""
        if effect.operation.startswith(_DATABASE) and self.tables is not None:
            return self.tables.perform(effect, call)
        if effect.operation == "memory_search":
            return []
        return super().inside(effect, step, call)


def _unhurried(effect: Effect) -> Effect:
    """The effect without waiting for the disk: nobody needs the rows when the power goes."""
    if effect.kind != "write":
        return effect
    return replace(effect, arguments={**effect.arguments, "consistency": "eventual"})
