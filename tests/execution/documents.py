"""A payment as a document, and the programs and providers that its tests need."""

from collections.abc import Callable

from tests.runtime.flows import Scripted
from vesper.compile.lower import lower
from vesper.lang.program import Program
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect

PAYMENT = """\
node_id: payment_v1
type: function
intent: Charge a card once for an order
inputs:
  order_id: string
  amount: decimal
  card: string
outputs:
  success:
    payment_id: string
    fee: decimal
  error:
    error_code: enum[declined, unavailable]
    message: string
flow:
  - step: work_out_fee
    operation: arithmetic
    expression: "round(amount * 0.029 + 0.30, 2)"
    output: fee
  - step: find_earlier
    operation: database_query
    query: "SELECT payment_id FROM payments WHERE order_id = {order_id}"
    table: payments
    output: earlier
  - step: answer_again
    operation: conditional
    condition: "len(earlier) > 0"
    then:
      - step: same
        operation: return
        return_success: {payment_id: "{earlier[0].payment_id}", fee: "{fee}"}
  - step: charge
    operation: external_api_call
    provider: cards
    endpoint: /v1/charges
    method: POST
    parameters: {order: "{order_id}", amount: "{amount}", fee: "{fee}", card: "{card}"}
    timeout: 10s
    on_success:
      extract:
        payment_id: "{response.id}"
    on_error:
      - error_type: card_declined
        return_error: {error_code: declined, message: "The bank refuses"}
      - return_error: {error_code: unavailable, message: "Nothing was taken"}
  - step: record
    operation: database_write
    table: payments
    data: {order_id: "{order_id}", payment_id: "{payment_id}", amount: "{amount}"}
  - step: done
    operation: return
    return_success: {payment_id: "{payment_id}", fee: "{fee}"}
security:
  capabilities_required:
    - database.read.payments
    - database.write.payments
    - network.http_client.cards
  sensitive_data: [card]
"""


def payment_node() -> Program:
    return lower(PAYMENT)


def payment_world(**more: Callable[[Effect, Call], object]) -> Scripted:
    """Providers that know no earlier payment, charge, and write rows."""
    usual: dict[str, Callable[[Effect, Call], object]] = {
        "database_query": lambda *_: [],
        "external_api_call": lambda *_: {"status": 200, "headers": {}, "body": {"id": "pay_1"}},
        "database_write": lambda *_: {"count": 1},
    }
    return Scripted(**{**usual, **more})
