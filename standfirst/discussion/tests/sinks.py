"""Where comments come out, and how they get in: see ``standfirst.testing.sinks``."""

import itertools
import secrets
from collections.abc import Iterator
from urllib.parse import quote_from_bytes

from standfirst.accounts import guests
from standfirst.discussion import comments
from standfirst.discussion.comments import BroughtIn
from standfirst.discussion.models import Comment, State
from standfirst.discussion.pictures.belonging import Chosen
from standfirst.discussion.pictures.taking_in import clean_alt, keep_pending
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.testing.sinks import Kind, Said, sink, way_in

_numbers = itertools.count(1)
PLAIN = "Ines"


def a_pending_picture(alt: str) -> Chosen:
    """A picture without files: its words are what matters here."""
    name = secrets.token_hex(16)
    keep_pending(name=name, width=30, height=20, address_hash="", alt=clean_alt(alt))
    return Chosen(name, clean_alt(alt))


def named(said: Said, name: str, text: str) -> Comment:
    """Post under a hostile name if the rules let it through, else under a plain one."""
    for each in (name[:60], PLAIN):
        try:
            parent = said.comments[0].pk if said.comments and next(_numbers) % 3 == 0 else None
            pictures = [a_pending_picture(text)]
            guest = guests.welcome()
            posted = comments.post(
                thread_key=said.thread.key, name=each, text=text, parent_id=parent, guest=guest, pictures=pictures
            )
        except Refusal:
            continue
        return posted.comment
    return comments.post(thread_key=said.thread.key, name=PLAIN, text=f"{text} and words", guest=said.guest).comment


@way_in("posted")
def post(said: Said, payload: str) -> None:
    said.comments.append(named(said, payload, f"{payload} {next(_numbers)}"))


@way_in("posted through the form")
def send(said: Said, payload: str) -> None:
    raw = quote_from_bytes(payload.encode("utf-8", "surrogatepass"))
    number = next(_numbers)
    key = f"/discussion/threads/{said.thread.key}"
    for address, body in (
        ("comments", f"name={PLAIN}&text={raw}+{number}"),
        ("comments", f"name={raw}&text={raw}+{number}+again"),
        ("comments", f"name=&text={raw}&picture={raw}&picture-alt-{raw}={raw}"),
        ("comments", f"name={raw}&text=&parent={raw}"),
        ("preview", f"name={raw}&text={raw}"),
    ):
        for accepts, kind in (("text/html", Kind.HTML), ("application/json", Kind.JSON)):
            client = said.reader()
            answer = client.post(
                f"{key}/{address}/",
                body.encode(),
                content_type="application/x-www-form-urlencoded",
                headers={"accept": accepts},
                follow=True,
            )
            said.answers.append((kind, answer.content.decode()))
    written = Comment.objects.filter(thread=said.thread).exclude(pk__in=[each.pk for each in said.comments])
    said.comments += written


@way_in("changed by its author")
def change(said: Said, payload: str) -> None:
    written = named(said, PLAIN, f"Harmless {next(_numbers)}")
    comments.edit_by_guest(comment_id=written.pk, guest=written.guest, text=f"{payload} {next(_numbers)}")
    said.comments.append(written)


def brought_in(said: Said, payload: str, body_format: str) -> None:
    number = f"{said.thread.pk}-{next(_numbers)}"
    brought = BroughtIn(
        source_id=number,
        parent_source_id=None,
        name=payload,
        body=f"{payload} {number}",
        body_format=body_format,
        written_at=clock.now(),
        state=State.REJECTED if next(_numbers) % 5 == 0 else State.PUBLISHED,
        reason=payload,
    )
    comments.bring_in(thread_key=said.thread.key, source="elsewhere", comments=[brought])
    said.comments += Comment.objects.filter(source="elsewhere", source_id=number)


@way_in("brought in as HTML")
def bring_html(said: Said, payload: str) -> None:
    brought_in(said, payload, "html")


@way_in("brought in as Markdown")
def bring_markdown(said: Said, payload: str) -> None:
    brought_in(said, payload, "markdown")


@way_in("a moderator's reason")
def reject(said: Said, payload: str) -> None:
    written = named(said, PLAIN, f"Harmless {next(_numbers)}")
    comments.reject(comment_id=written.pk, by=said.moderator, reason=f"{payload} x")
    said.comments.append(written)


@sink("a thread's pages", Kind.HTML)
def thread_pages(said: Said) -> Iterator[str]:
    base = f"/discussion/threads/{said.thread.key}/"
    yield said.read(base)
    yield said.read(f"{base}?order=newest")
    yield said.read(f"{base}page/?order=newest")
    yield said.read(f"{base}since/0/")
    for comment in published(said)[:3]:
        yield said.read(f"{base}?comment={comment.pk}")


@sink("the answers to a comment", Kind.HTML)
def answers(said: Said) -> Iterator[str]:
    first = said.comments[0]
    if Comment.objects.filter(pk=first.pk, shown=True).exists():
        yield said.read(f"/discussion/comments/{first.pk}/replies/")
        yield said.read(f"/discussion/comments/{first.pk}/replies/?part=1")


def published(said: Said) -> list[Comment]:
    return list(said.thread.comments.filter(pk__in=[each.pk for each in said.comments], state=State.PUBLISHED))


@sink("the form to answer", Kind.HTML)
def forms(said: Said) -> Iterator[str]:
    for comment in published(said):
        yield said.read(f"/discussion/comments/{comment.pk}/reply/")


@sink("a card", Kind.HTML)
def cards(said: Said) -> Iterator[str]:
    for comment in published(said):
        answer = said.reader().get(f"/discussion/comments/{comment.pk}/cards/0/")
        if answer.status_code == 200:
            assert "\n" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["Content-Security-Policy"].count("img-src https://") == 1
            yield answer.content.decode()


@sink("one's own comments", Kind.HTML)
def own(said: Said) -> Iterator[str]:
    for comment in said.comments:
        if comment.guest is not None:
            client = said.reader(comment.guest)
            yield said.read(f"/discussion/comments/{comment.pk}/", client)
            yield said.read(f"/discussion/threads/{said.thread.key}/mine/", client)


@sink("the moderators' pages", Kind.HTML)
def desk(said: Said) -> Iterator[str]:
    client = said.at_the_desk()
    for state in ("held", "published", "rejected", ""):
        yield said.read(f"/desk/discussion/?state={state}", client)
    for comment in said.comments:
        yield said.read(f"/desk/discussion/comments/{comment.pk}/", client)


@sink("the log", Kind.LINE)
def log(said: Said) -> Iterator[str]:
    yield from said.logged
