"""What a body's blocks become on a page."""

import pytest
from django.template.loader import render_to_string
from pytest_django import DjangoAssertNumQueries

from standfirst.stories import body, publishing
from standfirst.stories.renditions import PictureSet
from standfirst.stories.templatetags.stories import host_of, picture_in
from standfirst.testing.stories import draft, make_picture, published_story

pytestmark = pytest.mark.django_db


def picture_block(number: int, *, alt: str, decorative: bool = False) -> dict[str, object]:
    image = {"image": number, "decorative": decorative, "alt_text": alt}
    return {"type": "picture", "value": {"picture": image, "caption": "At the quay", "width": "wide"}}


def test_a_picture_whose_renditions_are_not_made_yet_keeps_its_place() -> None:
    picture = make_picture(width=640, height=400)
    story = draft(body=[picture_block(picture.pk, alt="A blue boat")])

    html = body.render(story.body)

    assert 'viewBox="0 0 640 400"' in html
    assert 'aria-label="A blue boat"' in html
    assert "<img" not in html


def test_a_picture_says_its_size_and_offers_the_smaller_formats_first() -> None:
    made = PictureSet(
        number=1,
        alt="A blue boat",
        caption="",
        credit="",
        licence="",
        source_url="",
        width=640,
        height=400,
        avif_srcset="/media/images/a.avif 640w",
        webp_srcset="/media/images/a.webp 640w",
        jpeg_srcset="/media/images/a.jpg 640w",
        src="/media/images/a.jpg",
    )

    html = render_to_string("stories/_picture.html", {"picture": made})

    assert html.index("image/avif") < html.index("image/webp") < html.index("<img")
    assert 'width="640"' in html
    assert 'height="400"' in html
    assert 'alt="A blue boat"' in html


def test_a_decorative_picture_is_silent() -> None:
    story = draft(body=[picture_block(make_picture().pk, alt="", decorative=True)])

    found = picture_in(story.body[0].value)

    assert found is not None
    assert found.alt == ""


def test_a_related_story_is_a_card_only_while_readers_may_read_it() -> None:
    other = published_story("The pier opens")
    blocks = [{"type": "related_story", "value": {"story": other.pk}}]
    before = body.render(draft(body=blocks).body)

    publishing.withdraw_story(story=other)

    assert "The pier opens" in before
    assert "The pier opens" not in body.render(draft(body=blocks).body)


def test_a_call_to_support_remembers_the_story() -> None:
    story = draft(body=[{"type": "support_call", "value": {"text": "Keep us afloat."}}])

    html = body.render(story.body, story_key="story:7")

    assert "?from=story:7" in html
    assert "Keep us afloat." in html


def test_imported_html_is_cleaned_again_when_it_is_shown() -> None:
    story = draft(body=[{"type": "safe_html", "value": "<p onclick='x()'>Tide</p><script>x()</script>"}])

    html = body.render(story.body)

    assert "Tide" in html
    assert "onclick" not in html
    assert "<script" not in html


def test_an_embed_is_a_link_that_names_the_other_site() -> None:
    story = draft(body=[{"type": "embed", "value": {"url": "https://www.example.org/v/1", "title": "The vote"}}])

    html = body.render(story.body)

    assert 'href="https://www.example.org/v/1"' in html
    assert "example.org" in html
    assert "<iframe" not in html


def test_a_host_is_named_as_readers_know_it() -> None:
    assert host_of("https://www.example.org/v/1") == "example.org"


def test_the_page_for_a_broken_site_asks_the_database_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        html = render_to_string("500.html")

    assert "Something broke on our side" in html
