"""Schedules: five fields, or a word; anything else is told in its own place."""

import pytest

from vesper.lang.cron import fault

FINE = (
    "* * * * *", "*/15 * * * *", "0 6 * * 1-5", "30 2 1,15 * *", "0 0 29 2 *", "5 4 * jan-mar mon,FRI",
    "0 0 31 * 7", "  0  0  *  *  * ", "@daily", "@hourly", "0 22-23/1 ? * *",
)  # fmt: skip

WRONG: dict[str, tuple[str, str]] = {
    "": ("", "this has 0"),
    "0 0 * *": ("0 0 * *", "this has 4"),
    "0 0 * * * *": ("0 0 * * * *", "this has 6"),
    "every 5 minutes": ("every 5 minutes", "this has 3"),
    "60 * * * *": ("60", "minute: `60` is not from 0 to 59"),
    "0 24 * * *": ("24", "hour: `24` is not from 0 to 23"),
    "0 0 0 * *": ("0", "day of the month: `0` is not from 1 to 31"),
    "0 0 * 13 *": ("13", "month: `13` is not from 1 to 12"),
    "0 0 * * 8": ("8", "day of the week: `8` is not from 0 to 7"),
    "0 0 * * mo": ("mo", "day of the week: `mo` is not from 0 to 7"),
    "0 5-3 * * *": ("5-3", "begins behind its end"),
    "*/0 * * * *": ("*/0", "`/0` is no step"),
    "0 0 30 2 *": ("30", "month 2 has no day 30: this never runs"),
    "0 0 31 4 *": ("31", "month 4 has no day 31"),
    "@dialy": ("@dialy", "there is no `@dialy`"),
    "٣ * * * *": ("٣", "minute"),
}  # fmt: skip


@pytest.mark.parametrize("text", FINE)
def test_a_schedule_that_a_clock_can_follow_has_no_fault(text: str):
    assert fault(text) is None


@pytest.mark.parametrize("text", WRONG)
def test_a_schedule_that_no_clock_can_follow_names_the_field(text: str):
    place, says = WRONG[text]
    found = fault(text)
    assert found is not None
    assert text[found.start : found.end] == place
    assert says in found.message
