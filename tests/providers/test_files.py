"""Files of the workspace: exact in every format, whole or not at all, and nothing outside."""

import os
import shutil
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.providers.world import World
from vesper.config import Settings
from vesper.providers.approvals import Approvals
from vesper.runtime.grant import Grant, Say
from vesper.runtime.handling import Suspended
from vesper.runtime.request import Failure
from vesper.values.value import Value

RECORDS: Value = [
    {"name": "a, b", "price": Decimal("1.50"), "n": 7},
    {"name": 'say "x"\nand y', "price": Decimal("1000000000000000000000.10"), "n": None},
]


@pytest.mark.parametrize(
    ("kind", "value", "back"),
    [
        ("text", "Grüße\r\n", "Grüße\r\n"),
        ("text", Decimal("1.50"), "1.50"),
        ("text", None, ""),
        ("bytes", b"\x00\xff", b"\x00\xff"),
        ("json", RECORDS, RECORDS),
        ("json", {"a": [True, None, 2**63 - 1, Decimal("0.10")]}, None),
        ("json", {"at": datetime(2026, 11, 26, 9, 30, tzinfo=UTC)}, {"at": "2026-11-26T09:30:00Z"}),
        ("yaml", RECORDS, RECORDS),
        ("yaml", {"no": "no", "1": "1", "x": ["", [], {}, [[1], {"b": "- c"}], Decimal("5.0"), "1:3"]}, None),
        ("yaml", {"t": timedelta(minutes=5), "s": "a: b # c", "n": "null", "é": "\u2028\x85\ttab"}, None),
        ("yaml", [], []),
        ("yaml", "alone", "alone"),
        ("csv", RECORDS, [
            {"name": "a, b", "price": "1.50", "n": "7"},
            {"name": 'say "x"\nand y', "price": "1000000000000000000000.10", "n": ""},
        ]),
        ("csv", [], []),
    ],
)  # fmt: skip
def test_what_is_written_is_read_again(world: World, kind: str, value: Value, back: Value) -> None:
    assert world.do("file_write", path="out/new/file", content=value, format=kind) is None
    found = world.do("file_read", path="out/new/file", format=kind)
    if back is None and value is not None:
        back = _with_durations_as_text(value)
    assert found == back
    assert repr(found) == repr(back)


def _with_durations_as_text(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _with_durations_as_text(it) for key, it in value.items()}
    return "5m" if isinstance(value, timedelta) else value


