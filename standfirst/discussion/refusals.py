"""What the discussion says no to."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from standfirst.kit.errors import Refusal


class NoSuchThread(Refusal):
    """No thread has that key."""

    code = "discussion.no_such_thread"
    status = 404
    message = _("There is no discussion at this address. Please go back to the story.")


class NoSuchComment(Refusal):
    """No comment that this person may see has that number."""

    code = "discussion.no_such_comment"
    status = 404
    message = _("This comment does not exist, or no longer. Please go back to the story.")


class NoSuchOrder(Refusal):
    """An order that nobody offered."""

    code = "discussion.no_such_order"
    message = _("Comments cannot be shown in this order. Please choose one above the discussion.")


class BadCursor(Refusal):
    """A place in the list that we did not hand out."""

    code = "discussion.bad_cursor"
    message = _("This address of further comments is damaged. Please open the story and load them from there.")


class ThreadClosed(Refusal):
    """A comment for a thread that takes no more."""

    code = "discussion.thread_closed"
    status = 403
    message = _("This discussion is closed, so your comment was not posted. Your text is still here: please copy it.")


class ParentElsewhere(Refusal):
    """An answer to a comment of another thread, or to one that is not published."""

    code = "discussion.parent_not_here"
    status = 409
    field: ClassVar[str] = "parent"
    message = _(
        "The comment that you answer is not in this discussion any more, so nothing was posted."
        " Your text is still here: you can post it as a comment of its own."
    )


class NestedTooDeeply(Refusal):
    """An answer below the deepest level."""

    code = "discussion.nested_too_deeply"
    status = 422
    field: ClassVar[str] = "parent"
    message = _("This conversation is too deep to go on. Please post your text as a comment of its own.")


class NameMissing(Refusal):
    """No name."""

    code = "discussion.name_missing"
    status = 422
    field: ClassVar[str] = "name"
    message = _("Please give a name to be shown beside your comment. It need not be your real one.")


class NameTooLong(Refusal):
    """A name that is a sentence."""

    code = "discussion.name_too_long"
    status = 422
    field: ClassVar[str] = "name"
    message = _("This name is too long: please use at most {length_max} characters.")


class NameTaken(Refusal):
    """A name that reads like that of the newsroom or of somebody in it."""

    code = "discussion.name_reserved"
    status = 422
    field: ClassVar[str] = "name"
    message = _(
        "This name could be mistaken for somebody of our newsroom. Please choose another, such as your first name"
        " and where you live. If you work here, sign in on the desk first."
    )


class NameWithBadge(Refusal):
    """A name with a sign that looks like a badge."""

    code = "discussion.name_with_badge"
    status = 422
    field: ClassVar[str] = "name"
    message = _("This name holds a sign that could be mistaken for a badge of ours. Please leave it out.")


class TextMissing(Refusal):
    """Nothing to publish."""

    code = "discussion.text_missing"
    status = 422
    field: ClassVar[str] = "text"
    message = _("Your comment is empty. Please write something first.")


class TextTooLong(Refusal):
    """More text than a comment may have."""

    code = "discussion.text_too_long"
    status = 422
    field: ClassVar[str] = "text"
    message = _("Your comment has {length} characters; {length_max} are allowed. Please shorten it and post again.")


class SaidAlready(Refusal):
    """The same text again."""

    code = "discussion.said_already"
    status = 409
    field: ClassVar[str] = "text"
    message = _("You have posted this text already. It is not lost; there is no need to send it again.")


class TooFast(Refusal):
    """More comments in a short time than a person writes."""

    code = "discussion.too_fast"
    status = 429
    message = _(
        "Too many comments came from here in a short time. Your text is still here: please post it in a minute."
    )


class NotYours(Refusal):
    """A change to somebody else's comment."""

    code = "discussion.not_yours"
    status = 403
    message = _("Only the person who wrote this comment, in the same browser, can change it.")


class TooLateToEdit(Refusal):
    """A change after the window, or after somebody answered."""

    code = "discussion.too_late_to_edit"
    status = 409
    message = _("A comment can be changed for {minutes} minutes, and only until somebody answers it.")


class NotEditable(Refusal):
    """A change where the desk allows none."""

    code = "discussion.not_editable"
    status = 403
    message = _("Comments cannot be changed here once they are posted. You can answer your own with a correction.")


class EditedTooOften(Refusal):
    """A change after many others."""

    code = "discussion.edited_too_often"
    status = 409
    message = _("This comment was changed {count_max} times already. Please write what is new as an answer to it.")


class VoteRefused(Refusal):
    """A vote on one's own comment."""

    code = "discussion.own_vote"
    status = 403
    message = _("You cannot vote on your own comment.")


class NoSuchVote(Refusal):
    """A value that is no vote."""

    code = "discussion.no_such_vote"
    status = 422
    message = _("A vote is up, down or none. Nothing was changed.")


class TooManyVotes(Refusal):
    """More votes from one place than people there can have cast."""

    code = "discussion.too_many_votes"
    status = 429
    message = _("Too many votes came from here. Your vote was not counted; please try again later.")


class ReasonMissing(Refusal):
    """A rejection that says no why."""

    code = "discussion.reason_missing"
    status = 422
    field: ClassVar[str] = "reason"
    message = _("Please say why: the person who wrote the comment will read it.")


class DecidedAlready(Refusal):
    """A decision for what is so already."""

    code = "discussion.decided_already"
    status = 409
    message = _("Somebody has decided this already. Please look at the comment again.")


class NotAModerator(Refusal):
    """A decision by somebody who may not decide."""

    code = "discussion.not_a_moderator"
    status = 403
    message = _("Only moderators decide about comments. Nothing was changed.")
