"""What is kept for some days only. The scheduler calls ``forget`` once a day."""

from standfirst.accounts.addresses import KEPT_DAYS_MAX
from standfirst.discussion import comments, votes
from standfirst.discussion.mine import removing
from standfirst.discussion.moderating import bans, reports
from standfirst.discussion.pictures import belonging


def forget() -> dict[str, int]:
    """Remove what has served: hashes of addresses, swings of votes, the words of comments that were taken back.

    Returns how many of each. Safe to repeat. Locks single rows only. Nothing that readers see changes.
    """
    return {
        "comment_addresses": comments.forget_addresses(older_than_days=KEPT_DAYS_MAX),
        "vote_addresses": votes.forget_addresses(older_than_days=KEPT_DAYS_MAX),
        "picture_addresses": belonging.forget_addresses(older_than_days=KEPT_DAYS_MAX),
        "report_addresses": reports.forget_addresses(older_than_days=KEPT_DAYS_MAX),
        "ban_addresses": bans.forget_addresses(),
        "swings": votes.forget_swings(),
        "removed_comments": removing.empty_removed(older_than_days=KEPT_DAYS_MAX),
    }
