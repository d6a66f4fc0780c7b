"""Letters about an account: what somebody did with it, told to whoever reads its mail."""

import uuid

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from standfirst.accounts import mailboxes
from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.mail import outbox
from standfirst.mail.composing import Sheet, composed
from standfirst.mail.house import house

PASSKEY_ADDED = _("A passkey was added to your account. With it, one signs in without a code.")
PASSKEY_REMOVED = _("A passkey was removed from your account. It opens nothing any more.")
PROVIDER_ADDED = _("Your account was connected with an account elsewhere. With it, one signs in without a code.")
PROVIDER_REMOVED = _("The connection of your account with one elsewhere was removed. It opens nothing any more.")
ADDRESS_MOVED = _("Your account has a new address now. This one opens it no longer.")
# What allauth tells of, under the names of its templates.
TOLD = {
    "mfa/email/webauthn_added": PASSKEY_ADDED,
    "mfa/email/webauthn_removed": PASSKEY_REMOVED,
    "socialaccount/email/account_connected": PROVIDER_ADDED,
    "socialaccount/email/account_disconnected": PROVIDER_REMOVED,
}


@verb
def tell(*, account: Account, what: str, to: str = "") -> None:
    """Have ``account`` told ``what`` happened, at its proven address or at ``to``. Whoever has no address is not."""
    address = to or mailboxes.address_of(account)
    if not address:
        return
    sheet = Sheet(
        heading=gettext("Your account"),
        paragraphs=(what,),
        after=(gettext("If that was you, all is well. If not, please write to us at once."),),
    )
    letter = composed(sheet)
    outbox.put(
        key=f"account_notice:{uuid.uuid4().hex}",
        to=address,
        subject=gettext("Your account with %(name)s") % {"name": house().name},
        text=letter["text"],
        html=letter["html"],
    )
