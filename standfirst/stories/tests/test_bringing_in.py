from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files import File
from PIL import Image
from wagtail.contrib.redirects.models import Redirect

from standfirst.delivery.models import Change
from standfirst.kit import clock
from standfirst.stories import bringing_in
from standfirst.stories.bringing_in import BroughtInPage, BroughtInStory, State
from standfirst.stories.models import FrontPage, NewsDocument, Picture, PlainPage, Section, Story
from standfirst.testing.stories import front_page, make_author, make_section, make_topic

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(1998, 3, 1, 12, 0, tzinfo=UTC)
TEXT = [{"type": "text", "value": "<p>Nets are mended at night.</p>", "id": "6a0e7cf0-5a3b-4a63-9a4f-1c7b8f0f3f10"}]


def told(
    title: str = "Nets", *, state: State = State.LIVE, at: datetime | None = LONG_AGO, **more: Any
) -> BroughtInStory:
    return BroughtInStory(title=title, slug=title.lower(), blocks=TEXT, state=state, published_at=at, **more)


def touched() -> set[str]:
    return set(Change.objects.values_list("key", flat=True))


def test_a_live_story_has_its_date_its_address_and_a_revision_to_edit() -> None:
    front_page()

    story = bringing_in.bring_in_story(story=told(modified_at=LONG_AGO + timedelta(days=2)))

    assert (story.live, story.has_unpublished_changes) == (True, False)
    assert story.first_published_at == LONG_AGO
    assert story.last_published_at == LONG_AGO + timedelta(days=2)
    assert story.address == "1998/03/nets"
    assert story.latest_revision == story.live_revision
    story.title = "Nets and ropes"
    story.save_revision().publish()
    story.refresh_from_db()
    assert (story.title, story.first_published_at) == ("Nets and ropes", LONG_AGO)
    assert story.key in touched()


def test_the_first_import_founds_the_publication() -> None:
    FrontPage.objects.all().delete()

    bringing_in.bring_in_story(story=told())

    assert FrontPage.objects.count() == 1


def test_a_draft_is_unpublished_and_has_no_address() -> None:
    front_page()

    story = bringing_in.bring_in_story(story=told(state=State.DRAFT, at=None))

    assert (story.live, story.address, story.first_published_at) == (False, None, None)
    assert story.latest_revision is not None


def test_a_scheduled_story_waits_for_its_time() -> None:
    front_page()
    later = clock.now() + timedelta(days=30)

    story = bringing_in.bring_in_story(story=told(state=State.SCHEDULED, at=later))

    assert (story.live, story.go_live_at) == (False, later)
    assert story.revisions.get().approved_go_live_at == later


def test_filing_and_bylines_are_kept_in_order() -> None:
    front_page()
    section, topic = make_section(), make_topic()
    first, second = make_author("Zoe"), make_author("Abel")

    story = bringing_in.bring_in_story(
        story=told(section=section.pk, topics=[topic.pk], authors=[first.pk, second.pk], comments_open=False)
    )

    assert [byline.author for byline in story.bylines.all()] == [first, second]
    assert (story.section, list(story.topics.all()), story.comments_open) == (section, [topic], False)


def test_a_slug_that_is_taken_gets_a_number() -> None:
    front_page()

    slugs = [bringing_in.bring_in_story(story=told()).slug for _ in range(3)]

    assert slugs == ["nets", "nets-2", "nets-3"]


def test_letters_of_other_scripts_stand_in_addresses() -> None:
    front_page()

    story = bringing_in.bring_in_story(story=told("Рыбаки 漁師"))

    assert story.address == "1998/03/рыбаки-漁師"


def test_plain_pages_lie_below_each_other() -> None:
    front_page()
    about = bringing_in.bring_in_plain_page(page=BroughtInPage(title="About", slug="", blocks=TEXT, state=State.DRAFT))

    hours = bringing_in.bring_in_plain_page(
        page=BroughtInPage(title="Hours", slug="hours", blocks=TEXT, state=State.LIVE, published_at=LONG_AGO),
        parent=about.pk,
    )

    assert PlainPage.objects.child_of(about).get() == hours
    assert about.slug == "about"


def test_a_section_of_the_same_name_and_address_is_used_and_another_gets_a_number() -> None:
    politics = make_section("Politics")

    same = bringing_in.bring_in_section(name="POLITICS", slug="politics", description="New")
    other = bringing_in.bring_in_section(name="Polity", slug="politics", parent=politics.pk)

    politics.refresh_from_db()
    assert (same, politics.description) == (politics, "")
    assert (other.slug, other.parent) == ("politics-2", politics)
    assert f"section:{other.pk}" in touched()


