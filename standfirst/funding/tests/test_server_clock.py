"""Case 31: what the server's own clock shows decides nothing, whichever zone it is in and whichever way it jumps."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from standfirst.funding import exports, meter
from standfirst.funding.books import closings
from standfirst.funding.giving.gifts import ReceivedInFuture
from standfirst.funding.models import Closing, Period
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_gift

pytestmark = pytest.mark.usefixtures("books")
# In New York, where the campaign is: an hour before October, and an hour into it.
BEFORE, AFTER = datetime(2026, 10, 1, 3, tzinfo=UTC), datetime(2026, 10, 1, 5, tzinfo=UTC)
MIDNIGHT = datetime(2026, 10, 1, 4, tzinfo=UTC)
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
OFFSETS = {"Pacific/Kiritimati": 14, "Pacific/Pago_Pago": -11, "Asia/Kathmandu": 5.75, "UTC": 0}


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


@pytest.fixture(params=list(OFFSETS))
def server_zone(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server whose clock on the wall shows another zone's time."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        assert -time.timezone == OFFSETS[request.param] * 3_600
        yield request.param
    time.tzset()


def raised() -> tuple[date, int, int | None]:
    found = meter.read()
    assert found is not None
    return found.first_day, found.raised.minor, found.days_left


def charged(campaign: Any, minor: int) -> Any:
    return charged_gift(campaign, minor, charge={"ref": f"ch_{minor}", "paid_at": clock.now()})


def test_case_31_a_gift_counts_by_the_campaigns_calendar_in_whichever_zone_the_server_is(server_zone: str) -> None:
    with at(BEFORE):
        campaign = make_campaign(tz="America/New_York")
        september = charged(campaign, 1_000)
        before = raised()
        page: Any = Client().get("/funding/")
        with pytest.raises(ReceivedInFuture):
            paid_gift(campaign, 700, on=OCTOBER)
    with at(AFTER):
        october = charged(campaign, 2_500)
        by_hand = paid_gift(campaign, 700, on=OCTOBER)
        after = raised()
        closings.close_due()

    lines = list(exports.accounting(month=SEPTEMBER, zone=campaign.zone))[1:]
    assert [payment.period.first_day for payment in (september, october, by_hand)] == [SEPTEMBER, OCTOBER, OCTOBER]
    assert (before, after) == ((SEPTEMBER, 1_000, 1), (OCTOBER, 3_200, 31))
    assert page.shown.expires_at == MIDNIGHT
    assert [line.split(",")[0] for line in lines] == ["2026-09-30"]
    assert Closing.objects.get().ended_at == MIDNIGHT
    assert Closing.objects.get().given_minor == 1_000


def test_case_31_a_clock_that_is_set_back_over_the_months_end_moves_nothing_that_stands(server_zone: str) -> None:
    with at(BEFORE):
        campaign = make_campaign(tz="America/New_York")
        charged(campaign, 1_000)
    with at(AFTER):
        october = charged(campaign, 2_500)
        closings.close_due()
        as_closed = list(Closing.objects.values())
    with at(BEFORE + timedelta(minutes=30)):
        again = raised()
        closed_again = closings.close_due()
        late = charged(campaign, 400)
    with at(AFTER + timedelta(minutes=1)):
        closings.close_due()
        after = raised()
        month = closings.of(Period.objects.get(first_day=SEPTEMBER))

    october.refresh_from_db()
    assert again == (SEPTEMBER, 1_000, 1)
    assert closed_again == 0
    assert [payment.period.first_day for payment in (october, late)] == [OCTOBER, SEPTEMBER]
    assert list(Closing.objects.values()) == as_closed
    assert (month.as_closed, month.now) == (Money(1_000, "USD"), Money(1_400, "USD"))
    assert after == (OCTOBER, 2_500, 31)
