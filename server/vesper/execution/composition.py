"""What runs of a workspace are put together from: its nodes, its engines, who performs effects."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vesper.config import Settings
from vesper.execution.alerts import Alerts, Means
from vesper.execution.audit import Audit
from vesper.execution.auditor import Auditor
from vesper.execution.engines import ENGINES, engine
from vesper.execution.meters import Meters
from vesper.execution.nodes import Nodes
from vesper.execution.policy import role_grant, workspace_grant
from vesper.execution.runs import Runs, Setting
from vesper.execution.telemetry import Telemetry, Together
from vesper.providers.registry import Registry as Providers
from vesper.providers.sinks import ErrorStream
from vesper.providers.surroundings import Surroundings
from vesper.runtime.engine import Engine
from vesper.runtime.grant import Grant
from vesper.runtime.handlers.registry import Registry
from vesper.runtime.handlers.stack import World
from vesper.store.database import Database

if TYPE_CHECKING:
    from vesper.tasks.board import Board


class WorkspaceRuns(Runs):
    """The runs of one workspace, with the providers that belong to them."""

    def __init__(
        self, root: Path, settings: Settings, nodes: Nodes, board: "Callable[[], Board]"
    ) -> None:
        folder = root / ".vesper"
        self._audit = Audit(folder, Database(folder / "vesper.db"))
        self.meters = Meters(Database(folder / "vesper.db"))
        self._telemetry = Telemetry(self.meters, ErrorStream())
        around = Surroundings(root, settings, board(), self._telemetry, nodes.roles)
        self.providers = Providers(around)
        means = Means(self.providers.perform, self._telemetry, board)
        witness = Together(Auditor(self._audit), self._telemetry, Alerts(self.meters, means))
        world = World(Registry((), self.providers.provider), witness=witness)

        def roles(name: str) -> Grant:
            return role_grant(nodes.roles(), name) if name else Grant()

        super().__init__(
            Setting(
                folder,
                nodes.program,
                _Engines(),
                world,
                workspace_grant(settings),
                roles,
                board,
            )
        )

    def close(self) -> None:
        """Let go of everything, of what the providers have opened as well."""
        super().close()
        self.providers.close()
        self._audit.close()
        self._telemetry.close()


class _Engines(Mapping[str, Engine]):
    """The engines by name, each made at its first use and kept, since it keeps what it has compiled."""

    def __init__(self) -> None:
        self._made: dict[str, Engine] = {}

    def __getitem__(self, name: str) -> Engine:
        if name not in ENGINES:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = engine(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        yield from reversed(ENGINES)

    def __len__(self) -> int:
        return len(ENGINES)
