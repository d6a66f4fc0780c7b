"""The outbox: letters are put into it inside the transaction of the fact that they tell of, and sent later.

So a fact and its letter commit or vanish together, and a mail server that is away holds up
nobody. ``postman`` sends; this module keeps.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Min, QuerySet
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import verb
from standfirst.kit import clock, rows
from standfirst.kit.errors import Refusal
from standfirst.mail.models import ERROR_LENGTH_MAX, SUBJECT_LENGTH_MAX, TEXT_LENGTH_MAX, Letter

CLAIM_AGE_MAX = timedelta(minutes=5)  # longer than any server may take to accept a letter; then another may try
PAUSE_MIN = timedelta(seconds=30)
PAUSE_MAX = timedelta(hours=2)
GIVEN_UP_AFTER = timedelta(days=2)  # from then on a person has to look
SENT_KEPT = timedelta(days=3)  # time enough to see what went wrong with a letter that somebody misses
GIVEN_UP_KEPT = timedelta(days=14)  # time enough to mend an address or a server and try again
KEYS_KEPT = timedelta(days=400)  # a fact older than this is told to nobody again
HEADERS_MAX = 10
HEADER_LENGTH_MAX = 500  # characters; an address to unsubscribe at
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}")
_WRITTEN = ("to", "subject", "text", "html", "headers", "kind", "reference", "next_try_at", "made_at")
_OWN_HEADERS = frozenset(
    "from sender to cc bcc reply-to subject date message-id mime-version return-path received auto-submitted".split()
)


class AddressRefused(Refusal):
    """No address to which mail can be sent."""

    code = "mail.address_refused"
    status = 422
    message = _("This does not look like an e-mail address. Please check it.")
    field = "email"


class HeaderRefused(Refusal):
    """A subject or header with a line end or another control character could forge further headers."""

    code = "mail.header_refused"
    status = 422
    message = _("The line “{name}” of this letter is too long or holds characters that no letter may have.")


class LetterTooLong(Refusal):
    """The text is longer than a letter."""

    code = "mail.letter_too_long"
    status = 422
    message = _("This letter is too long to be sent.")


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter that is not in the outbox yet: as ``put`` takes it."""

    key: str
    to: str
    subject: str
    text: str
    html: str = ""
    kind: str = ""
    reference: str = ""


@verb
def put(
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    kind: str = "",
    reference: str = "",
) -> Letter:
    """Have a letter sent to ``to`` once the caller's transaction has committed.

    ``key`` names the fact: put in again, whatever it says, it is the letter that is there already.
    ``kind`` and ``reference`` name what is added at sending time (see ``enclosures``).
    Refusals: AddressRefused, HeaderRefused, LetterTooLong. No lock: a unique constraint decides.
    """
    letter = _checked(Draft(key, to, subject, text, html, kind, reference), checked_headers(headers or {}))
    values = {name: getattr(letter, name) for name in _WRITTEN}
    return Letter.objects.get_or_create(key=key, defaults=values)[0]


@verb
def put_many(*, drafts: Sequence[Draft]) -> None:
    """Have letters sent, as ``put`` does, without headers of their own; one that is there already stays as it is.

    Refusals: as ``put``. No lock: a unique constraint decides.
    """
    letters = [_checked(draft, {}) for draft in drafts]
    rows.add_new(letters, told=("id",))


@verb
def claim(*, letter_id: int) -> Letter | None:
    """Take a letter that is due, so that nobody else sends it meanwhile; None if somebody else has it.

    Whoever dies with it loses it after CLAIM_AGE_MAX: it is sent at least once.
    """
    now = clock.now()
    due = Letter.objects.filter(pk=letter_id, state=Letter.State.WAITING, next_try_at__lte=now)
    letter = due.first()
    if letter is None:
        return None
    mine = Letter.objects.filter(pk=letter_id, state=Letter.State.WAITING, tries=letter.tries).update(
        tries=letter.tries + 1, next_try_at=now + CLAIM_AGE_MAX
    )
    letter.tries += 1
    return letter if mine else None


@verb
def sent(*, letter: Letter) -> None:
    """Note that a letter is with the mail server."""
    _settle(letter, state=Letter.State.SENT, sent_at=clock.now())


@verb
def dropped(*, letter: Letter) -> None:
    """Note that there was nothing to send, and forget at once to whom."""
    _settle(letter, state=Letter.State.DROPPED)
    _erase(Letter.objects.filter(pk=letter.pk))


@verb
def failed(*, letter: Letter, why: str, for_good: bool = False) -> None:
    """Note that a try failed. The next one comes after a pause, unless it is ``for_good`` or two days are over."""
    if for_good or clock.now() - letter.made_at >= GIVEN_UP_AFTER:
        _settle(letter, state=Letter.State.GIVEN_UP, error=why[:ERROR_LENGTH_MAX])
    else:
        at = clock.now() + pause(letter.tries)
        _mine(letter).update(next_try_at=at, error=why[:ERROR_LENGTH_MAX])


