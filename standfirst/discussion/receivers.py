"""What happens elsewhere and concerns the discussion: an account is deleted, or joins or leaves the house."""

from typing import Any

from django.db.models.signals import m2m_changed, pre_delete

from standfirst.accounts.models import Account
from standfirst.discussion import marks
from standfirst.discussion.mine import erasing


def account_deleted(instance: Account, **_: Any) -> None:
    """Whoever deletes an account on the desk must not leave counts behind that no votes add up to."""
    erasing.withdraw_votes(guest=None, account=instance)
    marks.renew_marks(account=instance)


def place_in_the_house_changed(instance: Any, action: str, pk_set: set[int] | None, **_: Any) -> None:
    """The marks beside comments follow the groups that their authors are in."""
    if not action.startswith("post_"):
        return
    accounts = [instance] if isinstance(instance, Account) else Account.objects.filter(pk__in=pk_set or ())
    for account in accounts:
        marks.renew_marks(account=account)


def connect() -> None:
    """Connect them; called once when Django is ready."""
    pre_delete.connect(account_deleted, sender=Account, dispatch_uid="discussion.account_deleted")
    m2m_changed.connect(
        place_in_the_house_changed, sender=Account.groups.through, dispatch_uid="discussion.place_in_the_house"
    )
