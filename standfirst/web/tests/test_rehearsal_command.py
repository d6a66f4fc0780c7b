"""``standfirst rehearsal clock``: shown, moved, refused, each in a plain line."""

import re
import threading
from argparse import Namespace
from datetime import timedelta
from pathlib import Path

import pytest

from standfirst.kit import clock
from standfirst.testing.sites import standfirst
from standfirst.web import exits
from standfirst.web.commands import rehearsal

pytestmark = pytest.mark.one_database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "standfirst.env").write_text("", encoding="utf-8")
    return tmp_path


def test_the_clock_is_moved_shown_and_set_back(folder: Path) -> None:
    moved = standfirst("rehearsal", "clock", "+30d", folder=folder)
    shown = standfirst("rehearsal", folder=folder)
    back = standfirst("rehearsal", "clock", "now", folder=folder)

    assert (moved.returncode, shown.returncode, back.returncode) == (exits.FINE, exits.FINE, exits.FINE)
    assert re.search(r"shows \d{4}-\d\d-\d\d \d\d:\d\d UTC, 30 d ahead of the machine\.", moved.stdout)
    assert "30 d ahead" in shown.stdout
    assert "the machine's own time" in back.stdout
    assert not (folder / "data" / "rehearsal-clock").exists()


def test_when_the_command_is_done_a_running_site_has_followed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDFIRST_SITE", str(folder))
    site = clock._Follower(folder / "data" / "rehearsal-clock")
    seen: list[timedelta] = []
    for step in ("+30d", "now"):
        # A site that has just looked looks again only after a while.
        asking, stop = threading.Event(), threading.Event()

        def ask(asking: threading.Event = asking, stop: threading.Event = stop) -> None:
            while not stop.wait(0.01):
                site.ahead()
                asking.set()

        readers = threading.Thread(target=ask)
        readers.start()
        asking.wait()
        done = rehearsal.run(Namespace(step=step))
        seen.append(site.ahead())
        stop.set()
        readers.join()
        assert done == exits.FINE

    assert seen == [timedelta(days=30), timedelta()]


@pytest.mark.parametrize("step", ["-1d", "soon", "+5"])
def test_nonsense_is_refused_with_what_would_be_understood(folder: Path, step: str) -> None:
    done = standfirst("rehearsal", "clock", *(["--"] if step.startswith("-") else []), step, folder=folder)

    assert done.returncode == exits.USAGE
    assert "expected +30d, +2h, +15m, +1w or now" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_site_that_takes_real_money_keeps_its_clock(folder: Path) -> None:
    (folder / "standfirst.env").write_text("STANDFIRST_MODE=live\n", encoding="utf-8")

    done = standfirst("rehearsal", "clock", "+1d", folder=folder)

    assert done.returncode == exits.FAILED
    assert "takes real money" in done.stderr
    assert not (folder / "data" / "rehearsal-clock").exists()


def test_a_broken_file_is_named_and_now_mends_it(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "rehearsal-clock").write_text("soon", encoding="utf-8")

    broken = standfirst("rehearsal", "clock", "+1d", folder=folder)
    mended = standfirst("rehearsal", "clock", "now", folder=folder)

    assert (broken.returncode, mended.returncode) == (exits.USAGE, exits.FINE)
    assert "rehearsal-clock" in broken.stderr
