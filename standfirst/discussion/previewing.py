"""How a comment would look: rendered as it would be posted, kept nowhere."""

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from standfirst.accounts import addresses
from standfirst.delivery.pages import personal_page
from standfirst.discussion import form_again, posting, refusals, threads
from standfirst.discussion.models import TEXT_LENGTH_MAX
from standfirst.discussion.pictures.sent import Sent
from standfirst.kit.errors import Refusal


@personal_page
@require_POST
def preview(request: HttpRequest, key: str) -> HttpResponseBase:
    """Show the text as it would look, above the form with all that was typed; as JSON, the text alone.

    Pictures that were chosen without a script are taken in, so that they need not be chosen again.
    """
    thread = threads.thread_of(key)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"html": _rendered(request)})
    sent = Sent(request)
    refusal, html = None, SafeString("")
    try:
        form_again.parent_id(request)
        sent.take(addresses.hash_of_request(request))
        html = _rendered(request)
    except Refusal as refused:
        refusal = refused
    answers = not isinstance(refusal, refusals.ParentElsewhere)
    context = form_again.context(request, thread, sent, answers=answers) | {"preview": html, "refusal": refusal}
    response = render(request, form_again.TEMPLATE, context, status=refusal.status if refusal else 200)
    if refusal is not None:
        response.headers["X-Refusal"] = refusal.code
    return response


def _rendered(request: HttpRequest) -> SafeString:
    draft = posting.drafted(name="", text=request.POST.get("text", ""))
    if len(draft.text) > TEXT_LENGTH_MAX:
        raise refusals.TextTooLong(length=len(draft.text), length_max=TEXT_LENGTH_MAX)
    if not draft.html:
        raise refusals.TextMissing
    return SafeString(draft.html)
