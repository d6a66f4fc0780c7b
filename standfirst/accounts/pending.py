"""A sign-in that waits for its code: what the browser keeps of it, signed, until the code is typed in.

No session is begun before that, so there is none to plant or to steal; and a code opens something only
in the browser that asked for it.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from standfirst.accounts import addresses, codes
from standfirst.accounts.models import Account, Code

COOKIE = "sf_code"
PROVIDER = "provider"  # in the session: who came from a provider and has to prove an address first
_PATH = "/account/"
_SALT = "standfirst.accounts.pending"


class SeeOther(HttpResponseRedirect):
    """Go and read there: what was posted is done."""

    status_code = 303


@dataclass(frozen=True, slots=True)
class Pending:
    """A code that was asked for in this browser: which, to what end, sent where, and where to go on.

    ``from_provider``: whoever waits came from a provider just before, whose account is to be connected.
    """

    code_id: str
    purpose: str
    address: str
    then: str
    from_provider: bool


def ask(
    request: HttpRequest,
    *,
    address: str,
    then: str,
    purpose: str = Code.Purpose.SIGN_IN,
    account: Account | None = None,
    from_provider: bool = False,
) -> HttpResponse:
    """Have a code sent, and lead to the page on which it is typed in. Refusals: as ``codes.send``."""
    household = addresses.hash_of_request(request)
    code = codes.send(address=address, purpose=purpose, household=household, account=account)
    response = SeeOther(reverse("account_code"))
    kept = {"id": code.pk.hex, "purpose": str(purpose), "address": code.email, "then": then, "from": from_provider}
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=_SALT),
        max_age=int(codes.AGE_MAX.total_seconds()),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        path=_PATH,
    )
    return response


def of_request(request: HttpRequest) -> Pending | None:
    """Return what this browser waits for; None if that is nothing, forged or too old."""
    try:
        kept: dict[str, Any] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=codes.AGE_MAX)
        return Pending(kept["id"], kept["purpose"], kept["address"], kept["then"], kept["from"])
    except (signing.BadSignature, KeyError, TypeError):
        return None


def is_over(response: HttpResponse) -> None:
    """Have the browser forget it."""
    response.delete_cookie(COOKIE, path=_PATH, samesite="Lax")


def to_sign_in(then: str, **more: str) -> HttpResponse:
    """Lead to the page on which one signs in, and from there on to ``then``."""
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': then, **more})}")
