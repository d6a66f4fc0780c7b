"""What was set on the desk about writing comments. One query a question; whoever posts words alone asks nothing."""

from standfirst.discussion.models import CommentWriting


def edit_minutes() -> int:
    """Return for how many minutes a comment can be changed; 0: not at all."""
    return _current().edit_minutes


def pictures_are_held() -> bool:
    """Say whether a moderator has to see pictures first."""
    return _current().hold_pictures


def _current() -> CommentWriting:
    return CommentWriting.objects.filter(site__is_default_site=True).first() or CommentWriting()
