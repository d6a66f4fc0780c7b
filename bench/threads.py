"""Threads of a stated size and shape, written in bulk: what no reader would wait for to be typed."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.db import connection, transaction
from django.db.models import Max, Min, Model

from standfirst.discussion import counts, markup
from standfirst.discussion.merit import merit_of
from standfirst.discussion.models import Comment, Decision, Revision, State, Swing, Thread, Vote
from standfirst.kit import clock

ROWS_AT_ONCE = 2_000
NAMES = (
    "Marta Lindqvist",
    "O. Bauer",
    "Ibrahim",
    "harbour_watcher",
    "Ana-Sofía Ruiz",
    "Tom",
    "Zoë K.",
    "J. P. Adeyemi",
)
TEXTS = (
    "I have lived on this street for *thirty* years and nobody asked us.\n\nThe old plan was better.",
    "Thank you for this. One question: who pays for the maintenance after the first five years?",
    "> nobody asked us\n\nThey did, twice; the minutes are at https://example.org/minutes and anybody can read them.",
    "Agreed.",
)
# Where the answers of two roots hang, as (root, depth): four of them, so that 20 roots come to 60 comments.
_ANSWERS = ((0, 1), (0, 2), (0, 1), (1, 1))


def fill(story_key: str, *, comments: int) -> None:
    """Give the thread of ``story_key`` so many comments instead of those it has; every three are one root."""
    thread = Thread.objects.get(key=story_key)
    with transaction.atomic():
        _empty(thread)
        made = _made(thread, comments)
        while rows := list(islice(made, ROWS_AT_ONCE)):
            Comment.objects.bulk_create(rows)
            Revision.objects.bulk_create([_revision(row) for row in rows])
    Thread.objects.filter(pk=thread.pk).update(event=comments, votes_number=0)
    counts.recount(thread_key=story_key)


def copy(model: Thread, copies: int) -> None:
    """Copy the thread ``model`` with all its comments, by bulk SQL."""
    span = model.comments.aggregate(first=Min("id"), last=Max("id"))
    ahead = Comment.objects.aggregate(last=Max("id"))["last"] - span["first"] + 1
    about = {name: getattr(model, name) for name in _columns(Thread) if name != "id"}
    for number in range(copies):
        # All ids move on by the same step, so answers find what they answer.
        step = ahead + number * (span["last"] - span["first"] + 1)
        with transaction.atomic(), connection.cursor() as cursor:
            made = Thread.objects.create(**about | {"key": f"copy:{step}", "url": f"/copies/{step}/"})
            said = {"id": f"id + {step}", "parent_id": f"parent_id + {step}", "root_id": f"root_id + {step}"}
            said |= {"thread_id": str(made.pk)}
            cursor.execute(_insert(Comment, said, f"thread_id = {model.pk}"))
            inside = f"comment_id IN (SELECT id FROM discussion_comment WHERE thread_id = {model.pk})"
            cursor.execute(_insert(Revision, {"comment_id": f"comment_id + {step}"}, inside, without=("id",)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _insert(table: type[Model], changed: dict[str, str], where: str, *, without: tuple[str, ...] = ()) -> str:
    columns = [column for column in _columns(table) if column not in without]
    values = ", ".join(changed.get(column, column) for column in columns)
    name = f"discussion_{table.__name__.lower()}"
    return f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM {name} WHERE {where}"


def _columns(table: type[Model]) -> list[str]:
    fields = table._meta.concrete_fields  # noqa: SLF001 - Django's own way to a table's columns
    return [field.column for field in fields if not field.generated]


def _empty(thread: Thread) -> None:
    for model in (Swing, Vote, Revision, Decision):
        model.objects.filter(comment__thread=thread).delete()
    with connection.cursor() as cursor:  # at once, though answers protect what they answer
        cursor.execute("DELETE FROM discussion_comment WHERE thread_id = %s", [thread.pk])


def _made(thread: Thread, count: int) -> Iterator[Comment]:
    """Yield the rows, with ids of our own: answers name the row they answer before it is written."""
    newest = Comment.objects.order_by("-id").values_list("id", flat=True).first() or 0
    begun = clock.now() - timedelta(seconds=count + 60)
    htmls = [markup.from_markdown(text) for text in TEXTS]
    roots: list[Comment] = []
    last: Comment | None = None
    for number in range(count):
        step = number % 6
        if step == 0:
            roots = []
        parent, root = None, None
        if step > 1:
            which, depth = _ANSWERS[step - 2]
            root = roots[which]
            parent = last if depth == 2 else root
        last = Comment(
            id=newest + 1 + number,
            thread=thread,
            parent=parent,
            root=root,
            depth=0 if parent is None else parent.depth + 1,
            name=f"{NAMES[number % len(NAMES)]} {number % 97}",
            html=htmls[number % len(htmls)],
            state=State.PUBLISHED,
            created_at=begun + timedelta(seconds=number),
            published_at=begun + timedelta(seconds=number),
            event=number + 1,
            up_count=number % 7,
            down_count=number % 3,
            score=number % 7 - number % 3,
            merit=merit_of(number % 7, number % 3),
            up_count_before=number % 7,
            down_count_before=number % 3,
        )
        if parent is None:
            roots.append(last)
        yield last


def _revision(row: Comment) -> Revision:
    text = TEXTS[(row.event - 1) % len(TEXTS)]
    return Revision(
        comment=row,
        text=text,
        html=row.html,
        text_hash=markup.fingerprint(text),
        verdict=Revision.Verdict.PUBLISH,
        written_at=row.created_at,
    )
