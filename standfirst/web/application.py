"""The site put together: files, live streams, stored pages, and what stands behind them."""

import os

from django.conf import settings
from django.urls import get_resolver

from standfirst.delivery.application import Application
from standfirst.delivery.backend import Backend
from standfirst.delivery.passing import PAGE_THREADS
from standfirst.delivery.store import store
from standfirst.kit import clock
from standfirst.web import metrics
from standfirst.web.configuration import MIB
from standfirst.web.files import Files

VIEWS_MAX = 4  # processes, if nobody says how many: each takes some 60 MiB of its own


def calls_at_once() -> int:
    """Return how many calls of the backend there can be at the same time."""
    threads: int = settings.STANDFIRST.threads
    return threads + PAGE_THREADS


def views() -> int:
    """Return how many processes answer requests behind one front."""
    chosen: int = settings.STANDFIRST.views
    return chosen or min(os.cpu_count() or 1, VIEWS_MAX)


def load_views() -> None:
    """Load every view now, not in the first reader's request."""
    get_resolver().url_patterns  # noqa: B018 - a property that imports


def site_application(backend: Backend) -> Files:
    """Return the site as an ASGI application in front of ``backend``."""
    load_views()
    chosen = settings.STANDFIRST
    store.bytes_max = chosen.pages_mib_max * MIB
    delivery = Application(
        store,
        backend,
        threads=chosen.threads,
        body_bytes_max=chosen.upload_mib_max * MIB,
        streams_max=chosen.streams_max,
        per_address_max=chosen.streams_per_address_max,
    )
    metrics.begin(delivery)
    clock.when_set_back(store.forget_everything)
    return Files(delivery, static_root=settings.STATIC_ROOT, media_root=settings.MEDIA_ROOT)
