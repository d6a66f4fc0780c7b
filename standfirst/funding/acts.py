"""What supporters, or staff for them, do with regular gifts. Each is done at the payment service, then written down.

The service is spoken to outside of any transaction, so these are no verbs; each is safe to
repeat. Refusals of the service pass through, and nothing is written down then.
"""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.funding import amounts, supporters
from standfirst.funding.giftform import locale
from standfirst.funding.models import Donor, Gift, Subscription
from standfirst.funding.recurring import carrier
from standfirst.kit import clock
from standfirst.kit.errors import Refusal

PAUSES_MONTHS = (1, 3, 6)  # longer is a goodbye, and can be said as one
MONTH = timedelta(days=30)  # for a pause; the payment service keeps the day of the month


class NothingRegular(Refusal):
    """The gift does not come again, or has ended."""

    code = "funding.nothing_regular"
    status = 409
    message = _("This gift does not come again (any more), so there is nothing to change.")


class PauseNotOffered(Refusal):
    """A pause is one of a few lengths."""

    code = "funding.pause_not_offered"
    status = 422
    message = _("A pause can be of one, three or six months. Nothing was changed.")
    field = "months"


def change_amount(*, gift: Gift, typed: str, by: Account | None = None) -> None:
    """Give what ``typed`` says from the next payment on. Refusals: as ``amounts.parse``, NothingRegular."""
    subscription = live(gift)
    amount = amounts.parse(typed, currency=gift.currency, locale=locale())
    carrier().change_amount(subscription=subscription, amount=amount, by=by)
    _note(gift, "amount_changed", amount.show(locale()), by)


def skip_month(*, gift: Gift, by: Account | None = None) -> None:
    """Leave out the next payment. Refusal: NothingRegular."""
    carrier().skip_month(subscription=live(gift), by=by)
    _note(gift, "month_skipped", "", by)


def pause(*, gift: Gift, months: str, by: Account | None = None) -> None:
    """Take nothing for some months. Refusals: PauseNotOffered, NothingRegular."""
    if months not in {str(each) for each in PAUSES_MONTHS}:
        raise PauseNotOffered
    carrier().pause(subscription=live(gift), resumes_at=clock.now() + int(months) * MONTH, by=by)
    _note(gift, "paused", months, by)


def resume(*, gift: Gift, by: Account | None = None) -> None:
    """Go on after a pause. Refusal: NothingRegular."""
    carrier().resume(subscription=live(gift), by=by)
    _note(gift, "resumed", "", by)


def cancel(*, gift: Gift, by: Account | None = None) -> None:
    """End a regular gift now. Refusal: NothingRegular."""
    carrier().cancel(subscription=live(gift), by=by)
    _note(gift, "cancelled", "", by)


def card_page(*, gift: Gift, return_url: str) -> str:
    """Return where another card is entered. Refusal: NothingRegular."""
    return carrier().card_page(live(gift), return_url)


def erase(*, donor: Donor, by: Account | None = None) -> None:
    """Cancel what still runs, then forget the person. Refusals: as the payment service, StillGiving."""
    for subscription in supporters.live_subscriptions(donor):
        cancel(gift=subscription.gift, by=by)
    supporters.erase(donor=donor, by=by)


def live(gift: Gift) -> Subscription:
    """Return the running subscription of ``gift``. Refusal: NothingRegular."""
    found = Subscription.objects.filter(gift=gift, status__in=supporters.LIVE).select_related("gift__donor").first()
    if found is None:
        raise NothingRegular
    return found


def _note(gift: Gift, what: str, about: str, by: Account | None) -> None:
    if gift.donor is not None:
        supporters.note(donor=gift.donor, what=what, about=about, by=by)
