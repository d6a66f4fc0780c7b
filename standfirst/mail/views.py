"""Where a mail service reports what came back."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from standfirst.delivery.pages import personal_page
from standfirst.kit.errors import Refusal
from standfirst.mail import bounces


@csrf_exempt
@require_POST
@personal_page
def report(request: HttpRequest) -> HttpResponse:
    """Take a mail service's report: verify, suppress, answer. 404 without a secret in the settings."""
    secret = settings.STANDFIRST.mail_bounce_secret
    if not secret:
        raise Http404
    body = _body(request)
    if body is None:
        return HttpResponse(status=413)
    try:
        bounces.check_signature(body, request.headers.get("Standfirst-Signature", ""), secret=secret)
        suppressed = bounces.take_in(bounces=bounces.read(body))
    except Refusal as refusal:
        return JsonResponse({"code": refusal.code, "message": str(refusal)}, status=refusal.status)
    return JsonResponse({"suppressed": suppressed})


def _body(request: HttpRequest) -> bytes | None:
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not (length.isascii() and length.isdigit()) or int(length) > bounces.BYTES_MAX:
        return None
    try:
        body = request.body
    except (RequestDataTooBig, RawPostDataException, UnreadablePostError):
        return None
    return body if len(body) <= bounces.BYTES_MAX else None
