"""Changes that commit while a page is being made: in any order, nothing old is kept as if it were new."""

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standfirst.delivery import changes, encoding
from standfirst.delivery.application import Application
from standfirst.delivery.handler import Handler
from standfirst.delivery.models import Change
from standfirst.delivery.store import Store
from standfirst.delivery.tests import site
from standfirst.testing.delivery import Answer, Site, touched

KEYS = ("story:1", "story:2", "figure:a")
PAGE = re.compile(r"<p>story (\d) at (\d+) .*?<b>(\d+)</b> <i>(\d+)</i>")
MOMENTS = ("view", "fragment", "packing")  # when something was read from the database and is not kept yet

touches = st.lists(st.sampled_from(KEYS), max_size=2)
steps = st.one_of(
    st.tuples(st.just("touch"), st.sampled_from(KEYS)),
    st.tuples(
        st.just("read"),
        st.sampled_from((1, 2)),
        st.sampled_from(("gzip", "")),
        st.fixed_dictionaries(dict.fromkeys(MOMENTS, touches)),
    ),
)


class Meanwhile:
    """What is touched at which moment of the next page that is made; each once."""

    def __init__(self) -> None:
        self.planned: dict[str, list[str]] = {}

    def at(self, moment: str) -> Callable[[], None]:
        def play() -> None:
            keys = self.planned.pop(moment, [])
            if keys:
                touched(*keys)
                if threading.current_thread().name.startswith("Thread-"):
                    connection.close()

        return play


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch, own_site: Site) -> Meanwhile:
    made = Meanwhile()
    site.before_return.append(made.at("view"))
    site.before_figures.append(made.at("fragment"))
    (gzip, level), gzip_of, packing = encoding.AT_ONCE["gzip"], encoding.gzip_of, made.at("packing")

    def play() -> None:
        thread = threading.Thread(target=packing)  # the event loop packs, and may not touch the database
        thread.start()
        thread.join()

    def slow_gzip(body: bytes, level: int) -> bytes:
        play()
        return gzip(body, level)

    def slow_gzip_of(sizes: Iterable[tuple[int, int]], blocks: Iterable[bytes]) -> bytes:
        play()
        return gzip_of(sizes, blocks)

    monkeypatch.setitem(encoding.AT_ONCE, "gzip", (slow_gzip, level))
    monkeypatch.setattr(encoding, "gzip_of", slow_gzip_of)
    return made


def has_all_up_to_its_position(answer: Answer) -> bool:
    """Say whether a page shows every change up to the one at which it says it was made."""
    found = PAGE.match(answer.text)
    assert found is not None
    story, at, figure, position = map(int, found.groups())
    before = Change.objects.filter(id__lte=position)
    return at >= before.filter(key=f"story:{story}").count() and figure >= before.filter(key="figure:a").count()


def truth(story: int) -> tuple[str, ...]:
    return str(story), str(site.value_of(f"story:{story}")), str(site.value_of("figure:a"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.lists(steps, max_size=8))
def test_nothing_old_is_kept_as_new_whenever_a_change_commits(
    own_site: Site, meanwhile: Meanwhile, script: list[Any]
) -> None:
    own_site.application.store.forget_everything()
    for kind, *rest in script:
        if kind == "touch":
            touched(*rest)
        else:
            story, coding, planned = rest
            meanwhile.planned = dict(planned)
            packed = {"accept_encoding": coding} if coding else {}
            own_site.get(f"/stories/{story}/", **packed)
            meanwhile.planned = {}

    pages = own_site.application.store.pages
    for story in (1, 2):
        page = pages.get(f"/stories/{story}/")
        fresh = page.current(time.time()) if page is not None else None
        if fresh is not None:
            found = PAGE.match(fresh.body.decode())
            assert found is not None
            assert found.groups()[:3] == truth(story)
        seen = own_site.get(f"/stories/{story}/", cookie=f"sf_seen={changes.head()}")
        assert has_all_up_to_its_position(seen)
        assert PAGE.match(seen.text).groups()[:3] == truth(story)  # type: ignore[union-attr]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.lists(steps, max_size=8))
def test_a_page_shows_every_change_up_to_the_one_that_it_names(
    own_site: Site, meanwhile: Meanwhile, script: list[Any]
) -> None:
    # Otherwise the live stream, which goes on from there, would never tell it what it lacks.
    own_site.application.store.forget_everything()
    for kind, *rest in script:
        if kind == "touch":
            touched(*rest)
        else:
            story, _coding, planned = rest
            meanwhile.planned = {moment: keys for moment, keys in planned.items() if moment != "packing"}
            assert has_all_up_to_its_position(own_site.get(f"/stories/{story}/"))
            meanwhile.planned = {}


@pytest.fixture
def cold(own_site: Site) -> Iterator[Site]:
    made = Site(
        Application(
            Store(bytes_max=1_000_000), Handler(), threads=2, body_bytes_max=1, streams_max=1, per_address_max=1
        )
    )
    yield made
    made.close()


def test_no_page_is_made_before_the_log_is_followed(cold: Site) -> None:
    touched("another")

    answers = cold.together(*(f"/stories/{number}/" for number in range(8)))

    positions = {int(PAGE.match(answer.text)[4]) for answer in answers}  # type: ignore[index]
    assert positions == {changes.head()}
