"""Every public address says what kind of page it is, and a kept page keeps nothing personal."""

from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

# Wagtail's own views; they need a session, and the front hands them on unread.
FOREIGN = ("desk/", "documents/")


def views(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from views(each.url_patterns, route)
        elif isinstance(each, URLPattern):
            yield route, each.callback


def test_every_public_view_declares_itself() -> None:
    public = [(route, view) for route, view in views(get_resolver().url_patterns) if not route.startswith(FOREIGN)]

    undeclared = [route for route, view in public if getattr(view, "page_kind", "") not in {"stored", "personal"}]

    assert len(public) > 20
    assert undeclared == []


def test_only_what_machines_call_is_free_of_the_origin_check_and_each_checks_a_signature() -> None:
    free = [route for route, view in views(get_resolver().url_patterns) if getattr(view, "csrf_exempt", False)]

    assert [route for route in free if not route.startswith(FOREIGN)] == [
        "discussion/following/stops/<str:token>/",
        "funding/events/<slug:provider>/",
        "mail/bounces/",
    ]


def test_what_wagtail_serves_is_personal_or_below_the_desk(client: Client, transactional_db: None) -> None:
    # Its views carry no mark of ours, so the front has to hand each of them on and keep nothing.
    foreign = [route for route, _view in views(get_resolver().url_patterns) if route.startswith(FOREIGN)]
    stored = [
        route
        for route, view in views(get_resolver().url_patterns)
        if route.startswith(FOREIGN) and getattr(view, "page_kind", "") == "stored"
    ]

    assert len(foreign) > 100
    assert stored == []
    for path in ("/desk/login/", "/desk/", "/documents/1/a.pdf"):
        answer = client.get(path, headers={"host": "127.0.0.1"})
        assert not hasattr(answer, "shown")
