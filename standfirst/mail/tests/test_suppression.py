"""Addresses to which nothing is sent: by bounce, by report, by hand; and what they still get."""

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client

from standfirst.accounts.models import Account
from standfirst.kit import clock
from standfirst.mail import bounces, outbox, placeholders, postman, suppression
from standfirst.mail.models import Letter, Suppression
from standfirst.testing.mail import MailServer, a_mail_server
from standfirst.web import configuration
from standfirst.web.commands import mail as command

pytestmark = pytest.mark.django_db
ADA = "ada@readers.test"
SECRET = "a secret of both"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with a_mail_server() as running:
        yield running


@pytest.fixture
def signed(settings: Any) -> Any:
    """Post a report, signed with the site's secret unless another signature is given."""
    settings.STANDFIRST = replaced(settings.STANDFIRST, mail_bounce_secret=SECRET)

    def post(report: Any, *, signature: str | None = None, age_seconds: int = 0) -> Any:
        body = report if isinstance(report, bytes) else json.dumps(report).encode()
        at = int(clock.machine_now().timestamp()) - age_seconds
        header = bounces.signature_of(body, secret=SECRET, at_seconds=at) if signature is None else signature
        machine = Client(headers={"Sec-Fetch-Site": "cross-site", "Standfirst-Signature": header})
        return machine.post("/mail/bounces/", body, content_type="application/json")

    return post


def replaced(found: configuration.Configuration, **changes: Any) -> configuration.Configuration:
    values = {name: getattr(found, name) for name in found.__dataclass_fields__}
    return configuration.Configuration(**values | changes)


def event(address: str = ADA, kind: str = "bounce", **more: Any) -> dict[str, Any]:
    return {"events": [{"address": address, "kind": kind, **more}]}


def a_letter(to: str = ADA, **wishes: Any) -> Letter:
    return outbox.put(**{"key": f"x:{Letter.objects.count()}", "to": to, "subject": "x", "text": "x"} | wishes)


def test_a_suppressed_address_gets_no_letter_of_any_kind_and_the_desk_says_why(server: MailServer) -> None:
    suppression.suppress(address="Ada@Readers.test", reason=suppression.BOUNCED)
    letter = a_letter("ADA@readers.test")
    a_letter("bo@readers.test")

    postman.deliver()

    letter.refresh_from_db()
    assert server.recipients == ["bo@readers.test"]
    assert (letter.state, letter.error) == ("given_up", "suppressed: bounced")


def test_it_gets_what_was_queued_before_neither_and_all_again_when_it_is_lifted(server: MailServer) -> None:
    letter = a_letter()
    suppression.suppress(address=ADA)
    postman.deliver()
    suppression.lift(address=ADA)
    outbox.try_again(letter_id=letter.pk)

    postman.deliver()

    assert server.recipients == [ADA]


@pytest.mark.parametrize(
    ("said", "suppressed"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.2.1 mailbox disabled", True),
        ("550 5.7.1 you are on a blocklist", False),
        ("550 no such user", False),
        ("450 4.2.1 come again", False),
    ],
)
def test_a_server_that_knows_no_such_mailbox_suppresses_it_and_one_that_dislikes_us_does_not(
    server: MailServer, said: str, suppressed: bool
) -> None:
    server.refuse_recipient = said
    a_letter()

    postman.deliver()

    assert Suppression.objects.exists() is suppressed
    assert ADA not in str(Suppression.objects.values_list("note"))


def test_a_signed_report_suppresses_what_came_back_for_good_and_what_was_reported(signed: Any) -> None:
    first = signed(event(ADA, note="550 5.1.1\r\nno such user"))
    second = signed(event("bo@readers.test", "complaint"))
    third = signed(event("full@readers.test", permanent=False))
    fourth = signed(event("nobody"))

    assert [answer.json() for answer in (first, second, third, fourth)] == [
        {"suppressed": number} for number in (1, 1, 0, 0)
    ]
    assert dict(Suppression.objects.values_list("address", "reason")) == {
        ADA: "bounced",
        "bo@readers.test": "complained",
    }


def test_a_report_that_comes_twice_is_one_and_a_complaint_outweighs_a_bounce(signed: Any) -> None:
    for kind in ("bounce", "bounce", "complaint", "bounce"):
        signed(event(kind=kind))

    assert Suppression.objects.get().reason == "complained"


def test_a_report_is_refused_unless_it_is_signed_with_the_secret_and_new(signed: Any) -> None:
    good = bounces.signature_of(json.dumps(event()).encode(), secret="another", at_seconds=int(clock.now().timestamp()))
    answers = [signed(event(), signature=each) for each in ("", "t=1,v1=x", good, "t=٣,v1=" + "0" * 64)]
    answers += [signed(event(), age_seconds=age) for age in (301, -301)]

    assert [answer.status_code for answer in answers] == [401] * 6
    assert Suppression.objects.count() == 0


