"""The ASGI application that ``standfirst serve`` runs."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "standfirst.web.settings")
django.setup()
