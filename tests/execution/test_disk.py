"""A disk that is full, locked or not ours to write: nothing is done that could not be remembered."""

import resource
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.execution.workspace import Workspace, payment, providers, refusal
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.store.engine import Connection, connect


def database_of(workspace: Workspace) -> Connection:
    return connect(workspace.folder / ".vesper" / "vesper.db", 5)


def test_what_is_about_to_be_done_is_on_disk_before_with_all_it_rests_on(
    made: Callable[..., Workspace],
) -> None:
    seen: dict[str, str] = {}

    def charge(*_: object) -> object:
        with closing(database_of(workspace)) as connection:
            seen.update(connection.execute("SELECT site, state FROM effects").fetchall())
        return "pay_1"

    workspace = made(providers(charge=charge), pay=payment)
    workspace.open().run("pay", {"amount": 5})
    assert seen == {"charge#clock": "done", "charge": "intended"}


class TestLocked:
    def test_a_run_that_cannot_be_entered_does_nothing(
        self, made: Callable[..., Workspace]
    ) -> None:
        workspace = made(providers(), pay=payment)
        workspace.open().run("pay", {})
        with closing(database_of(workspace)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            error = refusal(lambda: workspace.open(wait=0.05).run("pay", {}))
        assert (error.kind, "was locked" in error.message) == ("busy", True)
        assert workspace.provider.times("charge") == 1

    def test_a_run_whose_journal_cannot_be_written_stops_and_is_resumed(
        self, made: Callable[..., Workspace]
    ) -> None:
        holders: list[Connection] = []

        def charge(*_: object) -> object:
            if not holders:
                holders.append(database_of(workspace))
                holders[0].execute("BEGIN IMMEDIATE")
            return "pay_1"

        workspace = made(providers("charge", charge=charge), pay=payment)
        envelope = workspace.open(wait=0.05).run("pay", {})
        holders[0].close()
        assert envelope.error is not None
        assert envelope.error.code == "waiting"
        assert "the journal could not be written" in envelope.error.message
        assert workspace.provider.times("insert") == 0
        runs = workspace.open()
        assert runs.get(envelope.trace_id).status == "interrupted"
        assert runs.resume(envelope.trace_id).output == {"id": "pay_1", "at": 0}
        (_, first), (_, second) = [it for it in workspace.provider.asked if it[0] == "charge"]
        assert first == second


class TestFull:
    """A limit on the size of files stands for a disk without room."""

    is_full = False

    def filling(self, when: str) -> Callable[[Effect, Call], object]:
        def perform(given: Effect, _call: Call) -> object:
            if given.operation == when and not self.is_full:
                self.is_full = True
                _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
                resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
            return {"clock": 7, "charge": "pay_1", "insert": 1}[given.operation]

        return perform

    @pytest.mark.parametrize(
        ("when", "charges"), [("clock", 0), ("charge", 1)], ids=["before the act", "after it"]
    )
    def test_nothing_more_is_done_and_the_run_goes_on_when_there_is_room(
        self, made: Callable[..., Workspace], when: str, charges: int
    ) -> None:
        perform = self.filling(when)
        workspace = made(
            providers("charge", "insert", clock=perform, charge=perform, insert=perform),
            pay=payment,
        )
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            envelope = workspace.open().run("pay", {})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert envelope.error is not None
        assert envelope.error.code == "waiting"
        assert "check the disk and its free space" in envelope.error.message
        assert workspace.provider.times("charge") == charges
        assert workspace.provider.times("insert") == 0
        runs = workspace.open()
        with closing(database_of(workspace)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert runs.resume(envelope.trace_id).output == {"id": "pay_1", "at": 7}


def test_a_workspace_whose_state_cannot_be_made_does_nothing(
    made: Callable[..., Workspace], tmp_path: Path
) -> None:
    (tmp_path / ".vesper").write_text("in the way", encoding="utf-8")
    workspace = made(providers(), pay=payment)
    error = refusal(lambda: workspace.open().run("pay", {}))
    assert error.kind in ("denied", "damaged")
    assert error.hint
    assert workspace.provider.asked == []
