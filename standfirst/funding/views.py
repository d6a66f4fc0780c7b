"""The pages on which readers give, and the door at which payment services report."""

import logging
import re
import secrets
import uuid

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from standfirst.delivery.pages import personal_page, show_own_write, shows, stored_page
from standfirst.funding import giftform, gifts, inbox
from standfirst.funding.campaigns import CAMPAIGN_KEY
from standfirst.funding.models import Gift
from standfirst.funding.providers import registry
from standfirst.funding.providers.protocol import EventRefused, NotSetUp
from standfirst.kit.errors import Refusal

log = logging.getLogger(__name__)
EVENT_BYTES_MAX = 512 * 1024  # Stripe's messages stay below 64 KB; nothing larger is read
BROWSER_COOKIE = "sf_gift"
BROWSER_COOKIE_AGE_SECONDS = 24 * 3600  # far longer than a payment page lives
_BROWSER_KEY = re.compile(r"[0-9a-f]{32}")


@require_safe
@stored_page(query=("from", "amount"))
def support(request: HttpRequest) -> HttpResponse:
    """The form. The same bytes for everybody; ``from`` names the story that led here."""
    form = giftform.build(giftform.prefilled(request.GET))
    return shows(_form_page(request, form), "publication", CAMPAIGN_KEY)


@personal_page
def gifts_collection(request: HttpRequest) -> HttpResponse:
    """Take the form: write down the gift, open its payment page, and lead there.

    A browser that has no key yet is given one and asked to send the form again (307), so that
    a double click, the back button and a second tab are known as the same gift.
    """
    if request.method != "POST":
        return redirect("support")
    browser_key = _browser_key(request)
    if not browser_key and "keyed" not in request.GET:
        return _hand_browser_key()
    typed = giftform.Typed.of(request.POST)
    try:
        gift = _start(typed, browser_key)
        page = gifts.payment_page(gift)
    except Refusal as refusal:
        response = _form_page(request, giftform.build(typed, refusal), status=refusal.status)
        response.headers["X-Refusal"] = refusal.code
        return response
    return HttpResponse(status=303, headers={"Location": page})


def _start(typed: giftform.Typed, browser_key: str) -> Gift:
    campaign = giftform.build(typed).campaign
    if campaign is None:
        raise gifts.NoCampaign
    return gifts.start(
        amount=typed.money(campaign.currency),
        display_name=typed.name,
        message=typed.message,
        anonymous=typed.anonymous,
        story_key=typed.story_key,
        browser_key=browser_key,
    )


def _form_page(request: HttpRequest, form: giftform.GiftForm, *, status: int = 200) -> HttpResponse:
    response = render(request, "funding/support.html", {"form": form, "rehearsal": _rehearsal()}, status=status)
    # Browsers hold a form's redirect to the page's policy, too: the payment page has to be allowed.
    response.form_targets = registry.payment_pages()  # type: ignore[attr-defined]
    return response


def _browser_key(request: HttpRequest) -> str:
    key = request.COOKIES.get(BROWSER_COOKIE, "")
    return key if _BROWSER_KEY.fullmatch(key) else ""


def _hand_browser_key() -> HttpResponse:
    again = HttpResponseRedirect(reverse("gifts") + "?keyed=1", preserve_request=True)
    again.set_cookie(
        BROWSER_COOKIE,
        secrets.token_hex(16),
        max_age=BROWSER_COOKIE_AGE_SECONDS,
        path=reverse("gifts"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return again


@require_safe
@personal_page
def thanks(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Where a supporter returns to. Being here proves nothing: the provider is asked."""
    gift = _gift_or_404(public_id)
    try:
        gift = gifts.refresh(gift)
    except Refusal as refusal:
        log.warning("gift %s: %s", public_id, refusal)
    if gift.status in {Gift.Status.LAPSED, Gift.Status.FAILED}:
        return redirect("gift-cancelled", public_id)
    response = render(request, "funding/thanks.html", _about(gift) | {"paid": gift.status == Gift.Status.PAID})
    show_own_write(response)
    return response


@require_safe
@personal_page
def cancelled(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Where a supporter arrives who did not pay."""
    gift = _gift_or_404(public_id)
    if gift.status == Gift.Status.PAID:
        return redirect("gift-thanks", public_id)
    return render(request, "funding/cancelled.html", _about(gift))


def _gift_or_404(public_id: uuid.UUID) -> Gift:
    gift = gifts.find(public_id)
    if gift is None:
        raise Http404
    return gift


def _about(gift: Gift) -> dict[str, object]:
    return {
        "gift": gift,
        "amount": gift.money.show(giftform.locale()),
        "amount_typed": str(gift.money.major),
        "rehearsal": _rehearsal(),
    }


@csrf_exempt
@require_POST
@personal_page
def events(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's message: verify, keep, answer. What it is about is settled at once if that is quick.

    Whatever goes wrong after it is kept is the inbox's business; 503 asks the provider to come again.
    """
    body = _body(request)
    if body is None:
        return HttpResponse(status=413)
    try:
        messages = registry.provider(provider).verify(body, request.headers)
        waiting = inbox.receive(provider=provider, messages=messages)
    except NotSetUp as refusal:
        return JsonResponse({"code": refusal.code, "message": str(refusal)}, status=404)
    except EventRefused as refusal:
        return JsonResponse({"code": refusal.code, "message": str(refusal)}, status=refusal.status)
    except DatabaseError:
        log.exception("a message of %s could not be kept", provider)
        return HttpResponse(status=503)
    _settle_now(waiting)
    return HttpResponse(status=200)


def _settle_now(waiting: list[int]) -> None:
    for event_pk in waiting:
        try:
            inbox.process(event_pk)
        except DatabaseError:
            log.warning("message %s is left to the scheduler", event_pk, exc_info=True)


def _body(request: HttpRequest) -> bytes | None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not str(length).isdigit() or int(length) > EVENT_BYTES_MAX:
        return None
    try:
        body = request.body
    except (RequestDataTooBig, RawPostDataException, UnreadablePostError):
        return None
    return body if len(body) <= EVENT_BYTES_MAX else None


def _rehearsal() -> bool:
    return registry.mode() == "rehearsal"
