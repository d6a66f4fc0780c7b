"""What is kept for some days only. The scheduler calls ``forget`` once a day."""

from standfirst.accounts.addresses import KEPT_DAYS_MAX
from standfirst.discussion import comments, votes
from standfirst.discussion.moderating import bans, reports


def forget() -> dict[str, int]:
    """Remove the hashes of addresses and the swings of votes that have served; return how many of each.

    Safe to repeat. Locks single rows only. Nothing that readers see changes.
    """
    return {
        "comment_addresses": comments.forget_addresses(older_than_days=KEPT_DAYS_MAX),
        "vote_addresses": votes.forget_addresses(older_than_days=KEPT_DAYS_MAX),
        "report_addresses": reports.forget_addresses(older_than_days=KEPT_DAYS_MAX),
        "ban_addresses": bans.forget_addresses(),
        "swings": votes.forget_swings(),
    }
