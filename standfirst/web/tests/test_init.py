import stat
from pathlib import Path

import pytest

from standfirst.kit.env import read_file
from standfirst.testing.sites import standfirst
from standfirst.web import configuration, exits
from standfirst.web.commands.init import make_folder, settings_file

pytestmark = pytest.mark.one_database


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.slow
def test_init_makes_a_site_that_is_ready_to_be_served(initialised: Path) -> None:
    assert mode(initialised / "standfirst.env") == 0o600
    assert mode(initialised / "data" / "secret_key.txt") == 0o600
    assert mode(initialised / "data") == 0o750
    assert (initialised / "data" / "standfirst.sqlite3").is_file()
    assert (initialised / "data" / "static" / "staticfiles.json").is_file()


@pytest.mark.slow
def test_init_again_changes_nothing(site: Path) -> None:
    (site / "standfirst.env").write_text("STANDFIRST_TIME_ZONE=Europe/Berlin\n", encoding="utf-8")
    key = (site / "data" / "secret_key.txt").read_text(encoding="utf-8")

    done = standfirst("init", folder=site)

    assert done.returncode == 0, done.stderr
    assert (site / "standfirst.env").read_text(encoding="utf-8") == "STANDFIRST_TIME_ZONE=Europe/Berlin\n"
    assert (site / "data" / "secret_key.txt").read_text(encoding="utf-8") == key


def test_init_leaves_a_folder_alone_that_holds_other_things(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work", encoding="utf-8")

    done = standfirst("init", str(tmp_path))

    assert done.returncode == exits.USAGE
    assert "holds other things" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_init_refuses_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    assert make_folder(file) == f"{file} is a file; name a folder that does not exist yet or is empty."


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert make_folder(tmp_path / "file" / "site") == f"{tmp_path / 'file' / 'site'} cannot be made: Not a directory"


def test_the_settings_file_shows_every_setting_and_sets_none(tmp_path: Path) -> None:
    env = configuration.read(tmp_path).env
    (tmp_path / "standfirst.env").write_text(settings_file(env), encoding="utf-8")

    text = (tmp_path / "standfirst.env").read_text(encoding="utf-8")

    assert read_file(tmp_path / "standfirst.env") == {}
    for setting in env.declared.values():
        assert f"# {setting.name}={setting.default}\n" in text
        assert setting.help in text


def test_a_site_on_postgresql_is_told_to_migrate(tmp_path: Path) -> None:
    database = "postgresql://nobody@127.0.0.1:1/none"

    done = standfirst("init", str(tmp_path / "mysite"), environment={"DATABASE_URL": database})

    assert done.returncode == 0
    assert "next: standfirst migrate" in done.stdout
