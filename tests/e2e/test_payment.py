"""The payment example really runs: processes of its own, a provider on this machine, a database on disk."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
pytestmark = pytest.mark.e2e


class Shop(NamedTuple):
    """A workspace with the examples, and the provider that it pays with."""

    folder: Path
    provider: str

    def vesper(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "vesper", *arguments],
            cwd=self.folder,
            env={**os.environ, "VESPER_SECRET_CARDS_KEY": "sk_test", **environment},
            capture_output=True,
            text=True,
            timeout=40,
            check=False,
        )

    def pay(self, key: str, amount: str, card: str = "tok_1") -> tuple[int, dict[str, Any]]:
        inputs = {"request_key": key, "order_id": "ord_4f9a21c7", "card_token": card}
        given = [it for name, value in inputs.items() for it in ("--input", f"{name}={value}")]
        done = self.vesper(
            "run", "payment_handler.vsp", *given, "--input", f"amount={amount}", "--json"
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout, parse_float=str)

    def statement(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.provider}/v1/charges", timeout=10) as answer:
            return json.load(answer)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    folder = tmp_path / "shop"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns("broken", ".vesper"))
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLES / "card_provider.py"), "--port", "0", "--quiet"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert said is not None
        settings = folder / "vesper.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("http://127.0.0.1:8701", said[0]), encoding="utf-8")
        yield Shop(folder, said[0])
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_a_card_is_charged_once_however_often_the_request_is_sent(shop: Shop):
    first = shop.pay("k1", "99.90")
    again = shop.pay("k1", "99.90")
    other = shop.pay("k1", "80.00")
    assert (first[0], first[1]["output"]) == (
        0, {"payment_id": "ch_0001", "amount_charged": "99.90", "fee": "3.20", "repeated": False},
    )  # fmt: skip
    assert (again[0], again[1]["output"]["repeated"]) == (0, True)
    assert (other[0], other[1]["error"]["code"]) == (1, "request_key_reused")
    assert shop.statement()["requests"] == ["POST /v1/charges"]


def test_a_refused_card_is_the_document_s_own_error_and_a_busy_provider_is_tried_again(shop: Shop):
    code, declined = shop.pay("k2", "10.00", "tok_declined")
    assert (code, declined["error"]["code"]) == (1, "card_declined")
    code, paid = shop.pay("k3", "10.00", "tok_busy")
    assert (code, paid["status"]) == (0, "success")
    assert len(shop.statement()["requests"]) == 1 + 3


def test_without_its_secret_or_its_provider_nothing_is_charged_and_the_reason_is_told(shop: Shop):
    inputs = json.dumps(
        {"request_key": "k", "order_id": "ord_4f9a21c7", "amount": 5, "card_token": "t"}
    )
    (shop.folder / "in.json").write_text(inputs, encoding="utf-8")
    done = shop.vesper(
        "run", "payment_handler.vsp", "--inputs", "in.json", VESPER_SECRET_CARDS_KEY=""
    )
    assert (done.returncode, "error provider_unavailable" in done.stdout) == (1, True)
    assert shop.statement()["charges"] == []


def test_the_examples_pass_their_tests_as_a_person_would_run_them(shop: Shop):
    done = shop.vesper("test")
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d\d passed in 17 files", done.stderr)


def test_watching_runs_the_tests_again_when_a_file_changes(tmp_path: Path):
    text = (EXAMPLES / "sum.vsp").read_text(encoding="utf-8")
    path = tmp_path / "sum.vsp"
    path.write_text(text, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "vesper", "test", "--watch", "--engine", "interp"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = iter(process.stderr.readline, "")
        assert "3 passed" in next(it for it in said if "passed" in it)
        assert "watching" in next(said)
        path.write_text(text.replace("total: 3.30", "total: 3.31"), encoding="utf-8")
        assert "1 failed, 2 passed" in next(it for it in said if "passed" in it)
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()
