"""What the scheduler runs, where the subject itself has no function that does exactly that.

A self-check raises for what it found, so that the schedule's record and ``standfirst doctor``
show it until it is mended.
"""

from django.core.management import call_command

from standfirst.discussion import counts
from standfirst.discussion.counts import Drift
from standfirst.discussion.moderating import reports
from standfirst.funding import tasks
from standfirst.funding.payments import reconciling

TASK_RESULTS_KEPT_DAYS = 14


class SelfCheckFailed(Exception):
    """Something is not as it must be."""


def check_books() -> None:
    """Check that the ledger agrees with payments, refunds, sums and periods, and the chain where it is new."""
    _check_books(whole_chain=False)


def check_whole_ledger() -> None:
    """Check the same, and the chain from its beginning."""
    _check_books(whole_chain=True)


def _check_books(*, whole_chain: bool) -> None:
    broken = tasks.ledger_self_check(whole_chain=whole_chain)
    if broken:
        raise SelfCheckFailed("; ".join(f"{each.rule} ({each.where})" for each in broken[:5]))


def reconcile() -> None:
    """Compare the ledger with what the payment service moved in the last weeks."""
    for found in reconciling.compare_all():
        differences = reconciling.differences_of(found)
        if differences:
            shown = " ".join(each.words() for each in differences[:5])
            raise SelfCheckFailed(f"{len(differences)} differences with {found.provider}: {shown}")


def check_comment_counts() -> None:
    """Check the stored counts of comments, votes and open reports against their rows."""
    drifts = counts.check_counts()
    drifts += [Drift("comment.open_reports", pk, *both) for pk, both in reports.miscounted().items()]
    if drifts:
        shown = "; ".join(f"{drift.what} {drift.id} is {drift.stored}, should be {drift.true}" for drift in drifts[:5])
        raise SelfCheckFailed(f"{len(drifts)} counts are wrong: {shown}")


def prune_task_results() -> None:
    """Delete the results of tasks that ended two weeks ago."""
    call_command("prune_db_task_results", queue_name="*", min_age_days=TASK_RESULTS_KEPT_DAYS, verbosity=0)


def forget_sessions() -> None:
    """Delete the sessions of people who signed in long ago."""
    call_command("clearsessions", verbosity=0)
