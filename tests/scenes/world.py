"""A small publication in which everything that a page can show is there, and how scenes are told of it."""

from collections.abc import Callable
from typing import Any

from standfirst.discussion import threads
from standfirst.kit import clock
from standfirst.stories.models import Story
from standfirst.stories.passages.marks import opening_tag
from standfirst.testing import discussion as talk
from standfirst.testing import funding as money
from standfirst.testing import stories as paper

QUESTION = "6d2f4c58-9d3e-4b5a-8d53-52b3a8f0c001"


def asking_block(text: str) -> dict[str, str]:
    """A paragraph whose last words are asked about, open from the start."""
    words, passage = text.rsplit(" ", 2)[0], " ".join(text.rsplit(" ", 2)[1:])
    mark = opening_tag(QUESTION, "Did you see it?", opened=True)
    return {"type": "text", "value": f"<p>{words} {mark}{passage}</a></p>"}


class World:
    """A small publication in which everything that a page can show is there."""

    def __init__(self) -> None:
        paper.front_page()
        self.section, self.series, self.topic = paper.make_section(), paper.make_series(), paper.make_topic()
        self.author, self.picture = paper.make_author(), paper.make_picture()
        filed = {"section": self.section, "series": self.series, "topics": [self.topic], "hero": self.picture}
        self.boat = money.make_campaign(slug="boat", featured=False)
        asking = [
            asking_block("The lamp was lit at six, says the keeper."),
            {"type": "campaign", "value": {"campaign": "boat", "text": "For the boat"}},
        ]
        self.story = paper.published_story(by=self.author, body=asking, **filed)
        self.other = paper.published_story("The school keeps its hall", section=self.section)
        self.page = paper.plain_page()
        self.campaign = money.make_campaign()
        self.payment = money.charged_gift(self.campaign)
        self.thread = threads.thread_of(self.story.key)
        self.moderator = talk.a_moderator("moderator")
        self.moderator.is_superuser = True  # another test's flush may have taken the groups' rights
        self.moderator.save()
        self.comment = talk.a_comment(self.thread)
        self.reply = talk.a_comment(self.thread, parent=self.comment)

    @property
    def month(self) -> str:
        """The campaign's running month, as addresses write it."""
        return f"{clock.local_date(self.campaign.zone):%Y-%m}"

    @property
    def addresses(self) -> list[str]:
        """Every public page that this world has."""
        key = self.story.key
        return [
            "/",
            *(f"/{story.address}/" for story in Story.objects.filter(address__isnull=False)),
            f"/{self.story.address}/?order=newest",
            f"/{self.story.address}/?comment={self.reply.pk}",
            *(each.get_absolute_url() for each in (self.section, self.series, self.topic, self.author)),
            "/about/",
            "/feed/",
            "/sitemap.xml",
            f"/sitemaps/{self.story.address[:4]}.xml",
            "/sitemaps/pages.xml",
            "/robots.txt",
            "/support/",
            f"/support/?from={key}",
            f"/support/{self.campaign.slug}/",
            "/support/boat/",
            "/funding/",
            f"/funding/{self.month}/",
            f"/funding/{clock.now():%Y-%m-%d}/",
            "/funding/campaigns/boat/",
            "/funding/meter.json",
            "/funding/meter.svg",
            "/funding/meter.js",
            "/fragments/masthead",
            *([f"/fragments/masthead:{self.section.pk}"] if self.section.in_menu else []),
            "/fragments/footer",
            "/fragments/meter",
            "/fragments/meter:figure",
            "/fragments/campaign:boat",
            "/fragments/campaign-meter:boat",
            "/fragments/campaign-line:boat",
            f"/fragments/count:{key}",
            f"/fragments/thread:{key}",
            f"/discussion/threads/{key}/",
            f"/discussion/threads/{key}/page/?order=newest",
            f"/discussion/threads/{key}/since/0/",
            f"/discussion/comments/{self.comment.pk}/replies/",
            f"/discussion/comments/{self.comment.pk}/follow/",
            f"/discussion/threads/{key}/feed/",
            "/discussion/feed/",
            "/discussion/following/",
            "/discussion/following/asked/",
            "/discussion/rules/",
            f"/discussion/threads/{key}/?order=picked",
            f"/{self.story.address}/?order=voted&show=inline",
            f"/discussion/threads/{key}/page/?show=inline",
            f"/discussion/threads/{key}/questions/{QUESTION}/",
            *(f"/fragments/{kind}:{key}:{QUESTION}" for kind in ("question-mark", "question", "answers")),
        ]


type Scene = Callable[[World], Any]
scenes: dict[str, Scene] = {}


def scene(function: Scene) -> Scene:
    scenes[function.__name__] = function
    return function
