"""Whatever a verb changes, no reader gets an old page: every verb is run, every public page compared.

Each scene changes something. Before it, every public page is read, so that all of them are kept;
after it, each page as it is served is compared with the same page rendered from nothing. At the
end every verb must have been in some scene.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from sys import monitoring
from types import CodeType

import pytest

from standfirst.accounts.models import Account
from standfirst.delivery.application import Application
from standfirst.delivery.changes import all_verbs
from standfirst.delivery.handler import Handler
from standfirst.delivery.store import Store
from standfirst.testing import funding as money
from standfirst.testing.delivery import Site
from tests.scenes import World, scenes

POSITION = re.compile(rb'data-change="\d*"')  # where a page says at which change it was made


@contextmanager
def noting(executed: set[CodeType]) -> Iterator[None]:
    """Note every function that runs here, once: the servers' threads run none of the scenes."""
    here = threading.get_ident()

    def note(code: CodeType, _offset: int) -> object:
        if threading.get_ident() != here:
            return None
        executed.add(code)
        return monitoring.DISABLE  # this function need not tell again

    monitoring.use_tool_id(monitoring.PROFILER_ID, "scenes")
    monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.PY_START, note)
    monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.PY_START)
    try:
        yield
    finally:
        monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.NO_EVENTS)
        monitoring.free_tool_id(monitoring.PROFILER_ID)


@pytest.fixture
def served(transactional_db: None) -> Iterator[Site]:
    made = Site(
        Application(
            Store(bytes_max=20_000_000), Handler(), threads=2, body_bytes_max=1_000, streams_max=1, per_address_max=1
        )
    )
    yield made
    made.close()
    money.forget_the_books()


def pages(site: Site, addresses: list[str]) -> dict[str, tuple[int, bytes]]:
    answers = {address: site.get(address) for address in addresses}
    return {address: (answer.status, POSITION.sub(b"", answer.body)) for address, answer in answers.items()}


@pytest.mark.slow
@pytest.mark.no_cover  # tracing nearly doubles it, and every verb has tests of its own
@pytest.mark.one_database  # which pages a verb names is decided in Python; test_never_stale.py proves the rest on both
def test_after_any_verb_every_page_is_as_if_rendered_from_nothing(served: Site) -> None:
    executed = set[CodeType]()
    with noting(executed):
        world = World()
    assert isinstance(world.moderator, Account)
    assert {status for status, _ in pages(served, world.addresses).values()} == {200}

    stale = []
    for name, play in scenes.items():
        pages(served, world.addresses)  # so that all of them are kept
        with noting(executed):
            play(world)
        addresses = world.addresses
        as_served = pages(served, addresses)
        served.application.store.forget_everything()
        from_nothing = pages(served, addresses)
        stale += [f"{name}: {address}" for address in addresses if as_served[address] != from_nothing[address]]

    assert stale == []
    missing = [
        name
        for name, verb in all_verbs().items()
        if not name.startswith("standfirst.demo")
        and ".tests." not in name  # a sample fills an empty site
        and verb.__wrapped__.__code__ not in executed  # type: ignore[attr-defined]
    ]
    assert "\n".join(missing) == ""
