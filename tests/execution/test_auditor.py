"""What is audited of runs at each level, and what is hidden in it."""

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.requirements import requirement
from tests.runtime.flows import Flows, Scripted, call, effect, program
from vesper.execution.audit import Audit
from vesper.execution.auditor import Auditor
from vesper.lang.program import Program, Security
from vesper.runtime.driver import Conduct, drive
from vesper.runtime.envelope import Envelope
from vesper.runtime.grant import Grant, Say
from vesper.runtime.handlers.registry import Registry
from vesper.runtime.handlers.stack import World, live
from vesper.runtime.journal import Remembered
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Failure
from vesper.store.database import Database
from vesper.values.value import Value

CARD = "4000-1234-5678"
Level = Literal["none", "basic", "detailed"]


def node(level: Level) -> Program:
    security = Security(("*",), ("filesystem",), ("card",), level)
    return program("pay_v1", security=security)


def pay(_inputs: Mapping[str, Value], _site: str) -> Generator[Any, Any, dict[str, Value]]:
    rate = yield effect("rates", "rates", "read", arguments={"currency": "EUR"})
    answer = yield effect("charge", arguments={"card": CARD, "note": f"card {CARD}", "amount": 5})
    return {"id": answer, "rate": rate}


def forbidden(_inputs: Mapping[str, Value], _site: str) -> Generator[Any, Any, dict[str, Value]]:
    yield effect(
        "note", "file_write", arguments={"path": CARD}, capabilities=(f"filesystem.write.{CARD}",)
    )
    return {}


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(tmp_path / ".vesper", Database(tmp_path / ".vesper" / "vesper.db"))


def run(audit: Audit, level: Level, flow: Any = pay, charge: Any = None) -> Envelope:
    provider = Scripted(rates=lambda *_: 2, charge=charge or (lambda *_: f"paid with {CARD}"))
    main, witness = node(level), Auditor(audit)
    world = World(Registry([provider]), witness=witness)
    inputs: dict[str, Value] = {"card": CARD, "amount": 5}
    stack = live(world, Remembered(), Redactor())
    given = call(
        actor="ada", role="clerk",
        grant=Grant((Say("everybody", ("*",)),)), sensitive=frozenset({"card"}),
        redactor=Redactor.of(["card"], inputs),
    )  # fmt: skip
    conduct = Conduct(Flows(pay_v1=flow), stack.handler, given, permit=stack.permit)
    witness.began(main, given, inputs)
    envelope = drive(main, inputs, conduct)
    witness.ended(main, given, envelope)
    return envelope


def told(audit: Audit) -> list[tuple[Any, ...]]:
    """Action, status, inputs and output of each record, the oldest first."""
    found = [it.record for it in reversed(audit.newest(99))]
    return [
        (it["action"], it["result"]["status"], it["inputs"], it["result"].get("output"))
        for it in found
    ]


ARGUMENTS = {"card": "[hidden]", "note": "card [hidden]", "amount": 5}
LEVELS: dict[Level, list[tuple[Any, ...]]] = {
    "none": [],
    "basic": [
        ("run", "begun", ["amount", "card"], None),
        ("run", "success", ["amount", "card"], None),
    ],
    "detailed": [
        ("run", "begun", {"card": "[hidden]", "amount": 5}, None),
        ("rates", "success", {"currency": "EUR"}, 2),
        ("charge", "begun", ARGUMENTS, None),
        ("charge", "success", ARGUMENTS, "paid with [hidden]"),
        (
            "run",
            "success",
            {"card": "[hidden]", "amount": 5},
            {"id": "paid with [hidden]", "rate": 2},
        ),
    ],
}


@requirement("F68")
@pytest.mark.parametrize("level", LEVELS)
def test_each_level_records_what_it_promises_without_sensitive_values(audit: Audit, level: Level):
    assert run(audit, level).status == "success"
    assert told(audit) == LEVELS[level]
    assert audit.verify().problems == ()


@requirement("F69")
def test_every_record_has_the_fields_that_answer_who_did_what_when(audit: Audit):
    run(audit, "detailed")
    for it in audit.newest(99):
        assert set(it.record) == {
            "timestamp", "node_id", "user_id", "role", "action", "site", "inputs", "result",
            "transaction_id",
        }  # fmt: skip
        found = (it.record["node_id"], it.record["user_id"], it.record["role"])
        assert (*found, it.record["transaction_id"]) == ("pay_v1", "ada", "clerk", "run1")


@pytest.mark.parametrize("level", LEVELS)
def test_a_refusal_is_recorded_at_every_level(audit: Audit, level: Level):
    envelope = run(audit, level, forbidden)
    assert envelope.error is not None
    assert envelope.error.code == "capability_denied"
    refusals = [it.record for it in audit.newest(99, action="refused")]
    assert [it["result"]["operation"] for it in refusals] == ["file_write"]
    assert refusals[0]["result"]["capability"] == "filesystem.write.[hidden]"
    assert CARD not in str(refusals)


def test_a_write_is_on_record_before_it_is_done(audit: Audit):
    seen: list[list[str]] = []

    def charge(*_: object) -> str:
        seen.append([it.record["result"]["status"] for it in audit.newest(99, action="charge")])
        return "paid"

    run(audit, "detailed", charge=charge)
    assert seen == [["begun"]]


def test_a_failure_is_recorded_with_its_code(audit: Audit):
    def charge(*_: object) -> Value:
        raise Failure(("card_declined", "effect_failed"), f"no money on {CARD}")

    run(audit, "detailed", charge=charge)
    (done,) = [it.record for it in audit.newest(99, action="charge")][:1]
    assert done["result"] == {
        "status": "error", "code": "card_declined", "message": "no money on [hidden]",
    }  # fmt: skip
    assert audit.newest(1)[0].record["result"]["code"] == "card_declined"


@pytest.mark.parametrize("level", ["basic", "detailed"])
def test_what_cannot_be_audited_is_not_done(audit: Audit, level: Level):
    audit.key_file.parent.mkdir(exist_ok=True)
    audit.key_file.write_text("no key\n")
    done: list[str] = []
    if level == "detailed":
        with pytest.raises(Failure, match="nothing was done"):
            run(audit, level, charge=lambda *_: done.append("charged"))
    else:
        envelope = run(audit, level, charge=lambda *_: done.append("charged"))
        assert envelope.error is not None
        assert envelope.error.code == "audit_failed"
    assert done == []
