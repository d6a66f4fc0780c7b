"""The self-check: that ledger, payments, sums and chain tell one story. Reads only, row by row, in little memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from django.db.models import Case, Count, F, Q, Sum, When

from standfirst.funding.books import chain, ledger, returned, spreading, totals
from standfirst.funding.books.returned import Parts, Shares
from standfirst.funding.models import Campaign, DisputeStep, Interval, Mode, Payment, Period, Refund, Transfer
from standfirst.kit import clock

BROKEN_MAX = 50  # findings for each rule: enough to see what is wrong, and no log of millions
ZONES_REACH = timedelta(hours=14)  # no place on earth is further from UTC
CHUNK = 2_000  # rows in memory at a time


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that the books break, and where."""

    rule: str
    where: str


type Findings = Iterator[Broken]


def check(*, whole_chain: bool = True) -> list[Broken]:
    """Return every broken invariant; an empty list means that the books tell one story.

    The chain is followed from its beginning, or from where it was last found sound. Where all of
    it was, that is remembered by ``chain.remember``, which the caller calls: a check writes nothing.
    """
    found: list[Broken] = []
    rules: tuple[Callable[[], Findings], ...] = (
        _payments_and_periods,
        _refunds,
        _one_payment_for_each_occasion,
        _sums,
        _places,
        _dates,
        _modes,
        lambda: _chain(whole=whole_chain),
    )
    for rule in rules:
        found += islice(rule(), BROKEN_MAX)
    return found


def _payments_and_periods() -> Findings:
    given: Counter[tuple[int, date, str]] = Counter()
    for pk, ref, (campaign_id, day, months), mode, parts, back, said in _payments():
        expected = returned.shares(parts, back)
        left = spreading.parts(parts.counted, parts.counted - expected.gift, months)
        for month, minor in zip(spreading.months_from(day, months), left, strict=True):
            given[campaign_id, month, mode] += minor
        if said != expected:
            where = f"{ref} (payment {pk}): {_told(said)} went back, {_told(expected)} expected"
            yield Broken("transfers of a payment = payment − what went back", where)
    yield from _periods(given)


type Place = tuple[int, date, int]  # a campaign, the first month in which a payment counts, and over how many it does


def _payments() -> Iterator[tuple[int, str, Place, str, Parts, int, Shares]]:
    """Yield each payment with what has gone back of it, and what its transfers say has."""
    back = _gone_back()
    fields = ("pk", "provider_ref", "period__campaign_id", "period__first_day", "counts_over", "mode")
    amounts = ("amount_minor", "cover_minor", "counted_minor", "counted_cover_minor")
    payments = Payment.objects.order_by("pk").values_list(*fields, *amounts).iterator(chunk_size=CHUNK)
    rows = _posted()
    posted = next(rows, None)
    for pk, ref, campaign_id, day, months, mode, *numbers in payments:
        while posted is not None and posted[0] < pk:
            posted = next(rows, None)
        gift, cover, excess = posted[1:] if posted is not None and posted[0] == pk else (0, 0, 0)
        parts = Parts(*numbers)
        said = Shares(parts.counted - gift, parts.counted_cover - cover, excess)
        yield pk, ref, (campaign_id, day, months), mode, parts, back.get(pk, 0), said


def _gone_back() -> Counter[int]:
    back: Counter[int] = Counter()
    done = Refund.objects.filter(status=Refund.Status.DONE).order_by().values_list("payment")
    for pk, minor in done.annotate(minor=Sum("amount_minor")).iterator():
        back[pk] += minor
    taken = When(kind=DisputeStep.Kind.WITHDRAWN, then=F("amount_minor"))
    steps = DisputeStep.objects.order_by().values_list("dispute__payment")
    for pk, minor in steps.annotate(minor=Sum(Case(taken, default=-F("amount_minor")))).iterator():
        back[pk] += minor
    return back


def _posted() -> Iterator[tuple[int, int, int, int]]:
    gift, cover = Q(credit__startswith=ledger.GIVEN), Q(credit=ledger.COVER)
    gift_back, cover_back = Q(debit__startswith=ledger.GIVEN), Q(debit=ledger.COVER)
    excess, excess_back = (Q(key__endswith=":excess", **{side: ledger.DISPUTES}) for side in ("debit", "credit"))
    rows = Transfer.objects.filter(payment__isnull=False).order_by("payment_id").values_list("payment_id")
    return rows.annotate(
        gift=_net(gift, gift_back), cover=_net(cover, cover_back), excess=_net(excess, excess_back)
    ).iterator(chunk_size=CHUNK)


def _net(plus: Q, minus: Q) -> Sum:
    return Sum(Case(When(plus, then=F("amount_minor")), When(minus, then=-F("amount_minor")), default=0))


