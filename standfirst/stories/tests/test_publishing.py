"""A story's way to readers and back; its address; what is due is done."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Revision, Site

from standfirst.delivery import changes
from standfirst.kit import clock
from standfirst.stories import publishing, roles
from standfirst.stories.models import FrontPage, Story
from standfirst.testing.stories import draft, front_page, make_section, published_story

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


def touched_since(number: int) -> set[str]:
    return {key for _, key in changes.since(number)}


def test_founding_twice_gives_one_front_page_and_one_site() -> None:
    first, second = front_page(), front_page()

    assert first == second
    assert FrontPage.objects.count() == 1
    assert Site.objects.filter(is_default_site=True).count() == 1


def test_a_changed_address_of_the_site_is_followed() -> None:
    front_page()

    publishing.found_publication(url="https://harbour.example")

    assert Site.objects.get(is_default_site=True).root_url == "https://harbour.example"


def test_a_story_gets_its_address_from_the_day_of_its_first_publishing() -> None:
    with time_machine.travel(NOON):
        story = published_story(slug="ferry")

    assert story.address == "2026/03/ferry"


def test_the_month_in_the_address_is_that_of_the_publications_time_zone(settings: Settings) -> None:
    settings.TIME_ZONE = "Pacific/Kiritimati"

    with time_machine.travel(NOON):
        story = published_story(slug="ferry")

    assert story.address == "2026/04/ferry"


def test_the_address_stays_when_the_story_is_published_again_later() -> None:
    with time_machine.travel(NOON):
        story = published_story(slug="ferry")
    with time_machine.travel(NOON + timedelta(days=90)):
        story.title = "Ferry is late again"
        again = publishing.publish_story(story=story)

    assert again.address == "2026/03/ferry"
    assert again.headline == "Ferry is late again"


def test_an_old_revision_brings_back_the_text_and_not_an_older_address() -> None:
    with time_machine.travel(NOON):
        story = draft(slug="ferry")
        first = story.save_revision()
        publishing.publish_story(story=story)

    Revision.objects.get(pk=first.pk).publish()

    assert Story.objects.get().address == "2026/03/ferry"


def test_a_changed_slug_changes_the_last_part_and_leaves_a_redirect(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with time_machine.travel(NOON):
        story = published_story(slug="ferry")
    story.slug = "ferry-returns"

    with django_capture_on_commit_callbacks(execute=True):
        changed = publishing.publish_story(story=story)

    assert changed.address == "2026/03/ferry-returns"
    assert Redirect.objects.get().old_path == "/2026/03/ferry"


def test_a_draft_beside_the_live_story_is_not_seen() -> None:
    story = published_story("First headline")
    story.title = "Second headline"

    story.save_revision()

    assert Story.objects.get().headline == "First headline"
    assert Story.objects.get().has_unpublished_changes


def test_a_story_without_a_headline_is_not_published() -> None:
    story = draft()
    story.title = "   "

    with pytest.raises(publishing.NotPublishable):
        publishing.publish_story(story=story)
    assert not Story.objects.get().live


def test_a_scheduled_story_goes_live_when_its_time_has_come() -> None:
    with time_machine.travel(NOON, tick=False):
        story = publishing.schedule_story(story=draft(), at=clock.now() + timedelta(minutes=1))
        before = publishing.publish_due()
    with time_machine.travel(NOON + timedelta(seconds=60), tick=False):
        after = publishing.publish_due()

    assert not story.live
    assert (before, after) == (0, 1)
    assert Story.objects.get().live


def test_a_story_expires_when_its_time_has_come() -> None:
    with time_machine.travel(NOON, tick=False):
        published_story(expire_at=clock.now() + timedelta(minutes=1))
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        publishing.publish_due()

    assert not Story.objects.get().live


def test_what_is_overdue_is_counted() -> None:
    with time_machine.travel(NOON, tick=False):
        publishing.schedule_story(story=draft(), at=clock.now() + timedelta(minutes=1))
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        late = publishing.overdue(by_seconds=300), publishing.overdue(by_seconds=3600)

    assert late == (1, 0)


def test_publishing_touches_the_story_and_the_lists() -> None:
    story = draft()
    before = changes.head()

    publishing.publish_story(story=story)

    assert {f"story:{story.pk}", "stories"} <= touched_since(before)


def test_a_renamed_section_is_news_for_its_pages_and_the_menu() -> None:
    section = make_section("Town")
    before = changes.head()

    section.name = "Town and port"
    section.save()

    assert {f"section:{section.pk}", "stories", "publication"} <= touched_since(before)


def test_editors_publish_and_authors_write() -> None:
    front_page()
    roles.seed_roles()

    def rights(group: str) -> set[str]:
        return set(Group.objects.get(name=group).page_permissions.values_list("permission__codename", flat=True))

    assert "publish_page" in rights("Editors")
    assert rights("Authors") == {"add_page"}
    assert rights("Moderators") == set()


@pytest.mark.parametrize(
    ("group", "menu"), [("Editors", ["Pages", "Pictures", "Filing"]), ("Authors", ["Pages", "Pictures"])]
)
def test_the_desk_offers_what_a_role_needs(client: Client, group: str, menu: list[str]) -> None:
    front_page()
    roles.seed_roles()
    person = get_user_model().objects.create_user("nell", password="harbour")
    person.groups.add(Group.objects.get(name=group))
    client.force_login(person)

    desk = client.get("/desk/", headers={"host": "127.0.0.1"}).content.decode()
    pictures = client.get("/desk/images/add/", headers={"host": "127.0.0.1"})

    for word in menu:
        assert f'"label": "{word}"' in desk or f'"label": "{word.replace("Pictures", "Images")}"' in desk
    assert pictures.status_code == 200
