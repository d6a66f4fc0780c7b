"""Bans: who may not write here, or only waits, since when, why, until when.

Whoever writes asks under the lock that they hold anyway, in a statement that they ask anyway (``looked_for`` or
``ANY_IN_FORCE``, then ``admitted``): as long as nobody is banned, it costs no query.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, F, Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.addresses import KEPT_DAYS_MAX
from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import verb
from standfirst.discussion.models import REASON_LENGTH_MAX, Ban, Comment
from standfirst.discussion.refusals import NoSuchComment, NotAModerator, ReasonMissing
from standfirst.kit import addresses, clock
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_line

SHADOW = Ban.Kind.SHADOW
HOUSEHOLD_DAYS_MAX = KEPT_DAYS_MAX  # the hash of an address is kept no longer, so nobody could say whom it concerns
RANGE_BITS_MIN = {4: 16, 6: 32}  # a wider range bans a country's provider
RANGES_MAX = 200  # in force at once: each is compared with the address of whoever writes
MODERATE = "discussion.moderate"

# Written out: it is part of every comment and vote, and Django would take as long to write it as to answer it.
ANY_IN_FORCE = "EXISTS (SELECT 1 FROM discussion_ban WHERE discussion_ban.ended_at IS NULL)"


class Banned(Refusal):
    """Something written by somebody who may not write for a time."""

    code = "discussion.banned"
    status = 403
    message = _("You cannot write here {until}, so nothing was posted. The reason: {reason} Your text is still here.")


class NobodyToBan(Refusal):
    """A ban of a guest, account or address that is not known."""

    code = "discussion.nobody_to_ban"
    status = 422
    message = _("It is not known, or no longer, who that would be. Please choose whom to ban.")


class BanTooLong(Refusal):
    """A ban of a household for longer than its address is kept."""

    code = "discussion.ban_too_long"
    status = 422
    message = _("An address can be banned for {days} days at most, as it is forgotten then.")


class RangeTooWide(Refusal):
    """A range that is none, or that holds half of a country."""

    code = "discussion.range_too_wide"
    status = 422
    message = _("Please write a range of addresses such as 203.0.113.0/24, not wider than /16 (IPv6: /32).")


class TooManyRanges(Refusal):
    """More ranges than can be compared with each address."""

    code = "discussion.too_many_ranges"
    status = 409
    message = _("There are {many} banned ranges already. Please end some, or block them at the server in front.")


class BannedAlready(Refusal):
    """A second ban of the same kind."""

    code = "discussion.banned_already"
    status = 409
    message = _("There is such a ban already. Nothing was changed.")


class NoSuchBan(Refusal):
    """A ban that is not there or over."""

    code = "discussion.no_such_ban"
    status = 404
    message = _("This ban is over already, or was never there.")


@dataclass(frozen=True, slots=True)
class Who:
    """Everything that is known of whoever writes; ``address`` as it is, for ranges."""

    guest: Guest | None = None
    account: Account | None = None
    address_hash: str = ""
    address: str = ""


def in_force(at: datetime | None = None) -> QuerySet[Ban]:
    """Return the bans that hold at a moment, by default now."""
    at = at or clock.now()
    return Ban.objects.filter(Q(until__isnull=True) | Q(until__gt=at), ended_at__isnull=True)


def looked_for[M: Model](rows: QuerySet[M]) -> QuerySet[M]:
    """Have each of ``rows`` say, in ``some_are_banned``, whether there are bans at all. No query of its own."""
    marked: QuerySet[M] = rows.annotate(some_are_banned=RawSQL(ANY_IN_FORCE, [], output_field=BooleanField()))  # type: ignore[assignment]  # noqa: S611 - the same rows, and no value in the statement
    return marked


def admitted(row: Model, who: Who) -> str:
    """Return SHADOW if what ``who`` writes is to be held, "" if not; refuse with Banned. For a row of ``looked_for``.

    One query, and only if there is a ban of anybody.
    """
    return admit(who) if row.some_are_banned else ""  # type: ignore[attr-defined]


def admit(who: Who) -> str:
    """The same where no row is read anyway: one query."""
    found = [ban for ban in _perhaps(who).order_by("id") if _concerns(ban, who)]
    refusing = next((ban for ban in found if ban.kind == Ban.Kind.REFUSE), None)
    if refusing is not None:
        raise Banned(until=_until(refusing), reason=refusing.reason)
    return str(SHADOW) if found else ""


def of_person(guest_id: object, account_id: int | None, address_hash: str) -> list[Ban]:
    """Return the bans, also those that are over, of a guest, account and household, newest first. One query."""
    wanted = Q(guest=guest_id) if guest_id else Q(pk__in=[])
    wanted |= Q(account=account_id) if account_id else Q(pk__in=[])
    if address_hash:
        wanted |= Q(address_hash=address_hash)
    return list(Ban.objects.filter(wanted).select_related("banned_by", "ended_by").order_by("-id")[:20])


def standing(*, comment_id: int, target: str) -> Ban | None:
    """Return the ban in force of whoever wrote a comment, by that target. Refusals: NoSuchComment, NobodyToBan."""
    _comment, given = _author_of(comment_id, target)
    return in_force().filter(target=target, **given).first()


@verb
def ban_author(
    *,
    comment_id: int,
    by: Account,
    target: str,
    reason: str,
    kind: str = Ban.Kind.REFUSE,
    days: int = 0,
) -> Ban:
    """Ban whoever wrote a comment: its guest, account or household, for ``days`` (0: until somebody ends it).

    Refusals: NotAModerator, NoSuchComment, NobodyToBan, ReasonMissing, BanTooLong, BannedAlready.
    """
    comment, given = _author_of(comment_id, target)
    if target == Ban.Target.HOUSEHOLD and not 0 < days <= HOUSEHOLD_DAYS_MAX:
        raise BanTooLong(days=HOUSEHOLD_DAYS_MAX)
    return _ban(by, reason, days, target=target, kind=kind, name=comment.name, **given)


@verb
def ban_range(*, network: str, by: Account, reason: str, kind: str = Ban.Kind.REFUSE, days: int = 0) -> Ban:
    """Ban a range of addresses such as 203.0.113.0/24. Refusals: as ``ban_author``, RangeTooWide, TooManyRanges."""
    found = addresses.networks([network.strip()])
    if not found or found[0].prefixlen < RANGE_BITS_MIN[found[0].version]:
        raise RangeTooWide
    if in_force().exclude(network="").count() >= RANGES_MAX:
        raise TooManyRanges(many=RANGES_MAX)
    return _ban(by, reason, days, target=Ban.Target.RANGE, kind=kind, network=str(found[0]))


@verb
def end_ban(*, ban_id: int, by: Account) -> Ban:
    """End a ban before its time. Comments that it hid stay hidden. Refusals: NotAModerator, NoSuchBan."""
    if not by.has_perm(MODERATE):
        raise NotAModerator
    found = in_force().select_for_update(of=("self",)).filter(pk=ban_id).first()
    if found is None:
        raise NoSuchBan
    found.ended_at, found.ended_by = clock.now(), by
    found.save(update_fields=["ended_at", "ended_by"])
    return found


def forget_addresses() -> int:
    """End the bans whose time is over, and remove their address hashes; return how many hashes there were."""
    Ban.objects.filter(ended_at__isnull=True, until__lte=clock.now()).update(ended_at=F("until"))
    return Ban.objects.filter(ended_at__isnull=False).exclude(address_hash="").update(address_hash="")


def _author_of(comment_id: int, target: str) -> tuple[Comment, dict[str, object]]:
    comment = Comment.objects.select_related("guest", "account").filter(pk=comment_id).first()
    if comment is None:
        raise NoSuchComment
    authors: dict[str, dict[str, object]] = {
        Ban.Target.GUEST: {"guest": comment.guest},
        Ban.Target.ACCOUNT: {"account": comment.account},
        Ban.Target.HOUSEHOLD: {"address_hash": comment.address_hash},
    }
    given = authors.get(target, {})
    if not given or not all(given.values()):
        raise NobodyToBan
    return comment, given


def _ban(by: Account, reason: str, days: int, **whom: object) -> Ban:
    if not by.has_perm(MODERATE):
        raise NotAModerator
    why = clean_line(reason)[:REASON_LENGTH_MAX]
    if not why:
        raise ReasonMissing
    if whom["kind"] not in Ban.Kind.values:
        raise NobodyToBan
    same = {name: value for name, value in whom.items() if name != "name"}
    if in_force().filter(**same).exists():
        raise BannedAlready
    at = clock.now()
    until = at + timedelta(days=days) if days > 0 else None
    return Ban.objects.create(reason=why, banned_by=by, banned_at=at, until=until, **whom)


def _perhaps(who: Who) -> QuerySet[Ban]:
    """Return the bans in force that concern ``who``, and those of any range."""
    concerned = Q(pk__in=[])
    if who.guest is not None:
        concerned |= Q(guest=who.guest)
    if who.account is not None:
        concerned |= Q(account=who.account)
    if who.address_hash:
        concerned |= Q(address_hash=who.address_hash)
    if who.address:
        concerned |= Q(target=Ban.Target.RANGE)
    return in_force().filter(concerned)


def _concerns(ban: Ban, who: Who) -> bool:
    if ban.target != Ban.Target.RANGE:
        return True
    address = addresses.parsed(who.address)
    return address is not None and any(address in network for network in addresses.networks([ban.network]))


def _until(ban: Ban) -> object:
    if ban.until is None:
        return _("any more")
    return _("until {moment}").format(moment=date_format(localtime(ban.until), "DATETIME_FORMAT"))
