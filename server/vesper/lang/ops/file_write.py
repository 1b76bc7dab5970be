"""`file_write`: a file written."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Choice, Field, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"filesystem.write.{text_of(step, 'path') or '*'}"


OPERATION = Operation(
    "file_write",
    "Writes a file of the workspace, whole or not at all.",
    (
        Field(
            "path",
            Text("template", "flow"),
            "The file, from the workspace's folder.",
            required=True,
        ),
        Field("content", Text("template", "flow"), "The text.", required=True),
        Field(
            "mode",
            Choice(
                {
                    "replace": "The old text is gone.",
                    "append": "Behind the old text.",
                    "create": "Only if there is no such file.",
                }
            ),
            "What happens to an old file.",
            default="replace",
        ),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "write",
    example="""\
step: save
operation: file_write
path: out/report.txt
content: "{report}"
""",
    returns="string",
    needs=_needs,
)
