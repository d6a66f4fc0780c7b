import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as site_settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from standfirst.accounts.models import Account
from standfirst.demo.accounts import PASSWORD, ROLES
from standfirst.demo.filling import LiveSite, SiteNotEmpty, fill, fill_site
from standfirst.demo.pictures import SCENES, Drawn
from standfirst.discussion.models import Comment, State
from standfirst.discussion.threads import counts_of
from standfirst.funding import campaigns, meter
from standfirst.stories import body
from standfirst.stories.models import (
    Author,
    FrontPage,
    Picture,
    PlainPage,
    PublicationSettings,
    Section,
    Series,
    Story,
    Topic,
)

NOW = datetime(2026, 9, 20, 15, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """What the command left behind."""

    printed: str
    media: Path
    drawn: list[Drawn]


@pytest.fixture(scope="module")
def sample(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sample]:
    """The sample, filled once for this module by the command itself, and taken back at its end."""
    media = tmp_path_factory.mktemp("media")
    printed = StringIO()
    with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(NOW, tick=False):
        with override_settings(MEDIA_ROOT=media):
            call_command("demo", stdout=printed)
            drawn = [
                Drawn(name, (media / "original_images" / f"{name.replace('_', '-')}.jpg").read_bytes())
                for name in SCENES
            ]
        yield Sample(printed.getvalue(), media, drawn)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _on_the_day(sample: Sample, db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def story(slug: str) -> Story:
    found: Story = Story.objects.get(slug=slug)
    return found


def words_of(story: Story) -> int:
    return len(re.findall(r"\w[\w’-]*", re.sub(r"<[^>]+>", " ", body.render(story.body))))


def test_there_is_enough_to_look_around() -> None:
    live = Story.objects.live()

    assert live.count() >= 12
    assert not live.filter(hero=None).exists()
    assert Author.objects.count() == 4
    assert Author.objects.exclude(portrait=None).count() == 1
    assert Section.objects.filter(parent=None).count() >= 3
    assert Section.objects.exclude(parent=None).count() == 1
    assert Series.objects.count() == 2
    assert Topic.objects.count() >= 12
    assert not Author.objects.filter(biography="").exists()


def test_every_picture_has_alt_text_a_caption_and_a_credit() -> None:
    bare = [picture for picture in Picture.objects.all() if not (picture.description and picture.caption)]

    assert bare == []
    assert Picture.objects.count() == len(SCENES)
    assert set(Picture.objects.values_list("credit", flat=True)) == {"Drawn for this demonstration"}


def test_every_picture_is_large_enough_for_a_front_page() -> None:
    assert min(Picture.objects.exclude(title="Nell Arkwright").values_list("width", flat=True)) >= 1600


def test_every_story_is_as_long_as_a_story() -> None:
    lengths = {each.slug: words_of(each) for each in Story.objects.all()}

    assert {slug: words for slug, words in lengths.items() if not 300 <= words <= 1000} == {}


def test_the_stories_show_every_kind_of_block_an_editor_has() -> None:
    kinds = {block.block_type for each in Story.objects.all() for block in each.body}

    assert kinds == set(Story.body.field.stream_block.child_blocks) - {"safe_html"}


def test_stories_are_spread_over_the_past_weeks() -> None:
    dates = list(Story.objects.live().values_list("first_published_at", flat=True))

    assert max(dates) < NOW
    assert NOW - min(dates) < timedelta(days=31)
    assert len({date.date() for date in dates}) >= 10


def test_a_story_lies_at_the_month_it_was_published_in() -> None:
    assert story("wall-vote").address == "2026/09/wall-vote"
    assert story("tram-fifty").address == "2026/08/tram-fifty"


def test_one_story_waits_for_its_hour_and_one_is_a_draft() -> None:
    scheduled, draft = story("ice-house"), story("gull-street")

    assert not scheduled.live
    assert scheduled.approved_schedule
    assert scheduled.go_live_at > NOW
    assert not draft.live
    assert not draft.approved_schedule


def test_some_stories_are_by_two() -> None:
    bylines = [(line.author.name, line.role) for line in story("wall-vote").bylines.all()]

    assert bylines == [("Amira Castell", ""), ("Tomas Veld", "Reporting from the quay")]


def test_the_publication_introduces_itself() -> None:
    publication = PublicationSettings.objects.get(site__is_default_site=True)

    assert publication.name == "The Ostrey Lantern"
    assert publication.strapline
    assert publication.support_sentence
    assert set(PlainPage.objects.live().values_list("slug", flat=True)) == {"about", "how-we-are-funded"}


def test_the_editors_choice_is_on_top_of_the_front_page() -> None:
    front = FrontPage.objects.get()

    assert [pick.story.slug for pick in front.picks.all()] == [
        "wall-vote",
        "ferry-timetable",
        "market-street",
        "herring",
    ]


def test_a_short_conversation_has_eight_comments_with_answers_and_votes() -> None:
    key = story("ferry-timetable").key
    comments = Comment.objects.filter(thread__key=key)

    assert counts_of([key]) == {key: 8}
    assert comments.filter(depth=2).count() == 2
    assert min(comments.values_list("up_count", flat=True)) > 0
    assert comments.filter(down_count__gt=0).exists()


def test_a_long_conversation_has_four_hundred_comments() -> None:
    key = story("market-street").key
    comments = Comment.objects.filter(thread__key=key, state=State.PUBLISHED)

    assert counts_of([key]) == {key: 400}
    assert comments.filter(parent=None).count() == 96
    assert len(set(comments.values_list("name", flat=True))) > 60
    assert max(comments.values_list("depth", flat=True)) >= 4
    assert max(comments.values_list("created_at", flat=True)) <= NOW


def test_some_comments_wait_for_a_moderator_with_a_reason() -> None:
    held = Comment.objects.filter(state=State.HELD)

    assert held.count() == 5
    assert all(comment.revisions.get().reason for comment in held)


def test_the_story_about_the_two_rowers_takes_no_comments() -> None:
    fog = story("fog")

    assert not fog.comments_open
    assert Comment.objects.filter(thread__key=fog.key).count() == 0


def test_the_meter_stands_at_1400_of_5000() -> None:
    shown = meter.read()

    assert shown is not None
    assert shown.goal is not None
    assert (shown.raised.minor, shown.goal.minor, shown.currency) == (140_000, 500_000, "USD")
    assert shown.days_left == 11


def test_a_sponsor_adds_to_the_gifts_of_the_month_and_the_goal_has_steps_on_the_way() -> None:
    shown = meter.read()

    assert shown is not None
    assert shown.matched is not None
    assert shown.matched.minor == 40_000
    assert shown.sponsors == ("The Ropewalk Savings Club",)
    assert [step.stretch for step in campaigns.current().milestones.all()] == [False, False, True]


def test_a_second_fund_stands_in_a_story() -> None:
    shown = meter.named(["drawers"])["drawers"]
    named = [block.value["campaign"] for block in story("library-drawer").body if block.block_type == "campaign"]

    assert (shown.raised.minor, shown.monthly) == (38_500, False)
    assert named == ["drawers"]


def test_the_months_before_hold_their_sums_one_of_them_over_the_goal() -> None:
    raised = [
        shown.raised.minor
        for month in (8, 7, 6, 5)
        if (shown := meter.read(datetime(2026, month, 15, 12, tzinfo=UTC))) is not None
    ]

    assert raised == [462_000, 538_500, 394_000, 0]
    assert sum(month > 500_000 for month in raised) == 1


def test_each_role_can_sign_in_on_the_desk() -> None:
    for role in ROLES:
        account = Account.objects.get(username=role.sign_in)
        assert account.check_password(PASSWORD)
        assert list(account.groups.values_list("name", flat=True)) == ([role.group] if role.group else [])
        assert account.has_perm("wagtailadmin.access_admin")


def test_the_command_prints_where_to_look(sample: Sample) -> None:
    assert f"{site_settings.BASE_URL}/\n" in sample.printed
    assert f"{site_settings.BASE_URL}/desk/" in sample.printed
    assert PASSWORD in sample.printed
    assert all(role.sign_in in sample.printed for role in ROLES)


def test_a_second_run_is_refused_and_changes_nothing() -> None:
    before = (Story.objects.count(), Comment.objects.count(), Picture.objects.count())

    with pytest.raises(CommandError, match=r"demo\.site_not_empty"):
        call_command("demo")

    assert (Story.objects.count(), Comment.objects.count(), Picture.objects.count()) == before


def test_a_live_site_is_refused(settings: Settings) -> None:
    settings.STANDFIRST = replace(settings.STANDFIRST, mode="live")

    with pytest.raises(LiveSite):
        fill_site(seed="x")


def test_the_writing_itself_refuses_a_site_that_is_not_empty(sample: Sample) -> None:
    with pytest.raises(SiteNotEmpty):
        fill(seed="x", drawn=sample.drawn, files=[])


def test_related_stories_lead_to_stories_that_readers_see() -> None:
    related = [
        block.value["story"]
        for each in Story.objects.live()
        for block in each.body
        if block.block_type == "related_story"
    ]

    assert len(related) >= 4
    assert all(other.live for other in related)


def test_every_comment_came_from_the_sample() -> None:
    assert set(Comment.objects.values_list("source", flat=True)) == {"demo"}
