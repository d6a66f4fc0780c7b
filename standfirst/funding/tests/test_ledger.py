"""The ledger takes a fact once, balances, and lets nobody change it: neither code nor a hand in the database."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from standfirst.funding.books import checking, ledger
from standfirst.funding.books.ledger import LedgerConflict, move
from standfirst.funding.models import GoalVersion, Payment, Period, Refund, Transfer
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, paid_gift, together

FIVE = Money(500, "USD")


def a_move(key: str = "test:1", amount: Money = FIVE, debit: str = "bank", credit: str = "fx") -> Transfer:
    return move(key=key, debit=debit, credit=credit, amount=amount, mode="rehearsal", occurred_at=clock.now())


@pytest.mark.usefixtures("books")
def test_the_same_fact_twice_is_one_row() -> None:
    first = a_move()

    second = a_move()

    assert first.pk == second.pk
    assert Transfer.objects.count() == 1


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    "other", [{"amount": Money(501, "USD")}, {"amount": Money(500, "EUR")}, {"credit": "expense:fees"}]
)
def test_the_same_key_with_other_values_is_a_loud_error(other: dict[str, object]) -> None:
    a_move()

    with pytest.raises(LedgerConflict, match="test:1"):
        a_move(**other)  # type: ignore[arg-type]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(("debit", "minor"), [("bank", 0), ("bank", -5), ("my pocket", 5), ("income:gifts:", 5)])
def test_nothing_moves_without_a_known_account_and_an_amount_above_zero(debit: str, minor: int) -> None:
    with pytest.raises(ValueError, match=r"account|above zero"):
        a_move(debit=debit, amount=Money(minor, "USD"))


@pytest.mark.usefixtures("books")
def test_debits_equal_credits_over_all_accounts() -> None:
    a_move("a")
    a_move("b", credit="expense:fees")

    balances = [ledger.balance_minor(account, mode="rehearsal") for account in ("bank", "fx", "expense:fees")]

    assert balances == [1_000, -500, -500]


def refused(statement: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            statement()
    except DatabaseError:
        return True
    return False


@pytest.mark.usefixtures("books")
def test_the_database_refuses_to_change_or_delete_a_fact() -> None:
    payment = paid_gift(make_campaign(), 500)

    assert refused(lambda: Transfer.objects.update(amount_minor=1))
    assert refused(lambda: Transfer.objects.all()._raw_delete("default"))
    assert refused(lambda: Payment.objects.update(amount_minor=1))
    assert refused(lambda: Payment.objects.filter(pk=payment.pk)._raw_delete("default"))
    assert refused(lambda: Period.objects.update(first_day="2000-01-01"))
    assert refused(lambda: GoalVersion.objects.update(goal_minor=1))
    assert refused(lambda: payment.gift.campaign.__class__.objects.update(currency="EUR"))
    assert Transfer.objects.get().amount_minor == 500


@pytest.mark.usefixtures("books")
def test_postgresql_refuses_to_empty_the_ledger() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    paid_gift(make_campaign(), 500)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert refused(lambda: cursor.execute("TRUNCATE funding_transfer"))

    assert Transfer.objects.count() == 1


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    "change", [{"debit": "bank", "credit": "bank"}, {"amount_minor": 0}, {"key": ""}, {"mode": "x"}]
)
def test_the_database_refuses_a_row_that_is_no_movement(change: dict[str, object]) -> None:
    row = {"key": "k", "debit": "bank", "credit": "fx", "amount_minor": 5, "currency": "USD", "mode": "live"}
    row |= {"occurred_at": clock.now(), "recorded_at": clock.now()}

    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(**row | change)


@pytest.mark.usefixtures("books")
def test_the_database_refuses_refunds_that_exceed_the_payment() -> None:
    payment = paid_gift(make_campaign(), 500)
    Refund.objects.create(payment=payment, amount_minor=300, at=clock.now())

    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(payment=payment, amount_minor=201, at=clock.now())

    Refund.objects.create(payment=payment, amount_minor=200, at=clock.now())
    Refund.objects.create(payment=payment, amount_minor=500, status="failed", at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(status="failed").update(status="asked")


@pytest.mark.usefixtures("committed_books")
def test_sixteen_threads_that_record_the_same_facts_leave_each_once() -> None:
    def record() -> None:
        for number in range(5):
            a_move(f"fact:{number}")

    results = together([record] * 16)

    assert results == [None] * 16
    assert Transfer.objects.count() == 5


@pytest.mark.usefixtures("db")
def test_the_self_check_finds_a_row_that_belongs_to_no_fact() -> None:
    payment = paid_gift(make_campaign(), 500)
    income = ledger.income(payment.gift.campaign)
    sound = checking.check()

    move(
        key="forged",
        debit="bank",
        credit=income,
        amount=Money(7, "USD"),
        mode="rehearsal",
        occurred_at=clock.now(),
        period=payment.period,
        payment=payment,
    )

    assert sound == []
    assert {broken.rule for broken in checking.check()} == {
        "transfers of a payment = payment − what went back",
        "ledger = payments",
    }
