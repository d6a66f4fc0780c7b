"""The session of somebody who signed in as readers do: it never opens the desk."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from standfirst.accounts.models import Account
from standfirst.accounts.staff import works_here


class ReaderBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Sessions by mailed code, passkey or provider. Passwords are the desk's affair."""

    def authenticate(self, *_: Any, **__: Any) -> None:
        """Know no password."""

    def get_user(self, user_id: int) -> Account | None:
        """Return the reader; nobody once the account belongs to staff, who sign in on the desk."""
        account: Account | None = super().get_user(user_id)
        return None if account is None or works_here(account) else account

    def has_perm(self, *_: Any, **__: Any) -> bool:
        """Grant nothing."""
        return False
