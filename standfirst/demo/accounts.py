"""One account for each role, so that a visitor of a rehearsal can look at everything.

The password is no secret: it stands here. That is why the sample refuses to be filled into a live site.
"""

from dataclasses import dataclass

from django.contrib.auth.models import Group

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb

PASSWORD = "harbour-at-dawn"  # noqa: S105 - known on purpose, on rehearsal sites only


@dataclass(frozen=True, slots=True)
class Role:
    """A role, the name to sign in with, and who plays it."""

    sign_in: str
    display_name: str
    group: str  # empty: may do everything
    may: str


ROLES = (
    Role("editor", "Nell Arkwright", "Editors", "writes, schedules and publishes; sets up the front page"),
    Role("author", "Tomas Veld", "Authors", "writes and hands in"),
    Role("moderator", "Maren Oake", "Moderators", "decides about comments"),
    Role("treasurer", "Lise Arden", "Treasurers", "sees gifts and records those that came by bank"),
    Role("admin", "The host", "", "may do everything"),
)


@verb
def fill_accounts() -> dict[str, Account]:
    """Create the account of each role, or take the one of that name that is here, as it is; return them by name."""
    return {role.sign_in: Account.objects.filter(username=role.sign_in).first() or _new(role) for role in ROLES}


def known_sign_ins() -> list[Role]:
    """Return the roles whose account has the sample's password: an account that was here before keeps its own."""
    found = {account.username: account for account in Account.objects.filter(username__in=[r.sign_in for r in ROLES])}
    return [role for role in ROLES if role.sign_in in found and found[role.sign_in].check_password(PASSWORD)]


def _new(role: Role) -> Account:
    account = Account.objects.create_user(
        role.sign_in,
        email=f"{role.sign_in}@lantern.example",
        password=PASSWORD,
        display_name=role.display_name,
        is_staff=True,
        is_superuser=not role.group,
    )
    if role.group:
        account.groups.add(Group.objects.get(name=role.group))
    return account
