"""A question on a page of its own: what is read and answered without scripts."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from standfirst.delivery.pages import shows, stored_page
from standfirst.discussion.questions import reading

PUBLICATION = "publication"


@require_safe
@stored_page()
def question(request: HttpRequest, key: str, mark: uuid.UUID) -> HttpResponse:
    """A question with its latest answers and the form to answer it."""
    found = reading.question_of(key, mark)
    response = render(request, "discussion/question.html", {"question": found})
    response.headers["X-Robots-Tag"] = "noindex"
    return shows(response, f"thread:{key}", found.change_key, PUBLICATION)
