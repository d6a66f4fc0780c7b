"""A small site for the tests of delivery: it knows no subject, so its pages show keys of the tests' own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from standfirst.delivery import fragments
from standfirst.delivery.fragments import Rendered, hole
from standfirst.delivery.models import Change
from standfirst.delivery.pages import personal_page, shows, stored_page
from standfirst.delivery.views import fragment

renders: dict[str, int] = {}
expiry: dict[str, datetime] = {}
before_return: list[Any] = []
before_figures: list[Any] = []
vanished: set[str] = set()
_numbers = count()


def value_of(key: str) -> int:
    """Return how often ``key`` was touched: a fact that lies in the database."""
    return Change.objects.filter(key=key).count()


@fragments.fragments("figure")
def figures(names: Sequence[str]) -> Mapping[str, Rendered]:
    """One fragment for each name that begins with a; others do not exist."""
    for name in names:
        renders[f"figure:{name}"] = renders.get(f"figure:{name}", 0) + 1
    values = {name: value_of(f"figure:{name}") for name in names}
    for each in before_figures:
        each()
    return {
        name: Rendered(f"<b>{values[name]}</b>", frozenset({f"figure:{name}"}), expiry.get(name))
        for name in names
        if name.startswith("a") and name not in vanished
    }


@stored_page(query=("after",))
def story(request: HttpRequest, number: int) -> HttpResponse:
    """A page that shows a key of its own and a hole."""
    renders[f"story:{number}"] = renders.get(f"story:{number}", 0) + 1
    head = f"<p>story {number} at {value_of(f'story:{number}')} {request.GET.get('after', '')}"
    text = f"{head} {hole('figure:a')} <i>{hole('now')}</i></p>"
    for each in before_return:
        each()
    return shows(HttpResponse(text + "x" * 400), f"story:{number}", expires_at=expiry.get(f"story:{number}"))


@stored_page()
def forgetful(request: HttpRequest) -> HttpResponse:
    """A stored page that does not say what it shows."""
    return HttpResponse(f"render {next(_numbers)}")


@stored_page()
def with_cookie(request: HttpRequest) -> HttpResponse:
    """A stored page that sets a cookie after all."""
    response = HttpResponse(f"render {next(_numbers)}")
    response.set_cookie("who", "somebody")
    return shows(response, "cookie")


@stored_page()
def broken(request: HttpRequest) -> HttpResponse:
    """A page that works until the database goes away."""
    for each in before_return:
        each()
    return shows(HttpResponse("all is well" + "x" * 400), "story:9")


@stored_page()
def named(request: HttpRequest) -> HttpResponse:
    """A page that says under which address it was made."""
    return shows(HttpResponse(request.build_absolute_uri()), "named")


@stored_page()
def long(request: HttpRequest) -> HttpResponse:
    """A page that is worth packing."""
    return shows(HttpResponse(" ".join(f"{number} squared is {number * number}." for number in range(900))), "long")


@stored_page()
def gone(request: HttpRequest) -> HttpResponse:
    """A page that is there until its key is touched; then the database may be away, too."""
    for each in before_return:
        each()
    if value_of("gone"):
        return HttpResponse("no longer here", status=404)
    return shows(HttpResponse("here" + "x" * 400), "gone")


@personal_page
def mine(request: HttpRequest) -> HttpResponse:
    """A page for one person."""
    return HttpResponse(f"you sent {request.COOKIES.get('who', 'nothing')} {hole('figure:a')}")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 without the look of a site."""
    return HttpResponse(status=404)


handler404 = not_found
urlpatterns = [
    path("stories/<int:number>/", story),
    path("broken/", broken),
    path("forgetful/", forgetful),
    path("with-cookie/", with_cookie),
    path("named/", named),
    path("gone/", gone),
    path("long/", long),
    path("mine/", mine),
    path("fragments/<str:name>", fragment),
]
