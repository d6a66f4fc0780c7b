"""What questions and quotes say no to."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from standfirst.kit.errors import Refusal


class NoSuchQuestion(Refusal):
    """No question of this discussion has that mark."""

    code = "discussion.no_such_question"
    status = 404
    message = _(
        "There is no such question in this discussion, so nothing was posted. Your text is still here:"
        " you can post it as a comment of its own below the story."
    )


class QuestionClosed(Refusal):
    """An answer to a question that takes no more, or whose passage is gone."""

    code = "discussion.question_closed"
    status = 409
    message = _(
        "This question takes no more answers, so nothing was posted. Your text is still here:"
        " you can post it as a comment of its own below the story."
    )


class QuoteNotFound(Refusal):
    """A quote of words that the text does not have."""

    code = "discussion.quote_not_found"
    status = 422
    field: ClassVar[str] = "quote"
    message = _(
        "The words that you quote do not stand in the text as it is published now. Please copy them once more,"
        " or leave the quote empty. Your text is still here."
    )


class QuoteTooLong(Refusal):
    """A quote of half the text."""

    code = "discussion.quote_too_long"
    status = 422
    field: ClassVar[str] = "quote"
    message = _("This quote has {length} characters; {length_max} are allowed. Please quote a sentence or two.")


class QuoteTooShort(Refusal):
    """A quote of so little that it could stand anywhere."""

    code = "discussion.quote_too_short"
    status = 422
    field: ClassVar[str] = "quote"
    message = _("This quote is too short to be found again. Please quote some words more, or leave it empty.")


class NotACurator(Refusal):
    """A question closed, or an answer picked, by somebody who may not."""

    code = "discussion.not_a_curator"
    status = 403
    message = _("Only the newsroom and moderators close questions and pick answers. Nothing was changed.")


class NotAnAnswer(Refusal):
    """A comment picked that answers no question, or is not published."""

    code = "discussion.not_an_answer"
    status = 409
    message = _("This comment is no published answer to a question, so it was not picked.")
