"""The same work as the documents beside this file: by hand, and under the contracts of other libraries.

The libraries are no dependency of the product: `bench.run` puts them into `bench/.cache/run`.
"""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Any

EXACT = Context(prec=1_000, Emax=6_144, Emin=-6_144, traps=[Inexact, InvalidOperation, Overflow])
ROUNDING = Context(prec=1_000, Emax=6_144, Emin=-6_144, traps=[InvalidOperation, Overflow])
PATTERN = re.compile(r"^ord_[a-z0-9]{8}\Z", re.ASCII)
FEE, FIXED, CENT, KEPT = Decimal("0.029"), Decimal("0.30"), Decimal("0.01"), Decimal("0.95")
MOST, TOO_MUCH = Decimal("50000.00"), 900_000

Inputs = Mapping[str, Any]
Work = Callable[[Inputs], Any]


class Refused(Exception):
    """A check that does not hold."""


def by_hand(given: Inputs) -> dict[str, Any]:  # noqa: C901 -- each check written out, as a person would
    """What a careful person writes: the same checks, the same exactness, each written out once."""
    order_id, user_id, amount = given["order_id"], given["user_id"], given["amount"]
    quantity, currency = given["quantity"], given["currency"]
    if type(order_id) is not str or type(user_id) is not str or type(currency) is not str:
        raise Refused("a text is missing")
    if type(amount) is not Decimal or type(quantity) is not int or len(given) != 5:
        raise Refused("a number is missing")
    broken: list[str] = []
    if not PATTERN.search(order_id):
        broken.append("order_id")
    if not user_id:
        broken.append("user_id")
    if not amount > 0:
        broken.append("amount is positive")
    if not amount <= MOST:
        broken.append("amount has a limit")
    if not quantity >= 1:
        broken.append("quantity is positive")
    if not quantity <= 100:
        broken.append("quantity has a limit")
    if currency not in ("EUR", "USD", "CHF"):
        broken.append("currency")
    if not len(user_id) <= 64:
        broken.append("user_id has a limit")
    if not EXACT.multiply(amount, quantity) <= 1_000_000:
        broken.append("the whole has a limit")
    if not (not user_id.startswith("test_") or amount < 100):
        broken.append("tests are small")
    if broken:
        raise Refused(", ".join(broken))
    if not EXACT.multiply(amount, quantity) < TOO_MUCH:
        return {
            "error_code": "too_much",
            "message": f"{amount:f} times {quantity} is too much at once",
        }
    subtotal = EXACT.multiply(amount, quantity)
    fee = EXACT.add(EXACT.multiply(subtotal, FEE), FIXED).quantize(CENT, ROUND_HALF_EVEN, ROUNDING)
    kept = EXACT.multiply(subtotal, KEPT) if quantity >= 10 else subtotal
    total = EXACT.add(kept, fee)
    reference = f"{order_id}/{currency}/{total:f}"
    if not total >= fee:
        raise Refused("total >= fee")
    if not total <= EXACT.add(subtotal, fee):
        raise Refused("total <= subtotal + fee")
    return {"subtotal": subtotal, "fee": fee, "total": total, "reference": reference}


def body(
    order_id: str, user_id: str, amount: Decimal, quantity: int, currency: str
) -> dict[str, Any]:
    """The work alone, as somebody writes it who leaves the checks to a library."""
    del user_id
    if amount * quantity >= TOO_MUCH:
        return {"error_code": "too_much"}
    subtotal = amount * quantity
    fee = round(subtotal * FEE + FIXED, 2)
    total = subtotal * KEPT + fee if quantity >= 10 else subtotal + fee
    reference = f"{order_id}/{currency}/{total:f}"
    return {"subtotal": subtotal, "fee": fee, "total": total, "reference": reference}


CHECKS: tuple[Callable[..., bool], ...] = (
    lambda order_id: PATTERN.search(order_id) is not None,
    lambda user_id: user_id != "",
    lambda amount: amount > 0,
    lambda amount: amount <= MOST,
    lambda quantity: quantity >= 1,
    lambda quantity: quantity <= 100,
    lambda currency: currency in ("EUR", "USD", "CHF"),
    lambda user_id: len(user_id) <= 64,
    lambda amount, quantity: amount * quantity <= 1_000_000,
    lambda user_id, amount: not user_id.startswith("test_") or amount < 100,
)


