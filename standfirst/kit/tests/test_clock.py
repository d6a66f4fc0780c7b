"""The time: a rehearsal's runs ahead by what a file says; steps lead forward, months end where they end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from standfirst.kit import clock

pytestmark = pytest.mark.one_database

NOON = datetime(2027, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(clock, "_follower", None)
    monkeypatch.setattr(clock, "LOOK_NS", 0)
    path = tmp_path / "data" / "rehearsal-clock"
    clock.follow(path)
    return path


@time_machine.travel(NOON, tick=False)
def test_steps_add_up_and_now_leads_back(file: Path) -> None:
    seen = [clock.now()]
    for step in ("+30d", "+2h", "+15m", "+1w", "now"):
        assert abs(clock.move(file, step) - clock.now()) < timedelta(seconds=1)
        seen.append(clock.now())

    ahead = [moment - NOON for moment in seen]
    assert ahead == [
        timedelta(),
        timedelta(days=30),
        timedelta(days=30, hours=2),
        timedelta(days=30, hours=2, minutes=15),
        timedelta(days=37, hours=2, minutes=15),
        timedelta(),
    ]
    assert clock.machine_now() == NOON


@time_machine.travel(NOON, tick=False)
def test_seconds_and_now_are_the_same_moment(file: Path) -> None:
    clock.move(file, "+3d")

    assert clock.seconds() == clock.now().timestamp()


@pytest.mark.parametrize("step", ["", "-1d", "+1", "1d", "+1y", "+1.5d", "+d", "+ 1d", "tomorrow", "+9999999d", "+٣d"])
def test_a_step_that_makes_no_sense_says_what_would_and_moves_nothing(file: Path, step: str) -> None:
    with pytest.raises(clock.BadStep, match=r"expected \+30d"):
        clock.move(file, step)

    assert not file.exists()


def test_a_step_beyond_twenty_years_is_refused_also_in_parts(file: Path) -> None:
    clock.move(file, "+7000d")
    with pytest.raises(clock.BadStep, match="twenty years"):
        clock.move(file, "+400d")

    assert clock.read_ahead(file) == timedelta(days=7_000)


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "99999999999", "٣", "\xff"])
@time_machine.travel(NOON, tick=False)
def test_a_file_that_makes_no_sense_is_named_and_the_clock_goes_on(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_bytes(text.encode("latin-1" if text == "\xff" else "utf-8"))

    assert clock.now() == NOON
    with pytest.raises(clock.BadStep, match="rehearsal-clock"):
        clock.read_ahead(file)


@time_machine.travel(NOON, tick=False)
def test_nobody_follows_a_file_that_was_not_asked_to(file: Path) -> None:
    clock.move(file, "+30d")
    clock.follow(None)

    assert clock.now() == NOON


def test_whoever_keeps_things_of_the_future_hears_twice_that_the_clock_was_set_back(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []
    monkeypatch.setattr(clock, "_set_back", [lambda: heard.append(1)])
    clock.now()
    clock.move(file, "+1d")
    for _ in range(3):
        clock.now()
    forward = len(heard)

    clock.move(file, "now")
    for _ in range(5):
        clock.now()

    assert (forward, len(heard)) == (0, 2)


def test_the_file_is_looked_at_twice_a_second_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_follower", None)
    follower = clock._Follower(tmp_path / "clock")
    follower.ahead()
    clock.move(tmp_path / "clock", "+1d")

    assert follower.ahead() == timedelta()


@given(
    anchor=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001 - made aware below
    months=st.integers(-600, 600),
)
def test_months_keep_the_day_or_end_with_the_month(anchor: datetime, months: int) -> None:
    moved = clock.months_after(anchor.replace(tzinfo=UTC), months)

    whole = (moved.year - anchor.year) * 12 + moved.month - anchor.month
    assert whole == months
    assert moved.day == anchor.day or (moved + timedelta(days=1)).day == 1
    assert moved.time() == anchor.time()
