"""Reports: a reader says that a comment should not stand; enough of them hold it until a person has looked.

One report of a guest, an account or an address counts for a comment: keys are cheap to throw away.
What a moderator has published or kept is never held by reports again; they still see them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from standfirst.accounts import guests
from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import verb
from standfirst.discussion import comments
from standfirst.discussion.models import (
    REASON_LENGTH_MAX,
    Appeal,
    Comment,
    Decision,
    Report,
    State,
    Thread,
    from_address,
)
from standfirst.discussion.moderating import bans, house
from standfirst.discussion.refusals import NoSuchComment
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_line

REPORTS_AN_HOUR_MAX = 20  # of one address or guest: somebody who reads with care finds fewer
WORDS_READ_MAX = 4 * REASON_LENGTH_MAX
SHOWN_MAX = 20  # on the desk, of one comment: more say nothing new
REPORTS = "reports"  # the reason of a decision that readers' reports made


class NoSuchReason(Refusal):
    """A report without one of the reasons."""

    code = "discussion.no_such_report_reason"
    status = 422
    message = _("Please choose why you report this comment. Nothing was sent.")


class OwnReport(Refusal):
    """A report of one's own comment."""

    code = "discussion.own_report"
    status = 403
    message = _("This is your own comment, so it cannot be reported. You can change it, or ask us to remove it.")


class TooManyReports(Refusal):
    """More reports from one place than somebody who reads them sends."""

    code = "discussion.too_many_reports"
    status = 429
    message = _("Many reports came from here. This one was not counted; please try again in an hour.")


@dataclass(frozen=True, slots=True)
class Reported:
    """Who reported, new if it was nobody; ``repeated`` if the same was reported from there before."""

    guest: Guest | None
    repeated: bool = False


@verb
def report(
    *,
    comment_id: int,
    reason: str,
    words: str = "",
    guest: Guest | None = None,
    account: Account | None = None,
    address_hash: str = "",
    address: str = "",
) -> Reported:
    """Report a published comment. A second report from the same place is the first.

    Refusals: NoSuchReason, NoSuchComment, Banned, OwnReport, TooManyReports. Locks the thread's row.
    """
    if reason not in Report.Reason.values:
        raise NoSuchReason
    who = bans.Who(guest, account, address_hash, address)
    rows = Thread.objects.select_for_update(of=("self",)).filter(comments=comment_id, withdrawn_at__isnull=True)
    thread = bans.looked_for(rows).first()
    comment = Comment.objects.filter(pk=comment_id, state=State.PUBLISHED).first()
    if thread is None or comment is None:
        raise NoSuchComment
    shadowed = bans.admitted(thread, who) == bans.SHADOW
    if (guest and comment.guest_id == guest.pk) or (account and comment.account_id == account.pk):
        raise OwnReport
    if shadowed or _reported_before(comment, who):
        return Reported(guest, repeated=True)
    _keep_pace(who)
    by = guest if guest or account else guests.welcome()
    Report.objects.create(
        comment=comment,
        guest=by,
        account=account,
        address_hash=address_hash,
        reason=reason,
        words=clean_line(words[:WORDS_READ_MAX])[:REASON_LENGTH_MAX],
        reported_at=clock.now(),
    )
    Comment.objects.filter(pk=comment.pk).update(open_reports=F("open_reports") + 1)
    most = house.read().reports_to_hold
    if most and comment.open_reports + 1 >= most and not _kept_by_moderator(comment):
        comments.settled(comment.pk, State.HELD, REPORTS, kind=Decision.Kind.REPORTS)
    return Reported(by)


def settle(comment: Comment, decision: Decision) -> None:
    """Write down what became of the open reports. For a verb that decided; the thread's row is locked."""
    outcomes = {State.PUBLISHED: Report.Outcome.DISMISSED, State.REJECTED: Report.Outcome.UPHELD}
    if not comment.open_reports or decision.state not in outcomes:
        return
    outcome = outcomes[State(decision.state)]
    still = Report.objects.filter(comment=comment, outcome=Report.Outcome.OPEN)
    still.update(outcome=outcome, settled_by=decision, settled_at=decision.decided_at)
    Comment.objects.filter(pk=comment.pk).update(open_reports=0)


