"""What followers read: plain words, nothing of the commenter's making, in the house's style. Through a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine

from standfirst.discussion.following import excerpt, telling
from standfirst.discussion.models import Comment, Follow, Thread
from standfirst.kit import clock
from standfirst.mail import house, postman
from standfirst.mail.models import Letter
from standfirst.testing.discussion import a_comment, a_guest, a_thread
from standfirst.testing.following import a_follower, hear, tell
from standfirst.testing.letters import words_of
from standfirst.testing.mail import MailServer, a_mail_server

pytestmark = pytest.mark.django_db
ADA = "ada@readers.test"
ATTACKS = (
    '<script>alert(1)</script><img src="https://evil.test/a.png">',
    "[click here](https://evil.test/x) and ![](https://evil.test/a.png)",
    "see www.evil.test or evil.test/path, mail me@evil.test; http://evil.test",
    "javascript:alert(1) data:text/html,evil.test",
    "%%html%% %%text%% %%link%% evil.test",
    "Words.\r\n.\r\nBcc: victim@evil.test\r\n\r\nevil.test",
    "\u202etset.live\u202c <a href='//evil.test'>evil.test</a>",
)


@pytest.fixture(autouse=True)
def _the_log_is_heard_from_here(db: None) -> None:
    hear()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    monkeypatch.setattr(house, "_speakers", [lambda: house.House("The Courier", "desk@courier.test")])
    with a_mail_server() as running:
        yield running


class Page(HTMLParser):
    """The addresses and the elements of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "background", "action"}]


def html_of(letter: EmailMessage) -> str:
    return str(letter.get_body(("html",)).get_content())


def mailed(server: MailServer, comment: Comment | None = None) -> EmailMessage:
    tell()
    telling.send_together()
    postman.deliver()
    return server.letters[-1]


def a_followed_thread(**wishes: Any) -> Thread:
    thread = a_thread(**wishes)
    a_follower(thread, ADA)
    return thread


def test_a_letter_quotes_the_comment_and_says_when_where_and_how_to_end_it(server: MailServer) -> None:
    thread = a_followed_thread(title="The ferry returns")
    with time_machine.travel(datetime(2026, 11, 27, 16, 5, tzinfo=UTC)):
        Follow.objects.update(confirmed_at=clock.now())
        comment = a_comment(thread, name="Ines", text="Well *said*, & true.\n\nAnd late.")
        letter = mailed(server)

    text, page = words_of(letter), Page(html_of(letter))
    assert letter["Subject"] == "New comment: The ferry returns"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["From"].addresses[0].display_name == "The Courier"
    assert "Ines wrote on Nov. 27, 2026, 4:05 p.m.:" in text
    assert "> Well said, & true.\r\n> And late." in text
    assert f"{thread.url}?comment={comment.pk}#comment-{comment.pk}" in text
    assert any(link.endswith(f"?comment={comment.pk}#comment-{comment.pk}") for link in page.links)
    assert "Unfollow: http" in text


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_the_commenters_making_leads_away_or_is_shown_as_a_picture(server: MailServer, attack: str) -> None:
    thread, guest = a_thread(), a_guest()
    a_follower(thread, ADA)
    a_follower(thread, "daily@readers.test", delivery="hourly")
    comment = a_comment(thread, guest=guest, text=attack)
    Comment.objects.filter(pk=comment.pk).update(name=f"evil.test {attack}"[:60])
    tell()
    with time_machine.travel(datetime.now(tz=UTC).replace(year=2030)):
        telling.send_together()
        postman.deliver()

    assert len(server.letters) == 2
    for letter in server.letters:
        page, text = Page(html_of(letter)), words_of(letter)
        ours = [link for link in page.links if link.startswith("http://127.0.0.1:8000/")]
        assert ours == page.links
        assert not {"img", "script", "iframe", "form", "input"} & page.tags
        assert "evil.test" not in text + html_of(letter)
        assert letter["Bcc"] is None
        assert letter["To"] in {ADA, "daily@readers.test"}


@pytest.mark.parametrize("title", ["Fog\r\nBcc: victim@evil.test", "Fog\u2028Bcc: v", "x" * 300, "Käse & “Brot” 🧀"])
def test_a_title_cannot_forge_a_header(server: MailServer, title: str) -> None:
    thread = a_followed_thread()
    Thread.objects.filter(pk=thread.pk).update(title=title)
    a_comment(thread)

    letter = mailed(server)

    assert letter["Bcc"] is None
    assert len(letter.get_all("To")) == 1
    assert str(letter["Subject"]).startswith("New comment: ")


def test_several_comments_stand_under_their_stories_in_one_letter(server: MailServer) -> None:
    first, second = a_thread(title="The ferry returns"), a_thread(title="The school keeps its hall")
    with time_machine.travel(datetime(2026, 11, 27, 9, 20, tzinfo=UTC), tick=False) as traveller:
        for thread in (first, second):
            a_follower(thread, ADA, delivery="hourly")
        a_comment(first, text="One is said here.")
        a_comment(second, text="Two is said there.")
        a_comment(first, text="Three is said again.")
        tell()
        traveller.shift(3_600)
        letter = mailed(server)

    text = words_of(letter)
    assert [each["Subject"] for each in server.letters if "New comments" in each["Subject"]] == [
        "New comments on The Courier"
    ]
    assert text.index("The ferry returns") < text.index("One is") < text.index("Three is") < text.index("The school")
    assert text.count("The ferry returns") == 1
    assert "/discussion/following/stops/" in letter["List-Unsubscribe"]


def test_the_newest_wording_is_mailed(server: MailServer) -> None:
    thread = a_followed_thread()
    comment = a_comment(thread)
    tell()
    Comment.objects.filter(pk=comment.pk).update(html="<p>Put better.</p>")
    postman.deliver()

    assert "> Put better." in words_of(server.letters[-1])
    assert "Put better" not in str(Letter.objects.values())


def test_a_letter_is_in_the_language_in_which_it_was_asked_for(server: MailServer) -> None:
    thread = a_thread()
    follower = a_follower(thread, ADA)
    type(follower).objects.update(language="de")
    with time_machine.travel(datetime(2026, 11, 27, 16, 5, tzinfo=UTC)):
        Follow.objects.update(confirmed_at=clock.now())
        a_comment(thread)
        letter = mailed(server)

    assert "27. November 2026" in words_of(letter)
    assert '<html lang="de"' in html_of(letter)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("It is 3.14 or e.g. z.B. that, 10.5. And so.", "It is 3.14 or e.g. z.B. that, 10.5. And so."),
        ("(see evil.test/a?b=c).", "(see [link])."),
        ("EVIL.TEST", "[link]"),
        ("ev｡il．test", "[link]"),
        ("пример.рф", "[link]"),
        ("你好。我们明天再来。", "你好。我们明天再来。"),
    ],
)
def test_what_reads_like_the_name_of_a_host_is_taken_out_and_nothing_else(words: str, kept: str) -> None:
    assert excerpt.without_links(words) == kept


def test_a_long_comment_is_cut_at_a_word_and_a_monster_takes_no_time() -> None:
    long = excerpt.of(f"<p>{'word ' * 2_000}</p>")
    monster = excerpt.of(f"<p>{'a.' * 200_000}@{'x' * 200_000}</p>")

    assert (len(long) <= excerpt.LENGTH_MAX + 1, long[-5:]) == (True, "word…")
    assert len(monster) <= excerpt.LENGTH_MAX + 1
