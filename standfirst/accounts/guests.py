"""Guest keys: a signed, revocable cookie that says "the same guest as before", and nothing else."""

import uuid

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from standfirst.accounts.models import Guest
from standfirst.kit import clock, rows

COOKIE = "sf_guest"
COOKIE_AGE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie
_SALT = "standfirst.accounts.guest"


def key_of(guest: Guest) -> str:
    """Return the signed key that the browser keeps for ``guest``."""
    return signing.Signer(salt=_SALT).sign(guest.id.hex)


def of_key(key: str) -> Guest | None:
    """Return the guest of a key; None if it was forged, is unknown, or was revoked. Reads one row."""
    try:
        number = uuid.UUID(hex=signing.Signer(salt=_SALT).unsign(key))
    except (signing.BadSignature, ValueError):
        return None
    return Guest.objects.filter(id=number, revoked_at__isnull=True).first()


def of_request(request: HttpRequest) -> Guest | None:
    """Return the guest whose key ``request`` carries, or None."""
    key = request.COOKIES.get(COOKIE, "")
    return of_key(key) if key else None


def welcome() -> Guest:
    """Create a guest. Call it inside the verb that needs one, so that no empty guest stays behind."""
    return rows.add(Guest(created_at=clock.now()))


def revoke(guest: Guest) -> None:
    """Make every copy of the key of ``guest`` worthless. What the guest wrote stays."""
    Guest.objects.filter(pk=guest.pk, revoked_at__isnull=True).update(revoked_at=clock.now())


def hand_key(response: HttpResponseBase, guest: Guest) -> None:
    """Set the cookie that carries the key of ``guest``."""
    response.set_cookie(
        COOKIE,
        key_of(guest),
        max_age=COOKIE_AGE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        path="/",
    )


def take_key(response: HttpResponseBase) -> None:
    """Have the browser forget its key."""
    response.delete_cookie(COOKIE, path="/", samesite="Lax")
