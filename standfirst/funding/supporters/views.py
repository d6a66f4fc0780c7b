"""The supporter's page: by a link from a mail, without an account or a password.

Nothing is changed by a GET: mail programs and scanners open every link they see. So a link
leads to a page with one button, and the button uses the link.
"""

import uuid
from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from standfirst.accounts import addresses
from standfirst.delivery.pages import personal_page, show_own_write
from standfirst.funding.models import Donor, Gift, YearStatement
from standfirst.funding.providers import registry
from standfirst.funding.supporters import acts, letters, links, receipts, roster, statements
from standfirst.funding.supporters import page as supporter_page
from standfirst.kit.errors import Refusal
from standfirst.mail.outbox import AddressRefused

TOKEN_LENGTH_MAX = 100  # characters; ours have 43
NUMBER_DIGITS_MAX = 18  # of a payment's number; the database's own limit
TYPED_LENGTH_MAX = 300  # characters of what was typed that are shown again
PORTAL = "https://billing.stripe.com"  # where Stripe lets a card be changed

type Act = Callable[[Gift, HttpRequest], HttpResponse | None]


@require_safe
@personal_page
def me(request: HttpRequest) -> HttpResponse:
    """A supporter's gifts, and what can be done with them; for strangers, the way in."""
    donor = links.of_request(request)
    if donor is None:
        return _ask_page(request)
    return _page(request, donor, done=request.GET.get("done", ""))


@require_POST
@personal_page
def links_collection(request: HttpRequest) -> HttpResponse:
    """Take an address. The answer is the same whether or not anybody with it ever gave."""
    typed = request.POST.get("email", "")
    try:
        letters.ask_for_link(address=typed, household=addresses.hash_of_request(request))
    except (AddressRefused, links.AskedTooOften) as refusal:
        return _ask_page(request, refusal, typed=typed[:TYPED_LENGTH_MAX])
    return redirect("supporter-asked")


