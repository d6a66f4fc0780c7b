"""Picked and pinned comments, summaries, what was removed by which rule, and the rules of the house."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from standfirst.discussion import threads
from standfirst.discussion.models import HouseRule, Pick, SavedReason, Summary, Thread
from standfirst.discussion.moderating import deciding, house, persons, picks
from standfirst.discussion.moderating.deciding import Wanted
from standfirst.discussion.moderating.house import Wishes
from standfirst.discussion.refusals import DecidedAlready, NotAModerator
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread, many_comments

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]


def page(browser: Browser, thread: Thread, query: str = "") -> str:
    return str(browser().get(f"/discussion/threads/{thread.key}/{query}").content.decode())


def wishes(**more: object) -> Wishes:
    given = {"reports_to_hold": 3, "shows_removals": False, "preamble": "", "rules": [], "reasons": []}
    return Wishes(**given | more)  # type: ignore[arg-type]


def test_a_picked_comment_carries_a_mark_and_is_found_under_picked(browser: Browser) -> None:
    thread, moderator = a_thread(), a_moderator()
    root = a_comment(thread, text="Plain words.")
    answer = a_comment(thread, parent=root, text="Remarkable words.")
    before = page(browser, thread)

    picks.pick(comment_id=answer.pk, by=moderator)
    after, picked = page(browser, thread), page(browser, thread, "?order=picked")

    assert ("Picked" in before, "Picked" in after) == (False, True)
    assert ("Remarkable words." in picked, "Plain words." in picked) == (True, False)
    picks.unpick(comment_id=answer.pk, by=moderator)
    assert "Picked" not in page(browser, thread)
    assert Pick.objects.get().ended_at is not None


def test_one_comment_stands_pinned_above_all_others_as_long_as_it_is_published(browser: Browser) -> None:
    thread, moderator = a_thread(), a_moderator()
    first, second = a_comment(thread, text="The first."), a_comment(thread, text="The second.")
    picks.pick(comment_id=first.pk, by=moderator, kind="pinned")

    picks.pick(comment_id=second.pk, by=moderator, kind="pinned")
    pinned = threads.page_of(thread.key).pinned
    deciding.decide(comment_id=second.pk, by=moderator, wanted=Wanted("hold"))

    assert pinned is not None
    assert pinned.id == second.pk
    assert threads.page_of(thread.key).pinned is None


def test_only_what_readers_see_is_picked_and_only_by_moderators_and_once() -> None:
    thread, moderator, nobody = a_thread(), a_moderator(), a_moderator()
    nobody.groups.clear()
    comment = a_comment(thread)

    with pytest.raises(picks.NotToBePicked):
        picks.pick(comment_id=a_held_comment(thread).pk, by=moderator)
    with pytest.raises(NotAModerator):
        picks.pick(comment_id=comment.pk, by=nobody)
    with pytest.raises(NotAModerator):
        picks.summarise(thread_key=thread.key, by=nobody, text="All agree.")
    picks.pick(comment_id=comment.pk, by=moderator)
    with pytest.raises(DecidedAlready):
        picks.pick(comment_id=comment.pk, by=moderator)


def test_a_summary_is_safe_signed_and_replaced(browser: Browser) -> None:
    thread, moderator = a_thread(), a_moderator("nora")
    a_comment(thread)
    picks.summarise(thread_key=thread.key, by=moderator, text="Old words.")

    picks.summarise(thread_key=thread.key, by=moderator, text="**Most** agree. <script>x</script> [a](javascript:x)")
    html = page(browser, thread)

    assert "<strong>Most</strong> agree." in html
    assert "<bdi>nora</bdi>" in html
    assert "<script>x" not in html
    assert 'href="javascript' not in html
    assert "Old words." not in html
    picks.summarise(thread_key=thread.key, by=moderator, text="")
    assert "agree." not in page(browser, thread)
    assert Summary.objects.filter(ended_at__isnull=False).count() == 2


def test_readers_learn_what_was_removed_by_which_rule_if_the_house_wants_it(browser: Browser) -> None:
    thread, moderator = a_thread(), a_moderator()
    for comment in [a_comment(thread) for _ in range(3)]:
        deciding.decide(comment_id=comment.pk, by=moderator, wanted=Wanted("reject", reason="Rule 2", rule=2))
    silent = page(browser, thread)

    house.keep_house(by=moderator, wishes=wishes(shows_removals=True, rules=[("On the subject", ""), ("Kind", "")]))

    told = " ".join(page(browser, thread).split())
    assert "comments removed" not in silent
    assert "3 comments removed," in told
    assert "#rule-2" in told


def test_the_house_rules_are_a_page_and_the_form_leads_there(browser: Browser) -> None:
    thread, moderator = a_thread(), a_moderator()
    rules = [("Stay on the subject", "Really **do**."), ("Be <b>kind</b>", "")]
    house.keep_house(by=moderator, wishes=wishes(preamble="Welcome.", rules=rules, reasons=[("Off the subject.", 1)]))

    html = str(browser().get("/discussion/rules/").content.decode())

    assert "<strong>do</strong>" in html
    assert "Be &lt;b&gt;kind" in html
    assert "Welcome." in html
    assert 'href="/discussion/rules/"' in page(browser, thread)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": [("", "words without a title")]},
        {"rules": [("x", "")] * 21},
        {"reasons": [("x", None)] * 10},
        {"reasons": [("Off the subject.", 7)]},
        {"reports_to_hold": -1},
        {"preamble": "x" * 2_001},
    ],
)
def test_rules_that_do_not_fit_change_nothing(wrong: dict[str, object]) -> None:
    before = (HouseRule.objects.count(), SavedReason.objects.count())

    with pytest.raises(house.BadHouse):
        house.keep_house(by=a_moderator(), wishes=wishes(**wrong))

    assert (HouseRule.objects.count(), SavedReason.objects.count()) == before


def test_a_moderator_edits_the_rules_on_the_desk_and_keeps_what_was_typed_if_it_does_not_fit(browser: Browser) -> None:
    desk = browser()
    desk.force_login(a_moderator())
    typed = {"reports_to_hold": "5", "rule_title": ["Be kind", ""], "rule_words": ["To all", ""]}
    reasons = {"reason_words": ["Unkind.", ""], "reason_rule": ["1", ""]}

    wrong = desk.post("/desk/discussion/house/", typed | reasons | {"reason_rule": ["9", ""]})
    right = desk.post("/desk/discussion/house/", typed | reasons)

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert "Unkind." in wrong.content.decode()
    assert house.read().reports_to_hold == 5
    assert SavedReason.objects.get().rule == 1


def test_a_thread_with_nothing_above_asks_nothing_more() -> None:
    thread = a_thread()
    many_comments(thread, roots=25, replies=3)

    with CaptureQueriesContext(connection) as asked:
        threads.page_of(thread.key)

    tables = ("discussion_pick", "discussion_summary", "discussion_removal", "discussion_house")
    assert [table for table in tables if any(table in each["sql"] for each in asked)] == []


def test_a_provider_marks_supporters_for_moderators(monkeypatch: pytest.MonkeyPatch) -> None:
    guest = a_guest()
    comment = a_comment(a_thread(), guest=guest)
    monkeypatch.setattr(persons, "_marks", [])
    persons.mark_supporters(lambda who, _account: "Supporter" if who == guest else "")

    assert persons.person(comment).supporter == "Supporter"
    assert persons.person(a_comment(a_thread())).supporter == ""


def test_the_person_beside_a_comment_is_its_authors_record() -> None:
    thread, guest, moderator = a_thread(), a_guest(), a_moderator()
    said = [a_comment(thread, guest=guest, name="Ines"), a_comment(thread, guest=guest, name="Sam")]
    deciding.decide(comment_id=said[0].pk, by=moderator, wanted=Wanted("reject", reason="Rule 2"))

    person = persons.person(said[1])

    assert person.states == {"published": 1, "rejected": 1}
    assert (person.rejected_percent, set(person.names)) == (50, {"Ines", "Sam"})
    assert [each.pk for each in person.latest] == [said[0].pk]
