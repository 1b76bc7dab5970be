"""`shell`: a command."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, ListOf, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"shell.run.{text_of(step, 'command') or '*'}"


OPERATION = Operation(
    "shell",
    "Runs one command inside the workspace, in a sandbox, without a shell in between.",
    (
        Field("command", Text("name"), "The program.", required=True),
        Field("arguments", ListOf(Anything("flow")), "Its arguments, each passed whole."),
        Field("working_directory", Text(), "The folder to run in, inside the workspace."),
        Field("environment", MapOf(Anything("flow")), "More environment variables."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "write",
    example="""\
step: test
operation: shell
command: pytest
arguments: ["-q"]
output: test_run
""",
    returns="map<string, any>",
    needs=_needs,
)
