"""Watching: what changed is checked again, and what depends on it; nothing else is."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.commands import CLEAN, MISSPELT, Run, runner
from vesper.cli.report import Checked
from vesper.cli.watching import Watch
from vesper.errors import VesperError

CALL = (
    "  - step: go\n    operation: call_node\n    node_id: {}\n    parameters: {{a: 1, b: 2}}\n"
    "    output: x\n"
)


def node(name: str, *calls: str) -> str:
    return CLEAN.replace("sum_v1", name) + "".join(CALL.format(it) for it in calls)


WORKSPACE = {
    "vesper.toml": "",
    "pay.vsp": node("pay_v1"),
    "shop.vsp": node("shop_v1", "pay_v1"),
    "mall.vsp": node("mall_v1", "shop_v1"),
    "other.vsp": node("other_v1"),
}


@pytest.fixture
def watching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    for name, text in WORKSPACE.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    watching = Watch(["."])
    watching.first()
    assert not watching.look()
    return watching


def codes(found: list[Checked], name: str) -> set[str]:
    return {it.code for each in found if each.name == name for it in each.found}


Do = Callable[[], object]


@pytest.mark.parametrize(
    ("do", "again"),
    [
        (lambda: Path("other.vsp").write_text(node("other_v1") + "# changed\n"), {"other.vsp"}),
        (lambda: Path("pay.vsp").write_text(node("pay_v2")), {"pay.vsp", "shop.vsp", "mall.vsp"}),
        (lambda: Path("mall.vsp").write_text(node("mall_v2")), {"mall.vsp"}),
        (lambda: Path("new.vsp").write_text(node("new_v1")), {"new.vsp"}),
        (lambda: Path("pay.vsp").unlink(), {"shop.vsp", "mall.vsp"}),
        (lambda: Path("other.vsp").rename("same.vsp"), {"same.vsp"}),
        (lambda: (Path("deep").mkdir(), Path("deep/a.vsp").write_text(node("a_v1"))), {"deep/a.vsp"}),
        (lambda: Path("vesper.toml").write_text("strict = true\n"),
         {"pay.vsp", "shop.vsp", "mall.vsp", "other.vsp"}),
        (lambda: Path(".gitignore").write_text("other.vsp\n"), {"pay.vsp", "shop.vsp", "mall.vsp"}),
    ],
    ids=["edit", "callee", "caller", "new", "gone", "renamed", "folder", "settings", "ignored"],
)  # fmt: skip
def test_what_changed_and_what_depends_on_it_is_checked_again(
    watching: Watch, do: Do, again: set[str]
):
    do()
    assert watching.look()
    found = watching.again()
    assert found is not None
    assert set(found[1]) == again
    assert not watching.look()
    assert [it.name for it in found[0]] == [it.name for it in Watch(["."]).first()]
    assert {it.name: it.found for it in found[0]} == {
        it.name: it.found for it in Watch(["."]).first()
    }


@pytest.mark.parametrize(
    "do",
    [
        lambda: Path("notes.txt").write_text("not a document"),
        lambda: Path("empty").mkdir(),
        lambda: (Path("node_modules").mkdir(), Path("node_modules/a.vsp").write_text("x")),
    ],
    ids=["other file", "empty folder", "left out"],
)
def test_what_is_no_document_is_nothing_to_check_again(watching: Watch, do: Do):
    do()
    watching.look()
    assert watching.again() is None


def test_a_caller_is_well_again_when_its_callee_is_back(watching: Watch):
    Path("pay.vsp").rename("pay.txt")
    watching.look()
    found = watching.again()
    assert found is not None
    assert "VSP701" in codes(found[0], "shop.vsp")
    Path("pay.txt").rename("pay.vsp")
    watching.look()
    found = watching.again()
    assert found is not None
    assert "VSP701" not in codes(found[0], "shop.vsp")


def test_a_callee_outside_of_the_paths_is_watched_too(watching: Watch):
    narrow = Watch(["shop.vsp"])
    assert [it.name for it in narrow.first()] == ["shop.vsp"]
    Path("pay.vsp").write_text(node("pay_v2"))
    assert narrow.look()
    found = narrow.again()
    assert found is not None
    assert found[1] == ["shop.vsp"]
    assert "VSP701" in codes(found[0], "shop.vsp")


def test_settings_with_a_mistake_are_told_and_once_mended_all_goes_on(watching: Watch):
    Path("vesper.toml").write_text("strict = 3\n")
    assert watching.look()
    with pytest.raises(VesperError, match="strict"):
        watching.again()
    Path("vesper.toml").write_text("strict = false\n")
    assert watching.look()
    assert watching.again() is not None


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_watching_only_looks(run: Run):
    code, out, err = run("check", "--watch", "--fix")
    assert (code, out) == (2, "")
    assert err.startswith("vesper: --watch only looks")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start(out: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "vesper", "check", "--watch"]
        process = subprocess.Popen(command, cwd=tmp_path, stdout=out, stderr=out)
        started.append(process)
        return process

    yield start
    for it in started:
        it.kill()
        it.wait()


def until(read: int, word: str) -> str:
    """What comes until a word does; the test's own timeout ends a wait in vain."""
    seen = ""
    while word not in seen:
        seen += os.read(read, 65536).decode()
    return seen


@pytest.mark.e2e
def test_a_reader_gets_one_block_after_another_until_it_interrupts(tmp_path: Path, start):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    read, write = os.pipe()
    process = start(write)
    first = until(read, "Ctrl-C ends")
    assert first.startswith("sum.vsp:2:7: error: ")
    assert "\x1b" not in first
    (tmp_path / "sum.vsp").write_text(CLEAN)
    assert re.fullmatch(
        r"\s*checked again: sum\.vsp\nno problems in 1 file\nwatching 1 file; Ctrl-C ends\s*",
        until(read, "Ctrl-C ends"),
    )
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    os.close(write)
    assert b"Traceback" not in os.read(read, 65536)


@pytest.mark.e2e
def test_a_terminal_is_cleared_and_shows_all_that_holds_now(tmp_path: Path, start):
    (tmp_path / "sum.vsp").write_text(CLEAN)
    (tmp_path / "bad.vsp").write_text(MISSPELT.replace("sum_v1", "bad_v1"))
    ours, theirs = pty.openpty()
    process = start(theirs)
    assert until(ours, "Ctrl-C ends").count("VSP116") == 1
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    again = until(ours, "Ctrl-C ends")
    assert "\x1b[H\x1b[2J" in again
    assert again.count("VSP116") == 2
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
