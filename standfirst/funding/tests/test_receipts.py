"""Receipts: a number for each payment, without a gap; one mail; a paper that is the same bytes for the same facts."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Site

from standfirst.delivery.changes import verb
from standfirst.funding.models import Issuer, Payment, Receipt
from standfirst.funding.payments import counting, refunds
from standfirst.funding.supporters import receipts
from standfirst.kit.money import Money
from standfirst.mail.models import Letter
from standfirst.testing import supporters as people
from standfirst.testing.funding import make_campaign, paid_facts, paid_gift, refund_facts, started_gift, together


def numbers(**of: Any) -> list[int]:
    return list(Receipt.objects.filter(**of).order_by("number").values_list("number", flat=True))


@pytest.mark.usefixtures("books")
def test_each_payment_has_the_next_number_of_its_year_and_mode(settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    campaign = make_campaign()
    with time_machine.travel(datetime(2026, 12, 31, 10, 59, 59, tzinfo=UTC), tick=False) as now:
        people.given(campaign)
        people.given(campaign)
        now.shift(1)  # midnight in Auckland
        people.given(campaign)

    assert (numbers(year=2026), numbers(year=2027)) == ([1, 2], [1])
    assert str(Receipt.objects.get(year=2027)) == "2027-00001"


@pytest.mark.usefixtures("books")
def test_rehearsed_and_real_payments_are_numbered_apart(live: Any) -> None:
    campaign = make_campaign()
    people.given(campaign)

    real = Receipt.objects.get()

    assert (real.mode, real.number) == ("live", 1)
    assert receipts.paper(receipts.of_payment(real.payment_id)).stamp == ""


@pytest.mark.usefixtures("books")
def test_a_number_whose_transaction_vanishes_is_given_out_again() -> None:
    campaign = make_campaign()
    people.given(campaign)

    @verb
    def pulled_plug() -> None:
        paid_gift(campaign, 1_000)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        pulled_plug()
    people.given(campaign)

    assert numbers() == [1, 2]


@pytest.mark.usefixtures("books")
def test_a_gift_without_an_address_has_a_receipt_and_no_mail() -> None:
    payment = paid_gift(make_campaign(), 1_000)

    assert receipts.of_payment(payment.pk).number == 1
    assert not Letter.objects.exists()


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("email", ["nobody", "x@y\nBcc: all@example.org", "ä@example.org"])
def test_an_address_that_no_mail_can_reach_does_not_hold_up_the_money(email: str) -> None:
    gift = started_gift(make_campaign())
    facts = paid_facts(gift, email="ada@example.org")
    counting.apply(facts=facts)
    donor_less = started_gift(gift.campaign, 5_000)
    other = paid_facts(donor_less, email=email)

    counting.apply(facts=other)

    assert Payment.objects.count() == 2
    assert list(Letter.objects.values_list("to", flat=True)) == ["ada@example.org"]


@pytest.mark.usefixtures("committed_books")
def test_sixteen_reports_of_one_gift_at_once_are_one_receipt_and_one_mail() -> None:
    facts = paid_facts(started_gift(make_campaign()), email="ada@example.org")

    together([lambda: counting.apply(facts=facts)] * 16)
    counting.apply(facts=facts)

    assert numbers() == [1]
    assert list(Letter.objects.values_list("key", "to")) == [(f"receipt:{Payment.objects.get().pk}", "ada@example.org")]


@pytest.mark.usefixtures("committed_books")
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(fates=st.lists(st.booleans(), min_size=4, max_size=12))
def test_numbers_have_no_gap_whoever_counts_at_once_and_whoever_fails(fates: list[bool]) -> None:
    campaign = make_campaign(featured=False)
    before = Receipt.objects.count()

    def one(number: int, fails: bool) -> None:
        @verb
        def counted() -> None:
            paid_gift(campaign, 100 + number)
            if fails:
                raise ZeroDivisionError

        counted()

    results = together([lambda n=n, fails=fails: one(n, fails) for n, fails in enumerate(fates)])

    assert [type(result) for result in results if result] == [ZeroDivisionError] * sum(fates)
    assert numbers() == list(range(1, before + len(fates) - sum(fates) + 1))


@pytest.mark.usefixtures("books")
def test_a_receipt_says_who_when_what_for_and_in_whose_name(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    issuer = {"legal_name": "Courier e. V.", "address": "Quay 1\n12345 Port", "registration": "No. 7"}
    Issuer.objects.create(site=Site.objects.get(is_default_site=True), closing="Thank you all.", **issuer)
    campaign = make_campaign(name="Winter fund")
    at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    payment = people.given(campaign, 2_550, display_name="Ada Lovelace", charge={"paid_at": at})

    words = receipts.paper(receipts.of_payment(payment.pk)).words

    for said in ["Courier e. V.", "Quay 1", "12345 Port", "No. 7", "Ada Lovelace", "Winter fund", "$25.50"]:
        assert said in words
    assert "On: December 1, 2026" in words
    assert "Rehearsal – no money moved" in words
    assert "Europe/Berlin" in words


@pytest.mark.usefixtures("books")
def test_cover_conversion_and_dedication_stand_on_the_receipt() -> None:
    payment = people.given(make_campaign())
    payment.cover_minor, payment.currency, payment.counted_minor = 105, "EUR", 2_700
    payment.rate, payment.rate_source = Decimal("1.0800000000"), "European Central Bank, 2026-11-20"
    payment.gift.dedication = "for Grandmother"
    receipt = receipts.of_payment(payment.pk)
    receipt.payment = payment

    words = receipts.paper(receipt).words

    assert "Added for the fees: €1.05" in words
    assert "Charged: €26.05" in words
    assert "Counted as: $27 (1 EUR = 1.08 USD, European Central Bank, 2026-11-20)" in words
    assert "Dedication: for Grandmother" in words


@pytest.mark.usefixtures("books")
def test_refunds_are_noted_and_those_that_failed_are_not() -> None:
    payment = people.given(make_campaign(), 2_500)
    refunds.settle(payment=payment, facts=refund_facts("re_1", Money(500, "USD")))
    refunds.settle(payment=payment, facts=refund_facts("re_2", Money(700, "USD"), "failed"))

    words = receipts.paper(receipts.of_payment(payment.pk)).words

    assert "$5" in words
    assert "$7" not in words
    assert "Stays given: $20" in words


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_the_same_facts_make_the_same_bytes_on_any_day(language: str) -> None:
    payment = people.given(make_campaign(), display_name="Ада Lovelace-Ångström أحمد דוד")
    with translation.override(language):
        first = receipts.pdf(receipts.of_payment(payment.pk))
        with time_machine.travel("2031-01-01"):
            later = receipts.pdf(receipts.of_payment(payment.pk))

    assert first.startswith(b"%PDF-")
    assert first == later
    assert len(first) < 100_000
