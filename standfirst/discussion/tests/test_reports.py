"""Readers report, enough of them hold, and what became of it is written down."""

from collections.abc import Callable

import pytest
from django.test import Client

from standfirst.discussion import comments, counts, refusals
from standfirst.discussion.models import Comment, Decision, House, Report, State
from standfirst.discussion.moderating import deciding, reports
from standfirst.discussion.moderating.deciding import Wanted
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread

type Browser = Callable[..., Client]


def address(number: int) -> str:
    return f"{number:032x}"


def reported(comment: Comment, times: int, *, begin: int = 0) -> None:
    for number in range(begin, begin + times):
        reports.report(comment_id=comment.pk, reason="insult", address_hash=address(number))


def state_of(comment: Comment) -> str:
    comment.refresh_from_db()
    return comment.state


@pytest.mark.django_db
def test_a_reader_reports_without_a_script_and_is_thanked(browser: Browser) -> None:
    comment, reader = a_comment(a_thread()), browser()

    form = reader.get(f"/discussion/comments/{comment.pk}/report/")
    sent = reader.post(f"/discussion/comments/{comment.pk}/reports/", {"reason": "hate", "words": "Really."})
    thanks = reader.get(sent["Location"])

    report = Report.objects.get()
    assert 'name="reason"' in form.content.decode()
    assert (sent.status_code, thanks.status_code) == (303, 200)
    assert "has arrived" in thanks.content.decode()
    assert (report.comment, report.reason, report.words, report.outcome) == (comment, "hate", "Really.", "open")
    assert "sf_guest" in reader.cookies


@pytest.mark.django_db
def test_a_refused_report_comes_back_with_what_was_typed(browser: Browser) -> None:
    comment = a_comment(a_thread())

    answer = browser().post(f"/discussion/comments/{comment.pk}/reports/", {"reason": "nonsense", "words": "<b>Look"})

    assert (answer.status_code, answer["X-Refusal"]) == (422, "discussion.no_such_report_reason")
    assert "&lt;b&gt;Look" in answer.content.decode()
    assert Report.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("which", ["held", "missing", "withdrawn"])
def test_a_guessed_number_tells_nothing(browser: Browser, which: str) -> None:
    thread = a_thread()
    comment = a_held_comment(thread) if which == "held" else a_comment(thread)
    if which == "withdrawn":
        type(thread).objects.update(withdrawn_at=thread.opened_at)
    number = 10**9 if which == "missing" else comment.pk

    answer = browser().post(f"/discussion/comments/{number}/reports/", {"reason": "spam"})

    assert (answer.status_code, answer["X-Refusal"]) == (404, "discussion.no_such_comment")
    assert Report.objects.count() == 0


@pytest.mark.django_db
def test_a_report_that_another_site_sends_is_refused() -> None:
    comment = a_comment(a_thread())

    answer = Client(headers={"Sec-Fetch-Site": "cross-site"}).post(
        f"/discussion/comments/{comment.pk}/reports/", {"reason": "spam"}
    )

    assert answer.status_code == 403
    assert Report.objects.count() == 0


@pytest.mark.django_db
def test_three_reports_hold_a_comment_and_say_so_to_its_author() -> None:
    thread = a_thread()
    comment = a_comment(thread)

    reported(comment, 2)
    before = state_of(comment)
    reported(comment, 1, begin=2)

    decision = Decision.objects.get()
    assert (before, state_of(comment)) == (State.PUBLISHED, State.HELD)
    assert (decision.kind, decision.decided_by) == ("reports", None)
    assert "Readers reported it" in comments.why(comment)
    assert counts.check_counts() == []
    assert reports.miscounted() == {}


@pytest.mark.django_db
def test_one_place_is_one_report_whatever_key_it_shows() -> None:
    comment, guest = a_comment(a_thread()), a_guest()
    reports.report(comment_id=comment.pk, reason="spam", address_hash=address(1), guest=guest)

    again = reports.report(comment_id=comment.pk, reason="spam", address_hash=address(2), guest=guest)
    elsewhere = reports.report(comment_id=comment.pk, reason="spam", address_hash=address(1), guest=a_guest())

    assert (again.repeated, elsewhere.repeated, Report.objects.count()) == (True, True, 1)


@pytest.mark.django_db
def test_ones_own_comment_is_not_reported_and_nobody_reports_without_end() -> None:
    thread, guest = a_thread(), a_guest()
    own = a_comment(thread, guest=guest)

    with pytest.raises(reports.OwnReport):
        reports.report(comment_id=own.pk, reason="spam", guest=guest)
    for _ in range(reports.REPORTS_AN_HOUR_MAX):
        reports.report(comment_id=a_comment(thread).pk, reason="spam", address_hash=address(1))
    with pytest.raises(reports.TooManyReports):
        reports.report(comment_id=a_comment(thread).pk, reason="spam", address_hash=address(1))


@pytest.mark.django_db
@pytest.mark.parametrize(("action", "outcome"), [("publish", "dismissed"), ("reject", "upheld")])
def test_a_decision_settles_the_reports_and_undo_opens_them_again(action: str, outcome: str) -> None:
    comment, moderator = a_comment(a_thread()), a_moderator()
    reported(comment, 2)

    deciding.decide(comment_id=comment.pk, by=moderator, wanted=Wanted(action, reason="Rule 2"))
    settled = set(Report.objects.values_list("outcome", flat=True))
    deciding.undo(by=moderator)

    assert settled == {outcome}
    assert set(Report.objects.values_list("outcome", flat=True)) == {"open"}
    assert (state_of(comment), comment.open_reports) == (State.PUBLISHED, 2)
    assert reports.miscounted() == {}


@pytest.mark.django_db
def test_what_a_moderator_kept_is_not_held_by_reports_again() -> None:
    comment = a_comment(a_thread())
    reported(comment, 2)
    deciding.decide(comment_id=comment.pk, by=a_moderator(), wanted=Wanted("publish"))

    reported(comment, 9, begin=10)

    assert (state_of(comment), comment.open_reports) == (State.PUBLISHED, 9)


@pytest.mark.django_db
def test_reports_hold_nothing_where_the_house_says_so() -> None:
    House.objects.create(pk=1, reports_to_hold=0)
    comment = a_comment(a_thread())

    reported(comment, 12)

    assert state_of(comment) == State.PUBLISHED


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_hundred_reports_at_once_are_counted_exactly(at_once: Callable[..., list[Exception]]) -> None:
    House.objects.create(pk=1, reports_to_hold=0)
    comment = a_comment(a_thread())

    raised: list[Exception] = []
    for start in range(0, 200, 20):
        raised += at_once(
            [
                lambda number=number: reports.report(  # type: ignore[misc]  # a default is how a loop's value is kept
                    comment_id=comment.pk, reason="spam", address_hash=address(number)
                )
                for number in range(start, start + 20)
            ]
        )

    comment.refresh_from_db()
    assert raised == []
    assert (Report.objects.count(), comment.open_reports) == (200, 200)
    assert reports.miscounted() == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_flood_of_reports_holds_a_comment_once(at_once: Callable[..., list[Exception]]) -> None:
    comment = a_comment(a_thread())

    raised = at_once(
        [
            lambda number=number: reports.report(  # type: ignore[misc]  # as above
                comment_id=comment.pk, reason="spam", address_hash=address(number)
            )
            for number in range(20)
        ]
    )

    comment.refresh_from_db()
    assert {type(each) for each in raised} == {refusals.NoSuchComment}
    assert (len(raised), Report.objects.count(), Decision.objects.count(), comment.state) == (17, 3, 1, State.HELD)
    assert counts.check_counts() == []
