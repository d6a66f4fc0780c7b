"""The pages on which readers give, and the door at which payment services report."""

import logging
import re
import secrets
import uuid
from ipaddress import ip_address
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from standfirst.accounts import addresses, challenges
from standfirst.delivery.pages import personal_page, show_own_write, shows, stored_page
from standfirst.funding import allowances, campaigns
from standfirst.funding.campaigns import CAMPAIGN_KEY
from standfirst.funding.giving import form as giftform
from standfirst.funding.giving import gave, gifts, methods, references, wishes
from standfirst.funding.models import TRANSFER_OPEN_AGE_MAX, Gift, Interval
from standfirst.funding.payments import inbox, settlers
from standfirst.funding.providers import bank, registry
from standfirst.funding.providers.protocol import EventRefused, NotSetUp
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale

log = logging.getLogger(__name__)
EVENT_BYTES_MAX = 512 * 1024  # Stripe's messages stay below 64 KB; nothing larger is read
PURPOSE = "gift"  # of a challenge
BROWSER_COOKIE = "sf_gift"
BROWSER_COOKIE_AGE_SECONDS = 24 * 3600  # far longer than a payment page lives
_BROWSER_KEY = re.compile(r"[0-9a-f]{32}")


@require_safe
@stored_page(query=("from", "amount", "interval", "currency"))
def support(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The form of a campaign, of the one on every page by default. The same bytes for everybody.

    ``from`` names the story that led here. A campaign that takes no more gifts says so: stories lead here for years.
    """
    campaign = giftform.campaign_of(slug) or campaigns.closed(slug)
    if slug and campaign is None:
        raise Http404
    form = giftform.build(giftform.prefilled(request.GET, campaign), campaign=campaign)
    return shows(_form_page(request, form), "publication", CAMPAIGN_KEY)


@personal_page
def gifts_collection(request: HttpRequest) -> HttpResponse:
    """Take the form: write down the gift, open its payment page, and lead there.

    A browser that has no key yet is given one and asked to send the form again (307), so that
    a double click, the back button and a second tab are known as the same gift. What was not
    shown to the supporter (a sum with fees), or may be a mistake, is asked first.
    """
    if request.method != "POST":
        return redirect("support")
    browser_key = _browser_key(request)
    if not browser_key and "keyed" not in request.GET:
        return _hand_browser_key()
    typed = giftform.Typed.of(request.POST)
    if "change" in request.POST:
        return _form_page(request, giftform.build(typed, campaign=giftform.campaign_of(typed.campaign)))
    try:
        meant, household = typed.wish(), _household(request)
        lately = wishes.given_lately(meant, browser_key=browser_key, household=household, email=typed.email)
        asks_again, asks_sum = lately and not typed.again, _sum_unseen(typed, meant)
        if asks_again or asks_sum:
            return _confirm_page(request, typed, meant, asks_again=asks_again)
        _take_allowance(typed, meant, browser_key, household)
        page = gifts.payment_page(_start(typed, meant, browser_key, household))
    except Refusal as refusal:
        return _refused_form(request, typed, refusal)
    return HttpResponse(status=303, headers={"Location": page})


def _sum_unseen(typed: giftform.Typed, meant: wishes.Wish) -> bool:
    return bool(meant.cover.minor) and typed.confirmed != str(meant.charged.minor)


def _take_allowance(typed: giftform.Typed, meant: wishes.Wish, browser_key: str, household: str) -> None:
    if gifts.has_page(meant, browser_key=browser_key):
        return  # a double click or the back button: nothing new is opened
    asker = allowances.Asker(
        household=household,
        browser=wishes.hash_of_browser(browser_key),
        email=allowances.hash_of_email(typed.email),
    )
    allowances.take(asker, solved=challenges.solved(typed.solution, PURPOSE), card=meant.method is methods.CARD)


def _start(typed: giftform.Typed, meant: wishes.Wish, browser_key: str, household: str) -> Gift:
    return gifts.start(
        amount=meant.amount,
        interval=meant.interval,
        cover=typed.cover,
        campaign=meant.campaign,
        method=meant.method.name,
        display_name=typed.name,
        message=typed.message,
        dedication=typed.dedication,
        anonymous=typed.anonymous,
        story_key=typed.story_key,
        browser_key=browser_key,
        household=household,
        email=typed.email,
    )


def _refused_form(request: HttpRequest, typed: giftform.Typed, refusal: Refusal) -> HttpResponse:
    challenge = challenges.make(PURPOSE) if isinstance(refusal, allowances.ChallengeNeeded) else ""
    form = giftform.build(typed, campaign=giftform.campaign_of(typed.campaign), refusal=refusal, challenge=challenge)
    response = _form_page(request, form, status=refusal.status)
    response.headers["X-Refusal"] = refusal.code
    if isinstance(refusal, allowances.TooManyTries):
        response.headers["Retry-After"] = str(60 * refusal.details["minutes"])
    return response


def _confirm_page(request: HttpRequest, typed: giftform.Typed, meant: wishes.Wish, *, asks_again: bool) -> HttpResponse:
    locale = current_locale()
    context = {
        "typed": typed,
        "campaign": meant.campaign,
        "interval": meant.interval,
        "amount": meant.amount.show(locale),
        "cover": meant.cover.show(locale) if meant.cover.minor else "",
        "charged": meant.charged.show(locale),
        "charged_minor": str(meant.charged.minor),
        "asks_again": asks_again,
        "rehearsal": _rehearsal(),
    }
    response = render(request, "funding/confirm.html", context)
    response.form_targets = registry.payment_pages()  # type: ignore[attr-defined]
    return response


def _form_page(request: HttpRequest, form: giftform.GiftForm, *, status: int = 200) -> HttpResponse:
    response = render(request, "funding/support.html", {"form": form, "rehearsal": _rehearsal()}, status=status)
    # Browsers hold a form's redirect to the page's policy, too: the payment page has to be allowed.
    response.form_targets = registry.payment_pages()  # type: ignore[attr-defined]
    return response


def _household(request: HttpRequest) -> str:
    """Return the hash of the household that asks; "" where a proxy that nobody named hides all of them."""
    address = addresses.of_request(request)
    if not address or ip_address(address).is_loopback:
        return ""
    return addresses.hash_of(address)


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
    paid = gift.status == Gift.Status.PAID
    if not paid and gift.provider == methods.TRANSFER.name:
        return redirect("gift-transfer", public_id)
    if gift.status in {Gift.Status.LAPSED, Gift.Status.FAILED}:
        return redirect("gift-cancelled", public_id)
    response = render(request, "funding/thanks.html", _about(gift) | {"paid": paid})
    if paid:
        gave.remember(response, gift)
    show_own_write(response)
    return response


@require_safe
@personal_page
def transfer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Where, how much and under which reference to transfer; to be kept or printed."""
    gift = _gift_or_404(public_id)
    if gift.provider != methods.TRANSFER.name or not gift.reference:
        raise Http404
    if gift.status == Gift.Status.PAID:
        return redirect("gift-thanks", public_id)
    account = registry.bank_account()
    reference = references.shown(gift.reference)
    code = bank.epc_code(account, gift.charged, reference) if account.ready else ""
    context = {
        "account": account,
        "reference": reference,
        "code": mark_safe(code),  # noqa: S308 - made by the QR library of figures and our own settings
        "amount_figure": str(gift.charged.major),
        "lapsed": gift.status == Gift.Status.LAPSED,
        "until": gift.started_at + TRANSFER_OPEN_AGE_MAX,
    }
    return render(request, "funding/transfer.html", _about(gift) | context)


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
        "amount": gift.money.show(current_locale()),
        "charged": gift.charged.show(current_locale()),
        "form_address": _form_address(gift),
        "rehearsal": _rehearsal(),
    }


def _form_address(gift: Gift) -> str:
    wished = {"from": gift.story_key, "amount": str(gift.money.major)}
    wished["interval"] = "" if gift.interval == Interval.ONCE else gift.interval
    wished["currency"] = "" if gift.currency == gift.campaign.currency else gift.currency
    form = reverse("support") if gift.campaign.featured else reverse("support-campaign", args=[gift.campaign.slug])
    return f"{form}?{urlencode({name: value for name, value in wished.items() if value})}"


@csrf_exempt
@require_POST
@personal_page
def events(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's message: verify, keep, answer. What it is about is settled beside that.

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
    settlers.settle(waiting)
    return HttpResponse(status=200)


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