def with_icontract() -> Work:
    """The checks as `icontract` has them."""
    import icontract

    work: Callable[..., dict[str, Any]] = body
    work = icontract.ensure(lambda result: result["total"] >= result["fee"])(work)
    work = icontract.ensure(lambda result: result["total"] <= result["subtotal"] + result["fee"])(
        work
    )
    for check in reversed(CHECKS):
        work = icontract.require(check)(work)
    return lambda given: work(**given)


def with_deal() -> Work:
    """The checks as `deal` has them: its validators take all arguments, or `_` with them."""
    import deal

    work: Callable[..., dict[str, Any]] = body
    work = deal.post(lambda result: result["total"] >= result["fee"])(work)
    work = deal.post(lambda result: result["total"] <= result["subtotal"] + result["fee"])(work)
    checks = (
        lambda _: PATTERN.search(_.order_id) is not None,
        lambda _: _.user_id != "",
        lambda _: _.amount > 0,
        lambda _: _.amount <= MOST,
        lambda _: _.quantity >= 1,
        lambda _: _.quantity <= 100,
        lambda _: _.currency in ("EUR", "USD", "CHF"),
        lambda _: len(_.user_id) <= 64,
        lambda _: _.amount * _.quantity <= 1_000_000,
        lambda _: not _.user_id.startswith("test_") or _.amount < 100,
    )
    for check in reversed(checks):
        work = deal.pre(check)(work)
    return lambda given: work(**given)


CEL = (
    "order_id.matches('^ord_[a-z0-9]{8}$')",
    "user_id != ''",
    "amount > 0.0",
    "amount <= 50000.0",
    "quantity >= 1",
    "quantity <= 100",
    "currency in ['EUR', 'USD', 'CHF']",
    "size(user_id) <= 64",
    "amount * double(quantity) <= 1000000.0",
    "!user_id.startsWith('test_') || amount < 100.0",
)
CEL_AFTER = ("total >= fee", "total <= subtotal + fee")


def with_cel() -> Work:
    """The checks as expressions of CEL, compiled before; its decimals are doubles."""
    import celpy
    from celpy import celtypes

    environment = celpy.Environment()
    before = [environment.program(environment.compile(it)) for it in CEL]
    after = [environment.program(environment.compile(it)) for it in CEL_AFTER]

    def work(given: Inputs) -> dict[str, Any]:
        names = {
            "order_id": celtypes.StringType(given["order_id"]),
            "user_id": celtypes.StringType(given["user_id"]),
            "amount": celtypes.DoubleType(given["amount"]),
            "quantity": celtypes.IntType(given["quantity"]),
            "currency": celtypes.StringType(given["currency"]),
        }
        for it in before:
            if not it.evaluate(names):
                raise Refused(str(it))
        found = body(**given)
        results = {key: celtypes.DoubleType(found[key]) for key in ("subtotal", "fee", "total")}
        for it in after:
            if not it.evaluate(results):
                raise Refused(str(it))
        return found

    return work


def loop(given: Inputs) -> list[dict[str, Any]]:
    """The pipeline as a loop with the same exactness, over records that are taken as they are."""
    groups: dict[str, list[Any]] = {}
    for sale in given["sales"]:
        if sale["amount"] > 10 and sale["quantity"] >= 2:
            group = groups.get(sale["region"])
            if group is None:
                group = groups[sale["region"]] = [0, Decimal(0)]
            group[0] += 1
            group[1] = EXACT.add(group[1], sale["amount"])
    return [{"region": key, "count": it[0], "total": it[1]} for key, it in groups.items()]


def checked_loop(given: Inputs) -> list[dict[str, Any]]:
    """The same, and each record is looked at first: its keys and the type of each value."""
    for sale in given["sales"]:
        if type(sale) is not dict or len(sale) != 3:
            raise Refused("no sale")
        region, amount, quantity = sale["region"], sale["amount"], sale["quantity"]
        if type(region) is not str or type(amount) is not Decimal or type(quantity) is not int:
            raise Refused("no sale")
        if not amount.is_finite() or not -(2**63) <= quantity < 2**63:
            raise Refused("no number")
        if not region.isascii():
            region.encode()
    return loop(given)
