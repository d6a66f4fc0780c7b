"""The site as an ASGI application in one process, for any ASGI server. ``standfirst serve`` takes two."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "standfirst.web.settings")
django.setup()

from standfirst.delivery.handler import Handler  # noqa: E402 - Django has to be set up first
from standfirst.web.application import site_application  # noqa: E402

application = site_application(Handler())