@require_safe
@personal_page
def asked(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way, if there is anybody to whom it could go."""
    return render(request, "funding/supporter/asked.html", {"minutes": links.LINK_AGE_MAX.seconds // 60})


@require_safe
@personal_page
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The page to which a link leads. It looks nothing up: only its button uses the link."""
    response = render(request, "funding/supporter/open.html", {"token": token[:TOKEN_LENGTH_MAX]})
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_POST
@personal_page
def session(request: HttpRequest) -> HttpResponse:
    """Open the page with a link's token, or close it again (``end``: here, or ``everywhere``)."""
    response: HttpResponse
    if "end" in request.POST:
        donor = links.of_request(request)
        if donor is not None and request.POST["end"] == "everywhere":
            links.sign_out_everywhere(donor=donor)
        response = redirect("supporter")
        links.take_key(response)
        return response
    try:
        donor = links.use(token=request.POST.get("token", "")[:TOKEN_LENGTH_MAX])
    except links.LinkSpent as refusal:
        return _ask_page(request, refusal)
    response = redirect("supporter")
    links.hand_key(response, donor)
    return response


@require_POST
@personal_page
def act(request: HttpRequest, public_id: uuid.UUID, what: str) -> HttpResponse:
    """Do something with one gift, then show the page again with what was done."""
    donor = links.of_request(request)
    if donor is None:
        return redirect("supporter")
    gift = Gift.objects.select_related("donor", "campaign").filter(public_id=public_id, donor=donor).first()
    if gift is None or what not in ACTS:
        raise Http404
    try:
        response = ACTS[what](gift, request) or redirect(f"{reverse('supporter')}?done={what}")
    except Refusal as refusal:
        typed = {public_id: request.POST.get("amount", "")[:TYPED_LENGTH_MAX]}
        return _page(request, donor, refusal=refusal, typed=typed)
    show_own_write(response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@personal_page
def erasure(request: HttpRequest) -> HttpResponse:
    """Ask whether somebody really wants to be forgotten; forget them."""
    donor = links.of_request(request)
    if donor is None:
        return redirect("supporter")
    running = roster.live_subscriptions(donor)
    if request.method != "POST" or request.POST.get("sure") != "yes":
        unsure = request.method == "POST"
        return render(
            request,
            "funding/supporter/erasure.html",
            {"donor": donor, "running": len(running), "unsure": unsure},
            status=422 if unsure else 200,
        )
    try:
        acts.erase(donor=donor)
    except Refusal as refusal:
        return _page(request, donor, refusal=refusal)
    response = render(request, "funding/supporter/erased.html")
    links.take_key(response)
    show_own_write(response)
    return response


@require_safe
@personal_page
def receipt(request: HttpRequest, payment_id: int) -> HttpResponse:
    """A receipt as a PDF, for whom it was issued."""
    donor = links.of_request(request)
    found = receipts.of_payment(payment_id)
    if donor is None or found is None or found.payment.gift.donor_id != donor.pk:
        raise Http404
    return pdf_response(receipts.pdf(found), receipts.file_name(found))


@require_POST
@personal_page
def years_collection(request: HttpRequest) -> HttpResponse:
    """Issue the statement of a year and hand it out; what was issued before is handed out as a copy."""
    donor = links.of_request(request)
    if donor is None:
        return redirect("supporter")
    try:
        first_day = date.fromisoformat(request.POST.get("first_day", ""))
    except ValueError:
        raise Http404 from None
    try:
        issued, new = statements.issue(donor=donor, first_day=first_day)
    except Refusal as refusal:
        return _page(request, donor, refusal=refusal)
    return pdf_response(statements.pdf(issued, copy=not new), statements.file_name(issued))


@require_safe
@personal_page
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """A copy of a statement that was issued before."""
    donor = links.of_request(request)
    found = YearStatement.objects.select_related("donor").filter(pk=statement_id).first()
    if donor is None or found is None or donor.pk not in {found.donor_id, found.donor.merged_into_id}:
        raise Http404
    return pdf_response(statements.pdf(found, copy=True), statements.file_name(found))


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """Return a PDF as a file to keep."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _change_amount(gift: Gift, request: HttpRequest) -> None:
    acts.change_amount(gift=gift, typed=request.POST.get("amount", ""))


def _skip(gift: Gift, _request: HttpRequest) -> None:
    acts.skip_month(gift=gift)


def _pause(gift: Gift, request: HttpRequest) -> None:
    acts.pause(gift=gift, months=request.POST.get("months", ""))


def _resume(gift: Gift, _request: HttpRequest) -> None:
    acts.resume(gift=gift)


def _cancel(gift: Gift, _request: HttpRequest) -> None:
    acts.cancel(gift=gift)


def _name(gift: Gift, request: HttpRequest) -> None:
    roster.show_name(gift=gift, shown=request.POST.get("shown") == "yes")


def _card(gift: Gift, _request: HttpRequest) -> HttpResponse:
    page = acts.card_page(gift=gift, return_url=settings.STANDFIRST.url + reverse("supporter"))
    return HttpResponse(status=303, headers={"Location": page})


ACTS: dict[str, Act] = {
    "amount": _change_amount,
    "skip": _skip,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "name": _name,
    "card": _card,
}


def _page(
    request: HttpRequest,
    donor: Donor,
    *,
    done: str = "",
    refusal: Refusal | None = None,
    typed: dict[uuid.UUID, str] | None = None,
) -> HttpResponse:
    before = request.GET.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) <= NUMBER_DIGITS_MAX
    shown = supporter_page.build(donor, typed=typed or {}, before=int(before) if known else None)
    context = {"page": shown, "done": supporter_page.DONE.get(done), "refusal": refusal, "rehearsal": _rehearsal()}
    response = render(request, "funding/supporter/page.html", context, status=refusal.status if refusal else 200)
    # Browsers hold a form's redirect to the page's policy, too: the service's page has to be allowed.
    response.form_targets = registry.payment_pages() if _rehearsal() else (PORTAL,)  # type: ignore[attr-defined]
    return response


def _ask_page(request: HttpRequest, refusal: Refusal | None = None, *, typed: str = "") -> HttpResponse:
    context = {"refusal": refusal, "typed": typed, "rehearsal": _rehearsal()}
    response = render(request, "funding/supporter/ask.html", context, status=refusal.status if refusal else 200)
    if refusal is not None:
        response.headers["X-Refusal"] = refusal.code
    links.take_key(response)
    return response


def _rehearsal() -> bool:
    return registry.mode() == "rehearsal"
