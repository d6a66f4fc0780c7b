import subprocess
import sys
from pathlib import Path

import pytest

from standfirst.testing.sites import standfirst
from standfirst.web import cli, exits

pytestmark = pytest.mark.one_database


def test_help_is_answered_without_loading_django() -> None:
    program = (
        "import sys\nfrom standfirst.web import cli\ntry:\n    cli.run(['--help'])\nexcept SystemExit:\n    pass\n"
        "sys.exit('django' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    for command in cli.COMMANDS:
        assert f"{command.name} " in done.stdout
        assert command.help in done.stdout


NEEDED = {"import": ["wordpress"], "ledger": ["check"], "mail": ["suppress", "a@example.org"], "rehearsal": ["clock"]}


@pytest.mark.parametrize("command", [each.name for each in cli.COMMANDS if each.name not in {"init", "manage"}])
def test_a_command_outside_a_site_says_so_in_one_line(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STANDFIRST_SITE", str(tmp_path))

    code = cli.run([command, *NEEDED.get(command, [])])

    assert code == exits.USAGE
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "is no site folder" in said[0]
    assert "standfirst init" in said[0]


def test_nonsense_in_a_setting_is_one_line_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "standfirst.env").write_text("STANDFIRST_MODE=production\n", encoding="utf-8")

    for command in ("doctor", "serve", "migrate"):
        done = standfirst(command, folder=tmp_path)

        assert done.returncode == exits.USAGE
        assert done.stderr == "standfirst: STANDFIRST_MODE: expected one of rehearsal, live, got 'production'\n"


def test_a_site_is_named_by_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "standfirst.env").write_text("STANDFIRST_MODE=x\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STANDFIRST_SITE", "")

    code = cli.run(["serve", "--site", "elsewhere"])

    assert code == exits.USAGE
    assert "STANDFIRST_MODE" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["serve", "--port", "0"],
        ["serve", "--port", "70000"],
        ["serve", "--port", "http"],
        ["serve", "extra"],
        ["import"],
        ["import", "blogger"],
        ["doctor", "--jsn"],
        ["createadmin", "--password-stdin", "--password-file", "x"],
    ],
)
def test_a_wrong_argument_ends_with_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.run(arguments)

    assert ended.value.code == exits.USAGE
    assert "usage: standfirst" in capsys.readouterr().err


def test_what_a_passing_command_does_not_know_is_passed_on_in_order() -> None:
    known, rest = cli.parser().parse_known_args(["import", "--site", "x", "wordpress", "a.xml", "--media", "up", "-n"])

    assert (known.site, known.source) == (Path("x"), "wordpress")
    assert rest == ["a.xml", "--media", "up", "-n"]


def test_an_interrupt_is_no_stack_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_asked: Path | None) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "enter_site", interrupt)

    assert cli.run(["doctor"]) == exits.FAILED
    assert capsys.readouterr().err == "standfirst: interrupted\n"


@pytest.mark.slow
def test_managing_passes_through_to_django(site: Path) -> None:
    done = standfirst("manage", "showmigrations", "accounts", folder=site)

    assert done.returncode == 0
    assert "[X] 0001_initial" in done.stdout
