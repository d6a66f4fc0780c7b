"""Asking to be told, confirming it, choosing how often, ending it.

Whoever asks learns nothing of an address: the answer is the same whether it follows already, is
suppressed, or had its letter today. Nothing is told to anybody before they have confirmed it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import get_language

from standfirst.accounts import guests
from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import verb
from standfirst.discussion.following import asking, due, letters
from standfirst.discussion.following.links import CONFIRM_AGE_MAX, LinkDead, Stop
from standfirst.discussion.models import Comment, Follow, Follower, Notice, State, Thread, Watch
from standfirst.discussion.refusals import NoSuchComment, NoSuchThread
from standfirst.kit import clock
from standfirst.mail import outbox, suppression
from standfirst.mail.placeholders import is_placeholder

WAITING_MAX = 20  # follows of one address that wait to be confirmed; more are somebody's joke
NOTICES_KEPT = timedelta(days=7)  # longer than a letter is tried

What = Follow.What
Delivery = Follower.Delivery


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to follow: ``guest`` or ``account`` is who asks, as far as it is known."""

    what: str
    thread: Thread
    comment: Comment | None = None
    guest: Guest | None = None
    account: Account | None = None


def wish(
    *,
    thread_key: str,
    what: str = What.THREAD,
    comment_id: int | None = None,
    guest: Guest | None = None,
    account: Account | None = None,
) -> Wish:
    """Return what somebody wants to follow. Refusals: NoSuchThread, NoSuchComment. Reads only."""
    thread = Thread.objects.filter(key=thread_key, withdrawn_at__isnull=True).first()
    if thread is None or what not in What.values:
        raise NoSuchThread
    comment = None
    if what == What.COMMENT:
        comment = Comment.objects.filter(pk=comment_id or 0, thread=thread, state=State.PUBLISHED).first()
        if comment is None:
            raise NoSuchComment
    return Wish(what, thread, comment, guest, account)


def checked_address(raw: str) -> str:
    """Return the address that was typed, in lower case. Refusal: mail's AddressRefused."""
    address = outbox.checked_address(raw).lower()
    if is_placeholder(address):
        raise outbox.AddressRefused
    return address


@verb
def ask(*, address: str, wanted: Wish, household: str = "") -> Guest | None:
    """Note that ``address`` wants to follow something, and have it asked for a confirmation by mail.

    Returns who asks: for answers to "my" comments a guest is welcomed if nobody is known. ``household`` is the keyed
    hash of where the request came from. Refusals: mail's AddressRefused, AskedTooOften. Locks the household's count
    and the follower's row.
    """
    to = checked_address(address)
    asking.count_household(household)
    values = {"language": get_language() or "", "created_at": clock.now()}
    new = Follower.objects.get_or_create(address=to, defaults=values)[0]
    follower = Follower.objects.select_for_update().get(pk=new.pk)
    suppressed = bool(suppression.blocks(to))
    guest = wanted.guest
    if guest is None and wanted.account is None and wanted.what == What.MINE:
        guest = guests.welcome()
    there = _same(follower, wanted, guest).first()
    if there is not None and there.confirmed_at is not None and not suppressed:
        return guest
    if there is not None:
        Follow.objects.filter(pk=there.pk).update(asked_at=clock.now(), confirmed_at=None)
    elif waiting(follower).count() < WAITING_MAX:
        _note(follower, wanted, guest)
    if asking.may_write(to, suppressed=suppressed):
        letters.ask_to_confirm(follower)
    return guest


@verb
def confirm(*, follower: Follower, follow_ids: Collection[int], delivery: str = "") -> int:
    """Begin to tell ``follower`` what was asked for and is named; return how much that is. Repeated, it is the same.

    Whoever confirms reads mail there, so the address is not suppressed any more. Locks the follower's row.
    """
    mine = _locked(follower)
    found = list(waiting(mine).filter(pk__in=follow_ids).select_related("thread"))
    Follow.objects.filter(pk__in=[follow.pk for follow in found]).update(confirmed_at=clock.now())
    for thread in {follow.thread for follow in found}:
        Watch.objects.get_or_create(thread=thread, defaults={"event": thread.event})
    if found:
        asking.answered(mine.address)
        suppression.lift(address=mine.address)
    if delivery in Delivery.values:
        change_delivery(follower=mine, delivery=delivery)
    return len(found)