@pytest.mark.parametrize(
    "report",
    [b"", b"[]", b'{"events": 1}', b'{"events": [1]}', b'{"events": [{"kind": "bounce"}]}', b"\xff",
     b'{"events": [{"kind": "x", "address": "a@b.test"}]}', b"[" * 100_000],
)  # fmt: skip
def test_a_report_in_another_form_changes_nothing(signed: Any, report: bytes) -> None:
    answer = signed(report)

    assert (answer.status_code, Suppression.objects.count()) == (422, 0)


def test_a_report_may_not_be_endless(signed: Any) -> None:
    assert signed(b"x" * (bounces.BYTES_MAX + 1)).status_code == 413
    assert signed({"events": [{}] * (bounces.EVENTS_MAX + 1)}).status_code == 422


def test_without_a_secret_in_the_settings_no_report_is_taken() -> None:
    empty = bounces.signature_of(b"{}", secret="", at_seconds=int(clock.now().timestamp()))
    machine = Client(headers={"Standfirst-Signature": empty})

    assert machine.post("/mail/bounces/", b"{}", content_type="application/json").status_code == 404


def test_the_command_line_suppresses_releases_and_reads_reports(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(command, "unready", lambda: None)
    lines, report, bad = tmp_path / "lines", tmp_path / "report.json", tmp_path / "bad.json"
    lines.write_text("# gone\nbo@readers.test\n\nnobody\n")
    report.write_text(json.dumps(event("cy@readers.test")))
    bad.write_text("{")

    codes = [
        command.run(Namespace(act="suppress", address=ADA)),
        command.run(Namespace(act="bounces", report=str(lines))),
        command.run(Namespace(act="bounces", report=str(report))),
        command.run(Namespace(act="release", address="Ada@readers.test ")),
        command.run(Namespace(act="release", address=ADA)),
        command.run(Namespace(act="suppress", address="nobody")),
        command.run(Namespace(act="bounces", report=str(bad))),
        command.run(Namespace(act="bounces", report=str(tmp_path / "none"))),
    ]

    assert codes == [0, 0, 0, 0, 1, 1, 1, 1]
    assert set(Suppression.objects.values_list("address", flat=True)) == {"bo@readers.test", "cy@readers.test"}
    assert "1 of 2 addresses get no mail any more." in capsys.readouterr().out


def test_staff_who_may_sees_the_list_and_lets_an_address_go() -> None:
    suppression.suppress(address=ADA, reason=suppression.BOUNCED, note="refused: 550")
    clerk = Account.objects.create_user("clerk", password="x")
    wanted = ("access_admin", "view_suppression", "delete_suppression")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    other = Account.objects.create_user("other", password="x")
    other.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    desk, stranger = (Client(headers={"Sec-Fetch-Site": "same-origin"}) for _ in (1, 2))
    desk.force_login(clerk)
    stranger.force_login(other)
    row = Suppression.objects.get()

    seen = desk.get("/desk/suppressions/")
    refused = stranger.get("/desk/suppressions/")
    untouched = stranger.post(f"/desk/suppressions/delete/{row.pk}/")
    still = Suppression.objects.count()
    desk.post(f"/desk/suppressions/delete/{row.pk}/")

    assert ADA in seen.content.decode()
    assert ADA not in refused.content.decode()
    assert (untouched.status_code in {302, 403}, still, Suppression.objects.count()) == (True, 1, 0)


@pytest.mark.parametrize("address", ["a@example.org", "A@Sub.Example.com", "a@x.invalid", "user-1@disqus.com",
                                     "a@localhost", "no-reply@paper.test", "a@noreply.github.com"])  # fmt: skip
def test_a_placeholder_is_known(address: str) -> None:
    assert placeholders.is_placeholder(address)


@pytest.mark.parametrize("address", ["a@example.readers.test", "a@myexample.org", "a@disqus.com.test", "a@gmail.com"])
def test_a_real_address_is_no_placeholder(address: str) -> None:
    assert not placeholders.is_placeholder(address)


def test_old_signatures_die_with_the_machines_clock(signed: Any) -> None:
    with time_machine.travel(clock.machine_now(), tick=False) as traveller:
        at = int(clock.machine_now().timestamp())
        body = json.dumps(event()).encode()
        signature = bounces.signature_of(body, secret=SECRET, at_seconds=at)
        traveller.shift(299)
        fresh = signed(body, signature=signature)
        traveller.shift(2)
        old = signed(body, signature=signature)

    assert (fresh.status_code, old.status_code) == (200, 401)
