"""The postman, against a real SMTP server on loopback."""

import logging
import threading
from collections.abc import Iterator
from email.policy import SMTP

import pytest

from standfirst.mail import composing, enclosures, house, outbox, postman
from standfirst.mail.models import Letter
from standfirst.testing.funding import together, wait_until
from standfirst.testing.mail import MailServer, a_mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[MailServer]:
    with a_mail_server() as running:
        yield running


def a_letter(key: str = "fact:1", **wishes) -> Letter:
    return outbox.put(**{"key": key, "to": "ada@example.org", "subject": "Thänk you", "text": "Hello.\n"} | wishes)


def test_a_letter_arrives_with_both_parts_its_headers_and_the_houses_name(server: MailServer, monkeypatch) -> None:
    monkeypatch.setattr(house, "_speakers", [lambda: house.House("The “Courier”", "desk@courier.example")])
    a_letter(html="<p>Hello.</p>", headers={"List-Unsubscribe": "<https://example.org/stop/1>"})

    done = postman.deliver()

    letter = server.letters[0]
    assert (done, server.recipients) == (1, ["ada@example.org"])
    assert (letter["Subject"], letter["To"]) == ("Thänk you", "ada@example.org")
    assert letter["From"].addresses[0].display_name == "The “Courier”"
    assert letter["Reply-To"] == "desk@courier.example"
    assert letter["List-Unsubscribe"] == "<https://example.org/stop/1>"
    assert letter.get_body(("plain",)).get_content().strip() == "Hello."
    assert "<p>Hello.</p>" in letter.get_body(("html",)).get_content()
    assert Letter.objects.get().state == "sent"


def test_a_long_link_in_a_header_stays_whole_so_that_mail_programs_find_it() -> None:
    link = f"<https://example.org/stops/{'a1' * 60}/>"
    letter = a_letter(html="<p>Hello.</p>", headers={"List-Unsubscribe": link})

    raw = postman.message_of(letter, enclosures.Enclosure(), house.house()).message(policy=SMTP).as_bytes()

    assert f"\r\nList-Unsubscribe: {link}\r\n".encode() in raw


def test_attachments_and_words_are_made_at_sending_and_lie_nowhere(server: MailServer, monkeypatch) -> None:
    monkeypatch.setattr(enclosures, "_builders", {})
    paper = enclosures.Attachment("paper.pdf", b"%PDF-1.7", "application/pdf")
    enclosures.register("paper", lambda ref, to: enclosures.Enclosure((paper,), {"link": f"https://x/{ref}/secret"}))
    a_letter(kind="paper", reference="77", text="Here: %%link%%", html="<a href='%%link%%'>here</a>")

    postman.deliver()

    letter = server.letters[0]
    assert "https://x/77/secret" in letter.get_body(("plain",)).get_content()
    assert "https://x/77/secret" in letter.get_body(("html",)).get_content()
    assert [(each.get_filename(), each.get_content()) for each in letter.iter_attachments()] == [
        ("paper.pdf", b"%PDF-1.7")
    ]
    assert "secret" not in str(Letter.objects.values())


def test_a_letter_without_a_point_is_dropped_and_its_address_forgotten(server: MailServer, monkeypatch) -> None:
    monkeypatch.setattr(enclosures, "_builders", {})

    def nothing(reference: str, to: str) -> enclosures.Enclosure:
        raise enclosures.NothingToSend

    enclosures.register("maybe", nothing)
    a_letter(kind="maybe")

    postman.deliver()

    letter = Letter.objects.get()
    assert (server.letters, letter.state, letter.to) == ([], "dropped", "")


