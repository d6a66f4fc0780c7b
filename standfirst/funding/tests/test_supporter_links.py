"""The way to a supporter's page: it tells strangers nothing, works once, and leaves its secret nowhere."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from standfirst.funding.models import Allowance, Donor, SupporterLink
from standfirst.funding.supporters import links
from standfirst.kit import clock
from standfirst.mail import house, postman
from standfirst.mail.models import Letter
from standfirst.testing import supporters as people
from standfirst.testing.funding import make_campaign, together
from standfirst.testing.mail import MailServer, a_mail_server

pytestmark = pytest.mark.usefixtures("books")
ADA = "ada@example.org"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with a_mail_server() as running:
        yield running


@pytest.fixture
def supporter() -> Donor:
    people.given(make_campaign(), email=ADA)
    Letter.objects.all().delete()
    return Donor.objects.get()


def asked(email: str, **headers: str) -> Any:
    return people.client().post("/support/me/links/", {"email": email}, headers=headers)


def mailed(server: MailServer) -> str:
    """Return the path of the link in the newest mail."""
    postman.deliver()
    text = server.letters[-1].get_body(("plain",)).get_content()
    return re.search(r"https?://[^/]+(/support/me/links/\S+)", text)[1]


def opened(path: str) -> Any:
    browser = people.client()
    page = browser.get(path)
    token = re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]
    return browser, browser.post("/support/me/session/", {"token": token}, follow=True)


def shapes(email: str) -> tuple[Any, list[str]]:
    """Return the answer to asking for a link, and the statements that it took, without their values."""
    with CaptureQueriesContext(connection) as queries:
        answer = asked(email)
    return answer, [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries]


def test_p7_asking_is_answered_the_same_for_supporters_and_strangers(supporter: Donor) -> None:
    asked("warm@example.org")  # so that the household's row is there for both

    known, known_work = shapes(ADA)
    unknown, unknown_work = shapes("eve@example.org")

    assert (known.status_code, known.content, known.headers["Location"]) == (
        (unknown.status_code, unknown.content, unknown.headers["Location"])
    )
    assert sorted(known.headers) == sorted(unknown.headers)
    assert known.cookies.output() == unknown.cookies.output()
    assert known_work == unknown_work  # the same statements: nothing to tell apart by time either
    assert not any("funding_donor" in statement for statement in known_work)


def test_p7_only_supporters_get_a_mail_and_strangers_are_forgotten_at_once(
    supporter: Donor, server: MailServer
) -> None:
    asked(ADA.upper())
    asked("eve@example.org")

    postman.deliver()

    assert server.recipients == [ADA]
    assert not Letter.objects.filter(to="eve@example.org").exists()


def test_one_mail_in_ten_minutes_however_often_it_is_asked_for(supporter: Donor, server: MailServer) -> None:
    with time_machine.travel("2026-11-22T12:01Z", tick=False) as now:
        for _ in range(5):
            asked(ADA)
        postman.deliver()
        first = len(server.letters)
        now.shift(timedelta(minutes=10))
        asked(ADA)
        postman.deliver()

    assert (first, len(server.letters)) == (1, 2)


def test_one_household_cannot_ask_for_very_many_and_others_still_can(supporter: Donor) -> None:
    with time_machine.travel("2026-11-22T12:01Z", tick=False):
        answers = [asked(f"reader{n}@example.org").status_code for n in range(links.ASKS_MAX + 1)]
        Allowance.objects.update(digest="another household")
        other = asked(ADA)

    assert answers == [302] * links.ASKS_MAX + [429]
    assert other.status_code == 302


@pytest.mark.parametrize("typed", ["", "nobody", "ada@example.org\r\nBcc: all@example.org", "<script>@x"])
def test_what_is_no_address_is_shown_again_with_a_word(typed: str) -> None:
    answer = asked(typed)

    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "mail.address_refused")
    assert "<script>@x" not in answer.content.decode()
    assert not Letter.objects.exists()


def test_p8_a_link_opens_the_page_once(supporter: Donor, server: MailServer) -> None:
    asked(ADA)
    path = mailed(server)

    first, page = opened(path)
    _second, again = opened(path)

    assert page.status_code == 200
    assert ADA in page.content.decode()
    assert again.status_code == 410
    assert ADA not in again.content.decode()
    assert first.get("/support/me/").context["page"].donor == supporter


def test_p8_looking_at_a_link_does_not_use_it_and_tells_nothing(supporter: Donor, server: MailServer) -> None:
    asked(ADA)
    path = mailed(server)
    scanner = people.client()

    with CaptureQueriesContext(connection) as queries:
        looks = [scanner.get(path), scanner.head(path), scanner.get(path)]
    made_up = scanner.get("/support/me/links/made-up/")
    _browser, page = opened(path)

    assert [look.status_code for look in [*looks, made_up]] == [200] * 4
    assert not any("supporterlink" in query["sql"] for query in queries)
    assert page.status_code == 200


def test_p8_a_link_expires_after_half_an_hour(supporter: Donor, server: MailServer) -> None:
    with time_machine.travel("2026-11-22T12:00Z", tick=False) as now:
        asked(ADA)
        path = mailed(server)
        now.shift(timedelta(minutes=30))
        _browser, late = opened(path)

    assert late.status_code == 410


def test_p8_the_secret_is_hashed_at_rest_and_in_no_column(supporter: Donor, server: MailServer) -> None:
    asked(ADA)
    token = mailed(server).rstrip("/").rpartition("/")[2]

    stored = str(list(SupporterLink.objects.values())) + str(list(Letter.objects.values()))

    assert len(token) >= 43
    assert token not in stored
    assert SupporterLink.objects.get().digest == links._digest(token)


def test_p8_the_secret_is_never_logged_nor_sent_on(supporter: Donor, server: MailServer, caplog: Any) -> None:
    asked(ADA)
    with caplog.at_level(logging.DEBUG):
        path = mailed(server)
        page = people.client().get(path)
        opened(path)
        opened(path)
    token = path.rstrip("/").rpartition("/")[2]

    ours = [record for record in caplog.records if record.name.startswith(("standfirst", "django.request"))]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store, private"
    assert not any(token in record.getMessage() for record in ours)
    assert token not in re.sub(r'name="token" value="[^"]+"', "", page.content.decode())


@pytest.mark.usefixtures("committed_books")
def test_p8_of_many_who_use_a_link_at_once_one_gets_in() -> None:
    people.given(make_campaign(), email=ADA)
    token = links.make(donor=Donor.objects.get(), age_max=links.LINK_AGE_MAX).rstrip("/").rpartition("/")[2]

    results = together([lambda: links.use(token=token)] * 8)

    assert [type(result).__name__ for result in results].count("Donor") == 1
    assert [type(result).__name__ for result in results].count("LinkSpent") == 7


@pytest.mark.parametrize("token", ["", "x", "a" * 5_000, "../../desk", "%00"])
def test_a_made_up_token_opens_nothing(supporter: Donor, token: str) -> None:
    answer = people.client().post("/support/me/session/", {"token": token})

    assert answer.status_code == 410
    assert links.COOKIE not in {name for name, morsel in answer.cookies.items() if morsel.value}


def test_the_cookie_is_signed_and_for_the_supporters_pages_only(supporter: Donor) -> None:
    browser = people.signed_in()
    cookie = browser.cookies[links.COOKIE]
    forged = people.client()
    forged.cookies[links.COOKIE] = cookie.value.replace(f"{supporter.pk}.", f"{supporter.pk + 1}.", 1)

    stranger = forged.get("/support/me/")

    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/support/me/", True, "Lax")
    assert "page" not in (stranger.context or {})


def test_signing_out_everywhere_closes_every_browser(supporter: Donor) -> None:
    here, there = people.signed_in(), people.signed_in()

    here.post("/support/me/session/", {"end": "everywhere"})

    assert ADA not in there.get("/support/me/").content.decode()


def test_signing_out_here_leaves_the_other_browser_alone(supporter: Donor) -> None:
    here, there = people.signed_in(), people.signed_in()

    here.post("/support/me/session/", {"end": "here"})

    assert ADA not in here.get("/support/me/").content.decode()
    assert ADA in there.get("/support/me/").content.decode()


def test_a_cookie_ends_after_a_month(supporter: Donor) -> None:
    browser = people.signed_in()

    with time_machine.travel(clock.now() + links.COOKIE_AGE_MAX + timedelta(minutes=1)):
        page = browser.get("/support/me/")

    assert ADA not in page.content.decode()


def test_links_that_lead_nowhere_are_deleted(supporter: Donor) -> None:
    links.make(donor=supporter, age_max=links.LINK_AGE_MAX)

    with time_machine.travel(clock.now() + timedelta(days=8)):
        gone = links.forget()

    assert (gone, SupporterLink.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "path",
    ["links/", "session/", "erasure/", "years/", "gifts/7f0f6a2e-0000-4000-8000-000000000000/cancel/"],
)
def test_another_sites_page_can_do_nothing_in_a_supporters_name(supporter: Donor, path: str) -> None:
    browser = people.signed_in()

    answer = browser.post(f"/support/me/{path}", {"sure": "yes"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert Donor.objects.get().email == ADA


@pytest.mark.parametrize("name", ["L’Écho\u00a0!", "The\u00adPaper", "Paper " * 40])
def test_a_link_can_be_asked_for_whatever_the_publication_is_called(monkeypatch: Any, name: str) -> None:
    monkeypatch.setattr(house, "_speakers", [lambda: house.House(name)])

    assert asked(ADA).status_code == 302
    assert Letter.objects.get().subject.isprintable()
