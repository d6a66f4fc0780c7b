"""Pictures and the comment that they belong to: they come with it and go with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from standfirst.delivery.changes import touch, verb
from standfirst.discussion.models import PICTURES_MAX, Comment, CommentPicture
from standfirst.discussion.pictures import gallery, refused, shelf
from standfirst.discussion.pictures.taking_in import PENDING_HOURS
from standfirst.kit import clock

ORPHAN_SECONDS = 3600.0  # a file without a row may be on its way in, but not for so long


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pending picture that goes with a comment, and what is said of it."""

    name: str
    alt: str


@verb
def attach(*, comment: Comment, chosen: Sequence[Chosen]) -> None:
    """Give pending pictures to a comment that is being posted. Locks their rows; whoever posts touches.

    Refusals: TooManyPictures, PictureGone.
    """
    if len(chosen) > PICTURES_MAX:
        raise refused.TooManyPictures(count_max=PICTURES_MAX)
    wanted = {each.name: each.alt for each in chosen}
    pending = CommentPicture.objects.select_for_update().filter(name__in=wanted, comment__isnull=True)
    found = {picture.name: picture for picture in pending}
    if len(found) < len(wanted):
        raise refused.PictureGone
    rows = [found[name] for name in wanted]
    for position, row in enumerate(rows):
        row.comment, row.position, row.alt = comment, position, wanted[row.name]
        row.save(update_fields=["comment", "position", "alt"])
    comment.pictures_shown = gallery.written(rows)
    comment.save(update_fields=["pictures_shown"])


@verb
def forget_pictures(*, comment_id: int) -> int:
    """Remove the pictures of a comment for good, files and all; return how many there were. Touches its thread.

    Part of whatever removes a comment or erases its author: call it in that verb. Locks the pictures' rows.
    """
    names = _delete(CommentPicture.objects.filter(comment=comment_id))
    if names:
        Comment.objects.filter(pk=comment_id).update(pictures_shown=None)
        touch(Comment.objects.select_related("thread").get(pk=comment_id).thread.change_key)
    return len(names)


@verb
def take_back(*, name: str) -> None:
    """Remove a pending picture again: its name is known to whoever uploaded it. One that is gone is no fault."""
    _delete(CommentPicture.objects.filter(name=name, comment__isnull=True))


@verb
def forget_pending() -> int:
    """Remove pictures that were never posted; return how many. Touches nothing."""
    until = clock.now() - timedelta(hours=PENDING_HOURS)
    return len(_delete(CommentPicture.objects.filter(comment__isnull=True, uploaded_at__lt=until)))


def forget_addresses(*, older_than_days: int) -> int:
    """Remove the address hashes of pictures older than so many days; return how many there were."""
    until = clock.now() - timedelta(days=older_than_days)
    return CommentPicture.objects.filter(uploaded_at__lt=until).exclude(address_hash="").update(address_hash="")


def sweep() -> dict[str, int]:
    """Remove what was never posted, and files that no row knows; return how many of each. The scheduler's, hourly."""
    pending = forget_pending()
    orphans = 0
    for names in shelf.rested(ORPHAN_SECONDS):
        known = CommentPicture.objects.filter(name__in=names).values_list("name", flat=True)
        lost = names - set(known)
        shelf.remove(*lost)
        orphans += len(lost)
    return {"pending": pending, "orphans": orphans}


def _delete(pictures: QuerySet[CommentPicture]) -> list[str]:
    names = list(pictures.select_for_update().values_list("name", flat=True))
    CommentPicture.objects.filter(name__in=names).delete()
    # Not before: what is rolled back keeps its files. What is cut off here, the sweep removes.
    transaction.on_commit(partial(shelf.remove, *names))
    return names
