"""Gifts: what a supporter means to give, from the form to the payment page, and gifts that staff record.

Whether a gift is paid is decided in ``payments`` alone, by what the provider says.
"""

import uuid
from datetime import UTC, date, datetime, time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.funding import amounts, periods
from standfirst.funding.giving import methods, references, wishes
from standfirst.funding.giving.methods import Method
from standfirst.funding.models import (
    BROWSER_KEPT_FOR,
    GIFT_OPEN_AGE_MAX,
    GIFT_UNOPENED_AGE_MAX,
    TRANSFER_OPEN_AGE_MAX,
    Campaign,
    Donor,
    Gift,
    Interval,
    Payment,
)
from standfirst.funding.payments import counting
from standfirst.funding.providers import registry
from standfirst.funding.providers.offline import Offline
from standfirst.funding.providers.protocol import Charge, Facts, Intent
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money
from standfirst.kit.text import clean_line

NOON = time(12)  # a day's gift is booked at local noon: no time zone's midnight is near


class ReceivedInFuture(Refusal):
    """Money that has not come cannot be recorded."""

    code = "funding.received_in_future"
    status = 422
    message = _("A gift can be recorded from the day on which it was received, not before.")
    field = "received_on"


class ReceivedTooLongAgo(Refusal):
    """No gift is that old: the year was mistyped, and what is counted stays in the books."""

    code = "funding.received_too_long_ago"
    status = 422
    message = _("No gift was received in the year {year}. Please check the day; nothing was recorded.")
    field = "received_on"


class ReferenceUsed(Refusal):
    """Another gift was recorded under this reference."""

    code = "funding.reference_used"
    status = 409
    message = _("Another gift stands under the reference “{reference}”. Nothing was recorded.")
    field = "reference"


class ReferenceMissing(Refusal):
    """Without a reference the same gift could be recorded twice."""

    code = "funding.reference_missing"
    status = 422
    message = _("Please give the reference of the bank statement or receipt: it keeps a gift from being counted twice.")
    field = "reference"


@verb
def start(
    *,
    amount: Money,
    interval: str = Interval.ONCE,
    cover: bool = False,
    campaign: Campaign | None = None,
    method: str = "",
    display_name: str = "",
    message: str = "",
    dedication: str = "",
    anonymous: bool = False,
    story_key: str = "",
    browser_key: str = "",
    household: str = "",
    email: str = "",
) -> Gift:
    """Write down that somebody means to give ``amount``. Nothing is counted by this.

    One browser has one open gift of a wish: asked again (a double click, the back button,
    a second tab) it is the same gift, with the newest words. ``household`` is a keyed hash,
    ``email`` where the receipt of a bank transfer goes (a card's payment page asks for its own).
    Refusals: those of ``wishes.wish``, NameTooLong, MessageTooLong, DedicationTooLong, EmailNotUnderstood.
    No lock: a unique constraint decides.
    """
    meant = wishes.wish(amount=amount, interval=interval, cover=cover, campaign=campaign, method=method)
    words = wishes.Words(display_name, message, dedication, anonymous, story_key).checked()
    if meant.method is methods.TRANSFER and email.strip():
        words["donor"] = _donor(email)
    browser = wishes.hash_of_browser(browser_key)
    unpaid = Gift.objects.filter(browser=browser, status=Gift.Status.OPEN, **meant.same()).exclude(browser="")
    unpaid.filter(_too_old(meant.method)).update(status=Gift.Status.LAPSED)
    if unpaid.update(**words):
        return unpaid.get()
    reference = _new_reference() if meant.method is methods.TRANSFER else None
    known = {"browser": browser, "household": household or None, "reference": reference}
    try:
        with transaction.atomic():
            return Gift.objects.create(started_at=clock.now(), **meant.same(), **known, **words)
    except IntegrityError:
        return unpaid.get()


def has_page(meant: wishes.Wish, *, browser_key: str) -> bool:
    """Say whether this browser has such a gift open, with its page: ``start`` finds it again. Reads only."""
    browser = wishes.hash_of_browser(browser_key)
    unpaid = Gift.objects.filter(browser=browser, status=Gift.Status.OPEN, **meant.same())
    return unpaid.exclude(browser="").exclude(session_url="").exclude(_too_old(meant.method)).exists()


def payment_page(gift: Gift) -> str:
    """Return the address at which ``gift`` is paid, opened now if it is not open yet.

    Asks the provider outside of any transaction; two askers at once get the same page.
    Refusals: ProviderUnreachable, ProviderRefused, NotSetUp; the gift stays open.
    """
    if gift.session_url:
        return gift.session_url
    back = "gift-transfer" if gift.provider == methods.TRANSFER.name else "gift-thanks"
    page = registry.provider(gift.provider).start(
        Intent(
            public_id=gift.public_id,
            charged=gift.charged,
            interval=Interval(gift.interval),
            description=gettext("Gift: %(campaign)s") % {"campaign": gift.campaign.name},
            success_url=settings.STANDFIRST.url + reverse(back, args=[gift.public_id]),
            cancel_url=settings.STANDFIRST.url + reverse("gift-cancelled", args=[gift.public_id]),
            started_at=gift.started_at,
        )
    )
    keep_page(gift=gift, url=page.url, session_ref=page.session_ref)
    return page.url


