"""What readers say: threads, comments and their revisions, what staff decided, and votes."""

from standfirst.discussion.models.comments import Comment, Decision, Revision, State, from_address
from standfirst.discussion.models.following import Asking, Follow, Follower, Notice, Telling, Watch
from standfirst.discussion.models.limits import (
    ALT_LENGTH_MAX,
    DEPTH_MAX,
    EDIT_MINUTES_MAX,
    KEY_LENGTH_MAX,
    NAME_LENGTH_MAX,
    PICTURES_MAX,
    REASON_LENGTH_MAX,
    SCOPES_LENGTH_MAX,
    SOURCE_ID_LENGTH_MAX,
    TEXT_LENGTH_MAX,
)
from standfirst.discussion.models.mine import Removal
from standfirst.discussion.models.moderating import (
    Appeal,
    Ban,
    Claim,
    House,
    HouseRule,
    Pick,
    RemovalCount,
    Report,
    SavedReason,
    Summary,
)
from standfirst.discussion.models.pictures import CommentPicture
from standfirst.discussion.models.rules import (
    MATCHED_LENGTH_MAX,
    RULE_NAME_LENGTH_MAX,
    RULE_VALUE_LENGTH_MAX,
    CoolDown,
    Edition,
    Finding,
    Policy,
    Rule,
    RuleChange,
)
from standfirst.discussion.models.threads import Closing, Thread
from standfirst.discussion.models.votes import Swing, Vote
from standfirst.discussion.models.writing import CommentWriting

__all__ = [
    "ALT_LENGTH_MAX",
    "DEPTH_MAX",
    "EDIT_MINUTES_MAX",
    "KEY_LENGTH_MAX",
    "MATCHED_LENGTH_MAX",
    "NAME_LENGTH_MAX",
    "PICTURES_MAX",
    "REASON_LENGTH_MAX",
    "RULE_NAME_LENGTH_MAX",
    "RULE_VALUE_LENGTH_MAX",
    "SCOPES_LENGTH_MAX",
    "SOURCE_ID_LENGTH_MAX",
    "TEXT_LENGTH_MAX",
    "Appeal",
    "Asking",
    "Ban",
    "Claim",
    "Closing",
    "Comment",
    "CommentPicture",
    "CommentWriting",
    "CoolDown",
    "Decision",
    "Edition",
    "Finding",
    "Follow",
    "Follower",
    "House",
    "HouseRule",
    "Notice",
    "Pick",
    "Policy",
    "Removal",
    "RemovalCount",
    "Report",
    "Revision",
    "Rule",
    "RuleChange",
    "SavedReason",
    "State",
    "Summary",
    "Swing",
    "Telling",
    "Thread",
    "Vote",
    "Watch",
    "from_address",
]
