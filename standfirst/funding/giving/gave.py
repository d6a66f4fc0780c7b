"""Thanking instead of asking: a cookie by which a browser knows that its reader has given.

Pages are the same bytes for everybody, so a small script of ours (``gave.js``) swaps the words.
The cookie names a campaign and a month, nobody; it is signed, so that a later use of it on the
server could believe it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpResponseBase

from standfirst.funding import periods
from standfirst.funding.models import Campaign, Gift, Interval
from standfirst.kit import clock

COOKIE = "sf_gave"
THANKED_FOR = timedelta(days=30)  # where a campaign has no months
# Who gives each month is not asked in the next; browsers keep no cookie for longer than this.
THANKED_FOR_WHEN_IT_COMES_AGAIN = timedelta(days=400)
_SALT = "standfirst.funding.gave"


def remember(response: HttpResponseBase, gift: Gift) -> None:
    """Let the browser that gets ``response`` know that ``gift`` was given."""
    now = clock.now()
    response.set_cookie(
        COOKIE,
        signing.Signer(salt=_SALT).sign(_what(gift.campaign, now)),
        expires=thanked_until(gift, now),
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=False,  # a script of ours reads it; it says nothing that is worth stealing
        samesite="Lax",
    )


def thanked_until(gift: Gift, at: datetime) -> datetime:
    """Return until when whoever gave ``gift`` is thanked instead of asked: to the end of the campaign's month."""
    if gift.interval != Interval.ONCE:
        return at + THANKED_FOR_WHEN_IT_COMES_AGAIN
    if gift.campaign.kind == Campaign.Kind.FIXED:
        return at + THANKED_FOR
    zone = gift.campaign.zone
    return clock.midnight(clock.first_of_next_month(clock.local_date(zone, at)), zone)


def _what(campaign: Campaign, at: datetime) -> str:
    return f"{campaign.slug}.{periods.first_day(campaign, at):%Y-%m}"
