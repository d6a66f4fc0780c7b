"""Signing in: a code that came back finds the account of its address, or makes one."""

import uuid
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from standfirst.accounts import mailboxes
from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.kit import clock
from standfirst.kit.errors import Refusal

SURE_SECONDS = 15 * 60  # so long ago may somebody have proven who they are before they change something important
_SURE_AT = "sure_at"  # in the session
_NEXT_LENGTH_MAX = 600  # characters; the address of a story with a comment in it has a hundred


class StaffAtTheDesk(Refusal):
    """An account of staff, which a mailbox or a passkey must not open."""

    code = "accounts.staff_at_the_desk"
    status = 403
    message = _("This account belongs to our newsroom. Please sign in on the desk, with your password.")


class AccountClosed(Refusal):
    """An account that was switched off on the desk."""

    code = "accounts.closed"
    status = 403
    message = _("This account was closed. Please write to us if you think that this is a mistake.")


class AddressElsewhere(Refusal):
    """A new address that was proven, but by another account before."""

    code = "accounts.address_elsewhere"
    status = 409
    message = _("This address belongs to another account already, so nothing was changed. You can sign in with it.")


@verb
def account_for(*, address: str) -> Account:
    """Return the account of an address that has just been proven; a new one if it is nobody's.

    No lock: of two at once, the unique constraint on proven addresses lets one make an account.
    """
    found = mailboxes.owner(address)
    if found is not None:
        return found
    account = Account.objects.create_user(username=f"reader-{uuid.uuid4().hex}", email=address)
    if mailboxes.prove(address, account):
        return account
    account.delete()
    return Account.objects.get(emailaddress__email=address, emailaddress__verified=True)


@verb
def move_address(*, account: Account, address: str) -> str:
    """Make a proven address that of ``account``; return the one it had. Refusals: AddressElsewhere."""
    before = mailboxes.address_of(account)
    if not mailboxes.prove(address, account):
        raise AddressElsewhere
    return before


def enter(request: HttpRequest, account: Account, *, address: str, then: str) -> HttpResponse:
    """Sign ``account`` in, whose address was proven by a code, and lead on to ``then``. StaffAtTheDesk, AccountClosed.

    The session gets a new key: whoever planted the old one has nothing.
    """
    record_authentication(request, account, method="code", email=address)
    answer: HttpResponse = perform_login(request, Login(user=account, email=address, redirect_url=then))
    return answer


def be_sure(session: Any) -> None:
    """Note that the person has just proven who they are."""
    session[_SURE_AT] = int(clock.now().timestamp())


def is_sure(session: Any) -> bool:
    """Say whether the person has proven who they are within SURE_SECONDS."""
    return clock.now().timestamp() - int(session.get(_SURE_AT, 0)) <= SURE_SECONDS


def safe_next(raw: str, otherwise: str) -> str:
    """Return ``raw`` if it is an address of this site, written as a path; ``otherwise`` for everything else."""
    as_path = raw.startswith("/") and not raw.startswith(("//", "/\\")) and raw.isprintable()
    fits = as_path and len(raw) <= _NEXT_LENGTH_MAX
    return raw if fits and url_has_allowed_host_and_scheme(raw, allowed_hosts=None) else otherwise
