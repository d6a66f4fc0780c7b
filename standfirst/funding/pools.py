"""Matching: a sponsor adds to each gift, up to a sum and until a day. What is added stands in the ledger.

The promise is an asset (``receivable:matching:<pool>``) that grows with each matched gift; when
the sponsor pays, that payment is booked against it. The meter shows what was added apart.
"""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import touch, verb
from standfirst.funding import amounts
from standfirst.funding.books import ledger
from standfirst.funding.campaigns import CAMPAIGN_KEY
from standfirst.funding.models import Campaign, MatchingPool, Payment, Transfer
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money
from standfirst.kit.text import clean_line

PERCENT_FULL = 100


class PoolEnds(Refusal):
    """A promise ends after it begins, and is about an amount above zero."""

    code = "funding.pool_not_understood"
    status = 422
    message = _("A matching pool needs an amount above zero and an end after its beginning. Nothing was changed.")


@verb
def create(
    *,
    campaign: Campaign,
    slug: str,
    sponsor: str,
    cap: Money,
    starts_at: datetime,
    ends_at: datetime,
    percent: int = 100,
) -> MatchingPool:
    """Write down a promise to add ``percent`` of each gift, ``cap`` at most. Refusals: PoolEnds, AmountNotBookable."""
    if cap.currency != campaign.currency or cap.minor <= 0 or ends_at <= starts_at or percent <= 0:
        raise PoolEnds
    amounts.bookable(cap, locale=current_locale())
    pool = MatchingPool.objects.create(
        campaign=campaign,
        slug=slug,
        sponsor=clean_line(sponsor),
        cap_minor=cap.minor,
        percent=percent,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    touch(CAMPAIGN_KEY, ledger.METER_KEY)
    return pool


@verb
def end(*, pool: MatchingPool) -> None:
    """End a promise now; what it added stays."""
    MatchingPool.objects.filter(pk=pool.pk, ended_early_at__isnull=True).update(ended_early_at=clock.now())
    touch(CAMPAIGN_KEY, ledger.METER_KEY)


@verb
def settle(*, payment: Payment) -> None:
    """Make what is added to ``payment`` fit to what is left of it. The same again changes nothing.

    Called when a payment is counted and whenever some of it goes back. Locks the rows of the pools.
    """
    rows = Transfer.objects.filter(payment=payment, key__startswith="match")
    added = {pool.pk: pool for pool in MatchingPool.objects.filter(slug__in=_slugs(rows))}
    if added:
        for pool in added.values():
            _adjust(pool, payment)
        return
    at = payment.paid_at
    running = Q(starts_at__lte=at, ends_at__gt=at) & (Q(ended_early_at=None) | Q(ended_early_at__gt=at))
    for pool in MatchingPool.objects.select_for_update().filter(running, campaign=payment.gift.campaign).order_by("pk"):
        wanted = _left_of(payment) * pool.percent // PERCENT_FULL
        amount = min(wanted, pool.cap_minor - used(pool, payment.mode).minor)
        if amount > 0:
            _move(pool, payment, f"match:{pool.slug}:{payment.provider}:{payment.provider_ref}", amount)


def follow(payment: Payment) -> None:
    """Settle a payment that was counted, or of which some went back. Registered in ``apps``."""
    settle(payment=payment)


def used(pool: MatchingPool, mode: str) -> Money:
    """Return what ``pool`` has added so far."""
    return Money(ledger.balance_minor(receivable(pool), mode=mode, rows=_of_pool(pool)), pool.campaign.currency)


def running(campaign: Campaign, at: datetime | None = None) -> list[MatchingPool]:
    """Return the promises to ``campaign`` that hold at ``at`` (default: now)."""
    now = at or clock.now()
    return list(
        MatchingPool.objects.filter(campaign=campaign, starts_at__lte=now, ends_at__gt=now, ended_early_at=None)
    )


def receivable(pool: MatchingPool) -> str:
    """Return the account of what the sponsor owes."""
    return f"receivable:matching:{pool.slug}"


def income(campaign: Campaign) -> str:
    """Return the account of what sponsors added."""
    return f"income:matching:{campaign.slug}"


def _adjust(pool: MatchingPool, payment: Payment) -> None:
    """Post the difference between what should stand and what stands: several refunds, in any order, end the same."""
    pool = MatchingPool.objects.select_for_update().get(pk=pool.pk)
    rows = Transfer.objects.filter(payment=payment)
    first = rows.get(key=f"match:{pool.slug}:{payment.provider}:{payment.provider_ref}")
    stands = ledger.balance_minor(receivable(pool), mode=payment.mode, rows=rows)
    target = first.amount_minor * _left_of(payment) // payment.counted_minor if payment.counted_minor else 0
    if target != stands:
        number = rows.filter(key__startswith="match_").count() + 1
        what = "match_back" if target < stands else "match_again"
        key = f"{what}:{pool.slug}:{payment.provider}:{payment.provider_ref}:{number}"
        _move(pool, payment, key, target - stands)


def _move(pool: MatchingPool, payment: Payment, key: str, minor: int) -> None:
    owed, given = receivable(pool), income(pool.campaign)
    ledger.move(
        key=key,
        debit=owed if minor > 0 else given,
        credit=given if minor > 0 else owed,
        amount=Money(abs(minor), pool.campaign.currency),
        mode=payment.mode,
        occurred_at=payment.paid_at if key.startswith("match:") else clock.now(),
        period=payment.period,
        payment=payment,
    )


def _left_of(payment: Payment) -> int:
    """What of ``payment`` is still here, in the campaign's currency, as the ledger says."""
    rows = Transfer.objects.filter(payment=payment)
    return max(-ledger.balance_minor(ledger.income(payment.gift.campaign), mode=payment.mode, rows=rows), 0)


def _of_pool(pool: MatchingPool) -> QuerySet[Transfer]:
    account = receivable(pool)
    return Transfer.objects.filter(Q(debit=account) | Q(credit=account))


def _slugs(rows: QuerySet[Transfer]) -> list[str]:
    return [key.split(":")[1] for key in rows.values_list("key", flat=True)]
