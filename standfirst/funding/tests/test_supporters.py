"""Forgetting a supporter and joining two: words go, sums and numbers stay."""

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from standfirst.funding import meter
from standfirst.funding.models import (
    BankLine,
    BankStatement,
    Donor,
    Gift,
    Payment,
    Receipt,
    Subscription,
    SupporterAct,
    SupporterLink,
    Transfer,
)
from standfirst.funding.payments import counting, inbox, subscriptions
from standfirst.funding.providers import registry
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.funding.supporters import acts, receipts, roster
from standfirst.kit import clock
from standfirst.mail import outbox
from standfirst.mail.models import Letter
from standfirst.testing import supporters as people
from standfirst.testing.funding import make_campaign, message, paid_facts, started_gift, together, wait_until

pytestmark = pytest.mark.usefixtures("books")
ADA, BOB = "ada@example.org", "bob@example.org"
WORDS = {"display_name": "Ada Lovelace", "message": "Keep going, says Lovelace"}


def books() -> tuple[Any, ...]:
    found = meter.read()
    rows = tuple(Transfer.objects.order_by("id").values_list("key", "amount_minor", "debit", "credit"))
    return found.raised.minor, rows, tuple(Receipt.objects.order_by("id").values_list("payment", "number"))


def everything_stored() -> str:
    tables = [Donor, Gift, Payment, Receipt, Subscription, SupporterAct, SupporterLink, Transfer, BankLine, Letter]
    return str([list(table.objects.values()) for table in tables])


def a_bank_line(payment: Payment, payer: str) -> BankLine:
    statement = BankStatement.objects.create(digest="d" * 64, name="s.xml", format="camt", imported_at=clock.now())
    return BankLine.objects.create(
        statement=statement,
        fingerprint="f" * 64,
        booked_on=date(2026, 11, 1),
        amount_minor=2_500,
        currency="USD",
        payer=payer,
        text=f"from {payer}",
        note=payer,
        state="counted",
        payment=payment,
    )


def test_p14_case_34_erasing_a_supporter_moves_no_sum_and_leaves_no_word() -> None:
    payment = people.given(make_campaign(), email=ADA, **WORDS)
    Gift.objects.update(dedication="for Lovelace senior", browser="b" * 64)
    Donor.objects.update(name="Ada Lovelace")
    donor = Donor.objects.get()
    a_bank_line(payment, "A. Lovelace")
    roster.note(donor=donor, what="change_amount", about="Lovelace asked")
    people.signed_in(ADA)
    before = books()

    roster.erase(donor=donor)
    roster.erase(donor=donor)

    stored = everything_stored()
    assert books() == before
    assert "ovelace" not in stored
    assert ADA not in stored
    assert SupporterAct.objects.filter(what="erase").count() == 1
    assert receipts.paper(receipts.of_payment(payment.pk)).words.count("A reader") == 1


def test_an_erased_supporter_gets_no_letter_that_was_waiting() -> None:
    people.given(make_campaign(), email=ADA)
    assert outbox.due(10)

    roster.erase(donor=Donor.objects.get())

    assert outbox.due(10) == []


def test_who_still_gives_each_month_is_not_erased_before_that_is_cancelled(double: Rehearsal) -> None:
    subscription = people.regular(double, make_campaign(), email=ADA)
    donor = subscription.gift.donor

    with pytest.raises(roster.StillGiving):
        roster.erase(donor=donor)
    acts.erase(donor=donor)

    donor.refresh_from_db()
    subscription.refresh_from_db()
    assert (donor.email, subscription.status, subscription.customer_ref, subscription.card_last4) == (
        (None, "cancelled", "", "")
    )


def test_news_of_what_an_erased_supporter_cancelled_brings_no_card_back(double: Rehearsal) -> None:
    subscription = people.regular(double, make_campaign(), email=ADA)
    acts.erase(donor=subscription.gift.donor)

    state = inbox.process(message("evt_late", subscription.provider_ref, "customer.subscription.deleted"))

    kept = Subscription.objects.get()
    assert (state, kept.status) == ("done", "cancelled")
    assert (kept.customer_ref, kept.card_brand, kept.card_last4, kept.card_expires_on) == ("", "", "", None)


def test_news_that_comes_while_a_supporter_is_erased_brings_no_card_back(
    committed_books: None, double: Rehearsal
) -> None:
    subscription = people.regular(double, make_campaign(), email=ADA)
    acts.cancel(gift=subscription.gift)
    facts = registry.provider("stripe").fetch(subscription.provider_ref).subscription
    assert facts is not None
    said = facts
    asked = threading.Event()

    def erase() -> None:
        with transaction.atomic():
            roster.erase(donor=subscription.gift.donor)
            asked.set()
            wait_until(lambda: connection.vendor == "sqlite" or _somebody_waits())

    def hear() -> None:
        asked.wait()
        subscriptions.seen(subscription=subscription, facts=said)

    assert together([erase, hear])[0] is None

    assert (Subscription.objects.get().customer_ref, Subscription.objects.get().card_last4) == ("", "")


def test_a_payment_that_comes_while_a_supporter_is_erased_is_not_theirs(committed_books: None) -> None:
    campaign = make_campaign()
    donor = people.given(campaign, email=ADA).gift.donor
    gift, asked = started_gift(campaign, 1_700), threading.Event()

    def erase() -> None:
        with transaction.atomic():
            roster.erase(donor=donor)
            asked.set()
            wait_until(lambda: connection.vendor == "sqlite" or _somebody_waits())

    def pay() -> None:
        asked.wait()
        counting.apply(facts=paid_facts(gift, email=ADA))

    together([erase, pay])

    gift.refresh_from_db()
    assert gift.status == "paid"
    assert gift.donor_id != donor.pk
    assert gift.donor.email == ADA


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_case_34_merging_moves_the_gifts_and_no_sum() -> None:
    campaign = make_campaign()
    people.given(campaign, email=ADA)
    people.given(campaign, 4_000, email=BOB, display_name="Bob")
    Donor.objects.filter(email=BOB).update(name="Bob")
    ada, bob = Donor.objects.get(email=ADA), Donor.objects.get(email=BOB)
    before = books()

    kept = roster.merge(keep=ada, other=bob)

    bob.refresh_from_db()
    assert books() == before
    assert (kept.gifts.count(), kept.name) == (2, "Bob")
    assert (bob.email, bob.name, bob.merged_into) == (None, "", ada)
    assert BOB not in everything_stored()


@pytest.mark.parametrize("gone", ["same", "erased", "merged"])
def test_only_two_who_are_there_can_be_merged(gone: str) -> None:
    campaign = make_campaign()
    for email in (ADA, BOB, "eve@example.org"):
        people.given(campaign, email=email)
    ada, bob, eve = Donor.objects.order_by("id")
    if gone == "erased":
        roster.erase(donor=bob)
    elif gone == "merged":
        roster.merge(keep=eve, other=bob)

    with pytest.raises(roster.CannotMerge):
        roster.merge(keep=ada, other=ada if gone == "same" else bob)


@pytest.mark.usefixtures("committed_books")
def test_two_who_merge_each_other_at_once_are_one_in_the_end() -> None:
    campaign = make_campaign()
    people.given(campaign, email=ADA)
    people.given(campaign, email=BOB)
    ada, bob = Donor.objects.order_by("id")

    results = together([lambda: roster.merge(keep=ada, other=bob), lambda: roster.merge(keep=bob, other=ada)] * 3)

    assert [type(result).__name__ for result in results].count("Donor") == 1
    assert Donor.objects.filter(erased_at=None).count() == 1
    assert Gift.objects.filter(donor__erased_at=None).count() == 2
