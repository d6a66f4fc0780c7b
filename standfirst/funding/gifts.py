"""Gifts: what a supporter means to give, from the form to the payment page, and gifts that staff record.

Whether a gift is paid is decided in ``payments`` alone, by what the provider says.
"""

import hashlib
import re
import uuid
from datetime import UTC, date, datetime, time

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext, to_locale
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.funding import amounts, campaigns, payments
from standfirst.funding.models import (
    GIFT_OPEN_AGE_MAX,
    GIFT_UNOPENED_AGE_MAX,
    MESSAGE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Campaign,
    Gift,
    Interval,
    Payment,
)
from standfirst.funding.providers import registry
from standfirst.funding.providers.offline import Offline
from standfirst.funding.providers.protocol import Charge, Facts, Intent, NotSetUp
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money
from standfirst.kit.text import clean_line, clean_text

STORY_KEY = re.compile(r"[a-z]{1,20}:[0-9]{1,18}")
NOON = time(12)  # a day's gift is booked at local noon: no time zone's midnight is near


class NoCampaign(Refusal):
    """No campaign takes gifts."""

    code = "funding.no_campaign"
    status = 409
    message = _("No campaign takes gifts at the moment. Nothing was charged.")


class NameTooLong(Refusal):
    """The name does not fit."""

    code = "funding.name_too_long"
    status = 422
    message = _("Please keep the name within {most} characters.")
    field = "name"


class MessageTooLong(Refusal):
    """The message does not fit."""

    code = "funding.message_too_long"
    status = 422
    message = _("Please keep the message within {most} characters.")
    field = "message"


class ReceivedInFuture(Refusal):
    """Money that has not come cannot be recorded."""

    code = "funding.received_in_future"
    status = 422
    message = _("A gift can be recorded from the day on which it was received, not before.")
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
    display_name: str = "",
    message: str = "",
    anonymous: bool = False,
    story_key: str = "",
    browser_key: str = "",
) -> Gift:
    """Write down that somebody means to give ``amount``. Nothing is counted by this.

    One browser has one open gift of an amount: asked again (a double click, the back button,
    a second tab) it is the same gift, with the newest words. Refusals: NoCampaign, NotSetUp,
    AmountOutOfRange, NameTooLong, MessageTooLong. No lock: a unique constraint decides.
    """
    campaign = campaigns.current()
    if campaign is None or campaign.currency != amount.currency:
        raise NoCampaign
    if not registry.takes_gifts_online():
        raise NotSetUp
    amounts.checked(amount, locale=to_locale(get_language() or "en"))
    words = _words(display_name=display_name, message=message, anonymous=anonymous, story_key=story_key)
    browser = hashlib.sha256(browser_key.encode()).hexdigest() if browser_key else ""
    unpaid = Gift.objects.filter(
        browser=browser,
        campaign=campaign,
        amount_minor=amount.minor,
        mode=registry.mode(),
        status=Gift.Status.OPEN,
    ).exclude(browser="")
    too_old = Q(started_at__lte=clock.now() - GIFT_OPEN_AGE_MAX)
    too_old |= Q(session_url="", started_at__lte=clock.now() - GIFT_UNOPENED_AGE_MAX)
    unpaid.filter(too_old).update(status=Gift.Status.LAPSED)
    if unpaid.update(**words):
        return unpaid.get()
    try:
        with transaction.atomic():
            return Gift.objects.create(
                campaign=campaign,
                amount_minor=amount.minor,
                currency=amount.currency,
                provider=registry.ONLINE,
                mode=registry.mode(),
                browser=browser,
                started_at=clock.now(),
                **words,
            )
    except IntegrityError:
        return unpaid.get()


def payment_page(gift: Gift) -> str:
    """Return the address at which ``gift`` is paid, opened now if it is not open yet.

    Asks the provider outside of any transaction; two askers at once get the same page.
    Refusals: ProviderUnreachable, ProviderRefused, NotSetUp; the gift stays open.
    """
    if gift.session_url:
        return gift.session_url
    page = registry.provider(gift.provider).start(
        Intent(
            public_id=gift.public_id,
            charged=gift.charged,
            interval=Interval(gift.interval),
            description=gettext("Gift: %(campaign)s") % {"campaign": gift.campaign.name},
            success_url=settings.STANDFIRST.url + reverse("gift-thanks", args=[gift.public_id]),
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
    values it is the same payment. Refusals: ReceivedInFuture, ReferenceUsed, ReferenceMissing,
    NoCampaign (another currency), NameTooLong, MessageTooLong. Locks nothing.
    """
    reference = clean_line(reference)
    if not reference:
        raise ReferenceMissing
    if campaign.currency != amount.currency:
        raise NoCampaign
    if received_on > clock.local_date(campaign.zone):
        raise ReceivedInFuture
    words = _words(display_name=display_name, message=message, anonymous=anonymous, story_key=story_key)
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
    return payments.count(gift=gift, charge=charge, by=by)


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
        payments.apply(facts=facts)
        gift.refresh_from_db()
    return gift


def _words(*, display_name: str, message: str, anonymous: bool, story_key: str) -> dict[str, object]:
    name, text = clean_line(display_name), clean_text(message).strip()
    if len(name) > NAME_LENGTH_MAX:
        raise NameTooLong(most=NAME_LENGTH_MAX)
    if len(text) > MESSAGE_LENGTH_MAX:
        raise MessageTooLong(most=MESSAGE_LENGTH_MAX)
    return {
        "display_name": name,
        "message": text,
        "anonymous": anonymous,
        "story_key": story_key if STORY_KEY.fullmatch(story_key) else "",
    }
