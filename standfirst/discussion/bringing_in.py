"""Comments that came from an earlier system: brought in once, with their names, dates, nesting and votes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from standfirst.delivery.changes import touch, verb
from standfirst.discussion import counts, markup, refusals
from standfirst.discussion.merit import merit_of
from standfirst.discussion.models import (
    DEPTH_MAX,
    NAME_LENGTH_MAX,
    REASON_LENGTH_MAX,
    SOURCE_ID_LENGTH_MAX,
    Comment,
    Revision,
    State,
    Thread,
)
from standfirst.kit.text import clean_line, clean_text

AT_ONCE = 500  # rows in one statement


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """A comment of another system, as an importer read it.

    ``body_format`` is "html" or "markdown", ``state`` "published", "held" or "rejected";
    ``up`` and ``down`` are votes that were cast there, ``question`` is the mark of the question that it answers.
    """

    source_id: str
    parent_source_id: str | None
    name: str
    body: str
    body_format: str
    written_at: datetime
    state: str
    reason: str = ""
    up: int = 0
    down: int = 0
    question: str = ""


@dataclass(slots=True)
class BroughtInReport:
    """What came in: how many, how many stood there before, and what was left out or mended, by source id and why."""

    taken: int = 0
    known: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)
    mended: list[tuple[str, str]] = field(default_factory=list)


def bring_in(*, thread_key: str, source: str, comments: Sequence[BroughtIn]) -> BroughtInReport:
    """Bring ``comments`` of the system ``source`` into a thread; what came before is left as it is.

    A comment whose parent is not among them nor in the thread, or that answers itself by a
    detour, becomes a comment of its own. A name that is empty becomes "Guest".
    Refusals: NoSuchThread. Locks the thread's row while it writes.
    """
    report = BroughtInReport()
    rendered: dict[str, tuple[BroughtIn, str]] = {}
    for comment in comments:
        reason = _unfit(comment)
        html = "" if reason else _rendered(comment)
        if comment.source_id in rendered:
            report.left_out.append((comment.source_id, "its id comes twice"))
        elif reason or not markup.words(html):
            report.left_out.append((comment.source_id, reason or "it has no text"))
        else:
            rendered[comment.source_id] = (comment, html)
    return keep_brought_in(thread_key=thread_key, source=source, rendered=rendered, report=report)


@verb
def keep_brought_in(
    *, thread_key: str, source: str, rendered: dict[str, tuple[BroughtIn, str]], report: BroughtInReport
) -> BroughtInReport:
    """Write down rendered comments. For ``bring_in``. Locks the thread's row. Refusals: NoSuchThread."""
    thread = Thread.objects.select_for_update().filter(key=thread_key).first()
    if thread is None:
        raise refusals.NoSuchThread
    known = _known(source, rendered)
    report.known = len(known)
    fresh = {source_id: pair for source_id, pair in rendered.items() if source_id not in known}
    parents = _known(source, {pair[0].parent_source_id for pair in fresh.values() if pair[0].parent_source_id})
    standing = {key: row for key, row in (known | parents).items() if row.thread_id == thread.pk}
    questions = {str(each.mark): each.pk for each in thread.questions.all()}
    for generation in _generations({key: pair[0] for key, pair in fresh.items()}, standing, report):
        rows = [_row(thread, source, *fresh[key], standing) for key in generation]
        for row, key in zip(rows, generation, strict=True):
            row.question_id = questions.get(fresh[key][0].question) if row.parent is None else None
        Comment.objects.bulk_create(rows, batch_size=AT_ONCE)
        standing |= dict(zip(generation, rows, strict=True))
        Revision.objects.bulk_create(
            [_revision(row, fresh[key][0]) for key, row in zip(generation, rows, strict=True)], batch_size=AT_ONCE
        )
        report.taken += len(rows)
    if report.taken:
        counts.recount(thread_key=thread_key)
        touch(thread.change_key)
    return report


def _unfit(comment: BroughtIn) -> str:
    if comment.state not in {State.PUBLISHED, State.HELD, State.REJECTED}:
        return f"its state {comment.state!r} is not known"
    if comment.body_format not in Revision.Format.values:
        return f"its format {comment.body_format!r} is not known"
    if comment.written_at.tzinfo is None:
        return "its date has no time zone"
    if not 0 < len(comment.source_id) <= SOURCE_ID_LENGTH_MAX:
        return "its id is empty or too long"
    if len(comment.body) > markup.HTML_LENGTH_MAX:
        return f"it is longer than {markup.HTML_LENGTH_MAX} characters"
    return ""


def _rendered(comment: BroughtIn) -> str:
    body = clean_text(comment.body)
    if comment.body_format == Revision.Format.HTML:
        return markup.from_html(body[: markup.HTML_LENGTH_MAX])
    return markup.from_markdown(body)


def _known(source: str, ids: Iterable[str]) -> dict[str, Comment]:
    wanted = list(ids)
    found: dict[str, Comment] = {}
    for start in range(0, len(wanted), AT_ONCE):
        # What the condition of the index says is said again, or SQLite would read all comments.
        there = Comment.objects.exclude(source="").filter(source=source)
        rows = there.filter(source_id__in=wanted[start : start + AT_ONCE])
        found |= {row.source_id: row for row in rows}
    return found


def _generations(
    fresh: dict[str, BroughtIn], standing: dict[str, Comment], report: BroughtInReport
) -> Iterable[list[str]]:
    """Yield ids so that parents come before their answers; what hangs in the air becomes a beginning."""
    answers: dict[str | None, list[str]] = {}
    for key, comment in fresh.items():
        parent = comment.parent_source_id
        if parent is not None and parent not in fresh and parent not in standing:
            report.mended.append((key, "what it answers did not come along; it is a comment of its own now"))
            parent = None
        answers.setdefault(None if parent in standing else parent, []).append(key)
    left = dict.fromkeys(fresh)
    generation = answers.get(None, [])
    while left:
        if not generation:
            lost = next(iter(left))
            report.mended.append((lost, "it answered itself by a detour; it is a comment of its own now"))
            generation = [lost]
        for key in generation:
            left.pop(key, None)
        yield generation
        generation = [key for parent in generation for key in answers.get(parent, ()) if key in left]


def _row(thread: Thread, source: str, comment: BroughtIn, html: str, standing: dict[str, Comment]) -> Comment:
    parent = standing.get(comment.parent_source_id or "")
    if parent is not None and parent.depth >= DEPTH_MAX:
        parent = parent.root
    published = comment.state == State.PUBLISHED
    return Comment(
        thread=thread,
        parent=parent,
        root_id=None if parent is None else parent.root_id or parent.pk,
        depth=0 if parent is None else parent.depth + 1,
        name=clean_line(comment.name)[:NAME_LENGTH_MAX].strip() or _("Guest"),
        html=html,
        state=comment.state,
        created_at=comment.written_at,
        published_at=comment.written_at if published else None,
        up_count=comment.up,
        down_count=comment.down,
        up_count_before=comment.up,
        down_count_before=comment.down,
        score=comment.up - comment.down,
        merit=merit_of(comment.up, comment.down),
        source=source,
        source_id=comment.source_id,
    )


def _revision(row: Comment, comment: BroughtIn) -> Revision:
    text = clean_text(comment.body)
    return Revision(
        comment=row,
        format=comment.body_format,
        text=text,
        html=row.html,
        text_hash=markup.fingerprint(text),
        verdict=Revision.Verdict.BROUGHT_IN,
        reason=clean_line(comment.reason)[:REASON_LENGTH_MAX] or ("" if row.state == State.PUBLISHED else "imported"),
        written_at=comment.written_at,
    )
