"""In which month a gift counts, and how many days are left: by the campaign's own calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from standfirst.funding import campaigns, meter, periods
from standfirst.funding.books import ledger
from standfirst.funding.models import Campaign, Mode
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_gift

pytestmark = pytest.mark.usefixtures("books")
ZONES = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/New_York", "UTC"]


def wall(*parts: int) -> datetime:
    """Return what a clock on the wall shows; the campaign's zone says when that is."""
    year, month, day, *time = parts
    return datetime(year, month, day, *time)  # type: ignore[arg-type]  # noqa: DTZ001


def charged(campaign: Campaign, local: datetime) -> Any:
    at = local.replace(tzinfo=campaign.zone).astimezone(UTC)
    with time_machine.travel(at + timedelta(hours=1), tick=False):
        return charged_gift(campaign, charge={"ref": f"ch_{at.timestamp()}", "paid_at": at})


@pytest.mark.parametrize("tz", ZONES)
def test_a_gift_in_the_last_instant_of_the_month_counts_in_it(tz: str) -> None:
    campaign = make_campaign(tz=tz)

    payment = charged(campaign, wall(2026, 9, 30, 23, 59, 59, 999_000))

    assert payment.period.first_day == date(2026, 9, 1)


@pytest.mark.parametrize("tz", ZONES)
def test_a_gift_at_midnight_of_the_first_counts_in_the_new_month(tz: str) -> None:
    campaign = make_campaign(tz=tz)

    payment = charged(campaign, wall(2026, 10, 1))

    assert payment.period.first_day == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("local", "first_day"),
    [
        (wall(2027, 10, 31, 23, 30), date(2027, 10, 1)),  # Berlin turns its clocks back on this last day
        (wall(2024, 3, 31, 1, 59), date(2024, 3, 1)),  # and forward on this one
        (wall(2024, 3, 31, 23, 59), date(2024, 3, 1)),
        (wall(2028, 2, 29, 23, 59), date(2028, 2, 1)),
        (wall(2028, 3, 1), date(2028, 3, 1)),
    ],
)
def test_a_clock_change_or_a_leap_day_at_the_end_moves_no_gift(local: datetime, first_day: date) -> None:
    campaign = make_campaign(tz="Europe/Berlin")

    payment = charged(campaign, local)

    assert payment.period.first_day == first_day


def test_a_zone_that_skipped_a_day_has_its_months_all_the_same() -> None:
    campaign = make_campaign(tz="Pacific/Apia")
    before, after = wall(2011, 12, 29, 12), wall(2011, 12, 31, 12)

    days = [charged(campaign, local).period.first_day for local in (before, after)]

    assert days == [date(2011, 12, 1)] * 2
    assert periods.days_left(campaign, before.replace(tzinfo=ZoneInfo("Pacific/Apia"))) == 3


def test_a_message_that_comes_in_the_next_month_counts_in_the_month_of_the_charge() -> None:
    campaign = make_campaign()
    paid_at = datetime(2026, 9, 30, 12, tzinfo=UTC)

    with time_machine.travel(datetime(2026, 10, 2, 12, tzinfo=UTC), tick=False):
        payment = charged_gift(campaign, charge={"paid_at": paid_at})
        now = meter.of(campaign, datetime(2026, 10, 2, 12, tzinfo=UTC), Mode.REHEARSAL)

    assert payment.period.first_day == date(2026, 9, 1)
    assert now.raised.minor == 0


def test_a_new_month_starts_at_zero_without_any_job() -> None:
    campaign = make_campaign()
    with time_machine.travel(datetime(2026, 9, 15, tzinfo=UTC), tick=False):
        paid_gift(campaign, 7_000)
    midnight = datetime(2026, 10, 1, tzinfo=campaign.zone)

    before = meter.of(campaign, midnight - timedelta(microseconds=1), Mode.REHEARSAL)
    after = meter.of(campaign, midnight, Mode.REHEARSAL)

    assert (before.raised.minor, after.raised.minor) == (7_000, 0)
    assert before.expires_at == midnight


@pytest.mark.parametrize(
    ("tz", "local", "days"),
    [
        ("America/New_York", wall(2026, 9, 20, 23, 59), 11),
        ("America/New_York", wall(2026, 9, 30), 1),
        ("America/New_York", wall(2026, 9, 30, 23, 59, 59), 1),
        ("America/New_York", wall(2026, 10, 1), 31),
        ("America/New_York", wall(2026, 10, 25, 12), 7),
        ("Europe/Berlin", wall(2026, 3, 28, 23), 4),
        ("Pacific/Kiritimati", wall(2026, 12, 31, 23), 1),
        ("Asia/Kathmandu", wall(2028, 2, 28, 12), 2),
        ("Asia/Kathmandu", wall(2027, 2, 28, 12), 1),
    ],
)
def test_days_left_are_counted_in_local_dates_and_never_reach_zero(tz: str, local: datetime, days: int) -> None:
    campaign = make_campaign(tz=tz)

    assert periods.days_left(campaign, local.replace(tzinfo=ZoneInfo(tz))) == days


def test_moving_the_publication_to_another_zone_moves_no_gift_that_was_counted() -> None:
    campaign = make_campaign(tz="Pacific/Kiritimati")
    payment = charged(campaign, wall(2026, 10, 1, 0, 30))

    campaigns.change(campaign=campaign, name=campaign.name, tz="Pacific/Pago_Pago", active=True)

    payment.refresh_from_db()
    assert payment.period.first_day == date(2026, 10, 1)
    assert ledger.given_minor(campaign, payment.period, mode="rehearsal") == 2_500


def test_a_campaign_without_months_counts_everything_and_has_no_days_left() -> None:
    campaign = make_campaign(kind="fixed")
    charged(campaign, wall(2026, 3, 1))
    charged(campaign, wall(2026, 9, 1))

    found = meter.of(campaign, datetime(2027, 1, 1, tzinfo=UTC), Mode.REHEARSAL)

    assert (found.raised, found.days_left) == (Money(5_000, "USD"), None)


def test_a_rehearsal_is_never_summed_with_real_gifts(live: object, settings: object) -> None:
    campaign = make_campaign()
    paid_gift(campaign, 500)
    settings.STANDFIRST = replace(settings.STANDFIRST, mode="rehearsal")  # type: ignore[attr-defined]
    paid_gift(campaign, 9_900)

    sums = {mode: meter.of(campaign, datetime.now(UTC), mode).raised.minor for mode in Mode}

    assert sums == {Mode.LIVE: 500, Mode.REHEARSAL: 9_900}
