"""Makers of followers, and the scheduler's work for them. They call the real verbs."""

import itertools
import re
from email.message import EmailMessage

from standfirst.accounts.models import Guest
from standfirst.delivery import followers
from standfirst.discussion.following import follows, telling
from standfirst.discussion.models import Comment, Follow, Follower, Thread
from standfirst.testing.letters import words_of

_numbers = itertools.count(1)
_LINK = re.compile(r"https?://[^/\s]+(/discussion/following/\S+)")


def an_address() -> str:
    """Return an address that nobody has had yet, and that could be somebody's."""
    return f"reader{next(_numbers)}@readers.test"


def an_asker(
    thread: Thread,
    address: str = "",
    *,
    what: str = Follow.What.THREAD,
    comment: Comment | None = None,
    guest: Guest | None = None,
) -> Follower:
    """Have somebody ask to be told, who has not confirmed it."""
    to = address or an_address()
    number = comment.pk if comment else None
    follows.ask(address=to, wanted=follows.wish(thread_key=thread.key, what=what, comment_id=number, guest=guest))
    return Follower.objects.get(address=to.lower())


def a_follower(
    thread: Thread,
    address: str = "",
    *,
    what: str = Follow.What.THREAD,
    comment: Comment | None = None,
    guest: Guest | None = None,
    delivery: str = Follower.Delivery.INSTANT,
) -> Follower:
    """Have somebody follow something, and confirm it."""
    follower = an_asker(thread, address, what=what, comment=comment, guest=guest)
    ids = [follow.pk for follow in follows.waiting(follower)]
    follows.confirm(follower=follower, follow_ids=ids, delivery=delivery)
    follower.refresh_from_db()
    return follower


def hear() -> None:
    """Hand the log to its followers, as the scheduler does each second. Call it before what is to be heard happens."""
    followers.run()


def tell() -> int:
    """Hear what happened and queue the letters about it; return how many people were told."""
    hear()
    return telling.tell()


def links_in(letter: EmailMessage) -> list[str]:
    """Return the paths of our own pages of following that a letter's text leads to."""
    return _LINK.findall(words_of(letter))