@verb
def try_again(*, letter_id: int) -> None:
    """Put a letter that was given up back into the outbox, unless it was erased meanwhile."""
    gone = Letter.objects.filter(pk=letter_id, state=Letter.State.GIVEN_UP).exclude(to="")
    gone.update(state=Letter.State.WAITING, tries=0, next_try_at=clock.now(), made_at=clock.now())


@verb
def forget() -> int:
    """Erase addresses and texts of letters that are done, and keys that nothing repeats any more; return how many."""
    now = clock.now()
    done = Letter.objects.filter(state__in=[Letter.State.SENT, Letter.State.DROPPED], made_at__lt=now - SENT_KEPT)
    gone = Letter.objects.filter(state=Letter.State.GIVEN_UP, made_at__lt=now - GIVEN_UP_KEPT)
    erased = _erase(done.exclude(to="")) + _erase(gone.exclude(to=""))
    Letter.objects.filter(made_at__lt=now - KEYS_KEPT).exclude(state=Letter.State.WAITING).delete()
    return erased


@verb
def forget_person(*, address: str, kinds: Collection[str] | None = None) -> None:
    """Erase every letter to ``address``, or those of some kinds; what has not been sent is not sent any more."""
    theirs = Letter.objects.filter(to__iexact=address)
    if kinds is not None:
        theirs = theirs.filter(kind__in=kinds)
    ids = list(theirs.values_list("pk", flat=True))
    Letter.objects.filter(pk__in=ids, state=Letter.State.WAITING).update(state=Letter.State.DROPPED, next_try_at=None)
    _erase(Letter.objects.filter(pk__in=ids))


@dataclass(frozen=True, slots=True)
class Condition:
    """How the outbox stands: what waits since when, what could not be delivered and is still kept."""

    waiting: int
    waiting_since: datetime | None
    given_up: int
    last_error: str


def condition() -> Condition:
    """Return how the outbox stands. Reads only."""
    waiting = Letter.objects.filter(state=Letter.State.WAITING)
    undelivered = Letter.objects.filter(state=Letter.State.GIVEN_UP).exclude(to="")
    trouble = Letter.objects.exclude(error="").exclude(state=Letter.State.SENT).first()
    return Condition(
        waiting=waiting.count(),
        waiting_since=waiting.aggregate(at=Min("made_at"))["at"],
        given_up=undelivered.count(),
        last_error=trouble.error if trouble else "",
    )


def due(limit: int) -> list[int]:
    """Return the ids of the letters that wait to be sent now, the longest waiting first."""
    found = Letter.objects.filter(state=Letter.State.WAITING, next_try_at__lte=clock.now())
    return list(found.order_by("next_try_at", "id").values_list("pk", flat=True)[:limit])


def pause(tries: int) -> timedelta:
    """Return how long to wait after ``tries`` failures: half a minute, one, two … two hours at the most."""
    doubled: timedelta = PAUSE_MIN * 2 ** min(tries - 1, 20)
    return min(doubled, PAUSE_MAX)


def checked_address(raw: str) -> str:
    """Return ``raw`` without spaces around it if mail can be sent there. Refusal: AddressRefused."""
    address = raw.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise AddressRefused from error
    if len(address) > 254 or not address.rpartition("@")[0].isascii():
        raise AddressRefused
    return address


def checked_headers(stated: Mapping[str, str]) -> dict[str, str]:
    """Return ``stated`` if a letter may have these headers. Refusals: HeaderRefused, LetterTooLong."""
    for name, value in stated.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS or name.lower().startswith("content-"):
            raise HeaderRefused(name=name[:40])
        check_line(name, value, HEADER_LENGTH_MAX)
    if len(stated) > HEADERS_MAX:
        raise LetterTooLong
    return dict(stated)


def check_line(name: str, value: str, length_max: int) -> None:
    """Refuse what cannot be a line of a letter's head. Refusal: HeaderRefused."""
    if len(value) > length_max or not value.isprintable():
        raise HeaderRefused(name=name[:40])


def _checked(draft: Draft, headers: dict[str, str]) -> Letter:
    address = checked_address(draft.to)
    check_line("Subject", draft.subject, SUBJECT_LENGTH_MAX)
    if len(draft.text) > TEXT_LENGTH_MAX or len(draft.html) > TEXT_LENGTH_MAX:
        raise LetterTooLong
    return Letter(
        key=draft.key,
        to=address,
        subject=draft.subject,
        text=draft.text,
        html=draft.html,
        headers=headers,
        kind=draft.kind,
        reference=draft.reference,
        next_try_at=clock.now(),
        made_at=clock.now(),
    )


def _mine(letter: Letter) -> QuerySet[Letter]:
    # Somebody who was slow must not undo what another did after the claim ran out.
    return Letter.objects.filter(pk=letter.pk, state=Letter.State.WAITING, tries=letter.tries)


def _settle(letter: Letter, **values: object) -> None:
    _mine(letter).update(next_try_at=None, **values)


def _erase(letters: QuerySet[Letter]) -> int:
    return letters.update(to="", subject="", text="", html="", headers={}, reference="", error="")