@pytest.mark.parametrize(
    ("answer", "state"), [("550 no such user", "given_up"), ("451 greylisted, come again", "waiting")]
)
def test_a_recipient_refused_for_good_is_given_up_and_one_for_now_is_tried_again(
    server: MailServer, answer: str, state: str
) -> None:
    server.refuse_recipient = answer
    a_letter()
    a_letter("fact:2")

    postman.deliver()

    letters = Letter.objects.all()
    assert [letter.state for letter in letters] == [state, state]
    assert all(letter.tries == 1 and answer[:3] in letter.error for letter in letters)
    assert not any("example.org" in letter.error for letter in letters)


def test_a_letter_that_the_server_dislikes_does_not_hold_up_the_next(server: MailServer) -> None:
    a_letter()
    server.refuse_letter = "554 looks like spam"
    postman.deliver()
    server.refuse_letter = ""
    a_letter("fact:2")

    assert postman.deliver() == 1
    assert [letter.state for letter in Letter.objects.order_by("pk")] == ["waiting", "sent"]


def test_a_server_that_is_away_costs_one_try_and_everything_is_sent_when_it_is_back(settings) -> None:
    with a_mail_server():
        pass  # its port is free now
    options = {"host": "127.0.0.1", "port": 9, "timeout": 1}
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    for number in range(3):
        a_letter(f"fact:{number}")

    away = postman.deliver()
    tries = sorted(Letter.objects.values_list("tries", flat=True))
    with a_mail_server() as server:
        back = postman.deliver()
        Letter.objects.filter(state="waiting").update(next_try_at="2020-01-01T00:00Z")
        late = postman.deliver()

    assert (away, tries) == (0, [0, 0, 1])
    assert (back, late, len(server.letters)) == (2, 1, 3)


def test_a_mistake_of_ours_is_the_letters_trouble_alone_and_no_address_is_logged(server, monkeypatch, caplog) -> None:
    monkeypatch.setattr(enclosures, "_builders", {})

    def broken(reference: str, to: str) -> enclosures.Enclosure:
        raise ValueError(f"cannot write to {to}")

    enclosures.register("broken", broken)
    a_letter(kind="broken")
    a_letter("fact:2", kind="unheard-of")
    a_letter("fact:3")

    with caplog.at_level(logging.DEBUG):
        done = postman.deliver()

    assert done == 1
    assert list(Letter.objects.order_by("pk").values_list("error", flat=True)) == ["ValueError", "KeyError", ""]
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("standfirst"))
    assert "letter fact:1: ValueError" in ours
    assert "ada@" not in ours


def test_the_same_letter_sent_again_has_the_same_message_id() -> None:
    assert postman.message_id("fact:1") == postman.message_id("fact:1") != postman.message_id("fact:2")


@pytest.mark.django_db(transaction=True)
def test_several_postmen_send_each_letter_once(server: MailServer) -> None:
    for number in range(20):
        a_letter(f"fact:{number}")

    done = together([postman.deliver] * 4)

    assert sum(done) == 20
    assert len({letter["Message-ID"] for letter in server.letters}) == len(server.letters) == 20


@pytest.mark.django_db(transaction=True)
def test_the_thread_delivers_and_ends_when_told(server: MailServer, monkeypatch) -> None:
    monkeypatch.setattr(postman, "LOOK_EVERY_SECONDS", 0.01)
    stop = threading.Event()
    thread = postman.start(stop)
    a_letter()

    wait_until(lambda: server.letters)
    stop.set()
    thread.join(5)

    assert not thread.is_alive()


def test_words_are_the_same_in_both_parts_and_hostile_ones_are_text_in_html() -> None:
    hostile = "<script>alert(1)</script>"
    sheet = composing.Sheet(
        heading="Thank you",
        paragraphs=(f"Dear {hostile},",),
        figures=(("Amount", "$25"),),
        action=("Your page", "https://example.org/me/"),
        small=("Small print",),
    )

    made = composing.composed(sheet)

    assert hostile in made["text"]
    assert "<script>" not in made["html"]
    for said in ("Amount", "$25", "https://example.org/me/", "Small print"):
        assert said in made["text"]
        assert said in made["html"]
