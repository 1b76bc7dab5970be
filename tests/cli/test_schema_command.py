import json

import jsonschema
import pytest

from tests.cli.commands import Run, runner
from vesper.lang.schema import json_schema


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


@pytest.mark.parametrize(
    ("arguments", "kind"), [((), "vsp"), (("vsp",), "vsp"), (("role",), "role")]
)
def test_the_schema_of_a_kind_is_printed_and_valid(run: Run, arguments, kind):
    code, out, err = run("schema", *arguments)
    assert (code, err) == (0, "")
    assert json.loads(out) == json_schema(kind)
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_any_console_can_show_it(run: Run):
    assert run("schema").out.isascii()


def test_an_unknown_kind_is_a_wrong_command_line_and_the_kinds_are_named(run: Run):
    code, out, err = run("schema", "task")
    assert (code, out) == (2, "")
    assert err.startswith("vesper: KIND takes vsp or role, not `task`\n")
