import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Revision

from standfirst.delivery.models import Change
from standfirst.discussion.models import Comment, Thread
from standfirst.importers.tests.conftest import Import, everything
from standfirst.stories import body
from standfirst.stories.models import (
    Author,
    FrontPage,
    FrontPagePick,
    NewsDocument,
    Picture,
    PlainPage,
    Section,
    Story,
)
from standfirst.stories.publishing import publish_due

pytestmark = pytest.mark.django_db


def kinds(story: Story) -> list[str]:
    return [block.block_type for block in story.body]


def test_a_story_comes_in_with_its_date_address_and_words(
    founded: FrontPage, bring_in: Import, harbour: Path, uploads: Path
) -> None:
    bring_in(harbour, media=uploads)

    story = Story.objects.get(title="The ferry & the fog")
    assert story.live
    assert story.first_published_at == datetime(2021, 11, 5, 9, 30, tzinfo=UTC)
    assert story.last_published_at == datetime(2021, 11, 6, 8, 0, tzinfo=UTC)
    assert story.address == "2021/11/the-ferry-and-the-fog"
    assert story.standfirst == "Two hours of nothing at berth two."
    assert story.comments_open
    assert story.hero.description == "The quay at dusk"


def test_block_markup_becomes_the_blocks_of_the_desk(
    founded: FrontPage, bring_in: Import, harbour: Path, uploads: Path
) -> None:
    report = bring_in(harbour, media=uploads)

    story = Story.objects.get(title="The ferry & the fog")
    assert kinds(story) == [
        "text", "heading", "picture", "quotation", "pull_quote", "table", "text", "embed", "text",
    ]  # fmt: skip
    text, heading, picture, quotation, pull_quote, table, table_caption, embed, tide = (b.value for b in story.body)
    assert "<b>ferry</b>" in text.source
    assert '<a href="https://weather.example/fog">' in text.source
    assert (heading["text"], heading["level"]) == ("Two hours", "3")
    assert picture["picture"].title == "ferry"
    assert picture["picture"].contextual_alt_text == "The ferry in fog"
    assert picture["picture"].credit == "Photograph: Tom Osei"
    assert picture["caption"] == "Waiting at berth two."
    assert (quotation["source"], quotation["text"].source) == ("The purser", "<p>We have tea.</p>")
    assert pull_quote["text"] == "Nobody minded."
    assert [column["heading"] for column in table.columns] == ["Berth", "Hours"]
    assert "Hours of waiting" in table_caption.source
    assert (embed["url"], embed["caption"]) == ("https://video.example/watch?v=1&t=2", "The crossing")
    assert "High tide at seven." in tide.source
    assert "the block “latest-posts” shows live data" in report
    assert "the block “lamp/tide-table” is not known here" in report


def test_classic_text_gets_its_paragraphs_shortcodes_and_links(
    founded: FrontPage, bring_in: Import, harbour: Path, uploads: Path
) -> None:
    report = bring_in(harbour, media=uploads)

    story = Story.objects.get(slug="nets")
    assert kinds(story) == [
        "text", "picture", "quotation", "gallery", "safe_html", "embed", "text",
    ]  # fmt: skip
    values = [block.value for block in story.body]
    assert values[0].source == "<p>Nets are mended at night.<br>\nThe lamp hangs low.</p>"
    assert values[1]["caption"] == "Seen from the nets"
    assert values[2]["text"].source == "<p>A net is mostly holes.</p>"
    assert len(values[3]["pictures"]) == 2
    assert "<kbd>T</kbd>" in values[4]
    assert f'href="{NewsDocument.objects.get().url}"' in values[4]
    assert values[5]["url"] == "https://video.example/nets"
    assert "[tide port=" in values[6].source
    assert '<a href="https://tracker.example/dot.gif">A dot</a>' in values[6].source
    assert "alert" not in body.render(story.body)
    assert "the shortcode [tide] is not known here" in report
    assert "<script> was left out" in report
    assert "kept as HTML: <kbd>" in report


