"""Signing in with a code: who gets in, who does not, and what nobody learns by trying."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.test import Client

from standfirst.accounts import codes, mailboxes, readers, signing_in
from standfirst.accounts.models import Account, Code
from standfirst.kit import clock
from standfirst.mail import enclosures
from standfirst.mail.models import Letter
from standfirst.testing.accounts import a_client, a_reader, code_for, newest_code, signs_in
from standfirst.testing.discussion import a_moderator

pytestmark = pytest.mark.django_db


def who(client: Client) -> Account | None:
    """Return the reader that a browser is signed in as, as the pages of an account see it."""
    answer = client.get("/account/")
    return answer.context["account"] if answer.status_code == 200 and "address" in answer.context else None


def test_a_mailed_code_makes_an_account_and_the_next_one_opens_it() -> None:
    first, second = a_client(), a_client()

    signs_in(first, "ines@mail.test")
    signs_in(second, "ines@mail.test")

    account = Account.objects.get(email="ines@mail.test")
    assert who(first) == who(second) == account
    assert not account.has_usable_password()
    assert mailboxes.address_of(account) == "ines@mail.test"


def test_a_new_account_is_asked_for_its_name_and_led_on_to_where_it_came_from() -> None:
    client = a_client()
    client.post("/account/sign-in/", {"email": "ines@mail.test", "next": "/2026/11/ferry/"})

    answer = client.post("/account/code/", {"code": code_for("ines@mail.test")})
    named = client.post("/account/name/", {"name": "Ines", "next": "/2026/11/ferry/"})

    assert answer["Location"] == "/account/?next=%2F2026%2F11%2Fferry%2F"
    assert named["Location"] == "/2026/11/ferry/"
    assert Account.objects.get().display_name == "Ines"


def test_nobody_learns_by_asking_for_a_code_whether_there_is_an_account() -> None:
    a_reader(email="known@mail.test")
    a_moderator("staff")
    Account.objects.filter(username="staff").update(email="staff@mail.test")

    def answer(email: str) -> tuple[int, str, bytes]:
        client = a_client()
        asked = client.post("/account/sign-in/", {"email": email})
        page = client.get(asked["Location"]).content
        wrong = client.post("/account/code/", {"code": "BBBB-BBBB"}).content
        return asked.status_code, asked["Location"], (page + wrong).replace(email.encode(), b"")

    assert answer("known@mail.test") == answer("nobody@mail.test") == answer("staff@mail.test")
    assert Letter.objects.filter(kind=codes.KIND).count() == 3


def test_a_code_opens_nothing_in_another_browser() -> None:
    victim, thief = a_client(), a_client()
    victim.post("/account/sign-in/", {"email": "ines@mail.test"})
    talked_out_of = code_for("ines@mail.test")

    answer = thief.post("/account/code/", {"code": talked_out_of})

    assert answer["Location"].startswith("/account/sign-in/")
    assert who(thief) is None


@pytest.mark.parametrize("cookie", ["", "x", "eyJpZCI6IjEifQ:1:x"])
def test_a_forged_cookie_of_a_code_is_none(cookie: str) -> None:
    client = a_client()
    client.cookies["sf_code"] = cookie

    assert client.get("/account/code/")["Location"].startswith("/account/sign-in/")


def test_a_code_works_once_within_its_time_and_in_any_writing() -> None:
    client = a_client()
    client.post("/account/sign-in/", {"email": "ines@mail.test"})
    said = code_for("ines@mail.test")

    assert client.post("/account/code/", {"code": f" {said.lower().replace('-', ' ')} "}).status_code == 302
    used = newest_code("ines@mail.test")
    with pytest.raises(codes.CodeSpent):
        codes.redeem(code_id=used.pk.hex, typed=said, purposes=("sign_in",))


def test_a_code_that_is_too_old_opens_nothing_and_is_not_sent_any_more() -> None:
    code = codes.send(address="ines@mail.test", purpose="sign_in")
    said = code_for("ines@mail.test")

    with time_machine.travel(clock.now() + codes.AGE_MAX + timedelta(seconds=1), tick=False):
        with pytest.raises(codes.CodeSpent):
            codes.redeem(code_id=code.pk.hex, typed=said, purposes=("sign_in",))
        with pytest.raises(enclosures.NothingToSend):
            codes.enclose(code.pk.hex, "ines@mail.test")


def test_a_code_that_was_guessed_at_five_times_opens_nothing_even_if_it_is_right_then() -> None:
    code = codes.send(address="ines@mail.test", purpose="sign_in")
    for _try in range(codes.TRIES_MAX):
        with pytest.raises(codes.CodeWrong):
            codes.redeem(code_id=code.pk.hex, typed="BBBB-BBBB", purposes=("sign_in",))

    with pytest.raises(codes.CodeSpent):
        codes.redeem(code_id=code.pk.hex, typed=code_for("ines@mail.test"), purposes=("sign_in",))


def test_a_code_for_one_purpose_serves_no_other() -> None:
    reader = a_reader()
    code = codes.send(address="new@mail.test", purpose="new_address", account=reader)

    with pytest.raises(codes.CodeSpent):
        codes.redeem(code_id=code.pk.hex, typed=code_for("new@mail.test"), purposes=("sign_in",))


def test_what_a_code_says_lies_in_no_table() -> None:
    code = codes.send(address="ines@mail.test", purpose="sign_in")
    said = code_for("ines@mail.test")
    letter = Letter.objects.get(reference=code.pk.hex)

    kept = " ".join([letter.subject, letter.text, letter.html, str(letter.headers), *map(str, vars(code).values())])

    assert said not in kept
    assert said.replace("-", "") not in kept


def test_a_mailbox_is_not_flooded_and_a_household_asks_so_often_only() -> None:
    client = a_client()
    for _ask in range(codes.TO_AN_ADDRESS_MAX):
        assert client.post("/account/sign-in/", {"email": "ines@mail.test"}).status_code == 303

    refused = client.post("/account/sign-in/", {"email": "Ines@Mail.test"})
    for number in range(codes.FROM_A_HOUSEHOLD_MAX - codes.TO_AN_ADDRESS_MAX):
        client.post("/account/sign-in/", {"email": f"other{number}@mail.test"})
    from_there = client.post(
        "/account/sign-in/", {"email": "another@mail.test"}, headers={"X-Forwarded-For": "9.9.9.9"}
    )

    assert (refused.status_code, from_there.status_code) == (429, 429)
    assert Code.objects.count() == codes.FROM_A_HOUSEHOLD_MAX


@pytest.mark.parametrize("written", ["INES@MAIL.TEST", " ines@mail.test ", "Ines@Mail.Test", "ines@ｍａｉｌ.test"])
def test_an_address_in_other_letters_is_the_same_account(written: str) -> None:
    account = a_reader(email="ines@mail.test")
    client = a_client()

    client.post("/account/sign-in/", {"email": written})
    client.post("/account/code/", {"code": code_for("ines@mail.test")})

    assert who(client) == account


@pytest.mark.parametrize(
    "other", ["ines+news@mail.test", "i.nes@mail.test", "ines@mail.test.evil.test", "ines@xn--mil-6cd.test"]
)
def test_an_address_with_an_alias_or_dots_is_another_mailbox_and_opens_its_own_account_only(other: str) -> None:
    account = a_reader(email="ines@mail.test")
    client = a_client()

    signs_in(client, other)

    assert who(client) not in {None, account}
    assert mailboxes.address_of(account) == "ines@mail.test"


@pytest.mark.parametrize(
    "written",
    ["ınes@mail.test", "inеs@mail.test", "ines@mail.test\r\nBcc: x@y.test", "ines@", "a" * 300 + "@b.test", ""],
)
def test_an_address_that_only_looks_like_one_is_refused(written: str) -> None:
    answer = a_client().post("/account/sign-in/", {"email": written})

    assert answer.status_code == 422
    assert not Code.objects.exists()


def test_an_account_made_by_an_unproven_address_is_not_waiting_for_its_owner() -> None:
    # Somebody asks for a code with a victim's address, and cannot read it: there is no account to take over later.
    attacker = a_client()
    attacker.post("/account/sign-in/", {"email": "victim@mail.test"})
    attacker.post("/account/code/", {"code": "BBBB-BBBB"})

    assert not Account.objects.exists()
    assert not EmailAddress.objects.exists()


def test_an_unproven_address_of_another_account_opens_nothing() -> None:
    planted = a_reader(email="attacker@mail.test")
    EmailAddress.objects.create(user=planted, email="victim@mail.test", verified=False)
    Account.objects.filter(pk=planted.pk).update(email="victim@mail.test")
    client = a_client()

    signs_in(client, "victim@mail.test")

    assert who(client) != planted
    assert mailboxes.owner("victim@mail.test") == who(client)


@pytest.mark.parametrize(
    "then",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test/",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "\t//evil.test",
        "",
    ],
)
def test_nobody_is_led_to_another_site(then: str) -> None:
    client = a_client()
    a_reader(email="ines@mail.test")
    client.post("/account/sign-in/", {"email": "ines@mail.test", "next": then})

    answer = client.post("/account/code/", {"code": code_for("ines@mail.test")})

    assert answer["Location"] == "/account/"
    signed_in = client.get("/account/sign-in/", {"next": then})
    assert signed_in["Location"] == "/account/"


def test_a_session_that_was_planted_is_worth_nothing_after_signing_in() -> None:
    client = a_client()
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted

    signs_in(client, "ines@mail.test")

    assert client.cookies["sessionid"].value != planted
    thief = a_client()
    thief.cookies["sessionid"] = planted
    assert who(thief) is None


def test_a_sign_in_tells_the_browser_that_somebody_is_here_and_not_who() -> None:
    client = a_client()
    signs_in(client, "ines@mail.test")

    assert client.cookies[readers.HERE_COOKIE].value == "1"
    assert client.cookies["sessionid"]["httponly"]
    client.post("/account/sign-out/")
    assert client.cookies[readers.HERE_COOKIE].value == ""
    assert who(client) is None


def test_staff_have_no_way_in_but_the_desk() -> None:
    moderator = a_moderator("nora")
    mailboxes.prove("nora@mail.test", moderator)
    client = a_client()
    client.post("/account/sign-in/", {"email": "nora@mail.test"})

    answer = client.post("/account/code/", {"code": code_for("nora@mail.test")})

    assert answer.status_code == 403
    assert answer["X-Refusal"] == "accounts.staff_at_the_desk"
    assert client.get("/desk/").status_code == 302


def test_a_reader_who_joins_the_newsroom_is_signed_out_and_not_let_into_the_desk() -> None:
    reader = a_reader()
    client = a_client(reader)
    assert who(client) == reader

    reader.groups.add(Group.objects.get(name="Moderators"))

    assert who(client) is None
    assert "/desk/login/" in client.get("/desk/")["Location"]


def test_a_readers_session_does_not_open_the_desk_nor_does_any_password() -> None:
    reader = a_reader()
    client = a_client(reader)

    inside = client.get("/desk/")
    signed_in = client.post("/desk/login/", {"username": reader.username, "password": ""})

    assert "/desk/login/" in inside["Location"]
    assert signed_in.status_code != 302


def test_staff_sign_in_on_the_desk_as_before() -> None:
    a_moderator("nora")
    client = Client(headers={"Host": "127.0.0.1", "Sec-Fetch-Site": "same-origin"})

    answer = client.post("/desk/login/", {"username": "nora", "password": "nora"})

    assert answer["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200
    assert b"newsroom" in client.get("/account/").content


def test_a_closed_account_is_not_opened_by_a_code() -> None:
    reader = a_reader(email="ines@mail.test")
    Account.objects.filter(pk=reader.pk).update(is_active=False)
    client = a_client()
    client.post("/account/sign-in/", {"email": "ines@mail.test"})

    assert client.post("/account/code/", {"code": code_for("ines@mail.test")}).status_code == 403


def test_an_address_changes_only_once_a_code_from_the_new_one_is_typed_in_and_the_old_one_is_told() -> None:
    reader = a_reader(email="old@mail.test")
    client = a_client(reader)

    client.post("/account/address/", {"email": "new@mail.test"})
    assert mailboxes.address_of(reader) == "old@mail.test"
    client.post("/account/code/", {"code": code_for("new@mail.test")})

    assert mailboxes.address_of(reader) == "new@mail.test"
    assert mailboxes.owner("old@mail.test") is None
    assert Letter.objects.filter(to="old@mail.test", kind="").exists()


def test_an_address_that_is_anothers_is_not_taken_over() -> None:
    other, reader = a_reader(email="other@mail.test"), a_reader(email="mine@mail.test")
    client = a_client(reader)

    client.post("/account/address/", {"email": "other@mail.test"})
    answer = client.post("/account/code/", {"code": code_for("other@mail.test")})

    assert answer.status_code == 409
    assert mailboxes.owner("other@mail.test") == other
    assert mailboxes.address_of(reader) == "mine@mail.test"


def test_a_code_to_change_an_address_does_nothing_for_whoever_is_signed_in_by_then() -> None:
    first, second = a_reader(email="first@mail.test"), a_reader(email="second@mail.test")
    client = a_client(first)
    client.post("/account/address/", {"email": "new@mail.test"})
    client.force_login(second, backend="standfirst.accounts.backends.ReaderBackend")

    answer = client.post("/account/code/", {"code": code_for("new@mail.test")})

    assert answer.status_code == 410
    assert mailboxes.owner("new@mail.test") is None


def test_after_a_while_something_important_asks_for_a_code_first() -> None:
    reader = a_reader(email="ines@mail.test")
    client = a_client(reader)
    session = client.session
    session["sure_at"] = 0
    session.save()

    asked = client.get("/account/address/")
    assert asked["Location"] == "/account/sure/?next=%2Faccount%2Faddress%2F"
    client.post("/account/sure/", {"next": "/account/address/"})
    answer = client.post("/account/code/", {"code": code_for("ines@mail.test")})

    assert answer["Location"] == "/account/address/"
    assert client.get("/account/address/").status_code == 200


def test_another_site_signs_nobody_in_or_out() -> None:
    client = a_client(a_reader())
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}

    for path in (
        "/account/sign-out/",
        "/account/sign-in/",
        "/account/name/",
        "/account/code/",
        "/account/passkeys/sign-in/",
    ):
        answer = client.post(path, {"name": "x", "email": "x@mail.test"}, headers=foreign)
        assert (answer.status_code, answer["X-Refusal"]) == (403, "web.foreign_write")
    assert who(client) is not None


def test_a_get_or_a_head_of_any_page_of_an_account_changes_nothing() -> None:
    reader = a_reader(email="ines@mail.test")
    client = a_client(reader)
    client.post("/account/sign-in/", {"email": "ines@mail.test"})
    before = [list(model.objects.values()) for model in (Account, Code, Letter, EmailAddress)]

    for (
        path
    ) in "/account/ /account/sign-in/ /account/code/ /account/sign-out/ /account/name/ /account/address/".split():
        client.get(path)
        client.head(path)

    assert [list(model.objects.values()) for model in (Account, Code, Letter, EmailAddress)] == before


def test_every_page_of_an_account_is_personal_and_carries_no_inline_script() -> None:
    client = a_client(a_reader())
    for path in ("/account/", "/account/address/", "/account/passkeys/", "/account/me/", "/discussion/mine/"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer["Cache-Control"] == "no-store, private"
        assert not re.search(rb"<script(?![^>]*\bsrc=)|\son\w+=", answer.content), path


def test_who_is_signed_in_is_told_to_that_browser_alone() -> None:
    reader = a_reader("Ines <b>")

    assert b"Ines &lt;b&gt;" in a_client(reader).get("/account/me/").content
    nobody = a_client().get("/account/me/")
    assert nobody.content.strip() == b""
    assert nobody.cookies[readers.HERE_COOKIE].value == ""


def test_two_at_once_with_the_same_new_address_share_one_account() -> None:
    first = signing_in.account_for(address="ines@mail.test")
    orphan = Account.objects.create_user(username="reader-x")

    assert not mailboxes.prove("ines@mail.test", orphan)
    assert signing_in.account_for(address="ines@mail.test") == first


def test_codes_are_forgotten_after_a_day() -> None:
    codes.send(address="ines@mail.test", purpose="sign_in")

    with time_machine.travel(clock.now() + codes.KEPT + timedelta(minutes=1), tick=False):
        assert codes.forget() == 1
