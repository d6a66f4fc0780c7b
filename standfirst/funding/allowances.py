"""How often somebody may try: what keeps the form from being used to try out stolen cards.

Counted are keyed hashes: of the address (IPv6: its /64), of the browser's key, of the e-mail
address, and one for everybody together. Counts are kept by the hour of the clock; the last hour
is this one's and of the one before the part that still lies in it. So nobody has twice the
limit around the full hour. A try is counted in a transaction of its own, so that many at once are
never counted as few; one beyond the limit leads nowhere and is not counted, so that an office that is
often refused is not refused for good. Declined cards weigh more than tries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import verb
from standfirst.funding.models import Allowance, Gift
from standfirst.kit import clock
from standfirst.kit.errors import Refusal

WINDOW = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_WAIT_MINUTES_MAX = 2 * WINDOW // _MINUTE  # by then, all that was counted is out of the window
# Tries within the last hour. A household may be an office; a card tester needs hundreds.
TRIES_MAX = {"household": 30, "browser": 12, "email": 8}
DECLINES_MAX = {"household": 10, "browser": 5, "gift": 10}
# From here on, a try costs a few seconds of computing. The first asks nothing of anybody.
TRIES_FREE = {"household": 8, "browser": 5}
DECLINES_FREE = {"household": 2, "browser": 2, "everybody": 25}
KEPT_FOR = timedelta(days=2)
_SALT = "standfirst.funding.allowance"


class TooManyTries(Refusal):
    """The limit of an hour is reached. ``details`` say after how many ``minutes`` the next try may go on."""

    code = "funding.too_many_tries"
    status = 429
    message = _(
        "From your connection, this form was sent very often. To protect people whose cards were stolen, we take no "
        "more for {minutes} minutes. Nothing was charged, and what you typed is still here."
    )


class ChallengeNeeded(Refusal):
    """The try has to be paid for with computing."""

    code = "funding.challenge_needed"
    status = 403
    message = _("Before we go on, your browser has to show that it is no machine. Nothing was charged.")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who tries: hashes, never the thing itself; "" for what is not known."""

    household: str = ""
    browser: str = ""
    email: str = ""

    def traits(self) -> dict[str, str]:
        """Return what is known, by its kind."""
        known = {"household": self.household, "browser": self.browser, "email": self.email}
        return {kind: value for kind, value in known.items() if value}


def hash_of_email(email: str) -> str:
    """Return what stands for an e-mail address where limits are counted, "" for none."""
    return salted_hmac(_SALT, email.strip().casefold(), algorithm="sha256").hexdigest() if email.strip() else ""


def take(asker: Asker, *, solved: bool, card: bool = True) -> None:
    """Count a try of ``asker``, then say whether it may go on.

    ``solved``: it brought a solved challenge; ``card``: it leads to where cards can be tried.
    Refusals: TooManyTries, ChallengeNeeded.
    """
    tries = count(what="try", traits=asker.traits(), most=TRIES_MAX)
    suspects = {"everybody": "all"} | asker.traits()
    declines = counted(what="decline", traits=suspects) if card else {}
    if _exceeded(tries, TRIES_MAX) or _exceeded(declines, DECLINES_MAX):
        raise TooManyTries(minutes=_minutes_to_wait(asker, card=card))
    dear = _exceeded(tries, TRIES_FREE) or _exceeded(declines, DECLINES_FREE)
    if card and dear and not solved:
        raise ChallengeNeeded


def _minutes_to_wait(asker: Asker, *, card: bool) -> int:
    """Return after how many minutes ``asker`` may try again, if nothing more is counted until then."""
    suspects = {"everybody": "all"} | asker.traits()
    tries, declines = _hours("try", asker.traits()), _hours("decline", suspects if card else {})
    for minutes in range(1, _WAIT_MINUTES_MAX):
        at = clock.now() + minutes * _MINUTE
        again = {kind: used + 1 for kind, used in _within(tries, at).items()}
        if not _exceeded(again, TRIES_MAX) and not _exceeded(_within(declines, at), DECLINES_MAX):
            return minutes
    return _WAIT_MINUTES_MAX


