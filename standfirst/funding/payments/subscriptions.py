"""What comes again: the rows of subscriptions, what was agreed on, and what supporters and staff may change.

The provider keeps a subscription; our row says what it said last. ``Terms`` are ours: a renewal
that fits none of them is not counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.funding import expected
from standfirst.funding.books.ledger import METER_KEY
from standfirst.funding.models import Campaign, Gift, Interval, Subscription, SupporterAct, Terms
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import Charge, ProviderRefused, SubscriptionFacts
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money

KEY = "funding.supporters"  # touched when what comes again has changed
AFTER_SKIPPED = timedelta(days=1)  # a pause ends this long after the payment that it leaves out; Stripe needs an hour
PAUSE_MONTHS_MAX = 12  # a longer pause is a farewell; cards rarely outlive it
AMOUNT_MINOR_MAX = 99_999_999  # what Stripe can charge at once
Status = Subscription.Status
GOING_ON = (Status.ACTIVE, Status.PAST_DUE, Status.PAUSED)
GIVING = (Status.ACTIVE, Status.PAST_DUE)


class SubscriptionsDisagree(Refusal):
    """A gift has one subscription, and a subscription one gift."""

    code = "funding.subscriptions_disagree"
    status = 409
    message = _("The payment service says {theirs}, we wrote down {ours}. Nothing was changed.")


class SubscriptionOver(Refusal):
    """It has ended: nothing can be changed any more."""

    code = "funding.subscription_over"
    status = 409
    message = _("This regular gift has ended already. Nothing was changed. You can begin a new one at any time.")


class NothingToSkip(Refusal):
    """There is no next payment that could be left out."""

    code = "funding.nothing_to_skip"
    status = 409
    message = _("There is no monthly payment ahead that could be left out. Nothing was changed.")


class PauseOutOfRange(Refusal):
    """A pause ends in the future, and not too far in it."""

    code = "funding.pause_out_of_range"
    status = 422
    message = _("A pause lasts {most} months at most and ends in the future. Nothing was changed.")
    field = "until"


class NewAmountOutOfRange(Refusal):
    """The new amount cannot be charged."""

    code = "funding.new_amount_out_of_range"
    status = 422
    message = _("Please choose an amount above zero in {currency}. Nothing was changed.")
    field = "amount"


@dataclass(frozen=True, slots=True)
class Parts:
    """How much of a charge is the gift, and how much was added for the fees."""

    amount_minor: int
    cover_minor: int


type Callback = Callable[[Subscription], object]
_on_renewal_failed: list[Callback] = []
_on_ended: list[Callback] = []


def on_renewal_failed(callback: Callback) -> None:
    """Have ``callback(subscription=…)`` called, in the transaction, for each renewal that failed once more."""
    _register(_on_renewal_failed, callback)


def on_ended(callback: Callback) -> None:
    """Have ``callback(subscription=…)`` called, in the transaction, when a subscription is cancelled or lapses."""
    _register(_on_ended, callback)


@verb
def apply(*, gift: Gift, facts: SubscriptionFacts) -> Subscription:
    """Make our row say what the provider says of a gift that comes again. What has ended stays ended.

    Refusal: SubscriptionsDisagree. Call with the gift's row locked.
    """
    row = _row_of(gift, facts)
    if row.ended_at is not None and facts.ended_at is None:
        return row
    failed_again = facts.status == "past_due" and facts.failures > row.failures
    ended = facts.status in {"cancelled", "lapsed"} and row.status in GOING_ON
    # Who was erased stays forgotten: erasing cancels first, and the news of that comes afterwards.
    erased = gift.donor is not None and gift.donor.erased_at is not None
    row.customer_ref = "" if erased else facts.customer_ref
    row.status = Status(facts.status)
    row.next_at, row.resumes_at = facts.next_at, facts.resumes_at
    row.ends_at, row.ended_at = facts.ends_at, facts.ended_at
    row.failures, row.seen_at = facts.failures, clock.now()
    card = None if erased else facts.card
    row.card_brand, row.card_last4 = (card.brand[:20], card.last4) if card else ("", "")
    row.card_expires_on = card.expires_on if card else None
    row.save()
    _follow_amount(row, facts.charged)
    for callback in [*(_on_renewal_failed if failed_again else ()), *(_on_ended if ended else ())]:
        callback(subscription=row)
    touch(KEY, METER_KEY)  # the meter may show what is promised
    return row


def parts_of(*, gift: Gift, charge: Charge) -> Parts | None:
    """Return how ``charge`` divides into the gift and what was added for the fees; None if nobody agreed on it.

    A renewal may fit older terms, as its invoice may be older than the newest. What the provider
    computed itself (``adjusted``) is divided as the newest terms are. Reads only.
    """
    if charge.amount.currency != gift.currency:
        return None
    total = charge.amount.minor
    if total == gift.charged.minor and not charge.invoice_ref:
        return Parts(gift.amount_minor, gift.cover_minor)
    known = list(Terms.objects.filter(subscription__gift=gift).order_by("-id"))
    agreed = [(each.set_at, each.amount_minor, each.cover_minor) for each in known]
    agreed.append((gift.started_at, gift.amount_minor, gift.cover_minor))
    fitting = [each for each in agreed if each[1] + each[2] == total]
    if fitting:
        _at, amount, cover = next((each for each in fitting if each[0] <= charge.paid_at), fitting[0])
        return Parts(amount, cover)
    if not charge.adjusted:
        return None
    _at, amount, cover = agreed[0]
    share = (total * cover * 2 + amount + cover) // (2 * (amount + cover))
    return Parts(total - share, share)


def change_amount(
    *, subscription: Subscription, amount: Money, cover_minor: int = 0, by: Account | None = None
) -> Subscription:
    """Give ``amount`` (and ``cover_minor`` for the fees) from the next payment on; this month is not touched.

    The terms are written down first: a crash in between leaves both amounts agreed, and what the
    provider says next decides. Refusals: SubscriptionOver, NewAmountOutOfRange, the provider's.
    """
    row = _alive(subscription)
    before = terms_of(row)
    charged = Money(amount.minor + cover_minor, amount.currency)
    in_range = amount.minor > 0 <= cover_minor and charged.minor <= AMOUNT_MINOR_MAX
    if amount.currency != row.gift.currency or not in_range:
        raise NewAmountOutOfRange(currency=row.gift.currency)
    agree(subscription=row, amount_minor=amount.minor, cover_minor=cover_minor)
    try:
        facts = registry.provider(row.provider).change(row.provider_ref, charged, gettext("Gift"))
    except Refusal:
        agree(subscription=row, amount_minor=before.amount_minor, cover_minor=before.cover_minor)
        raise
    shown = f"{Money(before.amount_minor, amount.currency).show('en')} → {amount.show('en')}"
    return acted(subscription=row, facts=facts, what="change_amount", note=shown, by=by)


def skip_month(*, subscription: Subscription, by: Account | None = None) -> Subscription:
    """Leave out the next monthly payment; the one after it comes as usual.

    Refusals: SubscriptionOver, NothingToSkip (yearly, paused or ending), the provider's.
    """
    row = _alive(subscription)
    if row.status not in GIVING or row.gift.interval != Interval.MONTH or row.next_at is None or row.ends_at:
        raise NothingToSkip
    facts = registry.provider(row.provider).pause(row.provider_ref, row.next_at + AFTER_SKIPPED)
    return acted(subscription=row, facts=facts, what="skip_month", note=f"{row.next_at:%Y-%m-%d}", by=by)


def pause(*, subscription: Subscription, until: datetime | None = None, by: Account | None = None) -> Subscription:
    """Charge nothing until ``until`` (None: until ``resume``).

    Refusals: SubscriptionOver, PauseOutOfRange, the provider's.
    """
    row = _alive(subscription)
    if until is not None and not clock.now() < until <= clock.months_after(clock.now(), PAUSE_MONTHS_MAX):
        raise PauseOutOfRange(most=PAUSE_MONTHS_MAX)
    facts = registry.provider(row.provider).pause(row.provider_ref, until)
    note = f"{until:%Y-%m-%d}" if until else ""
    return acted(subscription=row, facts=facts, what="pause", note=note, by=by)


def resume(*, subscription: Subscription, by: Account | None = None) -> Subscription:
    """End a pause; the next payment is that of the usual day. Refusals: SubscriptionOver, the provider's."""
    row = _alive(subscription)
    facts = registry.provider(row.provider).resume(row.provider_ref)
    return acted(subscription=row, facts=facts, what="resume", by=by)