def test_topics_and_authors_are_made_once() -> None:
    assert bringing_in.bring_in_topic(name="Ferry", slug="ferry") == bringing_in.bring_in_topic(
        name="ferry", slug="ferry"
    )
    assert bringing_in.bring_in_author(name="Ida", slug="ida") == bringing_in.bring_in_author(name="Ida", slug="ida")


def test_redirects_lead_to_the_page_once_and_never_away_from_it() -> None:
    front_page()
    story = bringing_in.bring_in_story(story=told())

    made = [
        bringing_in.bring_in_redirect(old_path=path, page=story)
        for path in ["/1998/03/01/nets/", "/1998/03/01/nets", "/1998/03/nets/", "/", "/" + "a" * 300, "/?p=4"]
    ]

    assert made == [True, False, False, False, False, True]
    assert Redirect.objects.count() == 2


def test_a_pick_stands_once_and_picks_have_an_end() -> None:
    front = front_page()
    stories = [bringing_in.bring_in_story(story=told(f"Story {n}")) for n in range(bringing_in.PICKS_MAX + 1)]

    taken = [bringing_in.pick_for_front_page(story=story) for story in [stories[0], *stories]]

    assert taken == [True] * (bringing_in.PICKS_MAX + 1) + [False]
    assert front.picks.count() == bringing_in.PICKS_MAX
    assert "front" in touched()


def test_an_unpublished_draft_of_the_front_page_is_left_alone() -> None:
    front = front_page()
    front.title = "A new name, not yet"
    front.save_revision()
    story = bringing_in.bring_in_story(story=told())

    assert bringing_in.pick_for_front_page(story=story) is False

    front.refresh_from_db()
    assert front.title != "A new name, not yet"


def picture_file() -> File[bytes]:
    data = BytesIO()
    Image.new("RGB", (30, 20)).save(data, "PNG")
    return File(BytesIO(data.getvalue()), name="boat.png")


def test_a_picture_is_kept_with_its_words() -> None:
    picture = bringing_in.bring_in_picture(
        file=picture_file(),
        title="Boat",
        alt="A boat",
        caption="On land",
        credit="Ida",
        source_url="https://a.example/b",
    )

    kept = Picture.objects.get(pk=picture.pk)
    assert (kept.width, kept.height, kept.description, kept.credit) == (30, 20, "A boat", "Ida")
    assert f"picture:{kept.pk}" in touched()


@pytest.mark.parametrize("kind", ["picture", "document"])
def test_a_file_whose_row_could_not_be_written_is_taken_back(
    settings: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    model: Any = {"picture": Picture, "document": NewsDocument}[kind]
    real = model.save

    def full_disk(self: Any, *args: Any, **kwargs: Any) -> None:
        real(self, *args, **kwargs)
        raise OSError("the disk is full")

    monkeypatch.setattr(model, "save", full_disk)
    verb = {"picture": bringing_in.bring_in_picture, "document": bringing_in.bring_in_document}[kind]

    with pytest.raises(OSError, match="disk is full"):
        verb(file=picture_file(), title="Boat")

    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert not model.objects.exists()


def test_a_body_that_is_renewed_keeps_its_dates() -> None:
    front_page()
    story = bringing_in.bring_in_story(story=told())
    blocks = [{**TEXT[0], "value": "<p>Ropes, too.</p>"}]

    bringing_in.renew_brought_in(page=story, blocks=blocks)

    story = Story.objects.get(pk=story.pk)
    assert story.body[0].value.source == "<p>Ropes, too.</p>"
    assert (story.first_published_at, story.last_published_at) == (LONG_AGO, LONG_AGO)


@pytest.mark.parametrize("state", [State.DRAFT, State.SCHEDULED])
def test_a_body_that_is_renewed_keeps_its_state(state: State) -> None:
    front_page()
    later = clock.now() + timedelta(days=30)
    story = bringing_in.bring_in_story(story=told(state=state, at=later))

    bringing_in.renew_brought_in(page=story, blocks=[{**TEXT[0], "value": "<p>Ropes, too.</p>"}])

    story = Story.objects.get(pk=story.pk)
    assert not story.live
    assert story.get_latest_revision_as_object().body[0].value.source == "<p>Ropes, too.</p>"
    assert story.revisions.filter(approved_go_live_at=later).count() == (1 if state is State.SCHEDULED else 0)


def test_sections_that_came_in_stand_in_the_menu_only_if_told() -> None:
    bringing_in.bring_in_section(name="Sea", slug="sea")
    bringing_in.bring_in_section(name="Town", slug="town", in_menu=True, position=10)

    assert list(Section.objects.filter(in_menu=True).values_list("slug", flat=True)) == ["town"]