@verb
def count(*, what: str, traits: Mapping[str, str], most: Mapping[str, int] | None = None) -> dict[str, int]:
    """Count ``what`` once for each of ``traits`` (kind and value); return how often that is within the last hour.

    What would be more than ``most`` of a kind is not counted for any; the number returned is beyond it then.
    Locks the counted rows, in one order for all, until the commit.
    """
    digests = {_digest(what, kind, value): kind for kind, value in traits.items()}
    window = _window(clock.now())
    ordered = sorted(digests)
    Allowance.objects.bulk_create(
        [Allowance(digest=digest, window_starts_at=window) for digest in ordered], ignore_conflicts=True
    )
    rows = Allowance.objects.filter(digest__in=ordered, window_starts_at=window)
    locked = list(rows.select_for_update().order_by("digest").values_list("pk", flat=True))
    used = {kind: number + 1 for kind, number in counted(what=what, traits=traits).items()}
    if not _exceeded(used, most or {}):
        Allowance.objects.filter(pk__in=locked).update(used=F("used") + 1)
    return used


def counted(*, what: str, traits: Mapping[str, str]) -> dict[str, int]:
    """Return how often ``what`` was counted for each of ``traits`` within the last hour. Reads only.

    The clock's hour before this one counts as if it had been spread evenly, rounded up.
    """
    return _within(_hours(what, traits), clock.now())


type Hours = Mapping[str, Mapping[datetime, int]]  # of each kind: how often, by the hour of the clock


def _hours(what: str, traits: Mapping[str, str]) -> Hours:
    window = _window(clock.now())
    kinds = {_digest(what, kind, value): kind for kind, value in traits.items()}
    hours: dict[str, dict[datetime, int]] = {kind: {} for kind in traits}
    found = Allowance.objects.filter(digest__in=kinds, window_starts_at__in=(window, window - WINDOW))
    for digest, starts_at, used in found.values_list("digest", "window_starts_at", "used"):
        hours[kinds[digest]][starts_at] = used
    return hours


def _within(hours: Hours, at: datetime) -> dict[str, int]:
    window, tick = _window(at), timedelta(microseconds=1)
    left, whole = (window + WINDOW - at) // tick, WINDOW // tick
    return {kind: used.get(window, 0) - (-used.get(window - WINDOW, 0) * left // whole) for kind, used in hours.items()}


@verb
def declined(*, gift: Gift, fact: str) -> None:
    """Count a card that was declined for ``gift``; the same ``fact`` (the attempt's name) counts once.

    Call it wherever the provider says that an attempt failed. Locks as ``count``.
    """
    if once(what="decline", value=fact, at=gift.started_at):
        count(what="decline", traits={"everybody": "all"} | _traits_of(gift))


def spent(gift: Gift) -> bool:
    """Say whether so many cards were declined that the payment page of ``gift`` has to be closed.

    A page that is open takes any number of cards, whatever the form refuses. Reads only.
    """
    return _exceeded(counted(what="decline", traits=_traits_of(gift)), DECLINES_MAX)


@verb
def once(*, what: str, value: str, at: datetime) -> bool:
    """Say whether this is the first time that ``value`` is seen; a unique constraint decides.

    ``at`` is a moment that belongs to ``value`` and never changes; two days after it, it is forgotten.
    """
    digest = _digest(what, "once", value)
    return Allowance.objects.get_or_create(digest=digest, window_starts_at=_window(at))[1]


@verb
def forget() -> int:
    """Delete what was counted long ago; return how many rows. Scheduled."""
    return Allowance.objects.filter(window_starts_at__lt=clock.now() - KEPT_FOR).delete()[0]


def _traits_of(gift: Gift) -> dict[str, str]:
    return {"gift": str(gift.public_id)} | Asker(household=gift.household or "", browser=gift.browser).traits()


def _exceeded(used: Mapping[str, int], most: Mapping[str, int]) -> bool:
    return any(number > most[kind] for kind, number in used.items() if kind in most)


def _window(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _digest(*parts: str) -> str:
    return salted_hmac(_SALT, "|".join(parts), algorithm="sha256").hexdigest()
