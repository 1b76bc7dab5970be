"""Alerts and metrics that a node declares: what goes off, who is told, and what can never be checked."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import Run, runner
from tests.execution.test_telemetry import samples, value

NODE = """\
node_id: sell_v1
type: function
intent: Sell a thing
inputs:
  amount: decimal
  card: {type: string, default: "4000-1234-5678"}
outputs:
  success:
    total: decimal
flow:
  - step: work_out
    operation: compute
    expression: "100 / amount"
    output: total
  - step: done
    operation: return
    return_success: {total: "{total}"}
security:
  sensitive_data: [card]
observability:
  metrics:
    - revenue
    - {name: shop.total, type: histogram, value: "total"}
    - {name: shop.big, type: counter, value: "total * 2"}
  alerts: ALERTS
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("vesper.toml").touch()
    return runner(capsys)


def sell(run: Run, alerts: str, amount: str, engine: str = "interp") -> list[dict[str, Any]]:
    """The entries of the log."""
    Path("sell.vsp").write_text(NODE.replace("ALERTS", alerts), encoding="utf-8")
    _, _, err = run("run", "sell.vsp", "--input", f"amount={amount}", "--engine", engine)
    return [json.loads(line) for line in err.splitlines()]


def tasks(run: Run) -> list[dict[str, Any]]:
    return json.loads(run("task", "list", "--json")[1])


LARGE = "[{name: large, condition: \"total > 10 AND card != ''\", severity: critical, notify: [ops, ada]}]"
CONDITIONS = {
    "duration_ms >= 0": True,
    "duration_ms > 3600000": False,
    "amount == 4": True,
    "total == 25": True,
    "success": True,
    "status == 'error'": False,
    "error_code IS NULL": True,
    "executions >= 1 AND error_rate == 0": True,
    "errors > 0": False,
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_an_alert_may_ask_for_the_run_its_values_and_all_runs(run: Run, condition: str):
    sell(run, f'["{condition}"]', "4")
    assert bool(tasks(run)) is CONDITIONS[condition]
    assert run("check", "sell.vsp")[0] == 0


@pytest.mark.parametrize("engine", ["interp", "python"])
def test_an_alert_that_goes_off_is_an_entry_an_event_and_one_task(run: Run, engine: str):
    for _ in range(2):
        (entry,) = sell(run, LARGE, "5", engine)
    assert (entry["level"], entry["node"]) == ("error", "sell_v1")
    assert entry["message"] == "alert large: total > 10 AND card != ''"
    assert entry["data"]["values"] == {"total": 20, "card": "[hidden]"}
    assert entry["data"]["trace_id"] == entry["trace"]
    (task,) = tasks(run)
    assert (task["title"], task["priority"], task["tags"]) == (
        "Alert large of sell_v1",
        1,
        ["alert"],
    )
    assert "To be told: ops, ada." in task["description"]
    connection = sqlite3.connect(Path(".vesper/vesper.db"))
    events = connection.execute("SELECT kind, data FROM bus").fetchall()
    connection.close()
    assert [kind for kind, _ in events] == ["alert", "alert"]
    assert json.loads(events[0][1])["name"] == "large"
    assert b"4000-1234" not in events[0][1]


def test_a_run_that_fails_has_alerts_too(run: Run):
    entries = sell(run, "[\"NOT success AND error_code == 'evaluation_failed'\"]", "0")
    assert len(tasks(run)) == 1
    assert entries[0]["data"]["values"]["error_code"] == "evaluation_failed"


def test_an_alert_that_cannot_be_checked_is_told_and_never_goes_off(run: Run):
    (entry,) = sell(run, '["p99_latency > 5"]', "5")
    assert entry["message"] == "the alert alert_1 is not checked: nobody defines `p99_latency`"
    (entry,) = sell(run, '["total > 5 AND 1 / 0 > 1"]', "5")
    assert entry["message"].startswith("the alert alert_1 is not checked: ")
    assert tasks(run) == []


@pytest.mark.parametrize(
    ("alert", "told"),
    [
        ("p99_latency > 5", "nobody defines `p99_latency`"),
        ("it is slow", "its condition is no expression"),
    ],
)
def test_check_says_which_alerts_never_go_off(run: Run, alert: str, told: str):
    Path("sell.vsp").write_text(NODE.replace("ALERTS", f'["{alert}"]'), encoding="utf-8")
    _, out, _ = run("check", "sell.vsp")
    assert f"this alert never goes off: {told}" in out


def test_metrics_with_a_value_are_measured(run: Run):
    for amount in ("4", "5", "0"):
        sell(run, "[]", amount)
    _, out, _ = run("metrics")
    assert value(out, "shop_total_sum", node="sell_v1") == 45
    assert value(out, "shop_big_total", node="sell_v1") == 90
    assert not [name for name, _ in samples(out) if name.startswith("revenue")]
