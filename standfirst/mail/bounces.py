"""Word of mail that came back or was reported as unwanted: from a mail service, signed, or from a file.

The form is plain JSON, so that a few lines beside any mail service can translate: see docs/operating/mail.md.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import verb
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.mail import suppression
from standfirst.mail.outbox import AddressRefused

EVENTS_MAX = 1_000  # in one message; a service that has more sends more messages
BYTES_MAX = 512 * 1024  # a thousand events with their words
AGE_MAX = timedelta(minutes=5)  # of a signed message; older ones could be repeated by whoever saw them
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")
_REASONS = {"bounce": suppression.BOUNCED, "complaint": suppression.COMPLAINED}


class BounceNotSigned(Refusal):
    """The signature is missing, too old, or not ours."""

    code = "mail.bounce_not_signed"
    status = 401
    message = _("This message is not signed with this site's secret, or too old. Nothing was changed.")


class BounceUnreadable(Refusal):
    """What was sent is not in the documented form."""

    code = "mail.bounce_unreadable"
    status = 422
    message = _("This message is not in the form that the documentation describes. Nothing was changed.")
    field: ClassVar[str] = "events"


@dataclass(frozen=True, slots=True)
class Bounce:
    """That mail to ``address`` came back for good, or was reported."""

    address: str
    reason: str
    note: str


def signature_of(body: bytes, *, secret: str, at_seconds: int) -> str:
    """Return the header that signs ``body``: HMAC-SHA256 of the time, a full stop and the body."""
    digest = hmac.new(secret.encode(), f"{at_seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_seconds},v1={digest}"


def check_signature(body: bytes, stated: str, *, secret: str) -> None:
    """Refuse what was not signed with ``secret`` within the last five minutes. Refusal: BounceNotSigned."""
    found = _SIGNATURE.fullmatch(stated.strip())
    if not secret or found is None:
        raise BounceNotSigned
    at_seconds = int(found[1])
    fresh = abs(clock.machine_now().timestamp() - at_seconds) <= AGE_MAX.total_seconds()
    if not hmac.compare_digest(signature_of(body, secret=secret, at_seconds=at_seconds), stated.strip()) or not fresh:
        raise BounceNotSigned


def read(body: bytes | str) -> list[Bounce]:
    """Return what a message reports for good; bounces "for now" are left out. Refusal: BounceUnreadable."""
    try:
        events = json.loads(body)["events"]
        if not isinstance(events, list) or len(events) > EVENTS_MAX:
            raise BounceUnreadable
        return [_bounce(event) for event in events if event["kind"] != "bounce" or event.get("permanent", True)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BounceUnreadable from error


@verb
def take_in(*, bounces: Iterable[Bounce]) -> int:
    """Suppress what ``bounces`` name; return how many addresses. What is no address is left out. Locks nothing."""
    taken = set()
    for bounce in bounces:
        try:
            taken.add(suppression.suppress(address=bounce.address, reason=bounce.reason, note=bounce.note).pk)
        except AddressRefused:
            continue
    return len(taken)


def _bounce(event: dict[str, Any]) -> Bounce:
    return Bounce(address=str(event["address"]), reason=_REASONS[event["kind"]], note=str(event.get("note", ""))[:500])