def test_lines_end_as_they_may(world: World, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfone\r\ntwo\n\nfour")
    assert world.do("file_read", path="a", format="lines") == ["one", "two", "", "four"]
    (tmp_path / "b").write_bytes(b"")
    assert world.do("file_read", path="b", format="lines") == []


@pytest.mark.parametrize(
    ("kind", "content", "told"),
    [
        ("text", b"\xff", "no UTF-8 text, from byte 1"),
        ("json", b'{"a": 1, "a": 2}', "written twice"),
        ("json", b"NaN", "no number of JSON"),
        ("json", b"[" * 100_000, "nested too deep"),
        ("yaml", b"a: 1\na: 2\n", "a:2:"),
        ("yaml", b"a: !!python/object:x {}\n", "tags are not allowed"),
        ("yaml", b"a: &a [*a]\n", "a:1:"),
        ("yaml", b"a:\n\t- b", "tabs"),
        ("csv", b"a,a\n1,2\n", "two columns are called `a`"),
        ("csv", b"a,b\n1\n", "a:2: 1 values for 2 columns"),
        ("csv", b'a\n"x', "a:2:"),
        ("xml", b"<a/>", "no format"),
    ],
)
def test_content_that_is_wrong_is_told_with_its_place(
    world: World, tmp_path: Path, kind: str, content: bytes, told: str
) -> None:
    (tmp_path / "a").write_bytes(content)
    assert told in world.failure("file_read", path="a", format=kind).message


@pytest.mark.parametrize(
    ("kind", "content"), [("bytes", "text"), ("csv", {"a": 1}), ("csv", [1]), ("lines", "x")]
)
def test_a_value_that_a_format_has_no_form_for_is_not_written(
    world: World, tmp_path: Path, kind: str, content: Value
) -> None:
    failure = world.failure("file_write", path="a", content=content, format=kind)
    assert failure.code in {"content_invalid", "argument_invalid"}
    assert not (tmp_path / "a").exists()


def test_a_mode_says_what_happens_to_a_file_that_is_there(world: World, tmp_path: Path) -> None:
    write = {"path": "a.txt", "format": "text"}
    for mode, content, after in (
        ("append", "1", "1"), ("append", "2", "12"), ("replace", "3", "3"), ("create", "4", ""),
    ):  # fmt: skip
        if after:
            world.do("file_write", **write, mode=mode, content=content)
            assert (tmp_path / "a.txt").read_text() == after
        else:
            failure = world.failure("file_write", **write, mode=mode, content=content)
            assert failure.codes == ("file_exists", "effect_failed")
    world.do("file_write", path="b.txt", mode="create", content="new")
    assert sorted(it.name for it in tmp_path.iterdir()) == [".vesper", "a.txt", "b.txt"]
    assert (
        world.failure("file_write", path="c", mode="truncate", content="").code
        == "argument_invalid"
    )


def test_nothing_is_lost_when_many_append_at_once(world: World, tmp_path: Path) -> None:
    def append(number: int) -> None:
        world.do("file_write", path="log", mode="append", content=f"{number}\n")

    threads = [threading.Thread(target=append, args=(it,)) for it in range(20)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert sorted(map(int, (tmp_path / "log").read_text().split())) == list(range(20))


def test_a_file_keeps_its_permissions_and_readers_see_it_whole(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o640)
    with (tmp_path / "a").open() as before:
        world.do("file_write", path="a", content="new and longer")
        assert before.read() == "old"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


OUTSIDE = [
    "../outside/secret", "..", "/etc/passwd", "a/../../outside/secret", "a/..", "./../outside/secret", "",
    ".", "/", "a//b", "a/", "\\\\host\\share", "..\\outside\\secret", "a\0b", "link/secret", "to_secret",
    "hard", "x" * 5_000, "deep_link", "loop", "../root_sibling/secret",
]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("operation", ["file_read", "file_write"])
def test_nothing_outside_is_read_or_written(
    worlds: Callable[..., World], tmp_path: Path, path: str, operation: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("hush")
    root = tmp_path / "root"
    root.mkdir()
    (root / "a").mkdir()
    (root / "link").symlink_to(outside)
    (root / "to_secret").symlink_to(outside / "secret")
    (root / "hard").hardlink_to(outside / "secret")
    (root / "deep_link").symlink_to("/proc/self/root/etc/passwd")
    (root / "loop").symlink_to("loop")
    (tmp_path / "root_sibling").mkdir()
    (tmp_path / "root_sibling" / "secret").write_text("hush")
    world = World(root)
    try:
        failure = world.failure(operation, path=path, content="changed")
    finally:
        world.close()
    assert failure.code in {"path_outside", "path_invalid", "not_a_file"}
    assert (outside / "secret").read_text() == "hush"
    assert sorted(it.name for it in outside.iterdir()) == ["secret"]


def test_what_is_no_file_is_refused_at_once(world: World, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        os.chdir(tmp_path)
        listening.bind("socket")
        for name in ("pipe", "folder", "socket"):
            for operation in ("file_read", "file_write"):
                assert world.failure(operation, path=name, content="x").code == "not_a_file"
    assert world.failure("file_read", path="nothing").code == "file_missing"


def test_a_file_above_the_limit_is_neither_read_nor_written(
    worlds: Callable[..., World], tmp_path: Path
) -> None:
    world = worlds(Settings(max_file_size=10))
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(3 << 30)
    assert world.failure("file_read", path="huge").code == "file_too_large"
    assert world.failure("file_write", path="a", content="x" * 11).code == "file_too_large"
    world.do("file_write", path="a", content="x" * 10)
    assert (
        world.failure("file_write", path="a", content="x", mode="append").code == "file_too_large"
    )
    assert world.do("file_read", path="a") == "x" * 10


PROTECTED = [
    ".git/hooks/pre-commit", "a/.GIT/config", ".vscode/tasks.json", "x.code-workspace", ".mcp.json",
    ".claude/x", "roles/a.yaml", "a.role.yaml", "roles.yaml", "vesper.toml", ".env", ".env.local", ".envrc",
    ".bashrc",
    "a.pth", "lib/sitecustomize.py", "tests/conftest.py", "package.json", "Makefile",
    ".github/workflows/ci.yml",
    ".git ", ".Git./config",
]  # fmt: skip


@pytest.mark.parametrize("path", PROTECTED)
def test_a_protected_file_changes_only_with_a_yes(world: World, tmp_path: Path, path: str) -> None:
    effect = world.effect("file_write", path=path, content="x")
    with pytest.raises(Suspended) as waiting:
        world.perform(effect, patience=0.0)
    approvals = Approvals(world.registry.around)
    (asked,) = approvals.pending()
    assert waiting.value.waits_for["approval"] == asked.id
    assert path in asked.question
    assert asked.shown == {"path": path, "bytes": 1, "begins": "x"}
    assert not (tmp_path / path).exists()
    approvals.answer(asked.id, approved=False, by="ada")
    with pytest.raises(Failure) as refused:
        world.perform(effect)
    assert refused.value.code == "not_approved"
    again = world.effect("file_write", path=path, content="x")
    with pytest.raises(Suspended):
        world.perform(again, patience=0.0)
    approvals.answer(approvals.pending()[0].id, approved=True, by="ada")
    world.perform(again)
    assert (tmp_path / path).read_text() == "x"


def test_the_state_of_vesper_is_nobodys(world: World, tmp_path: Path) -> None:
    world.do("task_create", title="x")
    for path in (".vesper/vesper.db", ".VESPER/vesper.db", "a/.vesper/x"):
        for operation in ("file_read", "file_write"):
            failure = world.failure(operation, path=path, content="x")
            assert (failure.code, failure.final) == ("capability_denied", True)


def test_a_path_that_is_filled_in_stays_in_the_folder_that_was_granted(world: World) -> None:
    for path, allowed in (("out/a", True), ("out/b/c", True), ("other/a", False), ("outer", False)):
        effect = world.effect("file_write", ("filesystem.write.out",), path=path, content="x")
        if allowed:
            world.perform(effect)
        else:
            with pytest.raises(Failure, match="not in the folder"):
                world.perform(effect)


def test_a_role_changes_only_its_files_and_not_too_many(world: World) -> None:
    grant = Grant((Say("the role `writer`", edits=(r"\.md$",), file_changes=2),))
    for path, refused in (
        ("a.md", ""),
        ("b.txt", "may not change"),
        ("b.md", ""),
        ("a.md", ""),
        ("c.md", "one more"),
    ):
        effect = world.effect("file_write", path=path, content="x")
        if refused:
            with pytest.raises(Failure, match=refused):
                world.perform(effect, grant=grant)
        else:
            world.perform(effect, grant=grant)


def test_a_race_of_links_wins_nothing(world: World, tmp_path: Path) -> None:
    """A folder becomes a link and back while it is written to: nothing ever arrives outside."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "secret").write_text("hush")
    (tmp_path / "folder").mkdir()
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            with suppress(OSError):
                (tmp_path / "folder").rename(tmp_path / "aside")
                (tmp_path / "folder").symlink_to(outside)
                (tmp_path / "folder").unlink()
            # A writer that found no folder has made one.
            shutil.rmtree(tmp_path / "folder", ignore_errors=True)
            with suppress(OSError):
                (tmp_path / "aside").rename(tmp_path / "folder")

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        for number in range(300):
            for operation in ("file_read", "file_write"):
                path = "folder/secret" if operation == "file_read" else f"folder/{number}"
                try:
                    assert world.do(operation, path=path, content="x", mode="create") is None
                except Failure as failure:
                    assert failure.code in {"path_outside", "file_missing", "not_a_file"}  # noqa: PT017
    finally:
        over.set()
        swapping.join()
    assert sorted(it.name for it in outside.iterdir()) == ["secret"]
