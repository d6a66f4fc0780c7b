"""Codes by mail: how a reader proves that an address is theirs.

Whoever asks for a code learns nothing: for any address the same rows are written and the same answer
is given. What a code says is made of its id and the site's secret when the letter is sent and when it is
typed in; it lies in no table. The id stays in the browser that asked, so that a code which somebody is talked
out of opens nothing elsewhere.
"""

import uuid
from datetime import timedelta

from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from standfirst.accounts import mailboxes
from standfirst.accounts.models import Account, Code
from standfirst.delivery.changes import verb
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.mail import outbox
from standfirst.mail.composing import Sheet, composed
from standfirst.mail.enclosures import Enclosure, NothingToSend
from standfirst.mail.house import house

KIND = "account_code"  # what a letter encloses, see ``mail.enclosures``
AGE_MAX = timedelta(minutes=15)  # long enough for slow mail, short enough for a mailbox that is left open
TRIES_MAX = 5  # of 25,600,000,000 codes
ASKED_WINDOW = timedelta(hours=1)
TO_AN_ADDRESS_MAX = 8  # in that window: nobody's mailbox is to be flooded through us
FROM_A_HOUSEHOLD_MAX = 20  # in that window: an office may share an address
KEPT = timedelta(days=1)
LENGTH = 8
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words; nothing that looks like a digit
_SALT = "standfirst.accounts.code"


class CodeSpent(Refusal):
    """The code was used, is too old, was guessed at too often, or was asked for in another browser."""

    code = "accounts.code_spent"
    status = 410
    message = _("This code is too old, was used before, or was mistyped too often. Please ask for a new one.")
    field = "code"


class CodeWrong(Refusal):
    """What was typed is not what was mailed."""

    code = "accounts.code_wrong"
    status = 422
    message = _("This is not the code from our letter. Please look once more: it has eight letters.")
    field = "code"


class TooManyCodes(Refusal):
    """More codes than a person needs."""

    code = "accounts.too_many_codes"
    status = 429
    message = _("Codes were asked for very often just now. Please look into your mail, or try again in an hour.")
    field = "email"


@verb
def send(*, address: str, purpose: str, household: str = "", account: Account | None = None) -> Code:
    """Have a code mailed to ``address``. ``household`` is the keyed hash of where the request came from.

    Refusals: mail's AddressRefused, TooManyCodes. Locks nothing: the limits may be passed by a few at once.
    """
    email = mailboxes.normal(address)
    now = clock.now()
    lately = Code.objects.filter(asked_at__gte=now - ASKED_WINDOW)
    from_there = lately.filter(household=household).count() if household else 0
    if lately.filter(email=email).count() >= TO_AN_ADDRESS_MAX or from_there >= FROM_A_HOUSEHOLD_MAX:
        raise TooManyCodes
    code = Code.objects.create(purpose=purpose, email=email, account=account, household=household, asked_at=now)
    letter = composed(_letter(purpose))
    outbox.put(
        key=f"account_code:{code.pk.hex}",
        to=email,
        subject=gettext("Your code for %(name)s") % {"name": house().name},
        kind=KIND,
        reference=code.pk.hex,
        text=letter["text"],
        html=letter["html"],
    )
    return code


def redeem(*, code_id: str, typed: str, purposes: tuple[str, ...]) -> Code:
    """Return the code of that id if ``typed`` is what it says, and make it worthless. CodeSpent, CodeWrong.

    Each try counts, also of many at once.
    """
    code = _tried(code_id, purposes)
    if not constant_time_compare(_bare(typed), _said(code)):
        raise CodeWrong
    if not use(code=code):
        raise CodeSpent
    return code


@verb
def note_try(*, code_id: uuid.UUID) -> bool:
    """Count a try; False if the code takes no more."""
    fresh = Code.objects.filter(pk=code_id, used_at=None, tries__lt=TRIES_MAX, asked_at__gt=clock.now() - AGE_MAX)
    return bool(fresh.update(tries=F("tries") + 1))


@verb
def use(*, code: Code) -> bool:
    """Make a code worthless; False if somebody was quicker."""
    return bool(Code.objects.filter(pk=code.pk, used_at=None).update(used_at=clock.now()))


@verb
def forget() -> int:
    """Delete codes that open nothing any more; return how many. Scheduled."""
    return Code.objects.filter(asked_at__lt=clock.now() - KEPT).delete()[0]


def enclose(reference: str, _to: str) -> Enclosure:
    """Builder of the letter: what the code says, if it still opens something."""
    code = Code.objects.filter(pk=reference, used_at=None, asked_at__gt=clock.now() - AGE_MAX).first()
    if code is None:
        raise NothingToSend
    said = _said(code)
    return Enclosure(words={"code": f"{said[: LENGTH // 2]}-{said[LENGTH // 2 :]}"})


def _tried(code_id: str, purposes: tuple[str, ...]) -> Code:
    try:
        number = uuid.UUID(hex=code_id)
    except ValueError as error:
        raise CodeSpent from error
    if not note_try(code_id=number):
        raise CodeSpent
    code = Code.objects.select_related("account").filter(pk=number, purpose__in=purposes).first()
    if code is None:
        raise CodeSpent
    return code


def _said(code: Code) -> str:
    number = int.from_bytes(salted_hmac(_SALT, code.pk.hex, algorithm="sha256").digest(), "big")
    letters = []
    for _place in range(LENGTH):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters)


def _bare(typed: str) -> str:
    return "".join(char for char in typed[:64].upper() if char.isascii() and char.isalpha())


def _letter(purpose: str) -> Sheet:
    opening = {
        Code.Purpose.SIGN_IN: gettext("You want to sign in. Please type this code into the page that asks for it:"),
        Code.Purpose.NEW_ADDRESS: gettext(
            "You want this to be the address of your account. Please type this code into the page that asks for it:"
        ),
        Code.Purpose.STILL_ME: gettext(
            "You want to change something important. Please type this code into the page that asks for it:"
        ),
    }
    return Sheet(
        heading=gettext("Your code"),
        paragraphs=(opening[Code.Purpose(purpose)],),
        figures=((gettext("Code"), "%%code%%"),),
        after=(gettext("It works once, within a quarter of an hour, in the browser in which you asked for it."),),
        small=(
            gettext("We never ask for this code by telephone or mail. Please tell it to nobody."),
            gettext("If you did not ask for it, you need not do anything: without it, nothing happens."),
        ),
    )
