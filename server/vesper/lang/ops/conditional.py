"""`conditional`: one way or another."""

from vesper.lang.document import STEPS_OR_RETURN
from vesper.lang.fields import Field, ListOf, Record, Text
from vesper.lang.operation import Operation

_CONDITION = Field(
    "condition", Text("expression", "flow"), "What decides; true or false.", required=True
)

OPERATION = Operation(
    "conditional",
    "Runs `then` if the condition holds, else the first `elif` whose condition holds, else `else`.",
    (
        _CONDITION,
        Field("then", STEPS_OR_RETURN, "What to do when the condition holds.", required=True),
        Field(
            "elif",
            ListOf(
                Record(
                    "`elif` branch",
                    (
                        _CONDITION,
                        Field(
                            "then",
                            STEPS_OR_RETURN,
                            "What to do when this is the first condition that holds.",
                            required=True,
                        ),
                    ),
                )
            ),
            "Further conditions, tried in order when the first does not hold.",
        ),
        Field("else", STEPS_OR_RETURN, "What to do when no condition holds."),
    ),
    "pure",
    example="""\
step: choose_shipping
operation: conditional
condition: "total >= 100"
then:
  - step: free_shipping
    operation: compute
    expression: "0.00"
    output: shipping
elif:
  - condition: "total >= 50"
    then:
      - step: half_shipping
        operation: compute
        expression: "2.45"
        output: shipping
else:
  - step: full_shipping
    operation: compute
    expression: "4.90"
    output: shipping
""",
)
