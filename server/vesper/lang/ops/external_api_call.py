"""`external_api_call`: a call over HTTP."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, MapOf, Record, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"network.http_client.{text_of(step, 'provider') or '*'}"
    secret = text_of(step, "secret")
    if secret:
        yield f"secrets.read.{secret}"


OPERATION = Operation(
    "external_api_call",
    "Calls a named provider over HTTP; the endpoint cannot leave the provider's host.",
    (
        Field("provider", Text("name"), "The provider's name in `vesper.toml`.", required=True),
        Field(
            "endpoint", Text("template", "flow"), "The path, such as `/v1/charges`.", required=True
        ),
        Field(
            "method",
            Choice(
                {
                    "GET": "Read.",
                    "POST": "Create or act.",
                    "PUT": "Replace.",
                    "PATCH": "Change.",
                    "DELETE": "Remove.",
                    "HEAD": "Look.",
                }
            ),
            "The HTTP method.",
            default="GET",
        ),
        Field("parameters", MapOf(Anything("flow")), "The query or body."),
        Field("headers", MapOf(Anything("flow")), "More headers."),
        Field("secret", Text("name"), "The secret sent as a bearer token."),
        Field(
            "idempotency_key",
            Text("value", "flow"),
            "Sent along, so that a repeated call acts once.",
        ),
        Field(
            "on_success",
            Record(
                "`on_success`",
                (
                    Field(
                        "extract",
                        MapOf(Anything("response"), Text("output-name")),
                        "Names for parts of the `response`.",
                    ),
                ),
            ),
            "What to keep of the answer.",
        ),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "write",
    example="""\
step: charge
operation: external_api_call
provider: cards
endpoint: /v1/charges
method: POST
parameters:
  amount: "{amount}"
on_success:
  extract:
    charge_id: "{response.id}"
""",
    returns="any",
    needs=_needs,
)
