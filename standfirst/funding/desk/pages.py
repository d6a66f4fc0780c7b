"""What the treasurers' own pages share: who may see them, their frame, and their place in the menu."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as text
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

type View = Callable[..., Any]


def allowed(permission: str) -> Callable[[View], View]:
    """Let in whoever has ``permission``; Wagtail leads others back to the desk's first page."""

    def guard(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return guard


def page(
    request: HttpRequest,
    template: str,
    *,
    title: str,
    icon: str,
    above: Sequence[tuple[str, str]] = (),
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Show a page in the desk's frame. ``above``: addresses and labels of the pages that it belongs under."""
    crumbs = [(reverse("wagtailadmin_home"), text("Home")), *above, ("", title)]
    frame = {
        "header_title": title,
        "header_icon": icon,
        "breadcrumbs_items": [{"url": url, "label": label} for url, label in crumbs],
    }
    return render(request, template, frame | context, status=status)


class DeskPages(ViewSet):
    """Pages that are no list of a model. In the menu of those who have ``permission``."""

    permission = ""

    @property
    def menu_item_class(self) -> Any:
        """Return the kind of item: shown to those who may open it."""
        permission = self.permission

        class Item(MenuItem):
            def is_shown(self, request: HttpRequest) -> bool:
                return request.user.has_perm(permission)

        return Item
