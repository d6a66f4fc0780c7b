"""Addresses to which nothing is sent: mail came back from them, or whoever reads it does not want it.

Every kind of letter keeps to it, receipts too; a letter to such an address is given up with the
reason. What a person asks for once more, to be confirmed anew, is the exception (``send_all_the_same``),
and whoever sends that sees to it that it stays rare.
"""

from collections.abc import Iterable

from standfirst.delivery.changes import verb
from standfirst.kit import clock
from standfirst.kit.text import clean_line
from standfirst.mail.models import ERROR_LENGTH_MAX, Suppression
from standfirst.mail.outbox import checked_address

BOUNCED, COMPLAINED, BY_HAND = Suppression.Reason.BOUNCED, Suppression.Reason.COMPLAINED, Suppression.Reason.BY_HAND

_asked_for: set[str] = set()


def send_all_the_same(kind: str) -> None:
    """Have letters of ``kind`` sent to suppressed addresses, too: they ask a person for a fresh confirmation."""
    _asked_for.add(kind)


def blocks(address: str, kind: str = "") -> str:
    """Return why a letter of ``kind`` may not be sent to ``address``, "" if it may. Reads one row."""
    if kind in _asked_for:
        return ""
    found = Suppression.objects.filter(address=address.lower()).values_list("reason", flat=True).first()
    return found or ""


def among(addresses: Iterable[str]) -> set[str]:
    """Return those of ``addresses`` (in lower case) to which nothing is sent. One query."""
    return set(Suppression.objects.filter(address__in=list(addresses)).values_list("address", flat=True))


@verb
def suppress(*, address: str, reason: str = BY_HAND, note: str = "") -> Suppression:
    """Send nothing to ``address`` any more. Repeated, the first reason stays; a complaint outweighs what came before.

    Refusal: AddressRefused. No lock: a unique constraint decides.
    """
    said = clean_line(note)[:ERROR_LENGTH_MAX]
    values = {"reason": reason, "note": said, "suppressed_at": clock.now()}
    row, new = Suppression.objects.get_or_create(address=checked_address(address).lower(), defaults=values)
    if not new and reason == COMPLAINED != row.reason:
        row.reason, row.note = reason, said
        row.save(update_fields=["reason", "note"])
    return row


@verb
def lift(*, address: str) -> bool:
    """Let letters go to ``address`` again, as it was confirmed, or staff knows better; say whether any were held up."""
    return bool(Suppression.objects.filter(address=address.strip().lower()).delete()[0])
