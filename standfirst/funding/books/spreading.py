"""Yearly gifts that count over twelve months: what counts in which month, and the rows that move it there.

A payment is booked whole in the month in which it was paid. Where it counts over twelve
months, what belongs to later ones leaves that month into ``deferred:gifts:<campaign>``, and comes back out of it
in each of them: rows of those months, booked at once, so that a month needs no job to begin. What goes back
of the payment is taken from the last months first. So the parts depend on what is left alone,
never on when or in what order something went back.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from itertools import accumulate, pairwise

from django.db.models import QuerySet

from standfirst.funding.books import ledger
from standfirst.funding.models import Campaign, Interval, Payment, Period, Transfer
from standfirst.kit import clock
from standfirst.kit.money import Money

MONTHS = 12
KEY = "spread:"  # how the keys of its rows begin


def months_of(campaign: Campaign, interval: str) -> int:
    """Return over how many months a payment to ``campaign`` counts that is made now."""
    spread = campaign.spreads_yearly and campaign.kind == Campaign.Kind.MONTHLY and interval == Interval.YEAR
    return MONTHS if spread else 1


def parts(counted: int, left: int, months: int) -> list[int]:
    """Return what counts in each of ``months`` of a payment of ``counted``, of which ``left`` is still here.

    All of it divides as evenly as whole units allow; what went back is missing at the end.
    """
    ends = [min(counted * number // months, left) for number in range(months + 1)]
    return [end - start for start, end in pairwise(ends)]


def months_from(first_day: date, months: int) -> list[date]:
    """Return the first days of so many months, beginning with ``first_day``."""
    return list(accumulate(range(months - 1), lambda day, _: clock.first_of_next_month(day), initial=first_day))


def follow_all(payments: Iterable[Payment]) -> None:
    """Do what ``follow`` does for each of ``payments``. Registered in ``apps``."""
    for payment in payments:
        follow(payment)


def follow(payment: Payment) -> None:
    """Make what counts in each month fit to what is left of ``payment``. The same again changes nothing.

    Called in the transaction that counts a payment or books that some of it went back, with its gift's or its
    own row locked. Registered in ``apps``.
    """
    if payment.counts_over == 1:
        return
    campaign = payment.gift.campaign
    stands = _stands(payment.transfers.select_related("period"), ledger.income(campaign))
    wanted = parts(payment.counted_minor, sum(stands.values()), payment.counts_over)
    for number, day in enumerate(months_from(payment.period.first_day, payment.counts_over)):
        if change := wanted[number] - stands[day]:
            _move(payment, number, day, change)


def _stands(found: QuerySet[Transfer], income: str) -> defaultdict[date, int]:
    stands: defaultdict[date, int] = defaultdict(int)
    for row in found:
        if row.period is not None and income in {row.credit, row.debit}:
            stands[row.period.first_day] += row.amount_minor if row.credit == income else -row.amount_minor
    return stands


def _move(payment: Payment, number: int, day: date, minor: int) -> None:
    campaign = payment.gift.campaign
    income, waits = ledger.income(campaign), f"{ledger.DEFERRED}{campaign.slug}"
    key = f"{KEY}{payment.provider}:{payment.provider_ref}:{number + 1}"
    times = payment.transfers.filter(key__startswith=f"{key}:").count()
    ledger.move(
        key=f"{key}:{times + 1}",
        debit=waits if minor > 0 else income,
        credit=income if minor > 0 else waits,
        amount=Money(abs(minor), campaign.currency),
        mode=payment.mode,
        occurred_at=_when(payment, day, again=times > 0),
        period=Period.objects.get_or_create(campaign=campaign, first_day=day)[0],
        payment=payment,
    )


def _when(payment: Payment, day: date, *, again: bool) -> datetime:
    """A part moves as its month begins, the first month's when it was paid; a correction now, if that is later."""
    planned = max(clock.midnight(day, payment.gift.campaign.zone), payment.paid_at)
    return max(planned, clock.now()) if again else planned
