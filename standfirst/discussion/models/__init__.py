"""What readers say: threads, comments and their revisions, what staff decided, and votes."""

from standfirst.discussion.models.comments import Comment, Decision, Revision, State, from_address
from standfirst.discussion.models.limits import (
    DEPTH_MAX,
    KEY_LENGTH_MAX,
    NAME_LENGTH_MAX,
    REASON_LENGTH_MAX,
    SCOPES_LENGTH_MAX,
    SOURCE_ID_LENGTH_MAX,
    TEXT_LENGTH_MAX,
)
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

__all__ = [
    "DEPTH_MAX",
    "KEY_LENGTH_MAX",
    "MATCHED_LENGTH_MAX",
    "NAME_LENGTH_MAX",
    "REASON_LENGTH_MAX",
    "RULE_NAME_LENGTH_MAX",
    "RULE_VALUE_LENGTH_MAX",
    "SCOPES_LENGTH_MAX",
    "SOURCE_ID_LENGTH_MAX",
    "TEXT_LENGTH_MAX",
    "Closing",
    "Comment",
    "CoolDown",
    "Decision",
    "Edition",
    "Finding",
    "Policy",
    "Revision",
    "Rule",
    "RuleChange",
    "State",
    "Swing",
    "Thread",
    "Vote",
    "from_address",
]
