"""How a failure that nothing handled is told: by the document's own names where it declares them."""

import pytest

from tests.runtime.programs import World, code_of, perform, program, run, step
from vesper.runtime.request import Failure

DECLINED = Failure(("card_declined", "http_402", "effect_failed"), "declined")


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        (("card_declined",), "card_declined"),
        (("http_402", "other"), "http_402"),
        (("other",), "effect_failed"),
        ((), "effect_failed"),
    ],
)
def test_an_unhandled_failure_keeps_its_name_where_the_document_declares_it(
    declared: tuple[str, ...], code: str
):
    it = program(step("bad", perform("charge")), error_codes=declared)
    assert code_of(run(it, {}, World({"bad": DECLINED}))) == code


def test_a_document_cannot_take_the_name_of_a_refusal():
    refused = Failure(("capability_denied", "mine"), "no", {}, final=True)
    it = program(step("bad", perform("charge")), error_codes=("mine",))
    assert code_of(run(it, {}, World({"bad": refused}))) == "capability_denied"
