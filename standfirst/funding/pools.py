"""Matching: a sponsor adds to each gift, up to a sum and until a day. What is added stands in the ledger.

The promise is an asset (``receivable:matching:<pool>``) that grows with each matched gift; when
the sponsor pays, that payment is booked against it. The meter shows what was added apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

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

    Called whenever some of it goes back. Locks the rows of the pools.
    """
    match(payments=[payment])
    slugs = [key.split(":")[1] for key in _matches([payment]).values_list("key", flat=True)]
    for pool in MatchingPool.objects.filter(slug__in=slugs):
        _adjust(pool, payment)


@verb
def match(*, payments: Sequence[Payment]) -> None:
    """Add to those of ``payments`` that nothing was added to yet, in this order, as long as the promises last.

    Called when they are counted. Locks the rows of the pools.
    """
    done = set(_matches(payments).values_list("payment_id", flat=True))
    new = [payment for payment in payments if payment.pk not in done]
    campaigns = {payment.gift.campaign_id for payment in new}
    pools = MatchingPool.objects.select_for_update(of=("self",)).select_related("campaign").order_by("pk")
    left: dict[tuple[int, str], int] = {}
    rows: list[Transfer] = []
    for pool in pools.filter(campaign__in=campaigns):
        for payment in new:
            if payment.gift.campaign_id == pool.campaign_id and _holds(pool, payment.paid_at):
                place = pool.pk, payment.mode
                if place not in left:
                    left[place] = pool.cap_minor - used(pool, payment.mode).minor
                minor = min(payment.counted_minor * pool.percent // PERCENT_FULL, left[place])
                if minor > 0:
                    left[place] -= minor
                    rows.append(_row(pool, payment, _first_key(pool, payment), minor))
    ledger.record(rows, known=[])


def follow(payment: Payment) -> None:
    """Settle a payment of which some went back. Registered in ``apps``."""
    if _promised([payment]):
        settle(payment=payment)


def follow_all(payments: Sequence[Payment]) -> None:
    """Add to payments that were counted. Registered in ``apps``."""
    if _promised(payments):
        match(payments=payments)


def _promised(payments: Iterable[Payment]) -> bool:
    """Say whether anybody has promised to add to gifts such as these: for most campaigns nobody has."""
    return MatchingPool.objects.filter(campaign__in={payment.gift.campaign_id for payment in payments}).exists()


def used(pool: MatchingPool, mode: str) -> Money:
    """Return what ``pool`` has added so far."""
    return Money(ledger.balance_minor(receivable(pool), mode=mode, rows=_of_pool(pool)), pool.campaign.currency)


def running(campaign: Campaign, at: datetime | None = None) -> list[MatchingPool]:
    """Return the promises to ``campaign`` that hold at ``at`` (default: now)."""
    now = at or clock.now()
    return list(
        MatchingPool.objects.filter(campaign=campaign, starts_at__lte=now, ends_at__gt=now, ended_early_at=None)
    )


def sponsors(campaign: Campaign, first_day: date, sums: Mapping[str, int]) -> tuple[str, ...] | None:
    """Return who added something by ``sums``, the accounts of the month from ``first_day`` on.

    None if nobody promised anything for that month. A pool that was ended counts as long as it added something.
    """
    found = MatchingPool.objects.filter(campaign=campaign).order_by("starts_at", "pk")
    if campaign.kind == Campaign.Kind.MONTHLY:
        start = clock.midnight(first_day, campaign.zone)
        end = clock.midnight(clock.first_of_next_month(first_day), campaign.zone)
        found = found.filter(starts_at__lt=end, ends_at__gt=start)
    promises = list(found)
    names = dict.fromkeys(pool.sponsor for pool in promises if sums.get(receivable(pool), 0) > 0)
    return tuple(names) if promises else None


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
    first = rows.get(key=_first_key(pool, payment))
    stands = ledger.balance_minor(receivable(pool), mode=payment.mode, rows=rows)
    target = first.amount_minor * _left_of(payment) // payment.counted_minor if payment.counted_minor else 0
    if target != stands:
        number = rows.filter(key__startswith="match_").count() + 1
        what = "match_back" if target < stands else "match_again"
        key = f"{what}:{pool.slug}:{payment.provider}:{payment.provider_ref}:{number}"
        ledger.record([_row(pool, payment, key, target - stands)], known=[])


def _first_key(pool: MatchingPool, payment: Payment) -> str:
    return f"match:{pool.slug}:{payment.provider}:{payment.provider_ref}"


def _row(pool: MatchingPool, payment: Payment, key: str, minor: int) -> Transfer:
    owed, given = receivable(pool), income(pool.campaign)
    return Transfer(
        key=key,
        debit=owed if minor > 0 else given,
        credit=given if minor > 0 else owed,
        amount_minor=abs(minor),
        currency=pool.campaign.currency,
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


def _matches(payments: Iterable[Payment]) -> QuerySet[Transfer]:
    return Transfer.objects.filter(payment__in=payments, key__startswith="match")


def _holds(pool: MatchingPool, at: datetime) -> bool:
    return pool.starts_at <= at < min(pool.ends_at, pool.ended_early_at or pool.ends_at)
