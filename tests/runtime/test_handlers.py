"""What stands between an engine and the world, each handler by itself."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.runtime.flows import Clock, Scripted, call, effect
from vesper.errors import VesperError
from vesper.lang.program import Retry
from vesper.runtime.grant import Grant, Say
from vesper.runtime.handlers.breaker import Breaker
from vesper.runtime.handlers.budget import counting
from vesper.runtime.handlers.gate import Gate
from vesper.runtime.handlers.recall import nothing_else, recalling
from vesper.runtime.handlers.recording import recording
from vesper.runtime.handlers.redaction import redacting
from vesper.runtime.handlers.registry import Registry
from vesper.runtime.handlers.retry import Retrier, wait_before
from vesper.runtime.handlers.stack import World, live, replayed
from vesper.runtime.handling import Call, Handler, Suspended
from vesper.runtime.journal import Ambiguous, Outcome, Remembered
from vesper.runtime.redaction import HIDDEN, Redactor
from vesper.runtime.request import Effect, EffectKind, Failure
from vesper.values.value import Fault, Value

UNREACHABLE = Failure(("unreachable", "network_error", "effect_failed"), "nobody answers")
DECLINED = Failure(("card_declined", "http_402", "effect_failed"), "no")
LATE = Failure(("timeout", "effect_failed"), "late")


def failing(*failures: Failure | None) -> Callable[[Effect, Call], Value]:
    """Fails with one after the other; None and the end of the list are successes."""
    left = list(failures)

    def answer(_effect: Effect, _call: Call) -> Value:
        failure = left.pop(0) if left else None
        if failure is not None:
            raise failure
        return "done"

    return answer


def failure_of(handler: Handler, given: Effect, with_call: Call | None = None) -> Failure:
    with pytest.raises(Failure) as caught:
        handler(given, with_call or call())
    return caught.value


def recorded(journal: Remembered, inner: Handler, keyed: bool = False) -> Handler:
    return recording(journal, inner, lambda _: keyed, lambda *_: None)


class TestGate:
    def test_a_refusal_is_final_names_who_refuses_and_is_told(self) -> None:
        refused: list[tuple[str, str]] = []
        gate = Gate(failing(), lambda it, _, failure: refused.append((it.site, failure.code)))
        grant = Grant((Say("the role `clerk`", ("database.read",)),))
        needy = effect("pay/charge", capabilities=("network.http_client.cards",))
        failure = failure_of(gate, needy, call(grant=grant))
        assert (failure.code, failure.final) == ("capability_denied", True)
        assert failure.message == (
            "pay/charge may not `network.http_client.cards`: "
            "the role `clerk` does not list `network.http_client.cards`"
        )
        assert refused == [("pay/charge", "capability_denied")]

    def test_every_capability_of_an_effect_is_needed(self) -> None:
        with_network = call(grant=Grant((Say("the node", ("network",)),)))
        gate = Gate(failing(), lambda *_: None)
        both = effect("a", capabilities=("network.http_client.cards", "secrets.read.cards_key"))
        failure = failure_of(gate, both, with_network)
        assert failure.details["capability"] == "secrets.read.cards_key"
        one = effect("a", capabilities=("network.http_client.cards",))
        assert gate(one, with_network) == "done"


def test_a_run_may_ask_for_so_many_effects() -> None:
    handler = counting(failing(), already=1, most=3)
    assert [handler(effect(it), call()) for it in "ab"] == ["done", "done"]
    failure = failure_of(handler, effect("c"))
    assert (failure.code, failure.final) == ("budget_exceeded", True)


WAITS: dict[str, tuple[Retry, list[float]]] = {
    "none": (Retry(5), [0, 0, 0, 0]),
    "always the same": (Retry(4, 2), [2, 2, 2]),
    "linear": (Retry(5, 1, 1, 1), [1, 2, 3, 4]),
    "exponential": (Retry(5, 0.5, 2), [0.5, 1, 2, 4]),
    "exponential up to the longest": (Retry(6, 10, 3, 0, 60), [10, 30, 60, 60, 60]),
    "the first is too long already": (Retry(2, 90, 1, 0, 60), [60]),
}


@pytest.mark.parametrize(("policy", "waits"), WAITS.values(), ids=WAITS.keys())
def test_waits_follow_the_policy(policy: Retry, waits: list[float]) -> None:
    clock = Clock()
    starts: list[float] = []

    def fail(_effect: Effect, _call: Call) -> Value:
        starts.append(clock.now)
        raise UNREACHABLE

    handler = Retrier(fail, lambda _: True, clock, clock.pause)
    failure = failure_of(handler, effect("a", retry=policy))
    between = [round(starts[it + 1] - starts[it], 6) for it in range(len(starts) - 1)]
    assert between == waits
    assert failure.details["tries"] == policy.attempts
    assert [wait_before(policy, it + 1) for it in range(len(waits))] == waits


TRIES: dict[str, tuple[Retry, Failure, EffectKind, bool, int]] = {
    "nothing asked": (Retry(), UNREACHABLE, "read", False, 1),
    "what may pass": (Retry(3), UNREACHABLE, "read", False, 3),
    "an answer that stands": (Retry(3), DECLINED, "read", False, 1),
    "an overloaded server": (
        Retry(3), Failure(("http_503", "effect_failed"), ""), "write", False, 3),
    "only what the document names": (Retry(3, codes=("busy",)), UNREACHABLE, "read", False, 1),
    "what the document names": (Retry(3, codes=("card_declined",)), DECLINED, "read", False, 3),
    "a late read": (Retry(3), LATE, "read", False, 3),
    "a late write that may have happened": (Retry(3), LATE, "write", False, 1),
    "a late write with a key": (Retry(3), LATE, "write", True, 3),
    "a late write, named": (Retry(3, codes=("timeout",)), LATE, "write", False, 3),
    "a final one": (Retry(3), Failure(("unreachable",), "", final=True), "read", False, 1),
}  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "failure", "kind", "keyed", "tries"), TRIES.values(), ids=TRIES.keys()
)
def test_only_what_may_pass_is_tried_again(
    policy: Retry, failure: Failure, kind: EffectKind, keyed: bool, tries: int
) -> None:
    clock = Clock()
    attempts: list[int] = []

    def fail(_effect: Effect, given: Call) -> Value:
        attempts.append(given.attempt)
        raise failure

    handler = Retrier(fail, lambda _: keyed, clock, clock.pause)
    failure_of(handler, effect("a", kind=kind, retry=policy))
    assert attempts == list(range(1, tries + 1))


def test_the_other_side_may_ask_for_a_longer_wait() -> None:
    clock = Clock()
    busy = Failure(("http_429", "effect_failed"), "", {"retry_after": 7})
    handler = Retrier(failing(busy), lambda _: False, clock, clock.pause)
    assert handler(effect("a", retry=Retry(2, 1)), call()) == "done"
    assert round(clock.now, 6) == 1007


def test_a_wait_that_ends_too_late_is_not_begun() -> None:
    clock = Clock()
    handler = Retrier(failing(UNREACHABLE), lambda _: False, clock, clock.pause)
    late = call(deadline=clock.now + 3)
    assert failure_of(handler, effect("a", retry=Retry(2, 5)), late).code == "unreachable"
    assert clock.waits == []


def test_a_stop_ends_a_wait() -> None:
    clock = Clock()
    handler = Retrier(failing(UNREACHABLE), lambda _: False, clock, clock.pause)
    stopping = call(is_stopped=lambda: clock.now > 1001)
    failure = failure_of(handler, effect("a", retry=Retry(2, 60)), stopping)
    assert (failure.code, failure.final) == ("cancelled", True)
    assert clock.now < 1002


class TestBreaker:
    card = effect("a", arguments={"provider": "cards"})

    def test_a_target_that_fails_again_and_again_is_left_alone_for_a_while(self) -> None:
        clock = Clock()
        provider = Scripted(charge=failing(*[UNREACHABLE] * 3))
        handler = Breaker(clock, failures=3, cooling=30).around(provider.perform)
        for _ in range(3):
            assert failure_of(handler, self.card).code == "unreachable"
        failure = failure_of(handler, self.card)
        assert failure.codes == ("circuit_open", "unreachable", "network_error", "effect_failed")
        assert failure.details["retry_after"] == Decimal("30.0")
        assert provider.times("charge") == 3
        clock.now += 30
        assert handler(self.card, call()) == "done"
        assert handler(self.card, call()) == "done"

    def test_one_that_still_fails_is_left_alone_again(self) -> None:
        clock = Clock()
        provider = Scripted(charge=failing(*[UNREACHABLE] * 4))
        handler = Breaker(clock, failures=3, cooling=30).around(provider.perform)
        for _ in range(3):
            failure_of(handler, self.card)
        clock.now += 31
        assert failure_of(handler, self.card).code == "unreachable"
        assert failure_of(handler, self.card).code == "circuit_open"
        assert provider.times("charge") == 4

    def test_a_refusal_says_that_the_target_is_there(self) -> None:
        answers = failing(UNREACHABLE, DECLINED, UNREACHABLE, None)
        handler = Breaker(Clock(), failures=2).around(answers)
        codes = [failure_of(handler, self.card).code for _ in range(3)]
        assert codes == ["unreachable", "card_declined", "unreachable"]
        assert handler(self.card, call()) == "done"

    def test_other_targets_are_not_concerned(self) -> None:
        handler = Breaker(Clock(), failures=1).around(failing(UNREACHABLE))
        failure_of(handler, self.card)
        assert handler(effect("a", arguments={"provider": "mail"}), call()) == "done"


class TestRecording:
    def test_a_write_is_on_record_before_it_is_performed(self) -> None:
        journal = Remembered()
        states: list[str] = []

        def look(given: Effect, _call: Call) -> Value:
            entry = journal.find(given.site)
            states.append("nothing" if entry is None else entry.state)
            return 1

        handler = recorded(journal, look)
        handler(effect("w"), call())
        handler(effect("r", kind="read"), call())
        assert states == ["intended", "nothing"]
        assert [it.state for it in journal.entries()] == ["done", "done"]

    @pytest.mark.parametrize(("kind", "keyed"), [("write", True), ("read", False)])
    def test_what_can_be_asked_again_is(self, kind: EffectKind, keyed: bool) -> None:
        journal = Remembered()
        journal.intend(effect("w", kind=kind))
        assert recorded(journal, failing(), keyed)(effect("w", kind=kind), call()) == "done"

    def test_a_write_without_key_that_was_begun_is_not_performed_again(self) -> None:
        journal = Remembered()
        journal.intend(effect("w"))
        with pytest.raises(Ambiguous) as caught:
            recorded(journal, failing())(effect("w"), call())
        assert caught.value.effect.site == "w"

    def test_one_that_waits_is_asked_again(self) -> None:
        journal = Remembered()

        def wait(_effect: Effect, _call: Call) -> Value:
            raise Suspended("a person's answer")

        with pytest.raises(Suspended):
            recorded(journal, wait)(effect("w"), call())
        assert recorded(journal, failing())(effect("w"), call()) == "done"

    def test_failures_are_answers_too(self) -> None:
        journal = Remembered()
        told: list[Outcome] = []
        handler = recording(
            journal, failing(DECLINED), lambda _: False, lambda _, __, outcome: told.append(outcome)
        )
        failure_of(handler, effect("w"))
        failure = failure_of(recalling(journal, nothing_else(True)), effect("w"))
        assert (failure.codes, failure.message) == (DECLINED.codes, DECLINED.message)
        assert [it.failure for it in told] == [DECLINED]


class TestRecall:
    journal = Remembered()
    journal.settle(effect("a", arguments={"amount": 1}), Outcome("first"))

    def test_what_the_journal_holds_is_not_performed(self) -> None:
        provider = Scripted(charge=lambda *_: "again")
        handler = live(World(Registry([provider])), self.journal, Redactor()).handler
        assert handler(effect("a", arguments={"amount": 1}), call()) == "first"
        assert provider.asked == []

    def test_another_request_at_the_same_place_is_a_divergence(self) -> None:
        handler = replayed(self.journal, whole=True).handler
        failure = failure_of(handler, effect("a", arguments={"amount": 2}))
        assert (failure.code, failure.final) == ("diverged", True)
        assert failure.details["step"] == "a"

    def test_a_request_that_was_never_made_is_one_too(self) -> None:
        handler = replayed(self.journal, whole=True).handler
        assert failure_of(handler, effect("b")).code == "diverged"

    def test_a_journal_of_a_run_that_has_not_ended_ends_somewhere(self) -> None:
        with pytest.raises(Suspended, match="the journal ends before `charge` at b"):
            replayed(self.journal, whole=False).handler(effect("b"), call())

    def test_a_refusal_is_on_record_whatever_is_allowed_later(self) -> None:
        journal = Remembered()
        needy = effect("a", capabilities=("shell.run",))
        nothing = call(grant=Grant((Say("nobody", ()),)))
        failure_of(live(World(Registry([])), journal, Redactor()).handler, needy, nothing)
        assert failure_of(replayed(journal, True).handler, needy).code == "capability_denied"


BROKEN: dict[str, tuple[Exception, tuple[str, ...]]] = {
    "a failure as it is": (DECLINED, DECLINED.codes),
    "a fault": (Fault("null_value", "null"), ("null_value", "effect_failed")),
    "an action that cannot be done": (
        VesperError("busy", "locked", "try again"), ("busy", "effect_failed")),
    "anything else": (ZeroDivisionError("oops"), ("provider_broken", "effect_failed")),
}  # fmt: skip


@pytest.mark.parametrize(("raised", "codes"), BROKEN.values(), ids=BROKEN.keys())
def test_whatever_a_provider_raises_is_a_failure(raised: Exception, codes: tuple[str, ...]) -> None:
    def fail(_effect: Effect, _call: Call) -> object:
        raise raised

    assert failure_of(Registry([Scripted(charge=fail)]), effect("a")).codes == codes


def test_an_operation_that_nobody_performs_is_a_failure() -> None:
    failure = failure_of(Registry([]), effect("a", "fly"))
    assert failure.codes == ("unsupported_operation", "effect_failed")
    assert failure.message == "nothing here performs `fly`, which a asks for"


SECRET = "4111222233334444"
SHOWN: dict[str, tuple[Value, Value]] = {
    "by name": ({"card": SECRET, "name": "Ada"}, {"card": HIDDEN, "name": "Ada"}),
    "in other letters": ({"CARD": SECRET}, {"CARD": HIDDEN}),
    "inside lists and records": ([{"of": {"card": 1}}], [{"of": {"card": HIDDEN}}]),
    "by value, inside a text": (f"card {SECRET} was declined", f"card {HIDDEN} was declined"),
    "a number with the same digits": (int(SECRET), HIDDEN),
    "nothing is nothing": ({"card": None}, {"card": None}),
    "everything else": ([1, None, True, Decimal("1.50")], [1, None, True, Decimal("1.50")]),
}


@pytest.mark.parametrize(("value", "shown"), SHOWN.values(), ids=SHOWN.keys())
def test_sensitive_values_are_hidden(value: Value, shown: Value) -> None:
    redactor = Redactor.of(["customer.card"], {"card": SECRET, "name": "Ada"})
    assert redactor.hide(value) == shown


def test_what_a_provider_says_of_a_failure_hides_them() -> None:
    def fail(_effect: Effect, _call: Call) -> Value:
        raise Failure(("declined",), f"card {SECRET} was declined", {"sent": {"card": SECRET}})

    handler = redacting(fail, Redactor.of(["card"]))
    failure = failure_of(handler, effect("a", arguments={"parameters": {"card": SECRET}}))
    assert failure.message == f"card {HIDDEN} was declined"
    assert failure.details == {"sent": {"card": HIDDEN}}
