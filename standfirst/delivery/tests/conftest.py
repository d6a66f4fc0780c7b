"""An application with a store of its own, and a client that talks ASGI to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from standfirst.delivery.application import Application
from standfirst.delivery.handler import Handler
from standfirst.delivery.store import Store
from standfirst.delivery.tests import site
from standfirst.testing.delivery import Site


@pytest.fixture
def own_site(transactional_db: None, settings: Any) -> Iterator[Site]:
    settings.ROOT_URLCONF = "standfirst.delivery.tests.site"
    for shared in (site.renders, site.expiry, site.before_return, site.before_figures, site.vanished):
        shared.clear()
    own = Store(bytes_max=1_000_000)
    made = Site(Application(own, Handler(), threads=2, body_bytes_max=10_000, streams_max=5, per_address_max=3))
    yield made
    made.close()
