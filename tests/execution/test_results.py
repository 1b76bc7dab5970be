"""Answers of pure nodes that are not worked out again."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.execution.workspace import Asking, Workspace
from tests.runtime.flows import Scripted, program
from vesper.execution.runs import RunOptions
from vesper.values.value import Value


class TestPure:
    def count(self, made: Callable[..., Workspace], **fields: Any) -> tuple[Workspace, list[int]]:
        ran: list[int] = []

        def flow(inputs: Mapping[str, Value], _site: str) -> Asking:
            ran.append(1)
            return {"twice": [inputs["a"], inputs["a"]]}
            yield

        workspace = made(Scripted(), double=flow)
        workspace.nodes["double"] = program("double", **fields)
        return workspace, ran

    def test_an_equal_question_is_answered_from_memory(
        self, made: Callable[..., Workspace]
    ) -> None:
        workspace, ran = self.count(made)
        runs = workspace.open()
        first = runs.run("double", {"a": Decimal("1.0")})
        assert runs.run("double", {"a": Decimal("1.0")}) == first
        assert len(ran) == 1
        assert runs.run("double", {"a": Decimal("1.00")}).output == {"twice": [Decimal("1.00")] * 2}
        assert len(ran) == 2
        assert [it.id for it in runs.find()][-1] == first.trace_id

    def test_an_edit_forgets_the_old_answers(self, made: Callable[..., Workspace]) -> None:
        workspace, ran = self.count(made)
        runs = workspace.open()
        runs.run("double", {"a": 1})
        workspace.nodes["double"] = replace(workspace.nodes["double"], digest="edited")
        runs.run("double", {"a": 1})
        assert len(ran) == 2

    def test_answers_of_nodes_that_ask_for_it_outlive_the_process(
        self, made: Callable[..., Workspace]
    ) -> None:
        workspace, ran = self.count(made, cached=True)
        first = workspace.open().run("double", {"a": 1})
        assert workspace.open().run("double", {"a": 1}) == first
        assert len(ran) == 1

    def test_others_are_kept_in_memory_only(self, made: Callable[..., Workspace]) -> None:
        workspace, ran = self.count(made)
        for _ in range(2):
            workspace.open().run("double", {"a": 1})
        assert len(ran) == 2

    def test_whoever_wants_it_done_anew_gets_that(self, made: Callable[..., Workspace]) -> None:
        workspace, ran = self.count(made, cached=True)
        runs = workspace.open()
        for _ in range(2):
            runs.run("double", {"a": 1}, RunOptions(is_cached=False))
        assert len(ran) == 2

    def test_a_hundred_that_ask_at_once_wait_for_one(self, made: Callable[..., Workspace]) -> None:
        begun, go = threading.Event(), threading.Event()
        ran: list[int] = []

        def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
            ran.append(1)
            begun.set()
            assert go.wait(30)
            return {"it": 1}
            yield

        workspace = made(Scripted(), slow=flow)
        workspace.nodes["slow"] = program("slow")
        runs = workspace.open()
        outputs: list[object] = []

        def ask() -> None:
            outputs.append(runs.run("slow", {}).output)

        threads = [threading.Thread(target=ask) for _ in range(100)]
        for it in threads:
            it.start()
        assert begun.wait(30)
        go.set()
        for it in threads:
            it.join(30)
        assert (len(ran), outputs) == (1, [{"it": 1}] * 100)

    def test_a_workspace_that_cannot_be_written_gets_its_answer(
        self, made: Callable[..., Workspace]
    ) -> None:
        workspace, ran = self.count(made)
        (workspace.folder / ".vesper").write_text("in the way", encoding="utf-8")
        assert workspace.open().run("double", {"a": 1}).output == {"twice": [1, 1]}
        assert len(ran) == 1
