"""Claims: who looks at a comment now, so that two moderators do not work on the same one. They end by themselves."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.discussion.models import Claim, Comment
from standfirst.discussion.refusals import NoSuchComment, NotAModerator
from standfirst.kit import clock
from standfirst.kit.errors import Refusal

CLAIM_MINUTES = 5  # longer than a decision takes; whoever is called away blocks nobody for long
MODERATE = "discussion.moderate"


class ClaimedByAnother(Refusal):
    """A comment that another moderator has before them."""

    code = "discussion.claimed_by_another"
    status = 409
    message = _("{who} is looking at this comment. Nothing was changed; you can take it over.")


@verb
def claim(*, comment_id: int, by: Account, take_over: bool = False) -> Claim:
    """Say that ``by`` looks at a comment, for CLAIM_MINUTES, and at none of those before. Locks the comment's row.

    Refusals: NotAModerator, NoSuchComment, ClaimedByAnother unless ``take_over``.
    """
    if not by.has_perm(MODERATE):
        raise NotAModerator
    comment = Comment.objects.select_for_update(of=("self",)).filter(pk=comment_id).first()
    if comment is None:
        raise NoSuchComment
    if not take_over:
        _refuse_other(comment, by)
    Claim.objects.filter(claimed_by=by).exclude(comment=comment).delete()
    until = clock.now() + timedelta(minutes=CLAIM_MINUTES)
    mine, _made = Claim.objects.update_or_create(comment=comment, defaults={"claimed_by": by, "expires_at": until})
    return mine


def give_up(comment: Comment, by: Account, *, take_over: bool) -> None:
    """End the claim to a comment about which ``by`` decides. ClaimedByAnother unless ``take_over``. Inside a verb."""
    if not take_over:
        _refuse_other(comment, by)
    Claim.objects.filter(comment=comment).delete()


def held_by_others(comment_ids: list[int], by: Account) -> dict[int, str]:
    """Return who else looks at which of the comments now. One query."""
    found = Claim.objects.filter(comment__in=comment_ids, expires_at__gt=clock.now()).exclude(claimed_by=by)
    return {claim.comment_id: str(claim.claimed_by) for claim in found.select_related("claimed_by")}


def _refuse_other(comment: Comment, by: Account) -> None:
    other = held_by_others([comment.pk], by).get(comment.pk)
    if other is not None:
        raise ClaimedByAnother(who=other)
