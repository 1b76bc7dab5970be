"""`file_read`: a file's text."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Choice, Field, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"filesystem.read.{text_of(step, 'path') or '*'}"


OPERATION = Operation(
    "file_read",
    "Reads a file of the workspace.",
    (
        Field(
            "path",
            Text("template", "flow"),
            "The file, from the workspace's folder.",
            required=True,
        ),
        Field(
            "encoding",
            Choice({"utf-8": "As text.", "bytes": "As bytes."}),
            "How to read it.",
            default="utf-8",
        ),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "read",
    example="""\
step: load
operation: file_read
path: data/prices.json
output: prices
""",
    returns="string",
    needs=_needs,
)
