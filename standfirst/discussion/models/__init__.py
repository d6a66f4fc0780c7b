"""What readers say: threads, comments and their revisions, what staff decided, and votes."""

from standfirst.discussion.models.comments import Comment, Decision, Revision, State, from_address
from standfirst.discussion.models.limits import (
    DEPTH_MAX,
    KEY_LENGTH_MAX,
    NAME_LENGTH_MAX,
    REASON_LENGTH_MAX,
    SOURCE_ID_LENGTH_MAX,
    TEXT_LENGTH_MAX,
)
from standfirst.discussion.models.moderating import (
    Appeal,
    Ban,
    Claim,
    House,
    HouseRule,
    Pick,
    Removal,
    Report,
    SavedReason,
    Summary,
)
from standfirst.discussion.models.threads import Closing, Thread
from standfirst.discussion.models.votes import Swing, Vote

__all__ = [
    "DEPTH_MAX",
    "KEY_LENGTH_MAX",
    "NAME_LENGTH_MAX",
    "REASON_LENGTH_MAX",
    "SOURCE_ID_LENGTH_MAX",
    "TEXT_LENGTH_MAX",
    "Appeal",
    "Ban",
    "Claim",
    "Closing",
    "Comment",
    "Decision",
    "House",
    "HouseRule",
    "Pick",
    "Removal",
    "Report",
    "Revision",
    "SavedReason",
    "State",
    "Summary",
    "Swing",
    "Thread",
    "Vote",
    "from_address",
]
