"""`switch`: one of several ways, by a value."""

from vesper.lang.document import STEPS_OR_RETURN
from vesper.lang.fields import Field, MapOf, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "switch",
    "Compares `on` with the keys of `cases` and runs the one that is equal, else `default`.",
    (
        Field("on", Text("expression", "flow"), "The value that decides.", required=True),
        Field("cases", MapOf(STEPS_OR_RETURN), "What to do, by value.", required=True),
        Field("default", STEPS_OR_RETURN, "What to do for any other value."),
    ),
    "pure",
    example="""\
step: by_currency
operation: switch
on: "currency"
cases:
  EUR:
    return_success: {symbol: "€"}
default:
  return_error: unknown_currency
""",
)
