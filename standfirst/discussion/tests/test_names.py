import pytest

from standfirst.accounts.models import Account
from standfirst.discussion import names, pipeline, refusals
from standfirst.discussion.comments import drafted
from standfirst.discussion.pipeline import Facts
from standfirst.kit.lookalikes import skeleton
from standfirst.testing.discussion import a_moderator


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
