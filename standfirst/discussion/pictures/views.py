"""Addresses of pictures: taken in for a script, taken back, shown to those who may see them."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import register_converter
from django.urls.converters import StringConverter
from django.views.decorators.http import require_POST, require_safe

from standfirst.accounts import addresses, readers
from standfirst.delivery.pages import personal_page
from standfirst.discussion import comments, refusals, threads
from standfirst.discussion.models import CommentPicture, State
from standfirst.discussion.pictures import belonging, gallery, refused, shelf, taking_in

LASTING = "public, max-age=31536000, s-maxage=300, immutable"  # what is removed leaves shared caches in five minutes
SANDBOX = "default-src 'none'; sandbox"


class NameConverter(StringConverter):
    """The name of a picture."""

    regex = "[0-9a-f]{32}"


class SizeConverter(StringConverter):
    """Which of its files."""

    regex = "(?:-small)?"


register_converter(NameConverter, "picture")
register_converter(SizeConverter, "picture_size")


@personal_page
@require_POST
def pictures(request: HttpRequest, key: str) -> HttpResponseBase:
    """Take in a picture while its comment is being written; it is seen by whoever knows its name."""
    if threads.thread_of(key).closed_reason is not None:
        raise refusals.ThreadClosed
    file = request.FILES.get("file")
    if file is None:
        raise refused.NotAPicture
    taken = gallery.of(taking_in.take_in(file=file, address_hash=addresses.hash_of_request(request)))
    return JsonResponse({"name": taken.name, "url": taken.small_url}, status=201)


@personal_page
@require_POST
def removal(request: HttpRequest, name: str) -> HttpResponseBase:
    """Take a picture back before its comment is posted."""
    belonging.take_back(name=name)
    return JsonResponse({})


@personal_page
@require_safe
def picture(request: HttpRequest, name: str, size: str) -> HttpResponseBase:
    """A picture: of a published comment to everybody, of another to its author, a pending one to whoever knows it."""
    found = CommentPicture.objects.select_related("comment__thread").filter(name=name).first()
    if found is None:
        raise refused.NoSuchPicture
    comment = found.comment
    public = comment is not None and comment.state == State.PUBLISHED and comment.thread.withdrawn_at is None
    if comment is not None and not public:
        reader = readers.of_request(request)
        is_author = comments.is_by(comment, guest=reader.guest, account=reader.account)
        if not is_author or comment.state == State.REMOVED:
            raise refused.NoSuchPicture
    return file_of(name, size, lasting=public)


def file_of(name: str, size: str, *, lasting: bool) -> HttpResponseBase:
    """Return a file of the shelf: one type, sandboxed, for our own pages only. NoSuchPicture."""
    try:
        file = shelf.path(name, size).read_bytes()  # some hundred kilobytes
    except FileNotFoundError as error:
        raise refused.NoSuchPicture from error
    response = HttpResponse(file, content_type="image/webp")
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    if lasting:
        response.headers["Cache-Control"] = LASTING
    return response
