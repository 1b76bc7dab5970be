"""`shell`: a program run in the workspace."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, ListOf, MapOf, Number, Text
from vesper.lang.ir import Const, RecordOf
from vesper.lang.ir import ListOf as Words
from vesper.lang.ir import Text as Filled
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation
from vesper.lang.program import Block
from vesper.lang.types import STRING, Array, MapType


def _needs(step: tree.Mapping) -> Iterator[str]:
    command = step.get("command")
    program = command.items[0] if isinstance(command, tree.Sequence) and command.items else None
    name = program.text if isinstance(program, tree.Scalar) else ""
    yield f"shell.run.{name if name and '{' not in name else '*'}"


def _lower(step: Lowering) -> Block:
    command = step.get("command")
    words = [step.text(it) for it in (command.items if isinstance(command, tree.Sequence) else ())]
    arguments = {
        **dict(step.arguments("command", "environment")),
        "command": Words(tuple(words), Array(STRING)),
    }
    environment = step.get("environment")
    if isinstance(environment, tree.Mapping):
        texts = tuple((it.key.text, step.text(it.value)) for it in environment.entries)
        arguments["environment"] = RecordOf(texts, MapType(STRING, STRING))
    needed = [Filled((Const("shell.run."), words[0]))] if words else step.capabilities()
    return (step.perform(tuple(arguments.items()), capabilities=needed),)


OPERATION = Operation(
    "shell",
    "Runs a program in the workspace's folder. No shell reads the words, so a value can never "
    "become a second command. An exit code that is not in `allowed_exit_codes` is an error.",
    (
        Field(
            "command",
            ListOf(Text("value", "flow")),
            'The program and its arguments, one word each: `[pytest, -q, "{path}"]`.',
            required=True,
        ),
        Field(
            "folder",
            Text("template", "flow"),
            "The folder of the workspace to run it in.",
            default=".",
        ),
        Field(
            "environment",
            MapOf(Text("value", "flow")),
            "Environment variables to add; of the surrounding ones only harmless ones are kept.",
        ),
        Field("input", Anything("flow"), "The text to give it on its standard input."),
        Field(
            "allowed_exit_codes",
            ListOf(Number(True, 0, 255)),
            "The exit codes that count as done.",
            default="0 alone",
        ),
        Field(
            "output",
            Text("output-name"),
            "The name for the result: `exit_code`, `stdout` and `stderr`.",
        ),
    ),
    "write",
    example="""\
step: run_tests
operation: shell
command: [pytest, -q, "{folder}"]
allowed_exit_codes: [0, 1]
timeout: 10m
output: tests
""",
    returns="map<string, any>",
    needs=_needs,
    lower=_lower,
)
