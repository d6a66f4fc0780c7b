"""How often letters may be asked for: from one household, and to one address.

Anybody can type anybody's address. So an address gets one letter that asks for a confirmation,
whatever is asked for in its name, and the next only when a day went by or when the person has
answered; after three without an answer there are none for a month.
"""

from datetime import datetime, timedelta

from django.db.models import F, Max, Sum
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from standfirst.discussion.models import Asking
from standfirst.kit import clock
from standfirst.kit.errors import Refusal

HOUSEHOLD_ASKS_AN_HOUR_MAX = 20  # an office or a school may share an address
LETTERS_UNANSWERED_MAX = 3  # in REMEMBERED; then the address is not that of whoever asks
LETTERS_TO_SUPPRESSED_MAX = 1  # mail came back from there: once a month somebody may try again
PAUSE = timedelta(days=1)  # between two unanswered letters: the first may have been lost
LINK_PAUSE = timedelta(hours=1)  # between two links to what somebody follows: time to look for the first
LINKS_MAX = 10  # in REMEMBERED: every other letter brings one, too
REMEMBERED = timedelta(days=30)
_SALT = "standfirst.discussion.following"


class AskedTooOften(Refusal):
    """One household asks for very many letters."""

    code = "discussion.asked_too_often"
    status = 429
    message = _("From your connection, letters were asked for very often. Please try again in an hour.")


def count_household(household: str) -> None:
    """Count a request; call it inside a verb. Refusal: AskedTooOften. Locks the household's row until the commit."""
    if not household:
        return
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    if _count(household, hour) > HOUSEHOLD_ASKS_AN_HOUR_MAX:
        raise AskedTooOften


def may_write(address: str, *, suppressed: bool) -> bool:
    """Say whether ``address`` may be asked for a confirmation now, and if so count the letter.

    Call it inside a verb, under a lock that belongs to the address.
    """
    return _take(mark("confirm", address), LETTERS_TO_SUPPRESSED_MAX if suppressed else LETTERS_UNANSWERED_MAX, PAUSE)


def may_send_link(address: str) -> bool:
    """Say whether ``address`` may be sent the link to what it follows now, and if so count the letter."""
    return _take(mark("link", address), LINKS_MAX, LINK_PAUSE)


def answered(address: str) -> None:
    """Forget the letters to ``address``: the person has answered."""
    Asking.objects.filter(mark=mark("confirm", address)).delete()


def forget() -> int:
    """Delete what was counted long ago; return how many rows."""
    return Asking.objects.filter(at__lt=clock.now() - REMEMBERED).delete()[0]


def mark(what: str, address: str) -> str:
    """Return a keyed hash that stands for ``address`` where ``what`` is counted."""
    return salted_hmac(_SALT, f"{what}|{address}", algorithm="sha256").hexdigest()[:32]


def _take(marked: str, most: int, pause: timedelta) -> bool:
    now = clock.now()
    lately = Asking.objects.filter(mark=marked, at__gt=now - REMEMBERED)
    found = lately.aggregate(used=Sum("used"), newest=Max("at"))
    if (found["used"] or 0) >= most or (found["newest"] is not None and found["newest"] > now - pause):
        return False
    _count(marked, now)
    return True


def _count(marked: str, at: datetime) -> int:
    Asking.objects.bulk_create([Asking(mark=marked, at=at)], ignore_conflicts=True)
    rows = Asking.objects.filter(mark=marked, at=at)
    rows.update(used=F("used") + 1)  # its row is locked from here on
    return rows.values_list("used", flat=True).get()