@verb
def keep_page(*, gift: Gift, url: str, session_ref: str) -> None:
    """Remember where ``gift`` is paid."""
    Gift.objects.filter(pk=gift.pk).update(session_url=url, session_ref=session_ref)


def check_received(*, campaign: Campaign, amount: Money, received_on: date) -> None:
    """Refuse what cannot have been received. Refusals: as ``record_offline`` of currency, amount and day."""
    if campaign.currency != amount.currency:
        raise wishes.NoCampaign
    amounts.bookable(amount, locale=current_locale())
    if received_on > clock.local_date(campaign.zone):
        raise ReceivedInFuture
    if received_on < periods.EARLIEST:
        raise ReceivedTooLongAgo(year=received_on.year)


@verb
def record_offline(
    *,
    campaign: Campaign,
    amount: Money,
    received_on: date,
    reference: str,
    display_name: str = "",
    message: str = "",
    anonymous: bool = False,
    story_key: str = "",
    by: Account | None = None,
) -> Payment:
    """Record money that was received on the local day ``received_on``, and count it in that day's month.

    ``reference`` names the fact (a line of a bank statement): recorded again with the same
    values it is the same payment. Refusals: ReceivedInFuture, ReceivedTooLongAgo, AmountNotBookable, ReferenceUsed,
    ReferenceMissing, NoCampaign (another currency), NameTooLong, MessageTooLong. Locks nothing.
    """
    reference = clean_line(reference)
    if not reference:
        raise ReferenceMissing
    check_received(campaign=campaign, amount=amount, received_on=received_on)
    words = wishes.Words(display_name, message, anonymous=anonymous, story_key=story_key).checked()
    paid_at = datetime.combine(received_on, NOON, tzinfo=campaign.zone).astimezone(UTC)
    found = Payment.objects.filter(provider=Offline.name, provider_ref=reference).select_related("gift").first()
    if found is not None:
        same = (found.amount_minor, found.paid_at, found.gift.campaign_id) == (amount.minor, paid_at, campaign.pk)
        if not same:
            raise ReferenceUsed(reference=reference)
        return found
    gift = Gift.objects.create(
        campaign=campaign,
        amount_minor=amount.minor,
        currency=amount.currency,
        provider=Offline.name,
        mode=registry.mode(),
        started_at=clock.now(),
        **words,
    )
    charge = Charge(ref=reference, amount=amount, paid_at=paid_at)
    return counting.count(gift=gift, charge=charge, by=by)


def find(public_id: uuid.UUID) -> Gift | None:
    """Return the gift of that id, or None."""
    return Gift.objects.select_related("campaign").filter(public_id=public_id).first()


def refresh(gift: Gift) -> Gift:
    """Ask the provider how ``gift`` stands, and apply the answer; return it as it stands then.

    For the page to which a supporter returns: it may be there before the provider's message.
    Refusals of the provider, such as ProviderUnreachable, pass through; nothing is changed by them.
    """
    if gift.session_ref and gift.status != Gift.Status.PAID:
        facts: Facts = registry.provider(gift.provider).fetch(gift.session_ref)
        counting.apply(facts=facts)
        gift.refresh_from_db()
    return gift


@verb
def lapse_transfers() -> int:
    """Give up bank transfers that nobody made in time; return how many. Scheduled.

    Money that comes later all the same can still be matched with its gift.
    """
    waiting = Gift.objects.filter(provider=methods.TRANSFER.name, status=Gift.Status.OPEN)
    return waiting.filter(_too_old(methods.TRANSFER)).update(status=Gift.Status.LAPSED)


@verb
def forget_browsers() -> int:
    """Forget which browser and household began a gift, once haste is over; return of how many. Scheduled.

    Of a gift that still waits for its transfer, the browser is forgotten, too: the page of the
    transfer has an address of its own.
    """
    old = Gift.objects.filter(started_at__lt=clock.now() - BROWSER_KEPT_FOR)
    return old.exclude(browser="", household=None).update(browser="", household=None)


def _too_old(method: Method) -> Q:
    if method is methods.TRANSFER:
        return Q(started_at__lte=clock.now() - TRANSFER_OPEN_AGE_MAX)
    unopened = Q(session_url="", started_at__lte=clock.now() - GIFT_UNOPENED_AGE_MAX)
    return Q(started_at__lte=clock.now() - GIFT_OPEN_AGE_MAX) | unopened


def _donor(email: str) -> Donor:
    address = clean_line(email).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise wishes.EmailNotUnderstood from error
    known = {"created_at": clock.now(), "language": get_language() or ""}
    return Donor.objects.get_or_create(email=address, defaults=known)[0]


def _new_reference() -> str:
    while True:
        reference = references.make()
        if not Gift.objects.filter(reference=reference).exists():
            return reference
