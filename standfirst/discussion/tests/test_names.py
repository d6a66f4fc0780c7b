from html.parser import HTMLParser

import pytest

from standfirst.accounts import guests
from standfirst.accounts.models import Account
from standfirst.discussion import names, pipeline, refusals
from standfirst.discussion.comments import drafted
from standfirst.discussion.pipeline import Facts
from standfirst.kit.lookalikes import skeleton
from standfirst.testing.accounts import a_client
from standfirst.testing.discussion import a_comment, a_guest, a_moderator, a_thread


@pytest.mark.parametrize(
    "name",
    [
        "Moderator",
        "m o d e r a t o r",
        "MODERATOR!",
        "Моderator",
        "mоdеrаtоr",
        "Mοderatοr",
        "rnoderator",
        "ｍｏｄｅｒａｔｏｒ",
        "𝓜𝓸𝓭𝓮𝓻𝓪𝓽𝓸𝓻",
        "m0derator",
        "Mod\u200berator",
        "Ėditor",
        "The Editor",
        "Edltor",
        "Admin",
        "ADM1N",
    ],
)
def test_a_name_that_reads_like_the_newsroom_is_refused(name: str) -> None:
    with pytest.raises(refusals.NameTaken):
        pipeline.judge(drafted(name=name, text="Hello"), Facts(protected=frozenset(map(skeleton, names.RESERVED))))


@pytest.mark.django_db
def test_a_name_that_reads_like_a_member_of_staff_is_protected() -> None:
    moderator = a_moderator("nora")
    Account.objects.filter(pk=moderator.pk).update(display_name="Nora Lindqvist")

    protected = names.protected_skeletons()

    assert skeleton("Nora Lindqvist") in protected
    assert skeleton("Νоrа  Lіndqvіst") in protected
    assert skeleton("Nora Lind") not in protected


@pytest.mark.django_db
def test_a_reader_with_an_account_protects_no_name() -> None:
    Account.objects.create_user(username="reader", password="reader", display_name="Tom")

    assert skeleton("Tom") not in names.protected_skeletons()


@pytest.mark.django_db
def test_names_that_others_register_are_protected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_providers", [])
    names.protect(lambda: ["Ada Byron"])

    assert skeleton("Ada Byron") in names.protected_skeletons()


@pytest.mark.parametrize("name", ["Ines ✔", "✅ Ines", "★Ines", "Ines 🛡️", "Ines®", "👑"])
def test_a_name_with_a_badge_is_refused(name: str) -> None:
    with pytest.raises((refusals.NameWithBadge, refusals.NameMissing)):
        pipeline.judge(drafted(name=name, text="Hello"), Facts())


@pytest.mark.parametrize(
    "name", ["Ines", "Jean-Luc O’Neill", "李雷", "محمد", "Ольга", "Nguyễn Thị Minh", "J.", "guest", "Ines 🌊"]
)
def test_people_may_be_called_what_they_are_called(name: str) -> None:
    outcome = pipeline.judge(drafted(name=name, text="Hello"), Facts(protected=frozenset({"editor"})))

    assert outcome.hold == ""


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u200d", "\u202e", "!!!", "\u3164"])
def test_a_name_that_shows_nothing_is_no_name(name: str) -> None:
    with pytest.raises(refusals.NameMissing):
        pipeline.judge(drafted(name=name, text="Hello"), Facts())


@pytest.mark.parametrize(
    ("name", "initials"), [("Ines", "I"), ("jean-luc o’neill", "JO"), ("李雷", "李"), ("Ada B. Byron", "AB"), ("", "?")]
)
def test_initials_stand_for_a_name(name: str, initials: str) -> None:
    assert names.initials(name) == initials


def test_bidi_and_zalgo_are_taken_out_of_a_name() -> None:
    draft = drafted(name="I\u202enes" + "\u0301" * 100, text="Hello")

    assert "\u202e" not in draft.name
    assert len(draft.name) < 12


class Isolated(HTMLParser):
    """Notes each text with a name in it that nothing keeps from turning what stands around it."""

    def __init__(self, page: str, name: str) -> None:
        super().__init__()
        self.name, self.within, self.loose, self.found = name, list[tuple[str, bool]](), list[str](), 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        unseen = dict(attrs).get("class") == "hidden"  # for screen readers only
        kept = tag in {"bdi", "title", "option", "script"} or ("dir", "auto") in attrs
        self.within.append((tag, kept or unseen))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop()[0] != tag:
            pass  # elements that nobody ends, such as <input>

    def handle_data(self, data: str) -> None:
        if self.name in data:
            self.found += 1
            self.loose += [] if any(kept for _tag, kept in self.within) else [data.strip()]


@pytest.mark.django_db
def test_a_name_from_the_right_turns_nothing_around_it() -> None:
    name, moderator = "עדה כהן", a_moderator()
    thread, guest = a_thread(), a_guest()
    root = a_comment(thread, name=name, guest=guest)
    a_comment(thread, name=name, parent=root)
    reader, desk = a_client(), a_client()
    reader.cookies[guests.COOKIE] = guests.key_of(guest)
    desk.force_login(moderator)
    places = [
        (reader, f"/discussion/threads/{thread.key}/"),
        (reader, f"/discussion/comments/{root.pk}/replies/"),
        (reader, f"/discussion/comments/{root.pk}/reply/"),
        (reader, f"/discussion/comments/{root.pk}/report/"),
        (reader, f"/discussion/comments/{root.pk}/follow/"),
        (reader, "/discussion/mine/"),
        (desk, f"/desk/discussion/comments/{root.pk}/?list=latest"),
    ]

    read = {path: Isolated(client.get(path).content.decode(), name) for client, path in places}

    assert {path: page.loose for path, page in read.items() if page.loose} == {}
    assert all(page.found for page in read.values())
