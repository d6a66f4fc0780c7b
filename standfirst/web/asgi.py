"""The ASGI application that ``standfirst serve`` runs."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "standfirst.web.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django has to be set up first
from django.urls import get_resolver  # noqa: E402

from standfirst.delivery.application import Application  # noqa: E402
from standfirst.delivery.store import store  # noqa: E402
from standfirst.web import metrics  # noqa: E402
from standfirst.web.files import Files  # noqa: E402

# A page that is rendered in a thread gives way to the event loop after this long instead of Python's 5 ms:
# measured in docs/performance.md, under "While the discussion is busy".
sys.setswitchinterval(0.0005)

get_resolver().url_patterns  # noqa: B018 - loads every view now, not in the first reader's request

_chosen = settings.STANDFIRST
store.bytes_max = _chosen.pages_mib_max * 1024 * 1024

_delivery = Application(
    store,
    threads=_chosen.threads,
    body_bytes_max=_chosen.upload_mib_max * 1024 * 1024,
    streams_max=_chosen.streams_max,
    per_address_max=_chosen.streams_per_address_max,
)
metrics.begin(_delivery)
application = Files(_delivery, static_root=settings.STATIC_ROOT, media_root=settings.MEDIA_ROOT)
