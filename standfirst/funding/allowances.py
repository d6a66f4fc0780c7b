"""How often somebody may try: what keeps the form from being used to try out stolen cards.

Counted are keyed hashes, each in a window of an hour: of the address (IPv6: its /64), of the
browser's key, of the e-mail address, and one for everybody together. A try is counted in a
transaction of its own, so that a refused one counts, too, and many at once are never counted
as few. Declined cards weigh more than tries.
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
# Tries in a window. A household may be an office; a card tester needs hundreds.
TRIES_MAX = {"household": 30, "browser": 12, "email": 8}
DECLINES_MAX = {"household": 10, "browser": 5, "gift": 10}
# From here on, a try costs a few seconds of computing. The first asks nothing of anybody.
TRIES_FREE = {"household": 8, "browser": 5}
DECLINES_FREE = {"household": 2, "browser": 2, "everybody": 25}
KEPT_FOR = timedelta(days=2)
_SALT = "standfirst.funding.allowance"


class TooManyTries(Refusal):
    """The limit of an hour is reached."""

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
    tries = count(what="try", traits=asker.traits())
    declines = _used("decline", {"everybody": "all"} | asker.traits()) if card else {}
    if _exceeded(tries, TRIES_MAX) or _exceeded(declines, DECLINES_MAX):
        raise TooManyTries(minutes=max(1, -(-seconds_left() // 60)))
    dear = _exceeded(tries, TRIES_FREE) or _exceeded(declines, DECLINES_FREE)
    if card and dear and not solved:
        raise ChallengeNeeded


def seconds_left(at: datetime | None = None) -> int:
    """Return after how many seconds the window of now ends."""
    moment = at or clock.now()
    return max(1, int((_window(moment) + WINDOW - moment).total_seconds()))


@verb
def count(*, what: str, traits: Mapping[str, str]) -> dict[str, int]:
    """Count ``what`` once for each of ``traits`` (kind and value); return how often it was counted in this window.

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
    Allowance.objects.filter(pk__in=locked).update(used=F("used") + 1)
    return {digests[digest]: used for digest, used in rows.values_list("digest", "used")}


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
    return _exceeded(_used("decline", _traits_of(gift)), DECLINES_MAX)


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


def _used(what: str, traits: Mapping[str, str]) -> dict[str, int]:
    kinds = {_digest(what, kind, value): kind for kind, value in traits.items()}
    found = Allowance.objects.filter(digest__in=kinds, window_starts_at=_window(clock.now()))
    return {kinds[digest]: used for digest, used in found.values_list("digest", "used")}


def _traits_of(gift: Gift) -> dict[str, str]:
    return {"gift": str(gift.public_id)} | Asker(household=gift.household or "", browser=gift.browser).traits()


def _exceeded(used: Mapping[str, int], most: Mapping[str, int]) -> bool:
    return any(number > most[kind] for kind, number in used.items() if kind in most)


def _window(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _digest(*parts: str) -> str:
    return salted_hmac(_SALT, "|".join(parts), algorithm="sha256").hexdigest()
