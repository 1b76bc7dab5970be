"""What lies on disk of a run: in which order, from how many threads, under which key."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace

import pytest

from tests.execution.workspace import PAY, Asking, Killed, Workspace, payment, providers, refusal
from tests.runtime.flows import Scripted, effect
from vesper.execution.journal import MOST_UNWRITTEN
from vesper.lang.program import Security
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect, Fork
from vesper.store.engine import connect
from vesper.store.lease import Leases
from vesper.values.value import Value


def sites_of(workspace: Workspace, state: str) -> list[str]:
    """The sites of effects in that state, in the order they were begun."""
    with closing(connect(workspace.folder / ".vesper" / "vesper.db", 5)) as connection:
        rows = connection.execute(
            "SELECT site FROM effects WHERE state = ? ORDER BY place", (state,)
        )
        return [it for (it,) in rows]


def test_branches_write_from_their_own_threads_and_nothing_is_lost(
    made: Callable[..., Workspace],
) -> None:
    def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
        def branch(number: int) -> Asking:
            yield effect(f"b{number}/read", "clock", "read")
            return (yield effect(f"b{number}/charge"))

        branches = tuple(lambda it=it: branch(it) for it in range(12))
        return {"all": (yield Fork("all", branches, 4))}  # type: ignore[arg-type]

    workspace = made(Scripted(charge=lambda it, _: it.site, clock=lambda *_: 1), pay=flow)
    runs = workspace.open()
    envelope = runs.run("pay", {})
    assert envelope.output == {"all": [f"b{it}/charge" for it in range(12)]}
    sites = sites_of(workspace, "done")
    assert sorted(sites) == sorted(
        f"b{it}/{name}" for it in range(12) for name in ("read", "charge")
    )
    assert all(sites.index(f"b{it}/read") < sites.index(f"b{it}/charge") for it in range(12))


def test_a_long_run_of_reads_is_written_now_and_then(made: Callable[..., Workspace]) -> None:
    count = MOST_UNWRITTEN + 44

    def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
        total = 0
        for number in range(count):
            total += yield effect(f"r[{number}]", "read", "read")
        return {"total": total}

    def read(given: Effect, _call: Call) -> int:
        if given.site == f"r[{count - 1}]" and alive.pop():
            raise Killed
        return 1

    alive = [False, True]
    workspace = made(Scripted(read=read), pay=flow)
    first = workspace.open()
    with pytest.raises(Killed):
        first.run("pay", {})
    assert len(sites_of(workspace, "done")) == MOST_UNWRITTEN
    runs = workspace.open()
    assert runs.resume(runs.find()[0].id).output == {"total": count}
    assert workspace.provider.times("read") == count + 44


class TestSealed:
    def sealed(self, made: Callable[..., Workspace]) -> tuple[Workspace, str]:
        workspace = made(providers(), pay=payment)
        workspace.nodes["pay"] = replace(PAY, security=Security(sensitive=("card",)))
        return workspace, workspace.open().run("pay", {"card": "4111222233334444"}).trace_id

    def test_another_process_opens_what_one_has_sealed(
        self, made: Callable[..., Workspace]
    ) -> None:
        workspace, trace = self.sealed(made)
        envelope = workspace.open().envelope(trace)
        assert envelope is not None
        assert envelope.output == {"id": "pay_1", "at": 0}

    def test_another_key_opens_nothing_and_says_why(self, made: Callable[..., Workspace]) -> None:
        workspace, trace = self.sealed(made)
        (workspace.folder / ".vesper" / "seal.key").write_bytes(bytes(32))
        error = refusal(lambda: workspace.open().envelope(trace))
        assert (error.kind, "cannot be opened" in error.message) == ("damaged", True)
        assert ".vesper/seal.key" in error.hint

    def test_a_key_that_is_none_is_told(self, made: Callable[..., Workspace]) -> None:
        workspace, trace = self.sealed(made)
        (workspace.folder / ".vesper" / "seal.key").write_bytes(b"short")
        error = refusal(lambda: workspace.open().envelope(trace))
        assert (error.kind, "is no key" in error.message) == ("damaged", True)


def test_a_lease_is_held_until_it_is_closed(made: Callable[..., Workspace]) -> None:
    workspace = made(providers())
    mine, others = Leases(workspace.folder), Leases(workspace.folder)
    lease = mine.take()
    assert [it.is_held(lease.name) for it in (mine, others)] == [True, True]
    lease.close()
    assert [it.is_held(lease.name) for it in (mine, others)] == [False, False]
    assert not others.is_held("")
    assert not others.is_held("../vesper.db")
    assert list((workspace.folder / "leases").iterdir()) == []
