"""What `vesper run` refuses, writes down and hides."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import Run, runner

CARD = "4000-1234-5678-9010"
NODE = """\
node_id: keep_v1
type: function
intent: Keep a note about a payment
inputs:
  card: string
  customer: {type: "map<string, any>", default: {}}
  path: {type: string, default: notes/a.txt}
outputs:
  success:
    kept: boolean
flow:
  - step: tell
    operation: log
    message: "paid with {card}"
    data: {card: "{card}", customer: "{customer}", text: "card {card}!"}
  - step: count
    operation: emit_metric
    metric: notes.kept
    labels: {card: "{card}"}
  - step: publish
    operation: event_publish
    event_type: kept
    data: {what: note}
  - step: write
    operation: file_write
    path: "{path}"
    content: "a note"
  - step: done
    operation: return
    return_success: {kept: true}
security:
  capabilities_required:
    - log.write
    - metrics.emit
    - event_bus.publish.kept
    - filesystem.write
  denied_capabilities: [filesystem.write.private]
  sensitive_data: [card, pin]
  audit_level: AUDIT
"""
ROLES = """\
keeper:
  display_name: Keeper
  description: Keeps notes
  capabilities: [file_write, file_create, agent_coordination]
  restrictions: {max_file_changes: 1}
reader:
  display_name: Reader
  description: Reads notes
  capabilities: [file_read, agent_coordination]
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    write("detailed")
    Path("roles.yaml").write_text(ROLES, encoding="utf-8")
    Path("vesper.toml").touch()
    Path("notes").mkdir()
    Path("private").mkdir()
    return runner(capsys)


def write(level: str) -> None:
    Path("keep.vsp").write_text(NODE.replace("AUDIT", level), encoding="utf-8")


def keep(run: Run, *more: str) -> tuple[dict[str, Any], str]:
    customer = json.dumps({"pin": CARD, "deep": [{"card": CARD}]})
    code, out, err = run(
        "run",
        "keep.vsp",
        "--json",
        "--input",
        f"card={CARD}",
        "--input",
        f"customer={customer}",
        *more,
    )
    assert code in (0, 1)
    return json.loads(out), err


def records(run: Run, *more: str) -> list[dict[str, Any]]:
    return json.loads(run("audit", "list", "--json", *more)[1])


ALLOWED = {
    "nobody's role": ("", (), None),
    "a role that may": ("", ("--role", "keeper"), None),
    "a role that may not": ("", ("--role", "reader"), "the role `reader` does not list"),
    "a denial of the node": (
        "", ("--input", "path=private/a.txt"), "the node `keep_v1` denies `filesystem.write.private`"),
    "a denial of the workspace": (
        '[policy]\ndeny = ["filesystem.write.notes"]\n', (), "vesper.toml denies `filesystem.write.notes`"),
    "a list of the workspace": (
        '[policy]\nallow = ["log.*", "metrics.*", "event_bus.*"]\n', (), "vesper.toml does not list"),
    "a path that climbs out of what is allowed": (
        "", ("--input", "path=notes/../private/a.txt"), "the node `keep_v1` denies"),
    "a policy that means nothing": ('[policy]\ndeny = ["filsystem.write"]\n', (), "is no capability"),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["interp", "python"])
@pytest.mark.parametrize("name", ALLOWED)
def test_a_run_may_do_what_node_role_and_workspace_all_allow(run: Run, name: str, engine: str):
    settings, more, why = ALLOWED[name]
    Path("vesper.toml").write_text(settings, encoding="utf-8")
    envelope, _ = keep(run, "--engine", engine, *more)
    written = [it.name for folder in ("notes", "private") for it in Path(folder).iterdir()]
    if why is None:
        assert (envelope["status"], written) == ("success", ["a.txt"])
        return
    assert envelope["error"]["code"] == "capability_denied"
    assert why in envelope["error"]["message"]
    assert written == []
    (refused,) = records(run, "--action", "refused")
    assert refused["node_id"] == "keep_v1"
    assert refused["transaction_id"] == envelope["trace_id"]


def test_a_role_that_nobody_defines_runs_nothing(run: Run):
    code, _, err = run("run", "keep.vsp", "--input", f"card={CARD}", "--role", "keper")
    assert code == 2
    assert "there is no role `keper` here" in err
    assert not Path(".vesper/vesper.db").exists()


@pytest.mark.parametrize("level", ["none", "basic", "detailed"])
def test_a_run_is_audited_as_its_node_asks(run: Run, level: str):
    write(level)
    envelope, _ = keep(run)
    found = [(it["action"], it["result"]["status"]) for it in reversed(records(run))]
    begun, ended = ("run", "begun"), ("run", "success")
    effects = ["event_publish", "file_write"]
    around = [(it, status) for it in effects for status in ("begun", "success")]
    assert (found[:1], found[-1:]) == (([], []) if level == "none" else ([begun], [ended]))
    assert all(it in found for it in around) == (level == "detailed")
    assert len(found) == {"none": 0, "basic": 2}.get(level, len(found))
    assert {it["transaction_id"] for it in records(run)} <= {envelope["trace_id"]}
    assert run("audit", "verify")[0] == 0


@pytest.mark.parametrize("engine", ["interp", "python"])
@pytest.mark.parametrize("more", [(), ("--role", "reader")])
def test_a_sensitive_value_is_told_nowhere_and_lies_open_in_no_file(
    run: Run, engine: str, more: tuple[str, ...]
):
    envelope, err = keep(run, "--engine", engine, *more)
    told = [json.dumps(envelope), err]
    for command in (
        ("audit", "list", "--json"),
        ("audit", "list"),
        ("trace", envelope["trace_id"]),
        ("trace", envelope["trace_id"], "--json"),
        ("replay", envelope["trace_id"]),
        ("doctor",),
    ):
        _, out, error = run(*command)
        told += [out, error]
    assert [it for it in told if CARD in it] == []
    files = [it for it in Path().rglob("*") if it.is_file()]
    assert len(files) > 3
    found = [str(it) for it in files if CARD.encode() in it.read_bytes()]
    assert found == []
