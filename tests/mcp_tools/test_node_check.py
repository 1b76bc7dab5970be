"""`node_check`: the problems of a document, and of no other file."""

import os

import pytest

from tests.mcp_tools.session import call, connected, refusal
from vesper.workspace.files import MAX_BYTES

BROKEN = "node_id: pay_v1\ntype: fucntion\n"


async def test_a_document_is_checked_by_its_path(tmp_path):
    (tmp_path / "pay.vsp").write_text(BROKEN)
    async with connected(tmp_path) as client:
        report = await call(client, "node_check", path="pay.vsp")
    assert report["path"] == "pay.vsp"
    (typo,) = [it for it in report["problems"] if it["line"] == 2]
    assert typo["severity"] == "error"
    assert typo["column"] == 7
    assert "function" in typo["message"] + typo["fix"]
    assert typo["code"].startswith("VSP")
    assert report["errors"] == sum(it["severity"] == "error" for it in report["problems"])


async def test_a_text_is_checked_before_it_is_written(tmp_path):
    (tmp_path / "pay.vsp").write_text(BROKEN)
    async with connected(tmp_path) as client:
        by_path = await call(client, "node_check", path="pay.vsp")
        by_text = await call(client, "node_check", text=BROKEN)
    assert by_text["problems"] == by_path["problems"]
    assert list(tmp_path.iterdir()) == [tmp_path / "pay.vsp"]


async def test_a_role_file_is_checked_as_one(tmp_path):
    (tmp_path / "roles.yaml").write_text("tester:\n  capabilities: [flie_write]\n")
    async with connected(tmp_path) as client:
        report = await call(client, "node_check", path="roles.yaml")
    assert any("flie_write" in it["message"] for it in report["problems"])


async def test_a_document_with_thousands_of_problems_is_one_reply(tmp_path):
    text = "node_id: pay_v1\n" + "".join(f"unknown_key_{it}: 1\n" for it in range(3000))
    async with connected(tmp_path) as client:
        report = await call(client, "node_check", text=text)
    assert len(report["problems"]) < 200
    counted = sum(report.get(it, 0) for it in ("errors", "warnings", "hints"))
    assert report["more"] == counted - len(report["problems"])


async def test_a_link_inside_the_workspace_names_the_file_it_leads_to(tmp_path):
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes/pay.vsp").write_text(BROKEN)
    (tmp_path / "alias.vsp").symlink_to("nodes/pay.vsp")
    async with connected(tmp_path) as client:
        report = await call(client, "node_check", path="alias.vsp")
    assert report["path"] == "nodes/pay.vsp"


@pytest.fixture
def fenced(tmp_path):
    """A workspace with everything that must not be read, in it and beside it."""
    root = tmp_path / "work"
    (root / "folder.vsp").mkdir(parents=True)
    beside = tmp_path / "work-secret"
    beside.mkdir()
    for path in (beside / "secret.vsp", tmp_path / "secret.vsp", root / "secret.txt"):
        path.write_text("secret: 1\n")
    (root / "pay.vsp").write_text(BROKEN)
    (root / "link.vsp").symlink_to(tmp_path / "secret.vsp")
    (root / "out").symlink_to(beside)
    (root / "loop.vsp").symlink_to("loop.vsp")
    (root / "gone.vsp").symlink_to(tmp_path / "nothing-here.vsp")
    os.mkfifo(root / "pipe.vsp")
    with (root / "huge.vsp").open("wb") as file:
        file.truncate(3 << 30)
    with (root / "large.vsp").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    return root


OUTSIDE = [
    "../secret.vsp",
    "folder.vsp/../../secret.vsp",
    "../work-secret/secret.vsp",
    "/etc/passwd",
    "//etc/passwd",
    "link.vsp",
    "out/secret.vsp",
    "gone.vsp",
    "../nothing-here.vsp",
    "..",
]


@pytest.mark.parametrize("path", OUTSIDE)
async def test_a_path_that_leads_outside_is_refused_without_looking_there(fenced, path):
    async with connected(fenced) as client:
        text = await refusal(client, "node_check", path=path)
    assert text == f"{path!r} is outside the workspace (name a file inside it)"


UNREADABLE = [
    ("secret.txt", "is not a document"),
    ("folder.vsp", "is not a regular file"),
    (".", "is not a regular file"),
    ("pipe.vsp", "is not a regular file"),
    ("loop.vsp", "is not a regular file"),
    ("huge.vsp", "has 3,221,225,472 bytes; a document has at most 4,194,304"),
    ("large.vsp", "has 4,194,305 bytes"),
    ("nothing.vsp", "there is no file 'nothing.vsp'"),
    ("pay.vps", "did you mean pay.vsp?"),
    ("pay.vsp/x", "cannot be read"),
    ("pay.vsp\0", "cannot be read"),
    ("x" * 300 + ".vsp", "cannot be read"),
    ("..%2fsecret.vsp", "there is no file"),
    ("..\\secret.vsp", "there is no file"),
]


@pytest.mark.parametrize(("path", "told"), UNREADABLE)
async def test_what_is_no_readable_document_is_refused_at_once(fenced, path, told):
    async with connected(fenced) as client:
        text = await refusal(client, "node_check", path=path)
        assert told in text
        assert "secret: 1" not in text
        assert (await call(client, "node_check", path="pay.vsp"))["errors"] >= 1
