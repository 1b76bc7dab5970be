"""`conditional`: one of two ways."""

from vesper.lang.document import STEPS_OR_RETURN
from vesper.lang.fields import Field, ListOf, Record, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "conditional",
    "Runs `then` when `condition` holds, else the first `elif` that does, else `else`.",
    (
        Field("condition", Text("expression", "flow"), "What decides.", required=True),
        Field("then", STEPS_OR_RETURN, "What to do when it holds.", required=True),
        Field(
            "elif",
            ListOf(
                Record(
                    "`elif` branch",
                    (
                        Field(
                            "condition", Text("expression", "flow"), "What decides.", required=True
                        ),
                        Field("then", STEPS_OR_RETURN, "What to do when it holds.", required=True),
                    ),
                )
            ),
            "More conditions, tried in order.",
        ),
        Field("else", STEPS_OR_RETURN, "What to do when none holds."),
    ),
    "pure",
    example="""\
step: choose
operation: conditional
condition: "amount > 100"
then:
  return_success: {size: large}
else:
  return_success: {size: small}
""",
)
