"""What the desk's pages of several subjects share: rows that stay, and rows that a person can have tried again."""

from functools import partial
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

_ADDRESSES = {"delete": "delete_url_name", "add": "add_url_name", "edit": "edit_url_name"}


class LastingViewSet(ModelViewSet):
    """Rows that nobody deletes or copies. Of Wagtail's pages there are those of ``kept_pages``."""

    kept_pages: ClassVar = frozenset({"index", "index_results", "add", "edit", "inspect"})
    copy_view_enabled = False
    add_to_reference_index = False

    def get_common_view_kwargs(self, **kwargs: Any) -> Any:
        """Offer no page that is not there."""
        gone = {name for page, name in _ADDRESSES.items() if page not in self.kept_pages}
        return super().get_common_view_kwargs(**dict.fromkeys(gone | {"history_url_name", "usage_url_name"}) | kwargs)

    def get_urlpatterns(self) -> list[Any]:
        """Leave out the pages that are not kept."""
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in self.kept_pages]


class InspectTried(generic.InspectView):
    """The page of a row that may be tried again: tells the template whether it may be, now and by this person."""

    viewset: Any = None  # given by the view set

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether trying again makes sense."""
        may = self.viewset.is_waiting(self.object) and self.request.user.has_perm(self.viewset.retry_permission)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"may_try_again": may}


class TriedAgainViewSet(LastingViewSet):
    """Rows that only the program writes; a person reads them and has one tried again (``try_again``, by POST)."""

    kept_pages = frozenset({"index", "index_results", "inspect"})
    form_fields: ClassVar = ["state"]  # asked for by Wagtail; there is no page with it
    inspect_view_enabled = True
    inspect_view_class = InspectTried
    search_backend_name = None
    page_title: ClassVar[Promise]
    retry_permission: ClassVar[str]
    retried: ClassVar[Promise]

    def is_waiting(self, row: Any) -> bool:
        """Return whether another try makes sense."""
        raise NotImplementedError

    def try_again(self, row: Any) -> None:
        """Put the row back in line."""
        raise NotImplementedError

    def get_inspect_view_kwargs(self, **kwargs: Any) -> Any:
        """Let the row's page know of this view set."""
        return super().get_inspect_view_kwargs(**{"viewset": self, "page_title": self.page_title} | kwargs)

    def get_urlpatterns(self) -> list[Any]:
        """Add the address of another try."""
        again = require_POST(partial(_try_again, self))
        return [*super().get_urlpatterns(), path("<int:pk>/tries/", again, name="try_again")]


def _try_again(viewset: TriedAgainViewSet, request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm(viewset.retry_permission):
        raise PermissionDenied
    row: Model = get_object_or_404(viewset.model, pk=pk)
    viewset.try_again(row)
    messages.success(request, viewset.retried)
    return redirect(reverse(f"{viewset.name}:inspect", args=[row.pk]))
