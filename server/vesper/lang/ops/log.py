"""`log`: a line in the log."""

from vesper.lang.fields import Anything, Choice, Field, MapOf, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "log",
    "Writes a structured log line; sensitive fields are hidden.",
    (
        Field("message", Text("template", "flow"), "What to say.", required=True),
        Field(
            "level",
            Choice(
                {
                    "debug": "For developers.",
                    "info": "Worth knowing.",
                    "warning": "Worth a look.",
                    "error": "Something failed.",
                }
            ),
            "How important it is.",
            default="info",
        ),
        Field("fields", MapOf(Anything("flow")), "Values beside the message."),
    ),
    "write",
    example="""\
step: note
operation: log
message: "order {order_id} was paid"
""",
)
