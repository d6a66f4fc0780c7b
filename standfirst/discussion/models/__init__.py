"""What readers say: threads, comments and their revisions, what staff decided, and votes."""

from standfirst.discussion.models.comments import Comment, Decision, Revision, State, from_address
from standfirst.discussion.models.limits import (
    ALT_LENGTH_MAX,
    DEPTH_MAX,
    EDIT_MINUTES_MAX,
    KEY_LENGTH_MAX,
    NAME_LENGTH_MAX,
    PICTURES_MAX,
    REASON_LENGTH_MAX,
    SOURCE_ID_LENGTH_MAX,
    TEXT_LENGTH_MAX,
)
from standfirst.discussion.models.mine import Removal
from standfirst.discussion.models.pictures import CommentPicture
from standfirst.discussion.models.threads import Closing, Thread
from standfirst.discussion.models.votes import Swing, Vote
from standfirst.discussion.models.writing import CommentWriting

__all__ = [
    "ALT_LENGTH_MAX",
    "DEPTH_MAX",
    "EDIT_MINUTES_MAX",
    "KEY_LENGTH_MAX",
    "NAME_LENGTH_MAX",
    "PICTURES_MAX",
    "REASON_LENGTH_MAX",
    "SOURCE_ID_LENGTH_MAX",
    "TEXT_LENGTH_MAX",
    "Closing",
    "Comment",
    "CommentPicture",
    "CommentWriting",
    "Decision",
    "Removal",
    "Revision",
    "State",
    "Swing",
    "Thread",
    "Vote",
    "from_address",
]
