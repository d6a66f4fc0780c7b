"""Thanking: who on the staff thanked for a gift, and when, so that nobody is thanked twice and nobody forgotten."""

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.funding.models import NOTE_LENGTH_MAX, Gift
from standfirst.funding.supporters import roster
from standfirst.kit import clock
from standfirst.kit.text import clean_line


@verb
def thank(*, gift: Gift, by: Account, note: str = "") -> bool:
    """Write down that ``by`` thanked for ``gift``; say whether that is new. Who was first stays.

    ``note`` (how, or what was said) is kept with the supporter, if we know them. No lock: one statement decides.
    """
    new = Gift.objects.filter(pk=gift.pk, thanked_at__isnull=True).update(thanked_at=clock.now(), thanked_by=by)
    if new and gift.donor is not None:
        roster.note(donor=gift.donor, what="thanked", about=clean_line(note)[:NOTE_LENGTH_MAX], by=by)
    return bool(new)
