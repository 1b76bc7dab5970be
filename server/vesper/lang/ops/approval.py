"""`approval`: a person's yes or no."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.document import STEPS_OR_RETURN
from vesper.lang.fields import Anything, Field, ListOf, MapOf, Text
from vesper.lang.ir import Const, GetField, Load, Not
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation
from vesper.lang.program import Block, Fail, If


def _needs(_step: tree.Mapping) -> Iterator[str]:
    yield "human.ask"


def _lower(step: Lowering) -> Block:
    name = step.word("output") or "$answer"
    ask = step.perform(step.arguments("on_rejected"), output=name)
    on_rejected = step.get("on_rejected")
    no = Fail("not_approved", Const("nobody said yes"))
    late = step.aside(on_rejected) if on_rejected is not None else ()
    step.catch("timeout", (*late, no), first=on_rejected is not None)
    (rejected,) = step.branches([on_rejected])
    refused: Block = (*rejected, no)
    approved = GetField(Load(name, ask.type), "approved")
    return (ask, If(((Not(approved), refused),)))


OPERATION = Operation(
    "approval",
    "Asks a person and waits for the answer, over restarts too. Only a clear yes goes on: a no, or "
    "no answer within `timeout`, runs `on_rejected`, and without that ends the flow with the error "
    "`not_approved`.",
    (
        Field(
            "question",
            Text("template", "flow"),
            "What the person is asked; a question that yes or no answers.",
            required=True,
        ),
        Field("show", MapOf(Anything("flow")), "What the person sees with it, by name."),
        Field(
            "approvers", ListOf(Text("text")), "Who may answer; without it anybody at the editor."
        ),
        Field("on_rejected", STEPS_OR_RETURN, "What to do when the answer is not yes."),
        Field(
            "output",
            Text("output-name"),
            "The name for the answer: `approved`, `by` and `comment`.",
        ),
    ),
    "nondeterministic",
    example="""\
step: confirm_refund
operation: approval
question: "Refund {amount} to {customer}?"
show:
  order: "{order}"
timeout: 2d
on_rejected:
  return_error: refund_refused
output: answer
""",
    returns="map<string, any>",
    needs=_needs,
    lower=_lower,
)
