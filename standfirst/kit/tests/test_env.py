import re
from pathlib import Path

import pytest

from standfirst.kit.env import BadSetting, Env, read_file

pytestmark = pytest.mark.one_database


def site_with(folder: Path, text: str) -> Path:
    (folder / "standfirst.env").write_text(text, encoding="utf-8")
    return folder


def test_what_is_not_set_has_its_default() -> None:
    env = Env({"EMPTY": "  "})

    assert env.text("EMPTY", "x", help="") == "x"
    assert env.number("COUNT", 3, low=1, high=9, help="") == 3
    assert env.switch("ON", True, help="") is True
    assert env.names("LIST", ("a",), help="") == ("a",)
    assert not env.given("EMPTY")


def test_values_are_read_in_their_form() -> None:
    env = Env({"COUNT": " 7 ", "ON": "Yes", "OFF": "0", "LIST": "a, b,,c", "PICK": "de"})

    assert env.number("COUNT", 3, low=1, high=9, help="") == 7
    assert env.switch("ON", False, help="") is True
    assert env.switch("OFF", True, help="") is False
    assert env.names("LIST", help="") == ("a", "b", "c")
    assert env.choice("PICK", "en", among=("en", "de"), help="") == "de"
    assert env.given("COUNT")


@pytest.mark.parametrize("raw", ["ten", "0", "10", "3.5", "1e1"])
def test_a_number_that_is_none_or_out_of_range_is_refused_by_name(raw: str) -> None:
    with pytest.raises(BadSetting, match=f"COUNT: expected a whole number from 1 to 9, got '{re.escape(raw)}'"):
        Env({"COUNT": raw}).number("COUNT", 3, low=1, high=9, help="")


def test_a_switch_is_yes_or_no() -> None:
    with pytest.raises(BadSetting, match="ON: expected yes or no, got 'perhaps'"):
        Env({"ON": "perhaps"}).switch("ON", False, help="")


def test_a_choice_is_one_of_those_given() -> None:
    with pytest.raises(BadSetting, match="PICK: expected one of en, de, got 'xx'"):
        Env({"PICK": "xx"}).choice("PICK", "en", among=("en", "de"), help="")


def test_a_password_in_an_address_is_not_repeated_in_the_error() -> None:
    def never(raw: str) -> str:
        raise ValueError(raw)

    with pytest.raises(BadSetting) as caught:
        Env({"A_URL": "ftp://me:geheim@host"}).parsed("A_URL", "", expected="a URL", parse=never, help="")

    assert "geheim" not in str(caught.value)


def test_every_setting_is_declared_with_its_default_as_people_write_it() -> None:
    env = Env({})
    env.switch("ON", False, help="h")
    env.parsed("DB", {"secret": 1}, expected="e", parse=str, help="h", shown="")

    assert env.declared["ON"].default == "no"
    assert env.declared["DB"].default == ""


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site_with(tmp_path, "STANDFIRST_A=file\nSTANDFIRST_B=file\n")
    monkeypatch.setenv("STANDFIRST_A", "environment")

    env = Env.of_site(tmp_path)

    assert env.text("STANDFIRST_A", help="") == "environment"
    assert env.text("STANDFIRST_B", help="") == "file"


def test_a_name_in_the_file_that_nobody_declared_is_refused_with_a_guess(tmp_path: Path) -> None:
    env = Env.of_site(site_with(tmp_path, "STANDFIRST_UTL=https://example.org\n"))
    env.text("STANDFIRST_URL", help="")

    with pytest.raises(BadSetting, match=r"STANDFIRST_UTL: .* did you mean STANDFIRST_URL\?"):
        env.refuse_unknown()


def test_a_file_has_comments_blank_lines_and_quotes(tmp_path: Path) -> None:
    site_with(tmp_path, "# a comment\n\nA = 1\nB='two words'\nC=\"x=y\"\nD=\n")

    assert read_file(tmp_path / "standfirst.env") == {"A": "1", "B": "two words", "C": "x=y", "D": ""}


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert read_file(tmp_path / "none.env") == {}


@pytest.mark.parametrize("line", ["just words", "=value", "A B=1", "export A=1"])
def test_a_line_of_another_form_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    site_with(tmp_path, f"# first\n{line}\n")

    with pytest.raises(BadSetting, match=r"standfirst\.env, line 2: expected NAME=value"):
        read_file(tmp_path / "standfirst.env")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "standfirst.env").write_bytes(b"A=\xff\xfe")

    with pytest.raises(BadSetting, match=r"standfirst\.env: cannot be read"):
        read_file(tmp_path / "standfirst.env")
