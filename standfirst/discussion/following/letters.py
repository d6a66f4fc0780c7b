"""What followers read: a request to confirm, a new comment, several together, the link to what they follow.

A letter is written at the moment of sending: so it holds the newest wording, no link lies in the
database, and a comment that was taken back meanwhile is not mailed. Of the commenter's making it
holds plain words only.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from standfirst.discussion.following import asking, excerpt, links
from standfirst.discussion.models import Comment, Follow, Follower, Notice, State
from standfirst.discussion.shown import permalink
from standfirst.kit import clock
from standfirst.kit.text import clean_line
from standfirst.mail import outbox
from standfirst.mail.composing import Quotation, Sheet, composed
from standfirst.mail.enclosures import Enclosure, NothingToSend
from standfirst.mail.house import house
from standfirst.mail.outbox import Draft

CONFIRM_KIND, TOLD_KIND, TOGETHER_KIND, LINK_KIND = "follow_confirm", "follow_told", "follow_together", "follow_link"
KINDS = frozenset({CONFIRM_KIND, TOLD_KIND, TOGETHER_KIND, LINK_KIND})
TOGETHER_MAX = 30  # comments quoted in one letter; more are counted, and read on the page
TITLE_LENGTH_MAX = 120  # characters of a title in a subject
TEXT, HTML = "%%text%%", "%%html%%"  # filled at sending


def ask_to_confirm(follower: Follower) -> None:
    """Put the letter into the outbox that leads ``follower`` to where what was asked for is confirmed."""
    subject = gettext("Please confirm: e-mails about comments on %(name)s") % {"name": house().name}
    key = f"follow_confirm:{follower.key.hex}:{clock.now():%Y%m%d%H%M%S%f}"
    outbox.put(key=key, to=follower.address, subject=subject, text=TEXT, html=HTML, kind=CONFIRM_KIND)


def send_link(address: str) -> None:
    """Put the letter into the outbox with the link to what ``address`` follows; it is dropped if that is nothing."""
    subject = gettext("What you follow on %(name)s") % {"name": house().name}
    key = f"follow_link:{asking.mark('link', address)}:{clock.now():%Y%m%d%H}"
    outbox.put(key=key, to=address, subject=subject, text=TEXT, html=HTML, kind=LINK_KIND)


def told(notice: Notice, follower: Follower, subject: str) -> Draft:
    """Return the letter about one comment, for the outbox."""
    reference = f"{notice.comment_id}:{notice.follower_id}"
    return Draft(notice.letter_key, follower.address, subject, TEXT, HTML, TOLD_KIND, reference)


def together(letter_key: str, follower: Follower) -> Draft:
    """Return the letter about all comments whose notices name it, for the outbox."""
    with translation.override(follower.language or None):
        subject = gettext("New comments on %(name)s") % {"name": house().name}
    return Draft(letter_key, follower.address, subject, TEXT, HTML, TOGETHER_KIND, reference=letter_key)


def subject_of(comment: Comment, what: str) -> str:
    """Return the subject of a letter about ``comment``, in the language that is active. It names no commenter."""
    title = "".join(char for char in clean_line(comment.thread.title) if char.isprintable())[:TITLE_LENGTH_MAX]
    if what == Follow.What.THREAD:
        return gettext("New comment: %(title)s") % {"title": title}
    return gettext("New answer: %(title)s") % {"title": title}


def enclose_confirmation(_reference: str, to: str) -> Enclosure:
    """Builder of the request to confirm; nothing if nothing waits any more."""
    follower = _follower(to)
    waiting = list(follower.follows.filter(confirmed_at__isnull=True).select_related("thread").order_by("pk"))
    if not waiting:
        raise NothingToSend
    with translation.override(follower.language or None):
        sheet = Sheet(
            heading=gettext("Do you want these e-mails?"),
            paragraphs=(
                gettext("Somebody, we think you, asked us to write to this address about new comments:"),
                *(f"• {of_what(follow)}" for follow in waiting),
                gettext("Nothing is sent until you confirm it on our page."),
            ),
            action=(gettext("Look and confirm"), links.confirm(follower)),
            after=(gettext("The link works for three days."),),
            small=(gettext("If it was not you, do nothing: your address is forgotten in three days."),),
        )
        return _enclosed(sheet)


def enclose_link(_reference: str, to: str) -> Enclosure:
    """Builder of the letter with the link to everything."""
    follower = _follower(to)
    if not follower.follows.filter(confirmed_at__isnull=False).exists():
        raise NothingToSend
    with translation.override(follower.language or None):
        sheet = Sheet(
            heading=gettext("What you follow"),
            paragraphs=(gettext("You asked for the link to the page on which you choose what we write to you."),),
            action=(gettext("Open the page"), links.manage(follower)),
            small=(gettext("If you did not ask for it, you need not do anything."),),
        )
        return _enclosed(sheet)


def enclose_comment(reference: str, to: str) -> Enclosure:
    """Builder of the letter about one comment; nothing if it was taken back, or is not followed any more."""
    comment_id, follower_id = map(int, reference.split(":"))
    found = _notices().filter(comment=comment_id, follower=follower_id, follower__address=to).first()
    if found is None:
        raise NothingToSend
    comment, follower = found.comment, found.follower
    with translation.override(follower.language or None):
        heading = {
            Follow.What.THREAD: gettext("A new comment"),
            Follow.What.MINE: gettext("An answer to your comment"),
            Follow.What.COMMENT: gettext("An answer to a comment that you follow"),
        }[Follow.What(found.follow.what)]
        stop = links.stop(follower, found.follow)
        sheet = Sheet(
            heading=heading,
            paragraphs=(gettext("In the discussion of “%(title)s”.") % {"title": comment.thread.title},),
            quotations=(_quotation(comment),),
            small=(gettext("You follow: %(what)s.") % {"what": of_what(found.follow)},),
            doors=((gettext("Unfollow"), stop), (gettext("Everything that you follow"), links.manage(follower))),
        )
        return _enclosed(sheet, stop=stop)


def enclose_together(reference: str, to: str) -> Enclosure:
    """Builder of a letter about several comments, grouped by thread; nothing if none of them is left."""
    found = list(_notices().filter(letter_key=reference, follower__address=to).order_by("comment__thread", "comment"))
    if not found:
        raise NothingToSend
    follower = found[0].follower
    with translation.override(follower.language or None):
        stop = links.stop(follower)
        more = len(found) - TOGETHER_MAX
        said = ngettext("One more comment is on our pages.", "%(count)d more comments are on our pages.", more)
        sheet = Sheet(
            heading=gettext("New comments"),
            paragraphs=(gettext("In the discussions that you follow."),),
            quotations=_grouped([notice.comment for notice in found[:TOGETHER_MAX]]),
            after=(said % {"count": more},) if more > 0 else (),
            doors=(
                (gettext("Unfollow everything"), stop),
                (gettext("Everything that you follow"), links.manage(follower)),
            ),
        )
        return _enclosed(sheet, stop=stop)


def of_what(follow: Follow) -> str:
    """Return in words what somebody follows."""
    title = clean_line(follow.thread.title)
    if follow.what == Follow.What.MINE:
        return gettext("answers to my comments on “%(title)s”") % {"title": title}
    if follow.comment is not None:
        name = excerpt.without_links(follow.comment.name)
        return gettext("answers to the comment of %(name)s on “%(title)s”") % {"name": name, "title": title}
    return gettext("all new comments on “%(title)s”") % {"title": title}


def _notices() -> QuerySet[Notice]:
    rows = Notice.objects.filter(comment__state=State.PUBLISHED, comment__thread__withdrawn_at__isnull=True)
    return rows.select_related("comment__thread", "follower", "follow__thread", "follow__comment")


def _follower(address: str) -> Follower:
    found = Follower.objects.filter(address=address).first()
    if found is None:
        raise NothingToSend
    return found


def _grouped(comments: Sequence[Comment]) -> tuple[Quotation, ...]:
    """Return them as quotations, each thread's first one with the thread's title."""
    threads = [None, *(comment.thread_id for comment in comments)]
    return tuple(
        _quotation(comment, about="" if before == comment.thread_id else comment.thread.title)
        for before, comment in zip(threads, comments, strict=False)
    )


def _quotation(comment: Comment, about: str = "") -> Quotation:
    said = gettext("%(name)s wrote on %(moment)s") % {
        "name": excerpt.without_links(comment.name),
        "moment": _moment(comment.published_at or comment.created_at),
    }
    address = f"{settings.STANDFIRST.url}{permalink(comment.thread.url, comment.pk)}"
    return Quotation(excerpt.of(comment.html), said, (gettext("Read it and answer"), address), about)


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")


def _enclosed(sheet: Sheet, *, stop: str = "") -> Enclosure:
    # Two lines by which a mail program offers to unfollow by one press (RFC 8058).
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if stop else {}
    return Enclosure(words=composed(sheet), headers=headers)
