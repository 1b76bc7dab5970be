"""What the language's public draft (version 0.1) allows is understood: the forms that only it uses."""

import textwrap

import pytest

from vesper.lang.check import check

HEAD = """\
node_id: take_payment_v1
type: payment_handler
intent: take a payment
inputs:
  amount: decimal
outputs:
  success: {receipt: string}
  error: {error_code: 'enum[declined, failed]', message: string}
"""
STEP = """\
flow:
  - step: charge
    operation: external_api_call
    provider: stripe
    endpoint: /v1/charges
    method: POST
    on_success:
      extract: {receipt: "{response.id}"}
"""
GRANTS = """\
security:
  capabilities_required: [network.http_client.stripe.com, secrets.read.stripe_api_key]
"""


@pytest.mark.parametrize(
    "form",
    [
        """
        on_error:
          - error_type: card_declined
            map_to:
              error_code: declined
              message: "{response.reason}"
          - error_type: timeout
            action: retry
          - error_type: rate_limit
            action: backoff
            retry_after: "{response.retry_after}"
        """,
        """
        on_error:
          action: compensate
          compensation_steps:
            - operation: external_api_call
              provider: stripe
              endpoint: /v1/refunds
              method: POST
        """,
        """
        on_error:
          timeout: {action: retry, max_retries: 3}
          declined: {return_error: declined}
        """,
    ],
    ids=["a list of cases", "one action", "by code"],
)
def test_each_way_to_handle_an_error_is_read(form: str):
    text = HEAD + STEP + textwrap.indent(textwrap.dedent(form).lstrip("\n"), "    ") + GRANTS
    assert [it for it in check(text) if it.severity != "hint"] == []


def test_a_provider_may_be_granted_by_its_host():
    found = check(HEAD + STEP + GRANTS.replace("stripe.com", "stripes.com"))
    assert [it.code for it in found if it.code in ("VSP601", "VSP602")] == ["VSP601", "VSP602"]


def test_the_tables_of_a_query_are_what_it_needs():
    query = 'flow:\n  - step: find\n    operation: database_query\n    query: "{}"\n'
    text = HEAD + query.format("SELECT a FROM orders o JOIN users ON id = {amount}")
    needed = [it.message.split("`")[1] for it in check(text) if it.code == "VSP601"]
    assert needed == ["database.read.orders", "database.read.users"]


def test_a_quantifier_over_a_list_that_nobody_wrote_cannot_be_checked():
    clause = 'contracts:\n  invariants:\n    - "FORALL transaction: transaction.amount == amount"\n'
    text = HEAD.replace("amount: decimal", "amount: decimal\n  transaction_id: string") + clause
    assert [it.code for it in check(text) if it.severity != "hint" and "3" < it.code[3] < "5"] == [
        "VSP401"
    ]


def test_a_list_may_be_reduced_by_aggregations():
    text = HEAD.replace("receipt: string", "receipt: decimal").replace(
        "amount: decimal", "sales: 'array<map<string, decimal>>'"
    )
    text += """\
flow:
  - step: sum_up
    operation: data_transform
    input: sales
    transform: reduce
    aggregations: {total: "SUM(amount)", count: "COUNT(*)"}
    output: totals
  - step: done
    operation: return
    return_success: {receipt: "{totals.total}"}
"""
    assert [it for it in check(text) if it.severity == "error"] == []
    wrong = [it.message for it in check(text.replace("totals.total", "totals.sum"))]
    assert any("`sum`" in it for it in wrong)


def test_an_enum_may_be_asked_whether_it_says_anything():
    clause = "contracts:\n  postconditions:\n    - \"success OR error_code != '{}'\"\n"
    found = [[it.code for it in check(HEAD + clause.format(it))] for it in ("", "declind")]
    assert ["VSP314" in it for it in found] == [False, True]
