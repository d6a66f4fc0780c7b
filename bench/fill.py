"""Fills a site with more than anybody would type, in bulk; prints one line of JSON.

python -m bench.fill stories PATH COUNT     so many copies of the story at PATH, without comments
python -m bench.fill thread PATH COUNT      so many comments under the story at PATH, in place of those it has
python -m bench.fill million PATH COUNT     so many comments at least in threads that are copies of that of PATH
python -m bench.fill told PATH COUNT        as thread; and tells the story and its comments, for other systems
python -m bench.fill votable PATH COUNT     tells so many comments under the story at PATH, and its thread's key
python -m bench.fill drift PATH COUNT       tells how many stored counts of the whole site differ from the rows
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django

django.setup()  # the settings are named in the environment

from django.db import transaction  # noqa: E402 - Django has to be set up first

from bench import threads  # noqa: E402
from standfirst.discussion import counts  # noqa: E402
from standfirst.discussion.models import Comment, Revision, Thread, Vote  # noqa: E402
from standfirst.kit import clock  # noqa: E402
from standfirst.stories.bringing_in import BroughtInStory, State, bring_in_story  # noqa: E402
from standfirst.stories.models import Story  # noqa: E402


def copies(path: str, count: int) -> dict[str, list[str]]:
    """Publish copies of a story, the newest a month old; return their paths."""
    model = _story(path)
    month_ago = clock.now() - timedelta(days=30)
    with transaction.atomic():  # one write to the disk instead of thousands
        made = [
            bring_in_story(
                story=BroughtInStory(
                    title=f"{model.title}, told for the {number}th time",
                    slug=f"{model.slug}-{number}",
                    blocks=model.body.get_prep_value(),
                    state=State.LIVE,
                    published_at=month_ago - timedelta(minutes=number),
                    standfirst=model.standfirst,
                    hero=model.hero_id,
                    section=model.section_id,
                    authors=[byline.author_id for byline in model.bylines.all()],
                    topics=[topic.pk for topic in model.topics.all()],
                )
            )
            for number in range(1, count + 1)
        ]
    return {"paths": [f"/{story.address}/" for story in made]}


def thread(path: str, count: int) -> dict[str, int]:
    """Give a story a thread of so many comments."""
    threads.fill(Thread.objects.get(url=path).key, comments=count)
    return {"comments": count}


def million(path: str, count: int) -> dict[str, int]:
    """Copy the thread of a story until there are so many comments in the copies."""
    model = Thread.objects.get(url=path)
    copies = -(-count // model.comments.count())
    threads.copy(model, copies)
    return {"comments": Comment.objects.count()}


def told(path: str, count: int) -> dict[str, Any]:
    """Give a story such a thread, and return its words."""
    thread(path, count)
    story = _story(path)
    rows = Comment.objects.filter(thread__key=story.key).order_by("id").values_list("id", "parent_id", "name")
    numbers = {pk: number for number, (pk, _parent, _name) in enumerate(rows, 1)}
    texts = dict(Revision.objects.filter(comment__thread__key=story.key).values_list("comment_id", "text"))
    return {
        "key": story.key,
        "title": story.title,
        "html": "\n".join(str(block.value) for block in story.body if block.block_type == "text"),
        "comments": [[numbers.get(parent), name, texts[pk]] for pk, parent, name in rows],
    }


def votable(path: str, count: int) -> dict[str, Any]:
    """Tell which comments of a story can be voted for."""
    thread = Thread.objects.get(url=path)
    published = thread.comments.filter(state="published").order_by("id")
    return {"key": thread.key, "numbers": list(published.values_list("id", flat=True)[:count])}


def drift(_path: str, _count: int) -> dict[str, int]:
    """Count again."""
    return {"drift": len(counts.check_counts()), "comments": Comment.objects.count(), "votes": Vote.objects.count()}


def _story(path: str) -> Story:
    key = Thread.objects.get(url=path).key
    story: Story = Story.objects.get(pk=int(key.removeprefix("story:")))
    return story


def main() -> None:
    """Fill."""
    what, path, count = sys.argv[1:]
    made = {"stories": copies, "thread": thread, "million": million, "told": told, "votable": votable, "drift": drift}[
        what
    ]
    print(json.dumps(made(path, int(count))))


if __name__ == "__main__":
    main()
