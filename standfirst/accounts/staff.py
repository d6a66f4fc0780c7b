"""Who works here: accounts that open the desk, with a password and never with a mailed code."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from standfirst.accounts.models import Account

WORKS_HERE = Q(is_superuser=True) | Q(is_staff=True) | Q(groups__isnull=False) | Q(user_permissions__isnull=False)


def of_the_house() -> QuerySet[Account]:
    """Return the accounts of staff that may sign in."""
    return Account.objects.filter(WORKS_HERE, is_active=True).distinct()


def works_here(account: Account | AnonymousUser) -> bool:
    """Say whether ``account`` opens the desk, or would if it were active. One query."""
    return account.pk is not None and Account.objects.filter(WORKS_HERE, pk=account.pk).exists()


def members_of_the_house() -> Q:
    """Return what limits a choice of accounts to staff, each of them once."""
    return Q(pk__in=of_the_house().values("pk"))
