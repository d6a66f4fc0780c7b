"""The way to a supporter's page: a link by mail that is good once, then a signed cookie.

Whoever asks for a link learns nothing: for any address the same rows are written and the same
answer is given; whether there is a supporter is looked up later, by whoever sends the mail. The
secret of a link exists in the mail alone: it is made at sending, and only its hash is kept.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db.models import F
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import verb
from standfirst.funding import allowances
from standfirst.funding.models import Donor, SupporterLink
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.mail import outbox
from standfirst.mail.enclosures import Enclosure, NothingToSend

LINK_AGE_MAX = timedelta(minutes=30)  # for a link that somebody has just asked for
LETTER_LINK_AGE_MAX = timedelta(days=7)  # for one in a letter that nobody waits for, such as of a card that failed
ASK_WINDOW = timedelta(minutes=10)  # one mail to an address in this time, however often it is asked for
ASKS_MAX = 20  # in an hour, from one household or server: an office may share an address
COOKIE = "sf_supporter"
COOKIE_AGE_MAX = timedelta(days=30)  # after which a link is asked for again: money is looked after here
ASKED_KIND = "supporter_link"  # what a letter encloses, see ``mail.enclosures``
_SALT = "standfirst.funding.supporter"
_TOKEN_BYTES = 32


class LinkSpent(Refusal):
    """The link was used, is too old, or never existed."""

    code = "funding.link_spent"
    status = 410
    message = _("This link was used before or is too old. Nothing was changed. Please ask for a new one.")


class AskedTooOften(Refusal):
    """One household or server asks for very many links."""

    code = "funding.asked_too_often"
    status = 429
    message = _("From your connection, links were asked for very often. Please try again in an hour.")


@verb
def ask(*, address: str, household: str, subject: str, text: str, html: str) -> None:
    """Have a link sent to ``address``, if a supporter has it: what is written is the same if not.

    ``subject``, ``text`` and ``html`` hold ``%%link%%``. ``household`` is a keyed hash of where the request came from.
    Refusals: mail's AddressRefused, AskedTooOften. Locks the household's count until the commit.
    """
    to = outbox.checked_address(address).lower()
    window = _window(clock.now())
    if allowances.count(what="link", traits={"household": household})["household"] > ASKS_MAX:
        raise AskedTooOften
    mark = salted_hmac(_SALT, to, algorithm="sha256").hexdigest()[:32]
    key = f"supporter_link:{mark}:{window:%Y%m%d%H%M}"
    outbox.put(key=key, to=to, subject=subject, text=text, html=html, kind=ASKED_KIND)


@verb
def make(*, donor: Donor, age_max: timedelta) -> str:
    """Return the address of a new link for ``donor``, good once within ``age_max``; only its hash is kept."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    now = clock.now()
    SupporterLink.objects.create(donor=donor, digest=_digest(token), created_at=now, expires_at=now + age_max)
    return str(settings.STANDFIRST.url) + reverse("supporter-link", args=[token])


@verb
def use(*, token: str) -> Donor:
    """Return the supporter of a link, and make the link worthless. Refusal: LinkSpent. One of many at once wins."""
    now = clock.now()
    fresh = SupporterLink.objects.filter(digest=_digest(token), used_at=None, expires_at__gt=now)
    link = fresh.select_related("donor").first()
    if link is None or link.donor.erased_at or not fresh.update(used_at=now):
        raise LinkSpent
    return link.donor


@verb
def forget() -> int:
    """Delete links that lead nowhere any more; return how many. Scheduled."""
    return SupporterLink.objects.filter(expires_at__lt=clock.now() - LETTER_LINK_AGE_MAX).delete()[0]


@verb
def sign_out_everywhere(*, donor: Donor) -> None:
    """Make every cookie and link of ``donor`` worthless."""
    Donor.objects.filter(pk=donor.pk).update(key_version=F("key_version") + 1)
    SupporterLink.objects.filter(donor=donor).delete()


def for_whoever_asked(_reference: str, to: str) -> Enclosure:
    """Builder of the asked-for letter: the link, or nothing if no supporter has this address."""
    donor = Donor.objects.filter(email=to, erased_at=None).first()
    if donor is None:
        raise NothingToSend
    return Enclosure(words={"link": make(donor=donor, age_max=LINK_AGE_MAX)})


def for_letter(reference: str, to: str) -> Enclosure:
    """Builder of letters that we send by ourselves to the supporter whose id is ``reference``."""
    donor = Donor.objects.filter(pk=reference, email=to).first()
    if donor is None:
        raise NothingToSend
    return Enclosure(words={"link": make(donor=donor, age_max=LETTER_LINK_AGE_MAX)})


def hand_key(response: HttpResponseBase, donor: Donor) -> None:
    """Set the cookie that opens the page of ``donor`` in this browser."""
    response.set_cookie(
        COOKIE,
        signing.TimestampSigner(salt=_SALT).sign(f"{donor.pk}.{donor.key_version}"),
        max_age=int(COOKIE_AGE_MAX.total_seconds()),
        path=reverse("supporter"),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def take_key(response: HttpResponseBase) -> None:
    """Take the cookie back."""
    response.delete_cookie(COOKIE, path=reverse("supporter"), samesite="Lax")


def of_request(request: HttpRequest) -> Donor | None:
    """Return the supporter whose cookie ``request`` carries; None if it is forged, old or was revoked."""
    try:
        stated = signing.TimestampSigner(salt=_SALT).unsign(request.COOKIES.get(COOKIE, ""), max_age=COOKIE_AGE_MAX)
        pk, version = (int(part) for part in stated.split("."))
    except (signing.BadSignature, ValueError):
        return None
    return Donor.objects.filter(pk=pk, key_version=version, erased_at=None).first()


def _window(at: datetime) -> datetime:
    minutes = ASK_WINDOW // timedelta(minutes=1)
    return at.replace(minute=at.minute - at.minute % minutes, second=0, microsecond=0)


def _digest(token: str) -> str:
    # The token has 256 random bits: a plain hash cannot be tried backwards.
    return hashlib.sha256(token.encode()).hexdigest()