def _periods(from_payments: Counter[tuple[int, date, str]]) -> Findings:
    sums = totals.counted_again()
    by_hand = Transfer.objects.filter(payment__isnull=True, period__isnull=False)
    for period in Period.objects.select_related("campaign"):
        income = ledger.income(period.campaign)
        for mode in Mode.values:
            from_ledger = -sums.get((period.pk, mode, income, period.campaign.currency), 0)
            adjusted = -ledger.balance_minor(income, mode=mode, rows=by_hand.filter(period=period))
            expected = from_payments.pop((period.campaign_id, period.first_day, mode), 0) + adjusted
            if from_ledger != expected:
                yield Broken("ledger = payments", f"{period} {mode}: {from_ledger} against {expected}")
    # What is left counts in months that are not there.
    for (campaign_id, day, mode), minor in from_payments.items():
        if minor:
            yield Broken("ledger = payments", f"campaign {campaign_id} {day} {mode}: 0 against {minor}")


def _refunds() -> Findings:
    charged = F("payment__amount_minor") + F("payment__cover_minor")
    sums = Refund.objects.exclude(status=Refund.Status.FAILED).order_by().values("payment__provider_ref")
    over = sums.annotate(back=Sum("amount_minor"), charged=charged).filter(back__gt=charged)
    for row in over.iterator():
        yield Broken("refunds ≤ payment", f"{row['payment__provider_ref']}: {row['back']} of {row['charged']}")


def _one_payment_for_each_occasion() -> Findings:
    online = Payment.objects.exclude(provider__in=ledger.IN_OUR_OWN_BANK).order_by().values_list("gift__public_id")
    for what, some in (
        ("a gift that comes once is paid once", online.filter(gift__interval=Interval.ONCE)),
        ("a payment without an invoice is a gift's only one", online.filter(invoice_ref="")),
    ):
        for gift, count in some.annotate(count=Count("pk")).filter(count__gt=1).iterator():
            yield Broken(what, f"{gift}: {count} payments")


def _sums() -> Findings:
    again = totals.counted_again()
    kept = totals.kept()
    for place in sorted(again.keys() | kept.keys()):
        if again.get(place, 0) != kept.get(place, 0):
            where = f"{place}: {kept.get(place, 0)} kept, {again.get(place, 0)} counted"
            yield Broken("the sums kept = the sums of the transfers", where)
    balance: Counter[tuple[int, str, str]] = Counter()
    for (period_id, mode, _account, currency), minor in again.items():
        balance[period_id, mode, currency] += minor
    yield from (Broken("debits = credits", str(place)) for place, minor in balance.items() if minor)


def _places() -> Findings:
    rules: tuple[tuple[str, Iterable[object]], ...] = (
        ("a payment counts in its own campaign", Payment.objects.exclude(period__campaign=F("gift__campaign"))),
        (
            "a transfer counts in the period of its payment",
            Transfer.objects.filter(payment__isnull=False)
            .exclude(period=F("payment__period"))
            .exclude(
                key__startswith=spreading.KEY,
                payment__counts_over__gt=1,
                period__campaign=F("payment__period__campaign"),
                period__first_day__gt=F("payment__period__first_day"),
            ),
        ),
        (
            "one currency a campaign",
            Transfer.objects.filter(period__isnull=False)
            .filter(Q(debit__regex="^(income|expense)") | Q(credit__regex="^(income|expense)"))
            .exclude(currency=F("period__campaign__currency")),
        ),
    )
    for rule, strange in rules:
        yield from (Broken(rule, str(row)) for row in strange)


def _dates() -> Findings:
    for period in Period.objects.filter(campaign__kind=Campaign.Kind.MONTHLY):
        # A campaign may have moved to another zone since; no zone moves a month by more than this.
        start, end = _midnight(period.first_day), _midnight(clock.first_of_next_month(period.first_day))
        if period.first_day.day != 1:
            yield Broken("a month begins on the 1st", str(period))
        outside = Q(paid_at__lt=start - ZONES_REACH) | Q(paid_at__gte=end + ZONES_REACH)
        strange = Payment.objects.filter(outside, period=period)
        yield from (Broken("a payment counts in the month in which it was paid", str(each)) for each in strange)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _modes() -> Findings:
    strange = Transfer.objects.filter(payment__isnull=False).exclude(mode=F("payment__mode"))
    yield from (Broken("rehearsal and live never meet", str(row)) for row in strange)
    played = Payment.objects.filter(mode=Mode.LIVE, provider_ref__startswith="ch_rh_")
    yield from (Broken("no live payment from the rehearsal", str(payment)) for payment in played)


def _chain(*, whole: bool) -> Findings:
    for problem in chain.problems(whole=whole):
        yield Broken("the chain is whole", f"row {problem.number}: {problem.wrong}")
    loose = Transfer.objects.filter(link__isnull=True)
    yield from (Broken("every transfer is in the chain", str(row)) for row in loose.iterator(chunk_size=CHUNK))


def _told(shares: Shares) -> str:
    return f"gift {shares.gift}, cover {shares.cover}, beyond {shares.excess}"
