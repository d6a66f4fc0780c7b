"""The self-check names each rule that somebody with the database's password could break."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from standfirst.funding.books import checking
from standfirst.funding.models import Gift, Payment
from standfirst.funding.payments import refunds
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, refund_facts

SEPTEMBER, OCTOBER = datetime(2026, 9, 20, 12, tzinfo=UTC), datetime(2026, 10, 20, 12, tzinfo=UTC)
GUARDED = ("funding_transfer", "funding_payment", "funding_period", "funding_link", "funding_refund")


@pytest.fixture
def payment(db: None) -> Payment:
    """Return a payment of September with a refund; there is one of another campaign in October."""
    with time_machine.travel(SEPTEMBER, tick=False):
        found = charged_gift(make_campaign(slug="fund"))
        refunds.settle(payment=found, facts=refund_facts("re_1", Money(500, "USD")))
    with time_machine.travel(OCTOBER, tick=False):
        charged_gift(make_campaign(slug="boat", featured=False))
    assert checking.check() == []
    return found


def by_hand(statement: str) -> None:
    """Do what no trigger would let anybody do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            places = ", ".join(["%s"] * len(GUARDED))
            cursor.execute(
                f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({places})",
                GUARDED,
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement)


def rules() -> set[str]:
    return {broken.rule for broken in checking.check()}


OURS = "(SELECT id FROM funding_payment WHERE provider_ref = '{ref}')"
OTHERS = "(SELECT period_id FROM funding_payment WHERE provider_ref <> '{ref}')"


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE funding_refund SET amount_minor = 2501", "refunds ≤ payment"),
        (
            f"UPDATE funding_payment SET period_id = {OTHERS} WHERE provider_ref = '{{ref}}'",
            "a payment counts in its own campaign",
        ),
        (
            f"UPDATE funding_transfer SET period_id = {OTHERS} WHERE payment_id = {OURS}",
            "a transfer counts in the period of its payment",
        ),
        (f"UPDATE funding_transfer SET currency = 'EUR' WHERE payment_id = {OURS}", "one currency a campaign"),
        (
            "UPDATE funding_period SET first_day = '2026-09-02' WHERE first_day = '2026-09-01'",
            "a month begins on the 1st",
        ),
        (
            "UPDATE funding_payment SET paid_at = '2026-12-24 12:00:00+00:00' WHERE provider_ref = '{ref}'",
            "a payment counts in the month in which it was paid",
        ),
        (f"UPDATE funding_transfer SET mode = 'live' WHERE payment_id = {OURS}", "rehearsal and live never meet"),
        (
            "UPDATE funding_payment SET mode = 'live', provider_ref = 'ch_rh_1' WHERE provider_ref = '{ref}'",
            "no live payment from the rehearsal",
        ),
        ("UPDATE funding_transfer SET note = 'x' WHERE key LIKE 'refund:%'", "the chain is whole"),
        (
            "DELETE FROM funding_link WHERE number = (SELECT max(number) FROM funding_link)",
            "every transfer is in the chain",
        ),
        ("UPDATE funding_refund SET amount_minor = 499", "transfers of a payment = payment − what went back"),
        ("UPDATE funding_payment SET counted_minor = 2400 WHERE provider_ref = '{ref}'", "ledger = payments"),
        ("UPDATE funding_total SET minor = minor + 1", "the sums kept = the sums of the transfers"),
    ],
)
def test_the_self_check_finds_what_was_changed_by_hand(payment: Payment, statement: str, rule: str) -> None:
    by_hand(statement.format(ref=payment.provider_ref))

    assert rule in rules()


def a_second(payment: Payment, **changes: str) -> Callable[[], Payment]:
    """Return what writes another payment of the same gift beside ``payment``."""
    names = [field.attname for field in Payment._meta.concrete_fields if field.name != "id"]
    same = {name: getattr(payment, name) for name in names}
    return lambda: Payment.objects.create(**same | {"provider_ref": "ch_other"} | changes)


@pytest.mark.parametrize(
    ("interval", "rule"),
    [
        ("once", "a gift that comes once is paid once"),
        ("month", "a payment without an invoice is a gift's only one"),
    ],
)
def test_the_self_check_finds_a_gift_that_was_paid_twice(payment: Payment, interval: str, rule: str) -> None:
    Gift.objects.filter(pk=payment.gift_id).update(interval=interval)

    a_second(payment)()

    assert rule in rules()


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("changes", [{"provider_ref": ""}, {"invoice_ref": "in_1"}])
def test_the_database_refuses_a_payment_without_a_charge_and_a_second_one_for_an_invoice(
    changes: dict[str, str],
) -> None:
    payment = charged_gift(make_campaign(), charge={"invoice_ref": "in_1"})

    with pytest.raises(IntegrityError), transaction.atomic():
        a_second(payment, **changes)()
