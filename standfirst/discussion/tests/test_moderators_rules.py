"""Rules that moderators write: verbs, verdicts, the dry run, and the pages of the desk."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from standfirst.accounts.models import Account, Guest
from standfirst.delivery import changes
from standfirst.discussion import comments, refusals
from standfirst.discussion.models import Comment, Edition, Finding, Revision, Rule, RuleChange, State, Thread
from standfirst.discussion.moderating import cases
from standfirst.discussion.rules import book, trying, writing
from standfirst.discussion.rules.refusals import NoSuchRule, RefusedByRule, RuleNameMissing, RuleUnknown, TooManyRules
from standfirst.discussion.rules.sent import Sent
from standfirst.discussion.rules.writing import Wording
from standfirst.testing.discussion import a_comment, a_guest, a_moderator, a_thread, many_comments
from standfirst.testing.rules import a_rule

pytestmark = pytest.mark.django_db
LINKS = "https://a.example https://b.example https://c.example"

type Browser = Callable[..., Client]


def say(thread: Thread, text: str, *, guest: Guest | None = None, **how: Any) -> Comment:
    return comments.post(thread_key=thread.key, name="Ines", text=text, guest=guest, **how).comment


def test_what_a_rule_finds_is_held_and_moderators_see_the_rule_and_the_author_the_words() -> None:
    rule = a_rule(told="We do not advertise games of chance.", name="Gambling")

    comment = say(a_thread(), "The cas1no is open")

    case = cases.case(comment.pk, by=a_moderator())
    assert comment.state == State.HELD
    assert comments.why(comment) == "We do not advertise games of chance."
    assert case.finding is not None
    assert (case.finding.rule, case.finding.rule_name, case.finding.matched) == (rule, "Gambling", "casino")


def test_without_words_of_its_own_the_author_reads_that_a_person_looks() -> None:
    a_rule()

    assert comments.why(say(a_thread(), "casino")) == "A person looks at it before it appears."


def test_a_refused_comment_is_not_written_down_and_says_why() -> None:
    a_rule(verdict="refuse", told="Please leave out {braces} and games of chance.")
    thread = a_thread()

    with pytest.raises(RefusedByRule) as refused:
        say(thread, "casino")

    assert str(refused.value).startswith("Please leave out {braces} and games of chance. It was not posted")
    assert not Comment.objects.exists()


def test_a_rule_that_is_off_judges_nothing() -> None:
    by = a_moderator()
    rule = a_rule(by=by)
    writing.switch_off(rule_id=rule.pk, by=by)
    writing.switch_off(rule_id=rule.pk, by=by)

    assert say(a_thread(), "casino").state == State.PUBLISHED
    assert [row.what for row in writing.latest_changes(rule=rule)] == ["off", "on", "written"]


def test_the_first_rule_that_finds_something_decides_and_the_order_can_be_changed() -> None:
    by = a_moderator()
    a_rule("links", "", number=3, verdict="refuse", by=by)
    friend = a_rule("words", "harbour", verdict="publish", by=by)
    text = f"About the harbour: {LINKS}"
    with pytest.raises(RefusedByRule):
        say(a_thread(), text)

    writing.move_up(rule_id=friend.pk, by=by)

    assert writing.all_rules()[0] == friend
    assert say(a_thread(), text).state == State.PUBLISHED  # spared the built-in look at links, too


def test_a_rule_to_publish_opens_neither_the_trap_nor_what_a_policy_checks() -> None:
    a_rule("words", "harbour", verdict="publish")

    assert say(a_thread(), "About the harbour", trap="https://buy.example").state == State.HELD


def test_a_change_is_judged_by_the_rules_too() -> None:
    guest, thread = a_guest(), a_thread()
    comment = say(thread, "Harmless", guest=guest)
    a_rule()

    changed = comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Come to the casino")

    assert changed.state == State.HELD
    assert Finding.objects.get().revision == Revision.objects.get(comment=comment, number=2)


def test_rules_about_persons_texts_and_addresses_know_what_they_need() -> None:
    thread, guest = a_thread(), a_guest()
    say(thread, "My first word", guest=guest)
    a_rule("new_guest", "", name="new")
    assert (say(thread, "Second", guest=guest).state, say(thread, "Hello").state) == (State.PUBLISHED, State.HELD)
    Rule.objects.all().delete()

    a_rule("flood", "", number=2, minutes=10, name="flood")
    assert say(thread, "Third", guest=guest).state == State.HELD
    Rule.objects.all().delete()

    a_rule("repeated", "", number=2, name="wave")
    wave = "Buy your boats at the old shipyard."
    states = [say(thread, wave, address_hash=f"{number:032}").state for number in range(3)]
    assert states == [State.PUBLISHED, State.PUBLISHED, State.HELD]
    Rule.objects.all().delete()

    a_rule("addresses", "192.0.2.0/24", verdict="refuse", name="range")
    with pytest.raises(RefusedByRule):
        say(thread, "From there", sent=Sent(address="192.0.2.9"))
    assert say(thread, "From elsewhere", sent=Sent(address="192.0.3.9")).state == State.PUBLISHED


def test_no_address_is_kept_by_a_rule_about_addresses() -> None:
    a_rule("addresses", "192.0.2.0/24")

    say(a_thread(), "From there", sent=Sent(address="192.0.2.9"), address_hash="e" * 32)

    kept = " ".join(str(row) for model in (Comment, Revision, Finding) for row in model.objects.values())
    assert "192.0.2" not in kept


def test_another_process_hears_of_a_rule_at_its_next_comment(monkeypatch: Any) -> None:
    a_rule("words", "poker")
    thread = a_thread()
    say(thread, "Hello")
    held = book._held
    a_rule("words", "casino")
    monkeypatch.setattr(book, "_held", held)  # as it still is in the other process

    assert say(thread, "casino").state == State.HELD


def test_a_rule_that_was_removed_leaves_its_name_with_what_it_found() -> None:
    by = a_moderator()
    rule = a_rule(name="Gambling", by=by)
    comment = say(a_thread(), "casino")

    writing.remove_rule(rule_id=rule.pk, by=by)

    finding = cases.case(comment.pk, by=by).finding
    assert finding is not None
    assert (finding.rule, finding.rule_name) == (None, "Gambling")
    assert RuleChange.objects.filter(rule=None, rule_name="Gambling", what="removed").exists()
    assert say(a_thread(), "casino again").state == State.PUBLISHED


def test_only_a_rule_that_is_on_makes_processes_read_again() -> None:
    by = a_moderator()
    before = changes.head()
    rule = a_rule(by=by, on=False)
    writing.change_rule(rule_id=rule.pk, wording=Wording("Poker", "words", "poker"), by=by)
    writing.remove_rule(rule_id=a_rule(by=by, on=False).pk, by=by)
    assert (changes.head(), Edition.objects.exists()) == (before, False)

    writing.switch_on(rule_id=rule.pk, by=by)
    first = Edition.objects.get().token
    writing.change_rule(rule_id=rule.pk, wording=Wording("Poker", "words", "roulette"), by=by)

    assert Edition.objects.get().token != first
    assert [key for _, key in changes.since(before)] == ["discussion.rules"] * 2


def test_a_rule_that_can_no_longer_be_used_stops_nobody_from_writing(caplog: Any) -> None:
    rule = a_rule("pattern", "casino")
    Rule.objects.filter(pk=rule.pk).update(value="(a")
    a_rule("words", "poker")

    assert say(a_thread(), "casino").state == State.PUBLISHED
    assert say(a_thread(), "poker").state == State.HELD
    assert "judges nothing" in caplog.text


@pytest.mark.parametrize(
    ("wording", "refusal"),
    [
        (Wording(" \u200b ", "words", "x"), RuleNameMissing),
        (Wording("x" * 81, "words", "x"), RuleNameMissing),
        (Wording("x", "spells", "x"), RuleUnknown),
        (Wording("x", "words", "x", verdict="burn"), RuleUnknown),
    ],
)
def test_a_wording_that_makes_no_rule_is_refused(wording: Wording, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        writing.cleaned(wording)


def test_there_is_a_limit_to_the_number_of_rules(monkeypatch: Any) -> None:
    monkeypatch.setattr(writing, "RULES_MAX", 1)
    a_rule()

    with pytest.raises(TooManyRules):
        a_rule()


def test_only_moderators_write_rules() -> None:
    somebody, rule = Account.objects.create_user("reader"), a_rule()

    for verb in (writing.switch_on, writing.switch_off, writing.move_up, writing.remove_rule):
        with pytest.raises(refusals.NotAModerator):
            verb(rule_id=rule.pk, by=somebody)
    with pytest.raises(refusals.NotAModerator):
        a_rule(by=somebody)
    for verb in (writing.switch_on, writing.move_up, writing.remove_rule):
        with pytest.raises(NoSuchRule):
            verb(rule_id=404, by=a_moderator())


# The dry run


def everything() -> list[Any]:
    models = (Comment, Revision, Rule, RuleChange, Finding, Edition, Thread)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_dry_run_says_what_would_have_been_caught_and_writes_nothing() -> None:
    thread = a_thread()
    many_comments(thread, roots=600)
    caught = say(thread, "The cas1no is open")
    comments.reject(comment_id=say(thread, "casino casino").pk, by=a_moderator(), reason="Rule 2")
    before, head = everything(), changes.head()

    trial = trying.dry_run(Rule(name="x", kind="words", value="casino"))

    assert (trial.looked_at, trial.caught, trial.published, trial.not_published) == (602, 2, 1, 1)
    assert trial.examples[1].comment == caught
    assert trial.examples[1].matched == "casino"
    assert trial.complete
    assert (everything(), changes.head()) == (before, head)


def test_a_dry_run_looks_at_the_latest_comments_within_a_time(monkeypatch: Any) -> None:
    thread = a_thread()
    many_comments(thread, roots=30)
    monkeypatch.setattr(trying, "COMMENTS_MAX", 20)
    monkeypatch.setattr(trying, "CHUNK", 7)
    rule = Rule(name="x", kind="pattern", value="remark")

    assert (trying.dry_run(rule).looked_at, trying.dry_run(rule).caught) == (20, 20)
    hurried = trying.dry_run(rule, seconds_max=0)
    assert (hurried.looked_at, hurried.complete) == (0, False)


def test_a_dry_run_of_rules_about_persons_and_texts_goes_by_what_was_known_then() -> None:
    thread, guest = a_thread(), a_guest()
    texts = ("First remark of mine, at length", "Second remark", "Third remark")
    for text in texts:
        say(thread, text, guest=guest)
    say(thread, texts[0], guest=a_guest())

    assert trying.dry_run(Rule(name="x", kind="new_guest")).caught == 2
    assert trying.dry_run(Rule(name="x", kind="flood", number=2, minutes=5)).caught == 1
    assert trying.dry_run(Rule(name="x", kind="repeated", number=1)).caught == 1
    assert trying.dry_run(Rule(name="x", kind="words", value="remark", newcomers_only=True)).caught == 2
    assert trying.dry_run(Rule(name="x", kind="addresses", value="192.0.2.0/24")).cannot_be_tried


# The desk


def signed_in(browser: Browser, account: Account) -> Client:
    client = browser()
    client.force_login(account)
    return client


FORM = {"name": "Gambling", "kind": "words", "value": "casino", "verdict": "hold", "told": "No games of chance."}


def test_a_rule_is_written_tried_and_switched_on_at_the_desk(browser: Browser) -> None:
    desk = signed_in(browser, a_moderator())
    a_comment(a_thread(), text="The casino <script>alert(1)</script> is open", name="<b>Ines</b>")

    tried = desk.post("/desk/discussion/rules/new/", FORM | {"do": "try"})
    nothing_yet = Rule.objects.count()
    saved = desk.post("/desk/discussion/rules/new/", FORM | {"do": "save"})
    rule = Rule.objects.get()
    desk.post(f"/desk/discussion/rules/{rule.pk}/steps/", {"do": "on"})
    page = desk.get("/desk/discussion/rules/").content.decode()

    html = tried.content.decode()
    assert (tried.status_code, nothing_yet, saved.status_code) == (200, 0, 302)
    assert "Of 1 comments it finds <strong>1</strong>" in " ".join(html.split())
    assert "<script>alert" not in html
    assert "<b>Ines" not in html
    rule.refresh_from_db()
    assert rule.switched_on_at is not None
    assert "Gambling" in page


def test_what_is_wrong_stands_beside_its_field_and_all_that_was_typed_is_there(browser: Browser) -> None:
    desk = signed_in(browser, a_moderator())

    answer = desk.post("/desk/discussion/rules/new/", FORM | {"kind": "pattern", "value": "(a", "do": "save"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "This pattern cannot be used" in html
    assert "No games of chance." in html


def test_a_policy_and_a_cool_down_are_set_at_the_desk(browser: Browser) -> None:
    desk, thread = signed_in(browser, a_moderator()), a_thread()

    desk.post("/desk/discussion/policies/site/", {"checks": "first", "slow_seconds": "30"})
    wrong = desk.post("/desk/discussion/policies/site/", {"slow_seconds": "-1"})
    desk.post(
        f"/desk/discussion/policies/{thread.key}/cool-downs/", {"do": "begin", "reason": "A row", "minutes": "30"}
    )
    page = desk.get(f"/desk/discussion/policies/{thread.key}/").content.decode()
    found = desk.get("/desk/discussion/policies/?q=ferry").content.decode()
    home = desk.get("/desk/").content.decode()
    desk.post(f"/desk/discussion/policies/{thread.key}/cool-downs/", {"do": "prolong"})
    desk.post(f"/desk/discussion/policies/{thread.key}/cool-downs/", {"do": "end"})

    assert wrong.status_code == 422
    assert "Your first comment is checked" in page
    assert "A row" in page
    assert f"/desk/discussion/policies/{thread.key}/" in found
    assert "cools down until" in home
    assert "cools down until" not in desk.get("/desk/").content.decode()
    assert desk.get("/desk/discussion/policies/section:404/").status_code == 302


@pytest.mark.parametrize(
    "address",
    ["rules/", "rules/new/", "rules/1/", "policies/", "policies/site/", "rules/1/steps/", "policies/site/cool-downs/"],
)
def test_nobody_but_moderators_sees_these_pages(browser: Browser, address: str) -> None:
    editor = Account.objects.create_user("editor", is_staff=True)

    assert browser().get(f"/desk/discussion/{address}").status_code in {302, 403, 405}
    assert signed_in(browser, editor).get(f"/desk/discussion/{address}").status_code in {302, 403, 405}
    assert signed_in(browser, editor).post(f"/desk/discussion/{address}", {"do": "on"}).status_code in {302, 403, 405}
    assert not Rule.objects.exists()