def test_the_month_of_the_address_is_the_publications(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        bring_in(harbour)

    assert Story.objects.get(slug="nets").address == "2022/01/nets"


def test_bylines_name_co_authors_in_their_order_and_guests(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    bring_in(harbour)

    ferry = Story.objects.get(title="The ferry & the fog")
    assert [byline.author.name for byline in ferry.bylines.all()] == ["Tom Osei", "The Lighthouse Desk"]
    assert Author.objects.get(name="The Lighthouse Desk").biography == "Keeps the light."
    assert [byline.author.name for byline in Story.objects.get(slug="nets").bylines.all()] == ["Mara Quill"]


def test_categories_are_sections_with_their_hierarchy_and_the_further_ones_topics(
    founded: FrontPage, bring_in: Import, harbour: Path
) -> None:
    bring_in(harbour)

    docks = Section.objects.get(slug="docks")
    ferry = Story.objects.get(title="The ferry & the fog")
    assert docks.parent is not None
    assert (docks.name, docks.parent.name) == ("Docks & Quays", "Town")
    assert docks.parent.description == "What happens ashore."
    assert ferry.section == docks  # the primary one, though it stands second
    assert {topic.name for topic in ferry.topics.all()} == {"Ferry", "Sea"}
    assert Story.objects.get(slug="nets").section.name == "Unlisted"
    assert Section.objects.filter(slug__startswith="loop").exclude(parent=None).count() == 1
    assert list(Section.objects.filter(in_menu=True).values_list("slug", flat=True)) == ["sea"]


def test_each_status_finds_its_state(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    report = bring_in(harbour)

    live = set(Story.objects.live().values_list("title", flat=True))
    drafts = set(Story.objects.not_live().values_list("title", flat=True))
    assert live == {"The ferry & the fog", "Nets, mended by hand"}
    assert drafts == {"Next summer's regatta", "An unfinished thought", "For review", "For the desk only"}
    assert "it was private and is a draft here" in report
    assert re.search(r"it lies in the trash\n\s+line \d+: Thrown away \(number 115\)", report)
    assert re.search(r"protected by a password.*\n\s+line \d+: Behind a word", report)


def test_a_scheduled_story_goes_live_at_its_time(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    bring_in(harbour)
    regatta = Story.objects.get(slug="regatta")
    assert (regatta.live, regatta.address) == (False, None)

    with time_machine.travel(datetime(2999, 6, 1, 8, 1, tzinfo=UTC), tick=False):
        publish_due()

    regatta.refresh_from_db()
    assert regatta.live
    assert regatta.address == "2999/06/regatta"


def test_a_sticky_story_is_a_pick_for_the_front_page_and_stays_one_when_the_page_is_edited(
    founded: FrontPage, bring_in: Import, harbour: Path
) -> None:
    bring_in(harbour)

    assert [pick.story.slug for pick in FrontPagePick.objects.all()] == ["the-ferry-and-the-fog"]
    founded.refresh_from_db()
    assert founded.get_latest_revision_as_object().picks.count() == 1


def test_pages_lie_below_their_parents_and_clear_of_the_sites_own(
    founded: FrontPage, bring_in: Import, harbour: Path
) -> None:
    report = bring_in(harbour)

    hours = PlainPage.objects.get(slug="hours")
    assert hours.get_parent().slug == "about"
    assert PlainPage.objects.get(title="Search").slug == "search-page"
    assert "About us, again (number 121)" in report
    assert "its number came before in this file" in report


def test_old_addresses_lead_to_the_new_ones(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    bring_in(harbour)

    ferry = Story.objects.get(title="The ferry & the fog")
    paths = dict(Redirect.objects.values_list("old_path", "redirect_page_id"))
    assert paths["/2021/11/05/the-ferry-and-the-fog"] == ferry.pk
    assert paths["/2021/11/05/ferry-in-fog"] == ferry.pk
    assert paths["/?p=110"] == Story.objects.get(slug="nets").pk
    assert "/about/hours" not in paths  # the page stands at its old address
    assert "/2022/02/03/desk-only" not in paths  # nobody ever read it there


def test_an_old_address_is_answered_with_the_new_one(
    founded: FrontPage, bring_in: Import, harbour: Path, client: Client
) -> None:
    bring_in(harbour)

    answer = client.get("/2021/11/05/ferry-in-fog/", headers={"host": "127.0.0.1"})

    assert (answer.status_code, answer["Location"].endswith("/2021/11/the-ferry-and-the-fog/")) == (301, True)


def test_comments_keep_nesting_dates_and_states(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    report = bring_in(harbour)

    ferry = Story.objects.get(title="The ferry & the fog")
    comments = {comment.source_id: comment for comment in Comment.objects.filter(thread__key=ferry.key)}
    assert {number: comment.state for number, comment in comments.items()} == {
        "1": "published", "2": "published", "3": "held", "4": "rejected",
    }  # fmt: skip
    assert comments["2"].parent == comments["1"]
    assert comments["2"].name == "Bo & Co"
    assert comments["1"].created_at == datetime(2021, 11, 5, 11, 0, tzinfo=UTC)
    assert comments["1"].html.count("<p>") == 2
    assert "a pingback is no comment" in report
    assert "pages have no discussion here" in report
    assert "its story is not published" in report


def test_a_closed_discussion_stays_closed(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    bring_in(harbour)

    assert not Story.objects.get(slug="nets").comments_open


def test_comments_of_a_draft_come_once_it_is_published(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    bring_in(harbour)
    draft = Story.objects.get(title="An unfinished thought")
    draft.get_latest_revision().publish()

    bring_in(harbour)

    assert Comment.objects.filter(thread__key=draft.key).count() == 1


def test_a_second_import_changes_nothing_and_says_so(
    founded: FrontPage, bring_in: Import, harbour: Path, uploads: Path
) -> None:
    bring_in(harbour, media=uploads)
    before = everything()

    report = bring_in(harbour, media=uploads)

    assert "nothing was changed" in report
    assert everything() == before


def test_a_dry_run_writes_nothing_and_foretells_the_counts(
    founded: FrontPage, bring_in: Import, harbour: Path, uploads: Path
) -> None:
    before = everything()

    foretold = bring_in(harbour, media=uploads, dry_run=True)

    assert everything() == before
    done = bring_in(harbour, media=uploads)
    counts = r"^  (stories|pages|pictures|files|authors|sections|topics|comments) +(\d+)$"
    assert re.findall(counts, foretold, re.MULTILINE) == re.findall(counts, done, re.MULTILINE)
    assert len(re.findall(counts, done, re.MULTILINE)) == 8


def test_an_interrupted_import_goes_on_where_it_stopped(
    founded: FrontPage, bring_in: Import, harbour: Path, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Revision.publish
    done: list[Any] = []

    def pulled_plug(self: Any, *args: Any, **kwargs: Any) -> Any:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(self)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Revision, "publish", pulled_plug)
    with pytest.raises(Exception, match="Interrupted"):
        bring_in(harbour, media=uploads)
    half = Story.objects.count()
    monkeypatch.undo()

    report = bring_in(harbour, media=uploads)

    assert 0 < half < 6
    assert Story.objects.count() == 6
    assert Comment.objects.count() == 4
    assert f"{6 - half}, {half} had come in before" in report
    assert FrontPagePick.objects.count() == 1


def test_without_the_media_the_story_comes_in_and_each_picture_is_named(
    founded: FrontPage, bring_in: Import, harbour: Path
) -> None:
    report = bring_in(harbour)

    ferry = Story.objects.get(title="The ferry & the fog")
    assert ferry.hero is None
    assert "picture" not in kinds(ferry)
    assert '<a href="https://lamp.example/wp-content/uploads/2021/11/ferry-300x200.jpg">The ferry in fog</a>' in (
        body.render(ferry.body)
    )
    assert "the picture https://lamp.example/wp-content/uploads/2021/11/ferry-300x200.jpg is missing" in report
    assert "https://lamp.example/wp-content/uploads/2021/11/quay.png (number 103)" in report


def test_pictures_that_come_later_complete_stories_that_nobody_edited(
    founded: FrontPage, bring_in: Import, harbour: Path, uploads: Path
) -> None:
    bring_in(harbour)
    nets = Story.objects.get(slug="nets")
    nets.title = "Nets, edited here"
    nets.save_revision().publish()

    report = bring_in(harbour, media=uploads)

    ferry = Story.objects.get(title="The ferry & the fog")
    nets.refresh_from_db()
    assert "picture" in kinds(ferry)
    assert ferry.hero is not None
    assert ferry.last_published_at == datetime(2021, 11, 6, 8, 0, tzinfo=UTC)
    assert "picture" not in kinds(nets)
    assert nets.title == "Nets, edited here"
    assert "1 completed with pictures that were missing" in report


def test_a_story_deleted_here_does_not_come_back(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    bring_in(harbour)
    Story.objects.get(slug="nets").delete()

    report = bring_in(harbour)

    assert not Story.objects.filter(slug="nets").exists()
    assert "it came in before and was deleted here since" in report


def test_every_body_can_be_saved_on_the_desk(
    founded: FrontPage, bring_in: Import, harbour: Path, uploads: Path
) -> None:
    bring_in(harbour, media=uploads)

    for page in [*Story.objects.all(), *PlainPage.objects.all()]:
        page.body.stream_block.clean(page.get_latest_revision_as_object().body)
        page.save_revision()


def test_a_name_that_stands_here_already_is_used(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    town = Section.objects.create(name="Town", slug="town", description="Ours")
    Author.objects.create(name="Somebody Else", slug="mara")

    bring_in(harbour)

    town.refresh_from_db()
    assert town.description == "Ours"
    assert Section.objects.get(slug="docks").parent == town
    assert Author.objects.get(name="Mara Quill").slug == "mara-2"


def test_an_import_tells_what_it_changed(founded: FrontPage, bring_in: Import, harbour: Path) -> None:
    bring_in(harbour)

    keys = set(Change.objects.values_list("key", flat=True))
    ferry = Story.objects.get(title="The ferry & the fog")
    assert {ferry.key, f"thread:{ferry.key}", f"section:{ferry.section_id}", "stories", "front"} <= keys
    assert Thread.objects.get(key=ferry.key).url == "/2021/11/the-ferry-and-the-fog/"


def test_pictures_are_kept_once(founded: FrontPage, bring_in: Import, harbour: Path, uploads: Path) -> None:
    bring_in(harbour, media=uploads)

    assert Picture.objects.count() == 2
    assert Picture.objects.get(title="ferry").source_url.endswith("/2021/11/ferry.jpg")
