"""A gift in another currency is converted once; refunds, fees and losses by the rate never move what was counted."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from standfirst.funding import meter
from standfirst.funding.books import ledger, rates
from standfirst.funding.books.rates import RateMissing, counted
from standfirst.funding.models import Gift, Payment, ProviderEvent, Rate, Transfer
from standfirst.funding.payments import counting, disputes, inbox, refunds
from standfirst.funding.providers.protocol import DisputeFacts, DisputeMove, Facts, RefundFacts
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, message, paid_facts, started_gift
from standfirst.testing.payment_service import scripted

pytestmark = pytest.mark.usefixtures("books")
TODAY = date(2026, 9, 20)


def gift_in(currency: str, minor: int, cover: int = 0) -> Gift:
    gift = started_gift(make_campaign(goal_minor=None), minor)
    Gift.objects.filter(pk=gift.pk).update(currency=currency, cover_minor=cover)
    gift.refresh_from_db()
    return gift


def paid(gift: Gift, **charge: Any) -> Facts:
    return paid_facts(gift, charge={"ref": "ch_1", "amount": gift.charged, "fee_ref": "txn_1"} | charge)


def counted_payment(facts: Facts) -> Payment:
    return counting.apply(facts=facts).payments.get()


def raised() -> int:
    found = meter.read()
    return found.raised.minor if found else -1


def balances() -> dict[tuple[str, str], int]:
    sums: Counter[tuple[str, str]] = Counter()
    for row in Transfer.objects.all():
        sums[row.debit, row.currency] += row.amount_minor
        sums[row.credit, row.currency] -= row.amount_minor
    return {place: minor for place, minor in sums.items() if minor and not place[0].startswith("income")}


def rate(base: str, quote: str, value: str, day: date = TODAY) -> Rate:
    return Rate.objects.create(base=base, quote=quote, day=day, rate=Decimal(value), source="ECB")


def test_what_the_provider_settled_in_the_campaigns_currency_is_what_counts() -> None:
    gift = gift_in("EUR", 2_400, 100)

    payment = counted_payment(paid(gift, settled=Money(2_713, "USD"), fee=Money(110, "USD")))

    assert (payment.amount_minor, payment.cover_minor, payment.currency) == (2_400, 100, "EUR")
    assert (payment.counted_minor, payment.counted_cover_minor) == (2_604, 109)  # 2713 × 2400 / 2500 = 2604.48
    assert (payment.rate, payment.rate_source) == (Decimal("1.0852"), "stripe")
    assert raised() == 2_604
    assert balances() == {("clearing:stripe", "USD"): 2_713 - 110, ("expense:fees", "USD"): 110}


def test_a_gift_in_the_campaigns_currency_counts_as_given_whatever_it_settles_in() -> None:
    gift = gift_in("USD", 2_500)

    payment = counted_payment(paid(gift, settled=Money(2_300, "EUR"), fee=Money(92, "EUR")))

    assert (payment.counted_minor, payment.rate, raised()) == (2_500, None, 2_500)
    assert balances() == {
        ("clearing:stripe", "EUR"): 2_300 - 92,
        ("expense:fees", "USD"): 100,  # 92 of 2300 euros, as 2500 dollars were worth 2300 euros
        ("fx", "USD"): 2_500 - 100,
        ("fx", "EUR"): -2_300 + 92,
    }


def test_without_a_settlement_in_the_campaigns_currency_the_stored_rate_of_the_day_counts() -> None:
    rate("GBP", "USD", "1.30", TODAY - timedelta(days=2))
    rate("GBP", "USD", "1.50", TODAY + timedelta(days=1))
    gift = gift_in("GBP", 1_000)
    sunday = datetime(2026, 9, 20, 18, tzinfo=UTC)

    payment = counted_payment(paid(gift, settled=Money(1_150, "EUR"), paid_at=sunday))

    assert (payment.counted_minor, payment.rate, payment.rate_source) == (1_300, Decimal("1.30"), "ECB 2026-09-18")


def test_a_rate_written_the_other_way_round_serves_as_well() -> None:
    rate("USD", "GBP", "0.80")

    found = counted(Money(1_000, "GBP"), 0, into="USD", settled=None, on=TODAY, provider="stripe")

    assert (found.amount_minor, found.rate) == (1_250, Decimal("1.25"))


@pytest.mark.parametrize("days", [8, -1])
def test_without_a_rate_of_the_last_week_nothing_is_guessed(days: int) -> None:
    rate("GBP", "USD", "1.30", TODAY - timedelta(days=days))

    with pytest.raises(RateMissing, match="GBP to USD"):
        counted(Money(1_000, "GBP"), 0, into="USD", settled=None, on=TODAY, provider="stripe")


def test_a_message_that_lacks_a_rate_waits_and_is_counted_once_there_is_one() -> None:
    gift = gift_in("GBP", 1_000)
    with scripted() as service:
        service.facts["cs_1"] = paid(gift)
        pk = message("evt_1", "cs_1")

        waits = (inbox.process(pk), raised(), "GBP to USD" in ProviderEvent.objects.get().error)
        rate("GBP", "USD", "1.30", clock.local_date(gift.campaign.zone))
        done = (inbox.process(pk), raised())

    assert waits == ("parked", 0, True)
    assert done == ("done", 1_300)


def test_a_rate_that_changes_later_changes_no_gift() -> None:
    kept = rate("GBP", "USD", "1.30", clock.local_date(make_zone()))
    gift = gift_in("GBP", 1_000)
    facts = paid(gift)
    counted_payment(facts)

    Rate.objects.filter(pk=kept.pk).update(rate=Decimal(9))
    counted_payment(facts)

    assert raised() == 1_300


def test_a_refund_takes_what_was_counted_and_the_rate_of_the_day_is_our_loss_or_gain() -> None:
    payment = counted_payment(paid(gift_in("EUR", 2_500), settled=Money(2_700, "USD")))
    back = RefundFacts("re_1", Money(1_000, "EUR"), "done", clock.now(), settled=Money(1_120, "USD"))

    refunds.settle(payment=payment, facts=back)

    assert raised() == 2_700 - 1_080
    assert balances() == {("clearing:stripe", "USD"): 2_700 - 1_120, ("fx", "USD"): 40}


def test_a_refund_that_fails_later_gives_back_what_was_taken_and_what_was_counted() -> None:
    payment = counted_payment(paid(gift_in("EUR", 2_500), settled=Money(2_700, "USD")))
    for state in ("done", "failed"):
        facts = RefundFacts("re_1", Money(1_000, "EUR"), state, clock.now(), settled=Money(1_120, "USD"))  # type: ignore[arg-type]
        refunds.settle(payment=payment, facts=facts)

    assert raised() == 2_700
    assert balances() == {("clearing:stripe", "USD"): 2_700}


def test_refunds_of_a_gift_that_settled_abroad_are_booked_in_both_currencies() -> None:
    payment = counted_payment(paid(gift_in("USD", 2_500), settled=Money(2_300, "EUR")))
    for ref, settled in (("re_1", Money(940, "EUR")), ("re_2", None)):
        facts = RefundFacts(ref, Money(1_000, "USD"), "done", clock.now(), settled=settled)
        refunds.settle(payment=payment, facts=facts)

    assert raised() == 500
    assert balances()["clearing:stripe", "EUR"] == 2_300 - 940 - 920


def test_a_dispute_of_a_converted_gift_takes_all_that_was_counted() -> None:
    payment = counted_payment(paid(gift_in("EUR", 2_500), settled=Money(2_700, "USD")))
    at = clock.now()
    move = DisputeMove("txn_9", "withdrawn", Money(2_650, "USD"), Money(1_500, "USD"), at)

    disputes.settle(payment=payment, facts=DisputeFacts("dp_1", Money(2_500, "EUR"), "open", at, moves=(move,)))

    assert raised() == 0
    assert balances() == {
        ("clearing:stripe", "USD"): 2_700 - 2_650 - 1_500,
        ("expense:disputes", "USD"): 1_500,
        ("fx", "USD"): -50,
    }


def test_a_settlement_that_is_known_only_later_is_booked_then() -> None:
    gift = gift_in("USD", 2_500)
    counted_payment(paid(gift))

    counted_payment(paid(gift, settled=Money(2_300, "EUR"), fee=Money(92, "EUR")))

    assert raised() == 2_500
    assert balances()["clearing:stripe", "EUR"] == 2_300 - 92
    assert ("clearing:stripe", "USD") not in balances()


@pytest.mark.parametrize(("currency", "minor", "shown"), [("JPY", 3_000, "¥3,000"), ("KWD", 12_345, "KWD12.345")])
def test_currencies_without_decimals_and_with_three_are_counted_in_their_own_units(
    currency: str, minor: int, shown: str
) -> None:
    gift = started_gift(make_campaign(currency=currency, goal_minor=None), minor)

    counted_payment(paid(gift))

    found = meter.read()
    assert found is not None
    assert (found.raised, found.raised_text("en")) == (Money(minor, currency), shown)


@pytest.mark.parametrize(
    ("base", "quote", "minor", "value", "expected"),
    [
        ("JPY", "USD", 3_000, "0.0067", 2_010),
        ("USD", "JPY", 2_500, "149.5", 3_738),  # 3737.5 yen, rounded half up
        ("KWD", "USD", 12_345, "3.25", 4_012),  # 40.12125 dollars
        ("USD", "KWD", 4_000, "0.3077", 12_308),
    ],
)
def test_conversion_knows_how_many_decimals_each_currency_has(
    base: str, quote: str, minor: int, value: str, expected: int
) -> None:
    rate(base, quote, value)

    found = counted(Money(minor, base), 0, into=quote, settled=None, on=TODAY, provider="stripe")

    assert found.amount_minor == expected


def test_the_sum_of_many_small_conversions_is_what_is_shown() -> None:
    campaign = make_campaign(goal_minor=None)
    rate("EUR", "USD", "1.0853", clock.local_date(campaign.zone))

    for number in range(40):
        gift = started_gift(campaign, 100 + number)
        Gift.objects.filter(pk=gift.pk).update(currency="EUR")
        gift.refresh_from_db()
        counting.apply(facts=paid_facts(gift, charge={"ref": f"ch_{number}", "amount": gift.charged}))

    each = Payment.objects.values_list("counted_minor", flat=True)
    assert raised() == sum(each) == ledger.given_minor(campaign, Payment.objects.all()[0].period, mode="rehearsal")


@pytest.mark.parametrize(
    ("total", "part", "whole", "share"), [(1, 1, 2, 1), (5, 1, 2, 3), (100, 1, 3, 33), (7, 7, 7, 7)]
)
def test_shares_are_rounded_half_up_in_whole_units(total: int, part: int, whole: int, share: int) -> None:
    assert rates.shared(total, part, whole) == share


def make_zone() -> Any:
    return make_campaign(active=False, featured=False).zone
