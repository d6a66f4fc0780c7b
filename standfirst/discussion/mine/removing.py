"""Taking a comment of one's own back. Its place stays as long as answers hang below it; its words go after a while."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import touch, verb
from standfirst.discussion import comments, counts, refusals, writing
from standfirst.discussion.models import Comment, CommentPicture, Quote, Removal, Revision, State, Thread
from standfirst.discussion.pictures import belonging
from standfirst.kit import clock
from standfirst.kit.errors import Refusal

EMPTIED_AT_ONCE = 500  # comments in one transaction of the nightly job


class TooLateToRemove(Refusal):
    """A comment that others have answered, or have had time to."""

    code = "discussion.too_late_to_remove"
    status = 409
    message = _(
        "A comment can be removed for {minutes} minutes, and only until somebody answers it."
        " To have all that you wrote removed, please see “My comments”."
    )


def may_be_removed(comment: Comment) -> bool:
    """Say whether its author may take ``comment`` back: within the time for changes, or while it waits."""
    return comment.state == State.HELD or (comment.state == State.PUBLISHED and comments.may_be_edited(comment))


@verb
def remove_own(*, comment_id: int, guest: Guest | None, account: Account | None = None) -> Comment:
    """Take one's own comment back. Refusals: NoSuchComment, NotYours, TooLateToRemove. Locks the thread's row."""
    thread = Thread.objects.select_for_update().filter(comments=comment_id).first()
    comment = Comment.objects.filter(pk=comment_id).first()
    if thread is None or comment is None:
        raise refusals.NoSuchComment
    if not comments.is_by(comment, guest=guest, account=account):
        raise refusals.NotYours
    if comment.state == State.REMOVED and Removal.objects.filter(comment=comment).exists():
        return comment
    if not may_be_removed(comment):
        raise TooLateToRemove(minutes=writing.edit_minutes())
    take_back(comment, thread, empty=False)
    return comment


def take_back(comment: Comment, thread: Thread, *, empty: bool) -> None:
    """Remove ``comment`` from the page, with ``empty`` its words as well. Inside a verb, under the thread's lock."""
    was, now = comment.state, clock.now()
    comment.state = State.REMOVED
    comment.save(update_fields=["state"])
    Removal.objects.update_or_create(
        comment=comment, defaults={"emptied_at": now} if empty else {}, create_defaults=_made(now, empty=empty)
    )
    if empty:
        empty_comments([comment.pk])
    if was != State.REMOVED:
        counts.moved(comment, thread, was=was)
    if was == State.PUBLISHED or comment.reply_count:
        touch(thread.change_key)


def empty_comments(ids: list[int]) -> None:
    """Delete every wording and picture of the comments ``ids``, and what could lead to their author. Inside a verb."""
    for comment_id in set(CommentPicture.objects.filter(comment__in=ids).values_list("comment_id", flat=True)):
        belonging.forget_pictures(comment_id=comment_id)
    Revision.objects.filter(comment__in=ids).delete()
    quotes = list(Comment.objects.filter(pk__in=ids, quote__isnull=False).values_list("quote_id", flat=True))
    Comment.objects.filter(pk__in=ids).update(html="", name="–", address_hash="", edited_at=None, quote=None)
    Quote.objects.filter(pk__in=quotes).delete()


@verb
def empty_removed(*, older_than_days: int) -> int:
    """Delete the words of comments that their authors took back so many days ago; return how many. Scheduled."""
    until = clock.now() - timedelta(days=older_than_days)
    due = Removal.objects.filter(emptied_at__isnull=True, removed_at__lt=until).order_by("removed_at")
    ids = list(due.values_list("comment_id", flat=True)[:EMPTIED_AT_ONCE])
    empty_comments(ids)
    Removal.objects.filter(comment__in=ids).update(emptied_at=clock.now())
    return len(ids)


def _made(now: object, *, empty: bool) -> dict[str, object]:
    return {"removed_at": now, "emptied_at": now if empty else None}
