"""When and what a gift counts: sessions, renewals, late payments, campaigns that change meanwhile."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from standfirst.accounts.models import Account
from standfirst.funding import campaigns, meter
from standfirst.funding.books import checking, ledger
from standfirst.funding.books.ledger import ReasonMissing
from standfirst.funding.models import Campaign, Gift, Mode, Payment, ProviderEvent, Refund, Transfer
from standfirst.funding.payments import counting, inbox, refunds
from standfirst.funding.payments.counting import FactsDisagree
from standfirst.funding.providers.protocol import Facts
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import (
    charged_gift,
    make_campaign,
    message,
    paid_facts,
    paid_gift,
    refund_facts,
    started_gift,
)
from standfirst.testing.payment_service import scripted

pytestmark = pytest.mark.usefixtures("books")
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def new_york(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour + 4, tzinfo=UTC)


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def month_of(facts: Facts) -> date:
    return counting.apply(facts=facts).payments.latest("pk").period.first_day


def regular(campaign: Campaign, minor: int = 2_500, interval: str = "month") -> Gift:
    gift = started_gift(campaign, minor)
    Gift.objects.filter(pk=gift.pk).update(interval=interval)
    gift.refresh_from_db()
    return gift


def invoice(gift: Gift, number: int, paid_at: datetime, **charge: Any) -> Facts:
    said = {"ref": f"ch_{number}", "invoice_ref": f"in_{number}", "paid_at": paid_at}
    return paid_facts(gift, charge=said | charge)


def test_a_session_opened_in_september_and_paid_in_october_counts_in_october() -> None:
    with at(new_york(9, 30)):
        gift = started_gift(make_campaign())
    with at(new_york(10, 1)):
        assert month_of(paid_facts(gift)) == OCTOBER


def test_a_delayed_payment_counts_when_it_succeeds_and_nothing_before() -> None:
    with at(new_york(9, 28)):
        campaign = make_campaign()
        gift = started_gift(campaign)
        counting.apply(facts=paid_facts(gift, state="pending"))
        pending = meter.of(campaign, new_york(9, 28), Mode.REHEARSAL).raised.minor
    with at(new_york(10, 2)):
        assert month_of(paid_facts(gift)) == OCTOBER

    assert pending == 0


def test_a_delayed_payment_that_fails_after_it_was_on_its_way_counts_nothing() -> None:
    gift = started_gift(make_campaign())

    for state in ("pending", "failed"):
        counting.apply(facts=paid_facts(gift, state=state))

    gift.refresh_from_db()
    assert (gift.status, Payment.objects.count()) == ("failed", 0)


def test_two_renewals_in_one_month_both_count_there_and_the_next_month_has_none() -> None:
    campaign = make_campaign()
    gift = regular(campaign)

    months = [month_of(invoice(gift, number, new_york(9, day))) for number, day in ((1, 1), (2, 30))]

    assert months == [SEPTEMBER, SEPTEMBER]
    sums = [meter.of(campaign, new_york(month, 15), Mode.REHEARSAL).raised.minor for month in (9, 10)]
    assert sums == [5_000, 0]


def test_the_same_invoice_counts_once_whatever_charge_it_names() -> None:
    gift = regular(make_campaign())
    counting.apply(facts=invoice(gift, 1, new_york(9, 1)))

    with pytest.raises(IntegrityError), transaction.atomic():
        counting.apply(facts=invoice(gift, 1, new_york(9, 1), ref="ch_other"))

    assert Payment.objects.count() == 1


def test_an_invoice_of_zero_counts_nothing_and_breaks_nothing() -> None:
    gift = regular(make_campaign())

    counting.apply(facts=invoice(gift, 1, new_york(9, 1), amount=Money(0, "USD")))

    assert (Payment.objects.count(), Transfer.objects.count()) == (0, 0)


def test_a_yearly_gift_counts_whole_in_its_month() -> None:
    campaign = make_campaign()
    gift = regular(campaign, 12_000, "year")

    month_of(invoice(gift, 1, new_york(9, 5)))

    assert meter.of(campaign, new_york(9, 6), Mode.REHEARSAL).raised.minor == 12_000


def test_a_renewal_of_an_amount_that_nobody_agreed_on_is_not_counted() -> None:
    gift = regular(make_campaign())

    with pytest.raises(FactsDisagree):
        counting.apply(facts=invoice(gift, 1, new_york(9, 5), amount=Money(2_600, "USD")))


def test_what_the_service_computed_itself_after_a_change_is_counted_as_it_is() -> None:
    gift = regular(make_campaign())

    counting.apply(facts=invoice(gift, 1, new_york(9, 5), amount=Money(1_834, "USD"), adjusted=True))

    assert Payment.objects.get().amount_minor == 1_834


def test_a_session_that_was_open_when_the_campaign_changed_counts_for_the_one_it_was_begun_for() -> None:
    old = make_campaign()
    gift = started_gift(old)
    campaigns.change(campaign=old, name=old.name, tz=old.tz, active=False)
    new = make_campaign()

    counting.apply(facts=paid_facts(gift))

    sums = [meter.of(campaign, clock.now(), Mode.REHEARSAL).raised.minor for campaign in (old, new)]
    assert sums == [2_500, 0]


def test_a_regular_gift_goes_on_counting_for_its_own_campaign() -> None:
    old = make_campaign()
    gift = regular(old)
    counting.apply(facts=invoice(gift, 1, new_york(9, 1)))
    campaigns.change(campaign=old, name=old.name, tz=old.tz, active=False)
    new = make_campaign()

    counting.apply(facts=invoice(gift, 2, new_york(9, 28)))

    sums = [meter.of(campaign, new_york(9, 29), Mode.REHEARSAL).raised.minor for campaign in (old, new)]
    assert sums == [5_000, 0]


def test_several_campaigns_count_apart_at_the_same_time() -> None:
    first, second = make_campaign(), make_campaign(featured=False, currency="EUR")
    paid_gift(first, 700)
    paid_gift(second, 900)

    found = [meter.of(campaign, clock.now(), Mode.REHEARSAL).raised for campaign in (first, second)]

    assert found == [Money(700, "USD"), Money(900, "EUR")]


def test_a_clock_that_runs_behind_or_backwards_moves_no_gift() -> None:
    with at(new_york(9, 15)):
        gift = started_gift(make_campaign())
    with at(new_york(8, 20)):
        assert month_of(paid_facts(gift, charge={"paid_at": new_york(9, 15)})) == SEPTEMBER


def test_reading_the_meter_asks_for_stored_sums_only(django_assert_max_num_queries: Any) -> None:
    campaign = make_campaign()
    for _ in range(3):
        charged_gift(campaign)

    with django_assert_max_num_queries(3):
        found = meter.read()

    assert found is not None
    assert found.raised.minor == ledger.given_minor(campaign, Payment.objects.all()[0].period, mode="rehearsal")


def test_a_payment_of_another_site_on_the_account_is_done_with_and_not_counted() -> None:
    with scripted() as service:
        gift = started_gift(make_campaign())
        service.facts["cs_1"] = paid_facts(gift, gift_id=None, site="https://other.example")

        state = inbox.process(message("evt_1", "cs_1"))

    assert (state, Payment.objects.count()) == ("done", 0)
    assert "did not begin on this site" in ProviderEvent.objects.get().error


def test_the_database_refuses_more_refunds_than_were_charged_cover_included() -> None:
    gift = started_gift(make_campaign(), 2_400)
    Gift.objects.filter(pk=gift.pk).update(cover_minor=100)
    gift.refresh_from_db()
    payment = counting.apply(facts=paid_facts(gift, charge={"amount": gift.charged})).payments.get()
    refunds.settle(payment=payment, facts=refund_facts("re_1", Money(2_500, "USD")))

    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(payment=payment, amount_minor=1, at=clock.now())


def test_a_correction_needs_a_reason_and_keeps_who_made_it() -> None:
    campaign, by = make_campaign(), Account.objects.create_user("treasurer@example.org")
    period = paid_gift(campaign, 500).period
    wanted: dict[str, Any] = {"debit": "bank", "credit": ledger.income(campaign), "amount": Money(300, "USD")}
    wanted |= {"mode": "rehearsal", "period": period, "by": by}

    for note in ("", "  ", "x" * 201):
        with pytest.raises(ReasonMissing):
            ledger.adjust(note=note, **wanted)
    row = ledger.adjust(note="Counted twice by hand", **wanted)

    assert (row.note, row.recorded_by, row.key[:7]) == ("Counted twice by hand", by, "adjust:")
    assert meter.of(campaign, clock.now(), Mode.REHEARSAL).raised.minor == 800
    assert checking.check() == []


def test_a_callback_hears_of_each_new_payment_once_inside_its_transaction(monkeypatch: Any) -> None:
    heard: list[Payment] = []
    monkeypatch.setattr(counting, "_on_counted", [])
    counting.on_counted(heard.extend)
    counting.on_counted(heard.extend)
    facts = paid_facts(started_gift(make_campaign()))

    for _ in range(2):
        counting.apply(facts=facts)

    assert heard == [Payment.objects.get()]
