import io
from argparse import Namespace
from pathlib import Path

import pytest
from django.contrib.auth import authenticate, get_user_model

from standfirst.web import exits
from standfirst.web.commands import createadmin

pytestmark = pytest.mark.django_db

EMAIL = "ada@example.org"
PASSWORD = "lighthouse-under-9-stars"


def ask(monkeypatch: pytest.MonkeyPatch, *, given: str = "", **chosen: object) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    everything = {"email": EMAIL, "password_file": None, "password_stdin": True, **chosen}
    return createadmin.run(Namespace(**everything))


def test_the_account_may_do_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    code = ask(monkeypatch, given=f"{PASSWORD}\n")

    account = authenticate(username=EMAIL, password=PASSWORD)
    assert code == exits.FINE
    assert account is not None
    assert account.is_superuser
    assert account.is_staff
    assert account.email == EMAIL


def test_the_password_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\nsecond line\n", encoding="utf-8")

    code = ask(monkeypatch, password_file=file, password_stdin=False)

    assert code == exits.FINE
    assert authenticate(username=EMAIL, password=PASSWORD) is not None


@pytest.mark.parametrize("weak", ["", "short", "password123", "12345678901234", EMAIL])
def test_a_weak_password_makes_no_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], weak: str
) -> None:
    code = ask(monkeypatch, given=f"{weak}\n")

    assert code == exits.FAILED
    assert "the password is too weak" in capsys.readouterr().err
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("email", ["ada", "ada@", "a b@example.org", "a" * 150 + "@example.org", "ada@example.org\n\0"])
def test_an_address_that_is_none_makes_no_account(monkeypatch: pytest.MonkeyPatch, email: str) -> None:
    assert ask(monkeypatch, given=f"{PASSWORD}\n", email=email) == exits.FAILED
    assert not get_user_model().objects.exists()


def test_an_address_has_one_account(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ask(monkeypatch, given=f"{PASSWORD}\n")

    code = ask(monkeypatch, given="another-strong-passphrase\n", email="Ada@example.org")

    assert code == exits.FAILED
    assert "has an account already" in capsys.readouterr().err
    assert authenticate(username=EMAIL, password=PASSWORD) is not None


def test_where_nobody_can_answer_it_says_which_option_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(monkeypatch, email=None) == exits.FAILED
    assert "--email" in capsys.readouterr().err
    assert ask(monkeypatch, password_stdin=False) == exits.FAILED
    assert "--password-file or --password-stdin" in capsys.readouterr().err


def test_a_password_file_that_cannot_be_read_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = ask(monkeypatch, password_file=tmp_path / "none", password_stdin=False)

    assert code == exits.FAILED
    assert "cannot be read" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_at_a_terminal_the_password_is_asked_for_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([PASSWORD, "something else", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    monkeypatch.setattr("sys.stdin", Terminal())
    asked = Namespace(email=EMAIL, password_file=None, password_stdin=False)

    assert createadmin.run(asked) == exits.FAILED
    assert "the two passwords differ" in capsys.readouterr().err
    assert createadmin.run(asked) == exits.FINE
