"""The sample's comments: a short conversation as it was written, a long one, and what waits for a moderator."""

from datetime import datetime, timedelta
from typing import Any

from standfirst.demo.chance import chance
from standfirst.demo.conversation import Conversation
from standfirst.demo.writing import BadContent, Numbers, table_of
from standfirst.discussion.comments import BroughtIn, bring_in
from standfirst.kit import clock
from standfirst.stories.models import Story

SOURCE = "demo"
SHORT, LONG = "ferry-timetable", "market-street"
LONG_AGE_MAX = timedelta(hours=110)  # over which the long conversation spreads
VOTES_MAX = 40


def fill_short(*, stories: Numbers) -> int:
    """Bring in the short conversation; return how many comments came."""
    story = Story.objects.get(pk=stories[SHORT])
    rows = table_of(f"talk/{SHORT}.toml")["comments"]
    return _bring_in(story, [_written(row, story, source_id=row["id"]) for row in rows])


def fill_held(*, stories: Numbers) -> int:
    """Bring in what waits for a moderator; return how many comments came."""
    taken = 0
    for place, row in enumerate(table_of("talk/held.toml")["comments"]):
        story = Story.objects.get(pk=stories[row["story"]])
        taken += _bring_in(story, [_written(row, story, source_id=f"held-{place}")])
    return taken


def fill_long(*, seed: str, stories: Numbers) -> int:
    """Bring in the long conversation; return how many comments came."""
    story = Story.objects.get(pk=stories[LONG])
    start = _published(story)
    end = min(start + LONG_AGE_MAX, clock.now())
    luck = chance(seed, "votes")
    comments = [
        BroughtIn(
            source_id=f"{LONG}/{spoken.number}",
            parent_source_id=f"{LONG}/{spoken.parent.number}" if spoken.parent else None,
            name=spoken.name,
            body=spoken.text,
            body_format="markdown",
            written_at=spoken.at,
            state="published",
            up=int(VOTES_MAX * luck.random() ** (2 + spoken.depth)),
            down=int(VOTES_MAX * luck.random() ** 6 / 3),
        )
        for spoken in Conversation(table_of(f"talk/{LONG}.toml"), seed=seed, start=start, end=end).held()
    ]
    return _bring_in(story, comments)


def _written(row: dict[str, Any], story: Story, *, source_id: str) -> BroughtIn:
    reason = row.get("reason", "")
    return BroughtIn(
        source_id=f"{story.slug}/{source_id}",
        parent_source_id=f"{story.slug}/{row['answers']}" if "answers" in row else None,
        name=row["name"],
        body=row["text"].strip(),
        body_format="markdown",
        written_at=min(_published(story) + timedelta(hours=row["hours"]), clock.now()),
        state="held" if reason else "published",
        reason=reason,
        up=row.get("up", 0),
        down=row.get("down", 0),
    )


def _published(story: Story) -> datetime:
    at: datetime | None = story.first_published_at
    if at is None:
        raise BadContent(f"{story.slug} has comments but is not published")
    return at


def _bring_in(story: Story, comments: list[BroughtIn]) -> int:
    report = bring_in(thread_key=story.key, source=SOURCE, comments=comments)
    if report.left_out or report.mended:
        raise BadContent(f"{story.slug}: comments do not fit: {report.left_out or report.mended}")
    return report.taken