@verb
def change_delivery(*, follower: Follower, delivery: str) -> None:
    """Tell ``follower`` at once, hourly or daily from now on; what waits already keeps to it. Locks the row."""
    mine = _locked(follower)
    chosen = Delivery(delivery)
    Follower.objects.filter(pk=mine.pk).update(delivery=chosen)
    Notice.objects.filter(follower=mine, letter_key="").update(due_at=due.at(chosen))


@verb
def end(*, follower: Follower, follow_ids: Collection[int] | None = None) -> None:
    """End some follows, or all: then the address is forgotten. What waits to be sent is not sent. Locks the row."""
    mine = Follower.objects.select_for_update().filter(pk=follower.pk).first()
    if mine is None:
        return
    if follow_ids is not None:
        mine.follows.filter(pk__in=follow_ids).delete()
    if follow_ids is None or not mine.follows.exists():
        mine.delete()


@verb
def end_by_link(*, stop: Stop) -> None:
    """End what a link to unfollow names. Repeated, it is the same."""
    found = Follower.objects.filter(key=stop.key).first()
    if found is not None:
        end(follower=found, follow_ids=[stop.follow_id] if stop.follow_id else None)


@verb
def send_link(*, address: str, household: str = "") -> None:
    """Have the link to everything that ``address`` follows sent there; the same is written if it follows nothing.

    Refusals and locks: as ``ask``.
    """
    to = checked_address(address)
    asking.count_household(household)
    if asking.may_send_link(to):
        letters.send_link(to)


@verb
def forget_follower(*, address: str) -> None:
    """Erase whoever follows with ``address``, and every letter to it. For erasing a person.

    That nothing may be sent to an address stays: it serves the person, and staff can take it back.
    """
    Follower.objects.filter(address=address.strip().lower()).delete()
    outbox.forget_person(address=address.strip())


def forget_person(guest: Guest | None, account: Account | None, _comments: Sequence[int]) -> None:
    """End what somebody who is being erased follows, and erase the address of their account. Inside a verb.

    An address that a guest followed with goes if it follows nothing else. Only with our letters about that: a guest may
    have typed the address of another, who waits for a code.
    """
    if guest is not None:
        theirs = list(Follower.objects.filter(follows__guest=guest).distinct())
        Follow.objects.filter(guest=guest).delete()
        for follower in theirs:
            end(follower=follower, follow_ids=())
            if not Follower.objects.filter(pk=follower.pk).exists():
                outbox.forget_person(address=follower.address, kinds=letters.KINDS)
    if account is not None:
        Follow.objects.filter(account=account).delete()
        forget_follower(address=account.email)


@verb
def forget() -> int:
    """Delete what nobody has confirmed, what was told long ago, and addresses that follow nothing; return how many."""
    old = Follow.objects.filter(confirmed_at__isnull=True, asked_at__lt=clock.now() - CONFIRM_AGE_MAX)
    gone = old.delete()[0]
    Notice.objects.exclude(letter_key="").filter(due_at__lt=clock.now() - NOTICES_KEPT).delete()
    asking.forget()
    Follower.objects.filter(~Exists(Follow.objects.filter(follower=OuterRef("pk")))).delete()
    return gone


def waiting(follower: Follower) -> QuerySet[Follow]:
    """Return what ``follower`` has asked for, has not confirmed, and still may."""
    lately = clock.now() - CONFIRM_AGE_MAX
    return follower.follows.filter(confirmed_at__isnull=True, asked_at__gte=lately).order_by("asked_at", "pk")


def confirmed(follower: Follower) -> QuerySet[Follow]:
    """Return what ``follower`` is told of, the newest first."""
    return follower.follows.filter(confirmed_at__isnull=False).order_by("-confirmed_at", "-pk")


def _locked(follower: Follower) -> Follower:
    found = Follower.objects.select_for_update().filter(pk=follower.pk).first()
    if found is None:
        raise LinkDead
    return found


def _same(follower: Follower, wanted: Wish, guest: Guest | None) -> QuerySet[Follow]:
    found = follower.follows.filter(thread=wanted.thread, what=wanted.what)
    if wanted.what == What.COMMENT:
        return found.filter(comment=wanted.comment)
    if wanted.what == What.MINE:
        return found.filter(guest=guest) if guest else found.filter(guest__isnull=True, account=wanted.account)
    return found


def _note(follower: Follower, wanted: Wish, guest: Guest | None) -> None:
    Follow.objects.create(
        follower=follower,
        what=wanted.what,
        thread=wanted.thread,
        comment=wanted.comment,
        guest=guest,
        account=wanted.account,
        asked_at=clock.now(),
    )
