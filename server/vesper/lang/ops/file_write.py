"""`file_write`: a file of the workspace, made or changed."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, Text
from vesper.lang.ir import Const
from vesper.lang.ir import Text as Filled
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.program import Block


def _needs(step: tree.Mapping) -> Iterator[str]:
    """A path that is only known at run time needs the folder in which it surely lies."""
    fixed, brace, _ = text_of(step, "path").partition("{")
    target = fixed.rpartition("/")[0] if brace else fixed
    yield f"filesystem.write.{target or '*'}"


def _lower(step: Lowering) -> Block:
    """The run asks for the very path; a grant of its folder covers it."""
    path = step.text(step.get("path"))
    return (step.perform(capabilities=[Filled((Const("filesystem.write."), path))]),)


OPERATION = Operation(
    "file_write",
    "Writes a file of the workspace whole or not at all. Missing folders are made; paths that lead "
    "out of the workspace, by links too, are refused.",
    (
        Field(
            "path",
            Text("template", "flow"),
            "The path from the workspace's folder, with `/` between its parts.",
            required=True,
        ),
        Field("content", Anything("flow"), "What to write.", required=True),
        Field(
            "format",
            Choice(
                {
                    "text": "UTF-8 text.",
                    "json": "JSON, indented by two.",
                    "yaml": "YAML.",
                    "csv": "A list of records, with their names in the first line.",
                    "bytes": "The bytes as they are.",
                }
            ),
            "How to write it.",
            default="text",
        ),
        Field(
            "mode",
            Choice(
                {
                    "replace": "In place of what is there.",
                    "create": "Only if there is no such file; else the step fails.",
                    "append": "Behind what is there.",
                }
            ),
            "What to do with a file that is there already.",
            default="replace",
        ),
    ),
    "write",
    example="""\
step: save_report
operation: file_write
path: "reports/{month}.json"
content: "{summary}"
format: json
""",
    needs=_needs,
    lower=_lower,
)
