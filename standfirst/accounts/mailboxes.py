"""Readers' e-mail addresses: what counts as the same one, and whose it is.

An address means something only once a code that was mailed to it has come back. So every row
here is a verified one, and an account's ``email`` alone, such as a member of staff's, opens nothing.
"""

from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from standfirst.accounts.models import Account
from standfirst.mail import outbox

ASKED_AT_ONCE = 500  # values in one statement; SQLite took no more than 999 for long


def normal(raw: str) -> str:
    """Return the address as it is kept and compared: in small letters, the host as servers know it. AddressRefused.

    ``+alias`` and dots stay: to mail servers they are other mailboxes, and only what reached one counts.
    """
    name, _at, host = outbox.checked_address(raw).lower().rpartition("@")
    try:
        return f"{name}@{host.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise outbox.AddressRefused from error


def owner(address: str) -> Account | None:
    """Return the account whose proven address this is. One query."""
    found = EmailAddress.objects.filter(email=address, verified=True).select_related("user").first()
    return found.user if found else None


def owners(addresses: Collection[str]) -> dict[str, Account]:
    """Return the accounts of those of ``addresses`` that are proven. One query for each ASKED_AT_ONCE."""
    asked, found = list(addresses), dict[str, Account]()
    for begin in range(0, len(asked), ASKED_AT_ONCE):
        rows = EmailAddress.objects.filter(email__in=asked[begin : begin + ASKED_AT_ONCE], verified=True)
        found |= {row.email: row.user for row in rows.select_related("user")}
    return found


def address_of(account: Account) -> str:
    """Return the proven address of ``account``, "" if it has none, as most of the staff. One query."""
    found = EmailAddress.objects.filter(user=account, verified=True).order_by("-primary", "id").first()
    return str(found.email) if found else ""


def prove(address: str, account: Account) -> bool:
    """Make ``address`` the one address of ``account``; False if it is another's already. Call it inside a verb."""
    try:
        with transaction.atomic():
            EmailAddress.objects.filter(user=account).exclude(email=address).delete()
            EmailAddress.objects.update_or_create(
                user=account, email=address, defaults={"verified": True, "primary": True}
            )
    except IntegrityError:
        return False
    Account.objects.filter(pk=account.pk).update(email=address)
    account.email = address
    return True
