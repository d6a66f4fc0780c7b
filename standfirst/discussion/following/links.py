"""The links in letters. Each is signed for one purpose, and made when the letter is sent.

Nothing from which a link could be made lies in the database: a link is the follower's key and
a signature with the site's secret, compared whole and exactly. What a link leads to changes
something by POST only, as the programs that look through mail open links.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from standfirst.discussion.models import Follow, Follower
from standfirst.kit import clock
from standfirst.kit.errors import Refusal

CONFIRM_AGE_MAX = timedelta(days=3)  # what is not confirmed by then is forgotten
MANAGE_AGE_MAX = timedelta(days=30)  # every letter brings a new one
_SALT = "standfirst.discussion.following"
_CONFIRM, _MANAGE, _STOP = "confirm", "manage", "stop"
_TOKEN_LENGTH_MAX = 200  # characters; ours have about a hundred


class LinkDead(Refusal):
    """The link is damaged or too old, or whoever it was for follows nothing any more."""

    code = "discussion.follow_link_dead"
    status = 410
    message = _(
        "This link is too old, was copied in part, or nothing is left that it could change. Nothing was changed."
    )


@dataclass(frozen=True, slots=True)
class Stop:
    """What a link to unfollow ends: one follow, or everything if it is 0. The key is that of the follower."""

    key: uuid.UUID
    follow_id: int


def confirm(follower: Follower) -> str:
    """Return the address at which ``follower`` confirms what was asked for."""
    return _address("discussion:follow_confirm", _sign(_CONFIRM, follower.key, _now_seconds()))


def manage(follower: Follower) -> str:
    """Return the address of everything that ``follower`` follows."""
    return _address("discussion:follow_manage", manage_token(follower))


def manage_token(follower: Follower) -> str:
    """Return what stands for ``follower`` in the address of the page with everything."""
    return _sign(_MANAGE, follower.key, _now_seconds())


def stop(follower: Follower, follow: Follow | None = None) -> str:
    """Return the address at which one press ends ``follow``, or everything. It lasts as long as what it ends."""
    return _address("discussion:follow_stop", _sign(_STOP, follower.key, follow.pk if follow else 0))


def to_confirm(token: str) -> Follower:
    """Return whose link to confirm ``token`` is. Refusal: LinkDead."""
    return _follower(_CONFIRM, token, CONFIRM_AGE_MAX)


def to_manage(token: str) -> Follower:
    """Return whose link to everything ``token`` is. Refusal: LinkDead."""
    return _follower(_MANAGE, token, MANAGE_AGE_MAX)


def to_stop(token: str) -> Stop:
    """Return what a link to unfollow ends, whether it is still there or not. Refusal: LinkDead."""
    return Stop(*_unsign(_STOP, token))


def _follower(purpose: str, token: str, age_max: timedelta) -> Follower:
    key, at_seconds = _unsign(purpose, token)
    found = Follower.objects.filter(key=key).first()
    if found is None or clock.now() - datetime.fromtimestamp(at_seconds, tz=UTC) > age_max:
        raise LinkDead
    return found


def _sign(purpose: str, key: uuid.UUID, number: int) -> str:
    return _signer(purpose).sign(f"{key.hex}-{number}")


def _unsign(purpose: str, token: str) -> tuple[uuid.UUID, int]:
    if len(token) > _TOKEN_LENGTH_MAX:
        raise LinkDead
    try:
        key, number = _signer(purpose).unsign(token).split("-")
    except signing.BadSignature as error:
        raise LinkDead from error
    return uuid.UUID(hex=key), int(number)


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(sep=".", salt=f"{_SALT}.{purpose}")


def _address(name: str, token: str) -> str:
    return f"{settings.STANDFIRST.url}{reverse(name, args=[token])}"


def _now_seconds() -> int:
    return int(clock.now().timestamp())
