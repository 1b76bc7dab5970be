"""`file_read`: the content of a file of the workspace."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Choice, Field, Text
from vesper.lang.ir import Const
from vesper.lang.ir import Text as Filled
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.outcome import Fixed
from vesper.lang.program import Block
from vesper.lang.types import STRING, Array, MapType, Primitive


def _needs(step: tree.Mapping) -> Iterator[str]:
    """A path that is only known at run time needs the folder in which it surely lies."""
    fixed, brace, _ = text_of(step, "path").partition("{")
    target = fixed.rpartition("/")[0] if brace else fixed
    yield f"filesystem.read.{target or '*'}"


def _lower(step: Lowering) -> Block:
    """The run asks for the very path; a grant of its folder covers it."""
    path = step.text(step.get("path"))
    return (step.perform(capabilities=[Filled((Const("filesystem.read."), path))]),)


_CONTENTS = {
    "text": Fixed(STRING),
    "lines": Fixed(Array(STRING)),
    "csv": Fixed(Array(MapType(STRING, STRING))),
    "bytes": Fixed(Primitive("bytes")),
}

OPERATION = Operation(
    "file_read",
    "Reads a file of the workspace. Paths that lead out of it, by links too, are refused.",
    (
        Field(
            "path",
            Text("template", "flow"),
            "The path from the workspace's folder, with `/` between its parts.",
            required=True,
        ),
        Field(
            "format",
            Choice(
                {
                    "text": "UTF-8 text.",
                    "lines": "UTF-8 text, as a list of lines.",
                    "json": "The value that the JSON holds.",
                    "yaml": "The value that the YAML holds.",
                    "csv": "A list of records; the first line has the names.",
                    "bytes": "The bytes as they are.",
                }
            ),
            "How to read it.",
            default="text",
        ),
        Field("output", Text("output-name"), "The name for the content."),
    ),
    "read",
    example="""\
step: load_prices
operation: file_read
path: data/prices.csv
format: csv
output: prices
""",
    returns="any",
    outcome=lambda step: _CONTENTS.get(text_of(step, "format") or "text"),
    needs=_needs,
    lower=_lower,
)