def cancel(*, subscription: Subscription, by: Account | None = None) -> Subscription:
    """Never charge again, from this moment on; what was paid stays paid. Cancelled already: nothing happens.

    Refusals: the provider's. Nothing is changed by them, so the supporter can be told to try again.
    """
    row = _fresh(subscription)
    if row.status not in GOING_ON:
        return row
    facts = registry.provider(row.provider).cancel(row.provider_ref, at_period_end=False)
    return acted(subscription=row, facts=facts, what="cancel", by=by)


def card_page(subscription: Subscription, return_url: str) -> str:
    """Return the provider's page on which the card is changed. Refusals: SubscriptionOver, the provider's."""
    row = _alive(subscription)
    if not row.customer_ref:
        raise ProviderRefused(reason="no_customer")
    return registry.provider(row.provider).portal(row.customer_ref, return_url)


def refresh(subscription: Subscription) -> Subscription:
    """Ask the provider how a subscription stands, as after the card was changed; return it as it stands then."""
    row = _fresh(subscription)
    facts = registry.provider(row.provider).fetch(row.provider_ref).subscription
    return row if facts is None else seen(subscription=row, facts=facts)


@verb
def agree(*, subscription: Subscription, amount_minor: int, cover_minor: int) -> Terms:
    """Write down new terms, unless the newest say the same. Locks the gift's row."""
    Gift.objects.select_for_update().get(pk=subscription.gift_id)
    newest = terms_of(subscription)
    if (newest.amount_minor, newest.cover_minor) == (amount_minor, cover_minor):
        return newest
    touch(KEY, METER_KEY)
    return Terms.objects.create(
        subscription=subscription, amount_minor=amount_minor, cover_minor=cover_minor, set_at=clock.now()
    )


