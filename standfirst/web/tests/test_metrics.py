"""A monitoring system that knows the token reads figures of all web processes; nobody else does."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from standfirst.delivery import followers
from standfirst.delivery.models import Cursor
from standfirst.kit import clock
from standfirst.testing.delivery import touched
from standfirst.testing.sites import Served, until

TOKEN = "a token for the tests"


@pytest.mark.django_db
@pytest.mark.parametrize(("token", "sent"), [("", ""), ("", "Bearer "), (TOKEN, ""), (TOKEN, "Bearer wrong")])
def test_without_the_right_token_there_is_no_such_page(client: Client, settings: Any, token: str, sent: str) -> None:
    settings.STANDFIRST = _with_token(settings.STANDFIRST, token)

    assert client.get("/metrics", headers={"authorization": sent}).status_code == 404


@pytest.mark.django_db
def test_a_follower_that_is_behind_shows(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STANDFIRST = _with_token(settings.STANDFIRST, TOKEN)
    monkeypatch.setattr(followers, "_followers", {"mail": lambda _changes: None})
    touched("story:1", "story:2")
    Cursor.objects.create(follower="mail", change_id=0, moved_at=clock.now())

    text = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content.decode()

    behind = next(line for line in text.splitlines() if line.startswith('standfirst_follower_behind{follower="mail"}'))
    assert float(behind.split()[-1]) >= 2


@pytest.mark.slow
@pytest.mark.one_database  # the site is on SQLite
def test_the_figures_of_every_web_process_are_told_by_each(initialised: Path, tmp_path: Path) -> None:
    site = tmp_path / "mysite"
    shutil.copytree(initialised, site)
    served = Served(site, environment={"STANDFIRST_METRICS_TOKEN": TOKEN, "STANDFIRST_WEB_PROCESSES": "2"}).ready()
    try:
        for _ in range(40):
            assert served.get("/")[0] == 200

        told = until(lambda: found if (found := _figures(served))["standfirst_pages_answered_total"] >= 40 else {})
    finally:
        served.stop()

    assert told["standfirst_pages_rendered_total"] >= 1
    assert told["standfirst_pages_kept"] >= 1


def _figures(served: Served) -> dict[str, float]:
    _status, text = served.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in lines}


def _with_token(configuration: Any, token: str) -> Any:
    return replace(configuration, metrics_token=token)
