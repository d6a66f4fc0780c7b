"""What supporters, or staff for them, do with regular gifts, as it is typed into a form.

``subscriptions`` speaks to the payment service, outside of any transaction, and writes down who
did what. Its refusals and those of the service pass through; nothing is changed by them.
"""

from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.funding import amounts
from standfirst.funding.giving import covering
from standfirst.funding.models import Donor, Gift, Subscription
from standfirst.funding.payments import subscriptions
from standfirst.funding.supporters import letters, roster
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale

PAUSES_MONTHS = (1, 3, 6)  # longer is a goodbye, and can be said as one


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
    amount = amounts.parse(typed, currency=gift.currency, locale=current_locale())
    covers = subscriptions.terms_of(subscription).cover_minor > 0
    cover_minor = covering.part(gift.campaign, amount).minor if covers else 0
    subscriptions.change_amount(subscription=subscription, amount=amount, cover_minor=cover_minor, by=by)


def skip_month(*, gift: Gift, by: Account | None = None) -> None:
    """Leave out the next payment. Refusal: NothingRegular."""
    subscriptions.skip_month(subscription=live(gift), by=by)


def pause(*, gift: Gift, months: str, by: Account | None = None) -> None:
    """Take nothing for some months. Refusals: PauseNotOffered, NothingRegular."""
    if months not in {str(each) for each in PAUSES_MONTHS}:
        raise PauseNotOffered
    until = clock.months_after(clock.now(), int(months))
    subscriptions.pause(subscription=live(gift), until=until, by=by)


def resume(*, gift: Gift, by: Account | None = None) -> None:
    """Go on after a pause. Refusal: NothingRegular."""
    letters.subscription_resumed(subscription=subscriptions.resume(subscription=live(gift), by=by))


def cancel(*, gift: Gift, by: Account | None = None) -> None:
    """End a regular gift now. Refusal: NothingRegular."""
    subscriptions.cancel(subscription=live(gift), by=by)


def card_page(*, gift: Gift, return_url: str) -> str:
    """Return where another card is entered. Refusal: NothingRegular."""
    return subscriptions.card_page(live(gift), return_url)


def erase(*, donor: Donor, by: Account | None = None) -> None:
    """Cancel what still runs, then forget the person. Refusals: as the payment service, StillGiving."""
    for subscription in roster.live_subscriptions(donor):
        cancel(gift=subscription.gift, by=by)
    roster.erase(donor=donor, by=by)


def live(gift: Gift) -> Subscription:
    """Return the running subscription of ``gift``. Refusal: NothingRegular."""
    found = Subscription.objects.filter(gift=gift, status__in=subscriptions.GOING_ON).first()
    if found is None:
        raise NothingRegular
    return found