def open_again(comment: Comment, decision: Decision) -> None:
    """Open the reports that ``decision``, which is taken back, settled. The thread's row is locked."""
    settled = Report.objects.filter(comment=comment, settled_by=decision)
    opened = settled.update(outcome=Report.Outcome.OPEN, settled_by=None, settled_at=None)
    Comment.objects.filter(pk=comment.pk).update(open_reports=F("open_reports") + opened)


def of_comment(comment: Comment) -> list[Report]:
    """Return the newest reports of a comment."""
    return list(Report.objects.filter(comment=comment).order_by("-id")[:SHOWN_MAX])


def miscounted() -> dict[int, tuple[int, int]]:
    """Return, by comment, a stored number of open reports and that of the rows where they differ.

    One statement, so that a report that arrives meanwhile is in both or in neither. Reads all open reports.
    """
    waiting = Report.objects.filter(comment=OuterRef("pk"), outcome=Report.Outcome.OPEN).order_by()
    true = Coalesce(Subquery(waiting.values("comment").annotate(count=Count("id")).values("count")), 0)
    reported = Report.objects.filter(outcome=Report.Outcome.OPEN).order_by().values("comment")
    looked_at = Comment.objects.filter(Q(open_reports__gt=0) | Q(pk__in=reported))
    differing = looked_at.annotate(true=true).exclude(open_reports=F("true"))
    return {pk: (stored, counted) for pk, stored, counted in differing.values_list("pk", "open_reports", "true")}


def forget_addresses(*, older_than_days: int) -> int:
    """Remove the address hashes of reports older than so many days; return how many there were."""
    until = clock.now() - timedelta(days=older_than_days)
    return Report.objects.filter(reported_at__lt=until).exclude(address_hash="").update(address_hash="")


def _reported_before(comment: Comment, who: bans.Who) -> bool:
    same = Q(pk__in=[])
    if who.guest is not None:
        same |= Q(guest=who.guest)
    if who.account is not None:
        same |= Q(account=who.account)
    if who.address_hash:
        same |= Q(address_hash=who.address_hash)
    return Report.objects.filter(same, comment=comment).exists()


def _keep_pace(who: bans.Who) -> None:
    lately = {"reported_at__gte": clock.now() - timedelta(hours=1)}
    sent = [from_address(Report.objects.all(), who.address_hash)]
    sent += [Report.objects.filter(guest=who.guest)] if who.guest else []
    sent += [Report.objects.filter(account=who.account)] if who.account else []
    if any(rows.filter(**lately)[:REPORTS_AN_HOUR_MAX].count() >= REPORTS_AN_HOUR_MAX for rows in sent):
        raise TooManyReports


def _kept_by_moderator(comment: Comment) -> bool:
    kept = comment.decisions.filter(state=State.PUBLISHED, decided_by__isnull=False, undone__isnull=True)
    return kept.exclude(kind=Decision.Kind.UNDO).exists()


def forget_person(guest: Guest | None, account: Account | None, comments: Sequence[int]) -> None:
    """Erase the words in which somebody who is being erased reported, and objected to decisions. Inside a verb."""
    if guest is not None:
        Report.objects.filter(guest=guest).update(words="", address_hash="")
    if account is not None:
        Report.objects.filter(account=account).update(words="", address_hash="")
    Appeal.objects.filter(comment__in=comments).delete()


def by_thread(since: datetime) -> dict[int, int]:
    """Return how many reports came since then, by thread. One query. For what cools a discussion down."""
    found = Report.objects.filter(reported_at__gte=since).order_by()
    return dict(found.values_list("comment__thread").annotate(Count("id")))
