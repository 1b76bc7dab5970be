"""What all providers of a workspace share: its folder, its settings, its store, its board and its sinks."""

from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vesper.config import Settings

if TYPE_CHECKING:
    from vesper.providers.secrets import Vault
    from vesper.providers.sinks import Sink
    from vesper.store.database import Database
    from vesper.tasks.board import Board


class Surroundings:
    """The workspace at `root` as providers see it. Nothing is opened or made before it is used.

    `board` and `sink` are those of the project, where it has some already.
    """

    def __init__(
        self,
        root: Path,
        settings: Settings | None = None,
        board: "Board | None" = None,
        sink: "Sink | None" = None,
        roles: "Callable[[], Collection[str]] | None" = None,
    ) -> None:
        self.root = root
        self.settings = settings or Settings()
        self._board = board
        self._sink = sink
        self.roles = roles
        """The names of the roles that there are; None where nobody knows."""

    @property
    def folder(self) -> Path:
        """Where the workspace keeps its state."""
        return self.root / ".vesper"

    @cached_property
    def store(self) -> "Database":
        """The workspace's own state."""
        from vesper.store.database import Database

        return Database(self.folder / "vesper.db")

    @cached_property
    def board(self) -> "Board":
        """The tasks of the workspace."""
        from vesper.tasks.board import Board

        return self._board or Board(self.root)

    @cached_property
    def sink(self) -> "Sink":
        """Where entries of the log and metrics go."""
        from vesper.providers.sinks import ErrorStream

        return self._sink or ErrorStream()

    @cached_property
    def secrets(self) -> "Vault":
        """Values that must not be written down."""
        from vesper.providers.secrets import Vault

        return Vault(self.root)

    def close(self) -> None:
        """Close what was opened here."""
        if "store" in self.__dict__:
            self.store.close()
        if "board" in self.__dict__ and self._board is None:
            self.board.close()
