"""Fills the site on which the journeys are made; prints what the journeys need to know of it, as JSON.

Run as a program on a site folder (STANDFIRST_SITE) into which the WordPress export was imported.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402 - Django is set up first

from standfirst.accounts.models import Account  # noqa: E402
from standfirst.discussion.models import Thread  # noqa: E402
from standfirst.kit import clock  # noqa: E402
from standfirst.stories.models import Story  # noqa: E402
from standfirst.stories.passages.marks import opening_tag  # noqa: E402
from standfirst.testing.discussion import a_comment, a_guest, many_comments  # noqa: E402
from standfirst.testing.funding import make_campaign, paid_gift  # noqa: E402
from standfirst.testing.rules import a_policy  # noqa: E402
from standfirst.testing.stories import make_author, make_picture, make_section, published_story  # noqa: E402

PASSWORD = "a journey begins at the harbour"
QUEUE = 10  # held comments that a moderator clears by keys
ROOTS = 45  # three pages of a thread
RAISED_MINOR = 140_000
QUESTION = "0d9b6a1e-3c1f-4e55-8f0a-7b9a5a0c0d11"


def fill_stories() -> dict[str, Story]:
    """Publish a story for each journey that writes, so that no journey meets the traces of another."""
    section = make_section("Harbour", slug="harbour")
    author = make_author("Ida Brook")
    headlines = {
        "live": "Ferry returns to the old pier",
        "scripted": "Harbour wall to be raised by a metre",
        "moderated": "Why the gulls left Market Street",
        "keyboard": "A bakery opens before the first boat",
        "written": "The old crane gets a new coat of paint",
        "watched": "Nobody counts the herring any more",
        "signed": "The lamps on the mole burn again",
        "cleared": "Ten letters about one lighthouse",
        "asking": "What the tide left on Gull Street",
        "lively": "Everybody has an opinion of the new quay",
        "members": "The rowing club finds a boat in its own shed",
        "returned": "The night bus runs to the harbour again",
    }
    body = [
        {
            "type": "text",
            "value": "<p>The boat came back on Monday, an hour late, and the whole quay was there.</p>" * 6,
        },
        {"type": "heading", "value": {"text": "An hour late", "level": "2"}},
        {"type": "text", "value": '<p>The <a href="/">harbour</a> keeps its own time.</p>' * 4},
    ]
    mark = opening_tag(QUESTION, "Where were you when the boat came in?", opened=False)
    asking = [
        {"type": "text", "value": f"<p>The tide came at night, and {mark}nobody slept well</a> after.</p>"},
        *body,
    ]
    return {
        name: published_story(
            headline,
            by=author,
            section=section,
            standfirst="What the town has been waiting for since the storm, told from the quay.",
            hero=make_picture(f"{headline}, a picture", width=1600, height=1000),
            body=asking if name == "asking" else body,
            at=clock.now() - timedelta(days=2 + number),
        )
        for number, (name, headline) in enumerate(headlines.items())
    }


def fill_threads(stories: dict[str, Story]) -> None:
    """Give every thread comments and answers, the imported one three pages of them."""
    for name, story in stories.items():
        thread = Thread.objects.get(key=story.key)
        many_comments(thread, roots=ROOTS if name in {"imported", "scripted", "lively", "returned"} else 4, replies=1)
    for name in ("moderated", "watched"):
        a_comment(
            Thread.objects.get(key=stories[name].key),
            name="Held Harriet",
            text=f"Look at https://a.example, https://b.example and https://c.example about {name}.",
        )
    for number in range(QUEUE):
        a_comment(
            Thread.objects.get(key=stories["cleared"].key),
            name=f"Writer {number}",
            guest=a_guest(),
            text=f"Letter {number}: https://a.example, https://b.example and https://c.example about the lighthouse.",
        )


def fill_accounts() -> None:
    """Create one account for each role that signs in."""
    for name, group in (("editor", "Editors"), ("moderator", "Moderators"), ("treasurer", "Treasurers")):
        account = Account.objects.create_user(name, password=PASSWORD, is_staff=True)
        account.groups.add(Group.objects.get(name=group))


def main() -> None:
    """Fill the site."""
    stories = fill_stories() | {"imported": Story.objects.get(slug="the-ferry-and-the-fog")}
    fill_threads(stories)
    fill_accounts()
    a_policy(stories["members"].key, takes="accounts")
    paid_gift(make_campaign(name="The harbour fund", tz="UTC"), RAISED_MINOR)
    make_campaign(slug="boat", name="A boat for the reporters", currency="EUR", tz="UTC", featured=False)
    told = {
        "password": PASSWORD,
        "stories": {name: {"key": story.key, "path": f"/{story.address}/"} for name, story in stories.items()},
    }
    json.dump(told, sys.stdout)


main()
