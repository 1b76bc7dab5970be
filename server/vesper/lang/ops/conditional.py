"""`conditional`: one way or another."""

from vesper.lang import tree
from vesper.lang.document import STEPS_OR_RETURN
from vesper.lang.fields import Field, ListOf, Record, Text
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation
from vesper.lang.program import Block, If

_CONDITION = Field(
    "condition", Text("expression", "flow"), "What decides; true or false.", required=True
)


def _lower(step: Lowering) -> Block:
    elifs = step.get("elif")
    holders = [step.node, *(elifs.items if isinstance(elifs, tree.Sequence) else ())]
    conditions = [step.expression(step.get("condition", it)) for it in holders]
    *blocks, otherwise = step.branches(
        [*(step.get("then", it) for it in holders), step.get("else")]
    )
    return (If(tuple(zip(conditions, blocks, strict=True)), otherwise),)


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
    lower=_lower,
)
