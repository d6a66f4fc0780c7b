"""What is kept for some days only. The scheduler calls ``forget`` once a day."""

from standfirst.accounts.addresses import KEPT_DAYS_MAX
from standfirst.discussion import comments, votes
from standfirst.discussion.pictures import belonging


def forget() -> dict[str, int]:
    """Remove the hashes of addresses and the swings of votes that have served; return how many of each.

    Safe to repeat. Locks single rows only. Nothing that readers see changes.
    """
    return {
        "comment_addresses": comments.forget_addresses(older_than_days=KEPT_DAYS_MAX),
        "vote_addresses": votes.forget_addresses(older_than_days=KEPT_DAYS_MAX),
        "picture_addresses": belonging.forget_addresses(older_than_days=KEPT_DAYS_MAX),
        "swings": votes.forget_swings(),
    }
