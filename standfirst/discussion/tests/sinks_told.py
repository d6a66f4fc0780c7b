"""Where comments are told of besides their thread: feeds, letters, the front page, questions, files, the desk."""

import itertools
from collections.abc import Iterator

from standfirst.accounts import guests
from standfirst.discussion import comments
from standfirst.discussion.following import letters
from standfirst.discussion.models import Comment, Follow, Follower, Notice, Question, Report, Thread
from standfirst.discussion.moderating import appeals, bans, picks, reports
from standfirst.discussion.rules import writing
from standfirst.discussion.rules.writing import Wording
from standfirst.discussion.tests.sinks import published
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.mail import enclosures
from standfirst.testing.discussion import a_held_comment, a_thread
from standfirst.testing.following import a_follower
from standfirst.testing.questions import a_question, an_answer
from standfirst.testing.sinks import Kind, Said, sink, way_in

_numbers = itertools.count(1)
FOLLOWER = "ada@readers.test"


def plainly(said: Said, thread: Thread | None = None) -> Comment:
    """Have a guest say something harmless."""
    where = thread or said.thread
    text = f"Harmless is {next(_numbers)} here."
    return comments.post(thread_key=where.key, name="Ines", text=text, guest=guests.welcome()).comment


def as_stored(payload: str) -> str:
    """What is left of it in any field of the desk: no database keeps the rest."""
    return payload.encode("utf-8", "ignore").decode().replace("\0", "")


@way_in("in a story's headline, and asked of its readers")
def ask(said: Said, payload: str) -> None:
    words = f"{next(_numbers)} {as_stored(payload)[:200]}"
    question = a_question(a_thread(title=words), words, words)
    said.comments.append(an_answer(question, text=f"Harmless is {next(_numbers)} here.", guest=guests.welcome()))


@way_in("told to moderators, and by them")
def tell_moderators(said: Said, payload: str) -> None:
    reported, waiting = plainly(said), a_held_comment(said.thread, guest=guests.welcome())
    said.comments += [reported, waiting]
    by = said.moderator
    try:
        reports.report(comment_id=reported.pk, reason=Report.Reason.OTHER, words=payload)
        appeals.appeal(comment_id=waiting.pk, guest=waiting.guest, words=f"{payload} x")
        bans.ban_author(comment_id=waiting.pk, by=by, target="guest", reason=f"{payload} x", days=1)
    except Refusal:
        pass  # says nothing, or too much
    picks.summarise(thread_key=said.thread.key, by=by, text=f"{payload} x"[: picks.SUMMARY_LENGTH_MAX])
    try:
        rule = writing.write_rule(wording=writing.cleaned(Wording(f"{payload} x"[:60], "words", f"{payload} x")), by=by)
        writing.switch_on(rule_id=rule.pk, by=by)
    except Refusal:
        pass


def of_these(said: Said) -> list[Thread]:
    return list(Thread.objects.filter(comments__in=[each.pk for each in said.comments]).distinct())


@sink("feeds of comments", Kind.XML)
def feeds(said: Said) -> Iterator[str]:
    for base in ["/discussion/feed/", *(f"/discussion/threads/{each.key}/feed/" for each in of_these(said)[-60:])]:
        yield said.read(base)
        yield said.read(f"{base}atom/")


@sink("feeds of comments as JSON", Kind.JSON)
def json_feeds(said: Said) -> Iterator[str]:
    for base in ["/discussion/feed/", *(f"/discussion/threads/{each.key}/feed/" for each in of_these(said)[-60:])]:
        yield said.read(f"{base}json/")