@verb
def seen(*, subscription: Subscription, facts: SubscriptionFacts) -> Subscription:
    """Apply what the provider answered about one subscription. As ``apply``; locks the gift's row."""
    gift = Gift.objects.select_for_update().get(pk=subscription.gift_id)
    return apply(gift=gift, facts=facts)


@verb
def acted(
    *, subscription: Subscription, facts: SubscriptionFacts, what: str, note: str = "", by: Account | None = None
) -> Subscription:
    """Apply what the provider answered, and write down who did what: ``by`` staff, or the supporter. As ``seen``."""
    row = seen(subscription=subscription, facts=facts)
    donor = row.gift.donor
    if donor is not None:
        SupporterAct.objects.create(donor=donor, what=what, note=note, by=by, at=clock.now())
    return row


def terms_of(subscription: Subscription) -> Terms:
    """Return what is agreed on now."""
    newest = subscription.terms.order_by("-id").first()
    if newest is not None:
        return newest
    gift = subscription.gift
    return Terms(
        subscription=subscription,
        amount_minor=gift.amount_minor,
        cover_minor=gift.cover_minor,
        set_at=subscription.started_at,
    )


def going_on(campaign: Campaign, *, mode: str) -> QuerySet[Subscription]:
    """Return the subscriptions to ``campaign`` that have not ended."""
    return Subscription.objects.filter(gift__campaign=campaign, gift__mode=mode, status__in=GOING_ON)


def monthly_recurring(campaign: Campaign, *, mode: str) -> dict[str, Money]:
    """Return what supporters give each month by now, by currency; a yearly gift as a twelfth, rounded half up.

    Without what is added for the fees, and without what is paused or has ended.
    """
    rows = (
        expected.agreed_by(going_on(campaign, mode=mode).filter(status__in=GIVING))
        .values("gift__currency", "gift__interval")
        .annotate(total=Sum("agreed"))
        .order_by()
    )
    twelfths: dict[str, int] = {}
    for row in rows:
        weight = 1 if row["gift__interval"] == Interval.YEAR else 12
        currency = row["gift__currency"]
        twelfths[currency] = twelfths.get(currency, 0) + weight * row["total"]
    return {currency: Money(a_month(total), currency) for currency, total in twelfths.items()}


def a_month(twelfths: int) -> int:
    """Return what a sum of twelfths of minor units comes to in a month, rounded half up."""
    return (twelfths + 6) // 12


def active_supporters(campaign: Campaign, *, mode: str) -> int:
    """Return how many people give again and again by now; gifts of nobody known count as one person each."""
    giving = going_on(campaign, mode=mode).filter(status__in=GIVING)
    known = giving.filter(gift__donor__isnull=False).values("gift__donor").distinct().count()
    return known + giving.filter(gift__donor__isnull=True).count()


def expiring_cards(until: date, *, mode: str) -> QuerySet[Subscription]:
    """Return the subscriptions that go on and whose card is good until ``until`` at most."""
    return Subscription.objects.filter(
        gift__mode=mode, status__in=GOING_ON, card_expires_on__lte=until, ends_at__isnull=True
    ).select_related("gift__donor", "gift__campaign")


def _register(callbacks: list[Callback], callback: Callback) -> None:
    if callback not in callbacks:
        callbacks.append(callback)


def _row_of(gift: Gift, facts: SubscriptionFacts) -> Subscription:
    row = Subscription.objects.filter(Q(gift=gift) | Q(provider=gift.provider, provider_ref=facts.ref)).first()
    if row is None:
        row = Subscription.objects.create(
            gift=gift,
            provider=gift.provider,
            provider_ref=facts.ref,
            started_at=facts.started_at,
            seen_at=clock.now(),
        )
        Terms.objects.create(
            subscription=row, amount_minor=gift.amount_minor, cover_minor=gift.cover_minor, set_at=facts.started_at
        )
    if (row.gift_id, row.provider_ref) != (gift.pk, facts.ref):
        raise SubscriptionsDisagree(theirs=f"{facts.ref}: {gift}", ours=f"{row.provider_ref}: {row.gift}")
    return row


def _follow_amount(row: Subscription, charged: Money) -> None:
    """Where the provider's price is that of older terms, those count again: a change was begun and did not happen."""
    newest = terms_of(row)
    if newest.amount_minor + newest.cover_minor == charged.minor:
        return
    for older in row.terms.order_by("-id"):
        if older.amount_minor + older.cover_minor == charged.minor:
            row.terms.create(amount_minor=older.amount_minor, cover_minor=older.cover_minor, set_at=clock.now())
            return


def _fresh(subscription: Subscription) -> Subscription:
    return Subscription.objects.select_related("gift__donor", "gift__campaign").get(pk=subscription.pk)


def _alive(subscription: Subscription) -> Subscription:
    row = _fresh(subscription)
    if row.status not in GOING_ON:
        raise SubscriptionOver
    return row
