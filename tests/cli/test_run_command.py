"""`vesper run`: inputs typed by the node, results for people and tools, exit codes."""

import io
import json
from pathlib import Path

import pytest

from tests.cli.commands import Run, runner

NODE = """\
node_id: shop_v1
type: function
intent: Work out what to pay
inputs:
  price: {type: decimal, description: Of one piece}
  count: {type: integer, default: 1, constraints: [min: 1]}
  labels: {type: array<string>, default: []}
  note: {type: string, default: ""}
outputs:
  success:
    total: decimal
    text: string
  error:
    error_code: enum[too_many]
    message: string
contracts:
  preconditions: ["price >= 0"]
  postconditions: ["total < 5000", "cash.is_counted"]
flow:
  - step: not_too_many
    operation: validation
    guards: ["count <= 100"]
    on_failure: {return_error: {error_code: too_many, message: "{count} are too many"}}
  - step: multiply
    operation: compute
    expression: "price * count"
    output: total
  - step: done
    operation: return
    return_success: {total: "{total}", text: "{join(labels, '+')}{note}"}
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("shop.vsp").write_text(NODE, encoding="utf-8")
    Path("vesper.toml").touch()
    return runner(capsys)


@pytest.mark.parametrize("node", ["shop.vsp", "shop_v1", "shop_v1.*", "shop.vsp#shop_v1"])
@pytest.mark.parametrize("engine", ["interp", "python"])
def test_a_node_is_run_by_path_id_or_range_on_either_engine(run: Run, node: str, engine: str):
    found = run(
        "run", node, "--input", "price=1.10", "--input", "count=3", "--engine", engine, "--json"
    )
    told = json.loads(found.out, parse_float=str)
    assert (found.code, told["output"]["total"], told["runtime"]) == (0, "3.30", engine)
    assert (told["contracts"]["checked"], told["contracts"]["unchecked"]) == (
        3,
        ["cash.is_counted"],
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (['labels=["a", "b"]'], "a+b"),
        (["note=12"], "12"),
        (["note=a=b"], "a=b"),
        (["note=@letter.txt"], "Dear Ada\n"),
        (["labels=@labels.json"], "x+y"),
    ],
)
def test_values_are_read_by_the_declared_types(run: Run, given: list[str], text: str):
    Path("letter.txt").write_text("Dear Ada\n", encoding="utf-8")
    Path("labels.json").write_text('["x", "y"]', encoding="utf-8")
    words = [it for pair in given for it in ("--input", pair)]
    found = run("run", "shop.vsp", "--input", "price=1", *words, "--json")
    assert json.loads(found.out)["output"]["text"] == text


def test_inputs_come_from_a_file_or_stdin_and_single_ones_count_more(
    run: Run, monkeypatch: pytest.MonkeyPatch
):
    Path("in.json").write_text('{"price": 2.50, "count": 2}', encoding="utf-8")
    found = run("run", "shop.vsp", "--inputs", "in.json", "--input", "count=3", "--json")
    assert '"total": 7.50' in found.out
    monkeypatch.setattr("sys.stdin", io.StringIO('{"price": 4}'))
    assert '"total": 4' in run("run", "shop.vsp", "--inputs", "-", "--json").out


def test_people_see_the_result_the_contract_and_what_to_do_next(run: Run):
    found = run("run", "shop.vsp", "--input", "price=1.10")
    assert found.code == 0
    first, total, *rest = found.out.splitlines()
    assert first.startswith("✓ shop_v1  success  ")
    assert total.split() == ["total", "1.10"]
    assert "  contracts  all 3 hold" in rest
    assert "  unchecked  cash.is_counted" in rest
    assert any(it.startswith("  next       `vesper replay ") for it in rest)


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        (["price=1", "count=101"], 1, ["error too_many", "101 are too many"]),
        (["price=-1"], 1, ["error precondition_violated",
                           "precondition  price >= 0  does not hold with price = -1"]),
        (["price=5000"], 1, ["error postcondition_violated", "total < 5000"]),
    ],
)  # fmt: skip
def test_errors_and_breaches_are_exit_code_1(
    run: Run, given: list[str], code: int, told: list[str]
):
    found = run("run", "shop.vsp", *(it for pair in given for it in ("--input", pair)))
    assert (found.code, [it for it in told if it not in found.out]) == (code, [])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["shop.vsp"], ["price  is missing (decimal): Of one piece",
                        "vesper run shop.vsp --input price=1.00"]),
        (["shop.vsp", "--input", "price=dear", "--input", "cuont=2"],
         ["price", "`dear` is no decimal", "there is no such input; did you mean `count`?"]),
        (["shop.vsp", "--input", "price=1", "--input", "labels=[1"], ["labels", "is no JSON"]),
        (["shop.vsp", "--input", "price=1", "--input", "labels=[1]"], ["labels[0]", "`1` is no string"]),
        (["shop.vsp", "--input", "price=1", "--input", "price=2"], ["--input gives `price` twice"]),
        (["shop.vsp", "--input", "price"], ["--input takes name=value, not `price`"]),
        (["shop.vsp", "--input", "note=@gone.txt"], ["note: gone.txt cannot be read"]),
        (["shop_v2"], ["there is no node `shop_v2`", "did you mean `shop_v1`?"]),
        (["gone.vsp"], ["there is no file"]),
        (["broken.vsp"], ["broken.vsp cannot be run: line 2"]),
    ],
)  # fmt: skip
def test_what_is_wrong_before_a_run_is_told_at_once_with_exit_code_2(
    run: Run, arguments: list[str], told: list[str]
):
    broken = NODE.replace("price * count", "price * nobody").replace("shop_v1", "broken_v1")
    Path("broken.vsp").write_text(broken, encoding="utf-8")
    found = run("run", *arguments)
    assert (found.code, [it for it in told if it not in found.err], found.out) == (2, [], "")


def test_for_tools_wrong_inputs_are_an_envelope_too(run: Run):
    found = run("run", "shop.vsp", "--input", "price=dear", "--json")
    told = json.loads(found.out)
    assert (found.code, told["error"]["code"]) == (2, "input_invalid")
    assert [it["path"] for it in told["error"]["details"]["problems"]] == ["price"]


def test_a_dry_run_reads_and_holds_back_what_would_change_something(run: Run):
    Path("writer.vsp").write_text(
        "node_id: writer_v1\ntype: function\nintent: Keep a note\ninputs: {token: string}\n"
        "outputs: {number: integer}\nflow:\n"
        "  - step: keep\n    operation: file_write\n    path: note.txt\n    content: '{token}'\n"
        "  - step: ask\n    operation: approval\n    question: Go on?\n    output: answer\n"
        "  - step: done\n    operation: return\n    return_success: {number: 1}\n"
        "security:\n  capabilities_required: [filesystem.write.note.txt, human.ask]\n"
        "  sensitive_data: [token]\n",
        encoding="utf-8",
    )
    found = run("run", "writer.vsp", "--input", "token=secret-7", "--dry")
    assert found.code == 0, found.out
    assert "would file_write at keep" in found.out
    assert "a dry run ends at ask" in found.out
    assert "secret-7" not in found.out
    assert not Path("note.txt").exists()


def test_the_same_key_is_the_same_run(run: Run):
    arguments = ["run", "shop.vsp", "--input", "price=1", "--key", "k1", "--json"]
    first, again = (json.loads(run(*arguments).out) for _ in range(2))
    assert first["trace_id"] == again["trace_id"]
    other = run(*arguments[:3], "price=2", *arguments[4:])
    assert (other.code, json.loads(other.out)["error"]["code"]) == (2, "key_reused")


@pytest.mark.parametrize("engine", ["interp", "python"])
def test_several_rows_are_given_back_as_they_were_written(run: Run, engine: str):
    Path("schema.sql").write_text("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);")
    Path("vesper.toml").write_text('[databases.main]\nschema = "schema.sql"\n')
    Path("keeper.vsp").write_text(
        "node_id: keeper_v1\ntype: function\nintent: Keep two notes\n"
        "inputs: {others: 'array<any>'}\n"
        "outputs: {ids: array<integer>}\nflow:\n"
        "  - step: keep\n    operation: database_write\n    table: notes\n"
        "    data: [{text: a}, {text: b}]\n    output: kept\n"
        "  - step: keep_more\n    operation: database_write\n    table: notes\n"
        "    data: '{others}'\n    output: more\n"
        "  - step: done\n    operation: return\n"
        "    return_success: {ids: '{[kept[0].id, kept[1].id, more[0].id]}'}\n"
        "security: {capabilities_required: [database.write.notes]}\n",
        encoding="utf-8",
    )
    arguments = ["--input", 'others=[{"text": "c"}]', "--engine", engine, "--json"]
    found = run("run", "keeper.vsp", *arguments)
    assert json.loads(found.out)["output"] == {"ids": [1, 2, 3]}


def test_each_broken_constraint_tells_its_line(run: Run):
    Path("strict.vsp").write_text(
        "node_id: strict_v1\ntype: function\nintent: Take little\ninputs:\n  name:\n"
        "    type: string\n    constraints:\n      - min_length: 3\n      - \"value != 'ab'\"\n"
        "  count: {type: integer, constraints: [positive, {max: 3}], max: 2}\n"
        "outputs: {result: integer}\nflow:\n"
        "  - step: done\n    operation: return\n    return_success: {result: 1}\n",
        encoding="utf-8",
    )
    found = run("run", "strict.vsp", "--input", "name=ab", "--input", "count=4", "--json")
    violated = json.loads(found.out)["contracts"]["violated"]
    assert {it["clause"]: it["line"] for it in violated} == {
        "name: min_length: 3": 8,
        "name: value != 'ab'": 9,
        "count: max: 3": 10,
        "count: max: 2": 10,
    }
