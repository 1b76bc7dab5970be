"""`external_api_call`: a request to another service over HTTP."""

import re
from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, MapOf, Record, Text
from vesper.lang.ir import GetField, Load
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.program import Assign, Block
from vesper.lang.types import ANY, INTEGER, STRING, MapType, RecordType

_HOST = re.compile(r"https?://(?:[^/?#@\s]*@)?([^/?#@:\s{}]+)(?=[/?#:]|\Z)", re.IGNORECASE)


def _needs(step: tree.Mapping) -> Iterator[str]:
    """A host written out counts; else the provider, which `vesper.toml` maps to its host."""
    endpoint = text_of(step, "endpoint")
    host = _HOST.match(endpoint)
    if host is not None:
        target = host[1].lower()
    elif "://" in endpoint:
        target = "*"
    else:
        target = text_of(step, "provider") or "*"
    yield f"network.http_client.{target}"
    secret = text_of(step, "secret")
    if secret:
        yield f"secrets.read.{secret}"


_REPLY = RecordType(
    "record", (("status", INTEGER), ("headers", MapType(STRING, STRING)), ("body", ANY))
)


def _lower(step: Lowering) -> Block:
    reads = step.word("method", "GET") in ("GET", "HEAD")
    call = step.perform(
        step.arguments("on_success"),
        kind="read" if reads else "write",
        output="$reply",
        type=_REPLY,
    )
    response = Load("$response")
    block: Block = (call, Assign(response.name, GetField(Load("$reply", _REPLY), "body")))
    if step.word("output"):
        block += step.sets(step.word("output"), response)
    taken = step.under({"response": response, "result": response})
    extracted = taken.values(step.get("extract", step.get("on_success")))
    return (*block, *(it for name, value in extracted.items() for it in step.sets(name, value)))


OPERATION = Operation(
    "external_api_call",
    "Sends an HTTP request to another service and reads its answer. Each run sends a request once: "
    "a replay reads the recorded answer, and a retry carries the same idempotency key.",
    (
        Field(
            "provider",
            Text("name"),
            "The service's name in `vesper.toml`, which has its address. Not needed when "
            "`endpoint` is a whole address.",
        ),
        Field(
            "endpoint",
            Text("template", "flow"),
            "The path at the provider, such as `/v1/charges`, or a whole address.",
            required=True,
        ),
        Field(
            "method",
            Choice(
                {
                    "GET": "Reads; safe to repeat.",
                    "POST": "Creates, or starts something.",
                    "PUT": "Replaces.",
                    "PATCH": "Changes a part.",
                    "DELETE": "Deletes.",
                    "HEAD": "Reads the headers alone.",
                }
            ),
            "The HTTP method.",
            default="GET",
        ),
        Field(
            "parameters",
            MapOf(Anything("flow")),
            "Sent in the query with `GET`, `HEAD` and `DELETE`, else as the JSON body.",
        ),
        Field(
            "headers",
            MapOf(Text("template", "flow"), Text("text")),
            "Further headers, by name. Keys and passwords belong into `secret`.",
        ),
        Field(
            "secret",
            Text("name"),
            "The name of a secret to send as the bearer token; its value never shows in a journal.",
        ),
        Field(
            "output",
            Text("output-name"),
            "The name for the answer's body: the value of JSON, else the text.",
        ),
        Field(
            "on_success",
            Record(
                "`on_success`",
                (
                    Field(
                        "extract",
                        MapOf(Anything("flow"), Text("output-name")),
                        'Names for parts of the answer: `charge_id: "{response.id}"`.',
                    ),
                ),
            ),
            "What to take from the answer.",
        ),
    ),
    "write",
    example="""\
step: charge_card
operation: external_api_call
provider: payments
endpoint: /v1/charges
method: POST
parameters:
  amount: "{amount}"
  currency: "{currency}"
secret: payments_key
timeout: 10s
retry_policy:
  max_attempts: 3
  backoff: exponential
  initial_delay: 500ms
on_success:
  extract:
    charge_id: "{response.id}"
""",
    returns="any",
    needs=_needs,
    lower=_lower,
)