def told(said: Said) -> Iterator[tuple[Comment, Follow, enclosures.Enclosure]]:
    """Every letter about one of the comments, as it would be sent."""
    for thread in of_these(said):
        follow = a_follower(thread, FOLLOWER).follows.get(thread=thread)
        for comment in thread.comments.filter(state="published"):
            Notice.objects.get_or_create(
                comment=comment, follower=follow.follower, defaults={"follow": follow, "due_at": clock.now()}
            )
            reference = f"{comment.pk}:{follow.follower_id}"
            yield comment, follow, enclosures.build(letters.TOLD_KIND, reference, FOLLOWER)
    Notice.objects.update(letter_key="together")
    if Notice.objects.exists():
        yield comment, follow, enclosures.build(letters.TOGETHER_KIND, "together", FOLLOWER)
    Follower.objects.filter(address=FOLLOWER).delete()


def leads_nowhere(said: Said, letter: str) -> None:
    """A letter has no address that a commenter typed; a headline is the newsroom's, and may have one."""
    assert "e.example" not in letter or any("e.example" in each.title for each in of_these(said))


@sink("letters as HTML", Kind.HTML)
def letters_html(said: Said) -> Iterator[str]:
    for _comment, _follow, letter in told(said):
        leads_nowhere(said, letter.words["html"])
        assert "<img" not in letter.words["html"]
        yield letter.words["html"]


@sink("letters as text", Kind.TEXT)
def letters_text(said: Said) -> Iterator[str]:
    for _comment, _follow, letter in told(said):
        leads_nowhere(said, letter.words["text"])
        yield letter.words["text"]


@sink("headers of letters", Kind.LINE)
def headers(said: Said) -> Iterator[str]:
    for comment, follow, letter in told(said):
        yield letters.subject_of(comment, follow.what)
        yield from letter.headers.values()


@sink("what was said last, on the front page", Kind.HTML)
def front(said: Said) -> Iterator[str]:
    yield said.read("/")


@sink("the story's page at a comment, with what other sites are told of it", Kind.HTML)
def story(said: Said) -> Iterator[str]:
    for comment in published(said)[-3:]:
        yield said.read(f"{said.thread.url}?comment={comment.pk}")


@sink("questions beside the text", Kind.HTML)
def questions(said: Said) -> Iterator[str]:
    for asked in Question.objects.filter(thread__in=of_these(said)).select_related("thread"):
        yield said.read(f"/discussion/threads/{asked.thread.key}/")
        yield said.read(f"/discussion/threads/{asked.thread.key}/questions/{asked.mark}/")


@sink("what a person can do about a comment", Kind.HTML)
def about(said: Said) -> Iterator[str]:
    for comment in published(said)[:20]:
        yield said.read(f"/discussion/comments/{comment.pk}/report/")
        yield said.read(f"/discussion/comments/{comment.pk}/follow/")


@sink("everything of one's own as a file", Kind.JSON)
def exports(said: Said) -> Iterator[str]:
    for comment in said.comments[::4]:
        if comment.guest is not None:
            client = said.reader(comment.guest)
            answer = client.get("/discussion/mine/export/")
            assert "attachment" in answer.headers["Content-Disposition"]
            assert answer.headers["Content-Type"].startswith("application/json")
            yield answer.content.decode()


@sink("the page of one's own comments", Kind.HTML)
def mine(said: Said) -> Iterator[str]:
    for comment in said.comments[::4]:
        if comment.guest is not None:
            yield said.read("/discussion/mine/", said.reader(comment.guest))


@sink("the desk's lists, bans, rules and questions", Kind.HTML)
def desk(said: Said) -> Iterator[str]:
    client = said.at_the_desk()
    for listed in ("held", "reported", "appeals", "latest"):
        yield said.read(f"/desk/discussion/?list={listed}", client)
    for page in ("bans", "rules", "policies", "house", "questions"):
        yield said.read(f"/desk/discussion/{page}/", client)
    for asked in Question.objects.filter(thread__in=of_these(said)):
        yield said.read(f"/desk/discussion/questions/{asked.pk}/", client)
    for rule in writing.all_rules()[:20]:
        yield said.read(f"/desk/discussion/rules/{rule.pk}/", client)
