"""The pages that readers get: what stands on them, and what they refuse."""

import json
import re
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from standfirst.funding import campaigns
from standfirst.kit import clock
from standfirst.stories import asking, bringing_in, publishing
from standfirst.stories.lists import PAGE_LENGTH
from standfirst.stories.models import Story
from standfirst.testing import discussion as talk
from standfirst.testing import funding as money
from standfirst.testing import stories as paper

pytestmark = pytest.mark.django_db


def text_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path, headers={"host": "127.0.0.1"})
    assert answer.status_code == status, path
    return answer.content.decode()


def test_an_empty_publication_says_what_to_do_next(client: Client) -> None:
    paper.front_page()

    assert "The first story appears here" in text_of(client, "/")


def test_in_a_rehearsal_that_runs_ahead_the_head_of_a_page_shows_the_day_of_its_meter(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper.front_page()
    clock.move(tmp_path / "clock", "+40d")
    monkeypatch.setattr(clock, "_follower", None)
    clock.follow(tmp_path / "clock")

    page = text_of(client, "/")

    assert date_format(timezone.localtime(clock.now()), "DATE_FORMAT") in page


def test_a_story_shows_its_parts_and_the_meter_and_its_thread(client: Client) -> None:
    money.make_campaign()
    author, section = paper.make_author(), paper.make_section()
    story = paper.published_story(by=author, section=section, kicker="The ferry", standfirst="An hour late.")
    talk.a_comment(talk.threads.thread_of(story.key), text="I was on it.")

    page = text_of(client, f"/{story.address}/")

    for words in ("The ferry", "An hour late.", "Ida Brook", "Town", "The boat came back", "$5,000", "I was on it."):
        assert words in page
    assert f"/support/?from={story.key}" in page


def asking_story(slug: str = "boat") -> Story:
    block = {"type": "campaign", "value": {"campaign": slug, "text": "Half a boat is not enough."}}
    return paper.published_story(body=[block, {"type": "text", "value": "<p>The old one leaks.</p>"}])


def test_a_campaign_in_a_story_shows_its_own_meter_and_leads_to_its_own_form(client: Client) -> None:
    money.make_campaign()
    boat = money.make_campaign(slug="boat", name="A new boat", featured=False, goal_minor=90_000)
    money.paid_gift(boat, 30_000)
    story = asking_story()

    page = text_of(client, f"/{story.address}/")

    assert "Half a boat is not enough." in page
    assert "A new boat" in page
    assert "<strong>$300</strong> of $900" in page
    assert 'data-fragment="campaign:boat" data-live-key="funding.meter"' in page
    assert f'href="/support/boat/?from={story.key}"' in page
    assert text_of(client, "/fragments/campaign:boat") in page
    assert "A new boat" in text_of(client, f"/support/boat/?from={story.key}")


def test_a_campaign_that_is_over_says_so_in_the_story_and_at_its_form(client: Client) -> None:
    money.make_campaign()
    boat = money.make_campaign(slug="boat", name="A new boat", featured=False)
    story = asking_story()

    campaigns.change(campaign=boat, name="A new boat", tz="UTC", active=False)

    assert "takes no more gifts" in text_of(client, f"/{story.address}/")
    form = text_of(client, "/support/boat/")
    assert "takes no more gifts" in form
    assert 'action="/gifts/"' not in form


def test_a_campaign_in_the_feed_is_a_line_of_text_with_the_way_to_its_form(client: Client) -> None:
    money.make_campaign()
    boat = money.make_campaign(slug="boat", name="A <new> boat & oars", featured=False, goal_minor=90_000)
    story = asking_story()
    money.paid_gift(boat, 30_000)

    feed = feedparser.parse(text_of(client, "/feed/"))

    assert not feed.bozo
    content = feed.entries[0].content[0].value
    assert "A &lt;new&gt; boat &amp; oars:" in content
    assert "$300 of $900 (33%)" in content
    assert f'href="http://127.0.0.1:8000/support/boat/?from={story.key}"' in content
    assert "progress" not in content


def test_a_story_that_names_a_campaign_that_never_was_can_still_be_read(client: Client) -> None:
    story = asking_story("no-such-campaign")

    assert "The old one leaks." in text_of(client, f"/{story.address}/")
    assert "The old one leaks." in text_of(client, "/feed/")


def test_editors_choose_among_the_campaigns_that_there_are() -> None:
    money.make_campaign(slug="fund", name="The fund")
    pier = money.make_campaign(slug="pier", name="The pier", featured=False)
    money.make_campaign(slug="boat", name="A new boat", featured=False)
    campaigns.change(campaign=pier, name="The pier", tz="UTC", active=False)

    block = Story.body.field.stream_block.child_blocks["campaign"].child_blocks["campaign"]

    assert block.clean("boat") == "boat"
    assert [name for slug, name in asking.campaign_choices()] == ["A new boat", "The fund", "The pier (ended)"]
    with pytest.raises(ValidationError):
        block.clean("bridge")


def test_machines_read_a_story_as_a_news_article(client: Client) -> None:
    story = paper.published_story('</script><script>alert("x")', by=paper.make_author())

    page = text_of(client, f"/{story.address}/")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)

    assert found is not None
    article = json.loads(found[1])
    assert article["@type"] == "NewsArticle"
    assert article["headline"] == '</script><script>alert("x")'
    assert article["author"] == [
        {"@type": "Person", "name": "Ida Brook", "url": "http://127.0.0.1:8000/authors/ida-brook/"}
    ]
    assert article["isAccessibleForFree"] is True


def test_no_public_page_holds_a_token_or_sets_a_cookie(client: Client) -> None:
    money.make_campaign()
    story = paper.published_story()

    for path in ("/", f"/{story.address}/", "/support/", "/search/"):
        assert "csrfmiddlewaretoken" not in text_of(client, path)
    assert client.cookies == {}


def test_a_draft_a_scheduled_and_a_withdrawn_story_are_not_there(client: Client) -> None:
    draft = paper.draft("Not yet")
    scheduled = publishing.schedule_story(story=paper.draft("Soon"), at=clock.now() + timedelta(days=1))
    withdrawn = paper.published_story("A mistake")
    publishing.withdraw_story(story=withdrawn)

    text_of(client, f"/{withdrawn.address}/", 404)
    shown = "".join(text_of(client, path) for path in ("/", "/feed/", "/sitemaps/pages.xml", "/search/?q=mistake"))
    for story in (draft, scheduled, withdrawn):
        assert story.headline not in shown
        assert f"/{story.slug}/" not in shown


def test_a_private_story_is_nowhere(client: Client) -> None:
    story = paper.published_story("For subscribers")
    story.view_restrictions.create(restriction_type="login")

    text_of(client, f"/{story.address}/", 404)
    assert "For subscribers" not in text_of(client, "/") + text_of(client, "/feed/")


def test_lists_page_by_keyset_without_repeats(client: Client) -> None:
    section = paper.make_section()
    start = clock.now() - timedelta(days=90)
    stories = [
        paper.published_story(f"Headline {number:03}", section=section, at=start + timedelta(hours=number))
        for number in range(PAGE_LENGTH + 5)
    ]
    page = text_of(client, "/sections/town/")
    older = re.search(r'href="(/sections/town/\?before=[^"]+)"', page)
    assert older is not None
    paper.published_story("Headline 999", section=section)

    both = page + text_of(client, older[1])

    seen = re.findall(r"Headline (\d{3})</a>", both)
    assert sorted(seen) == sorted({story.headline.split()[1] for story in stories})


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1-", "-1", "9" * 40, "1-2-3", "99999999999999999-1", "%00", "1-9999999999999999999"]
)
def test_a_cursor_that_we_did_not_give_out_is_404(client: Client, cursor: str) -> None:
    paper.make_section()

    assert "stories.bad_cursor" in text_of(client, f"/sections/town/?before={cursor}", 404)


def test_the_front_page_shows_no_story_twice(client: Client) -> None:
    section = paper.make_section()
    for number in range(12):
        paper.published_story(f"Headline {number:03}", section=section)

    page = text_of(client, "/")

    seen = re.findall(r"Headline (\d{3})</a>", page)
    assert len(seen) == len(set(seen)) == 12


def test_the_feed_has_the_full_text_the_authors_and_the_count(client: Client) -> None:
    story = paper.published_story(by=paper.make_author())
    talk.a_comment(talk.threads.thread_of(story.key))

    feed = feedparser.parse(text_of(client, "/feed/"))

    assert not feed.bozo
    (entry,) = feed.entries
    assert entry.title == story.headline
    assert entry.link == f"http://127.0.0.1:8000/{story.address}/"
    assert entry.author == "Ida Brook"
    assert "The boat came back" in entry.content[0].value
    assert entry.slash_comments == "1"


def test_the_sitemap_leads_to_every_story_section_and_page(client: Client) -> None:
    story, section, about = paper.published_story(), paper.make_section(), paper.plain_page()

    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    parts = [each.text or "" for each in ET.fromstring(text_of(client, "/sitemap.xml")).iterfind(".//s:loc", names)]
    found = set()
    for part in parts:
        tree = ET.fromstring(text_of(client, part.removeprefix("http://127.0.0.1:8000")))
        found |= {each.text for each in tree.iterfind(".//s:loc", names)}

    for path in (f"/{story.address}/", section.get_absolute_url(), about.path_from_front, "/"):
        assert f"http://127.0.0.1:8000{path}" in found


def test_search_finds_words_of_the_text_and_knows_no_operators(client: Client) -> None:
    story = paper.published_story(body=[{"type": "text", "value": "<p>The lighthouse keeper retires.</p>"}])
    call_command("update_index", verbosity=0)

    assert story.headline in text_of(client, "/search/?q=lighthouse")
    for query in ('"', "lighthouse NOT keeper)", "*", "' OR 1=1 --", "%00", "a" * 5000, "NEAR(", "lighthouse AND"):
        text_of(client, f"/search/?q={query}")


def test_a_plain_page_is_there_and_its_neighbour_is_not(client: Client) -> None:
    paper.plain_page()

    assert "Twelve people" in text_of(client, "/about/")
    text_of(client, "/about/us/", 404)


def test_a_404_helps_and_has_the_meter(client: Client) -> None:
    money.make_campaign()

    page = text_of(client, "/no/such/page/", 404)

    assert "/search/" in page
    assert "$5,000" in page


def test_a_form_from_another_site_is_refused_and_nothing_is_written(client: Client) -> None:
    story = paper.published_story()
    comment = {"name": "Eve", "text": "Posted from elsewhere"}
    target = f"/discussion/threads/{story.key}/comments/"

    foreign = client.post(target, comment, headers={"host": "127.0.0.1", "sec-fetch-site": "cross-site"})
    sibling = client.post(target, comment, headers={"host": "127.0.0.1", "sec-fetch-site": "same-site"})
    by_origin = client.post(target, comment, headers={"host": "127.0.0.1", "origin": "https://evil.example"})
    silent = client.post(target, comment, headers={"host": "127.0.0.1"})

    assert [answer.status_code for answer in (foreign, sibling, by_origin, silent)] == [403] * 4
    assert foreign.headers["X-Refusal"] == "web.foreign_write"
    assert talk.threads.counts_of([story.key]) == {story.key: 0}


def test_a_stored_page_takes_no_writes(client: Client) -> None:
    paper.front_page()

    answer = client.post("/", headers={"host": "127.0.0.1", "sec-fetch-site": "same-origin"})

    assert answer.status_code == 405


def test_security_headers_stand_on_public_pages(client: Client) -> None:
    paper.front_page()

    headers = client.get("/", headers={"host": "127.0.0.1"}).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "'sha256-" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_an_address_by_number_leads_to_the_story(client: Client) -> None:
    story = paper.published_story()
    bringing_in.bring_in_redirect(old_path="/?p=110", page=story)

    answer = client.get("/?p=110", headers={"host": "127.0.0.1"})

    assert answer.status_code == 301
    assert answer.headers["Location"].endswith(f"/{story.address}/")
    assert client.get("/?p=111", headers={"host": "127.0.0.1"}).status_code == 200


def test_an_old_address_leads_to_the_story(client: Client, django_capture_on_commit_callbacks: object) -> None:
    story = paper.published_story(slug="ferry")
    old = story.address
    story.slug = "ferry-again"
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        new = publishing.publish_story(story=story)

    answer = client.get(f"/{old}/", headers={"host": "127.0.0.1"})

    assert answer.status_code == 301
    assert answer.headers["Location"].endswith(f"/{new.address}/")


def test_the_desks_sign_in_bears_our_name(client: Client) -> None:
    paper.front_page()

    page = text_of(client, "/desk/login/")

    assert "Sign in to the desk" in page
    assert "Sign in to Wagtail" not in page
    assert "<title>Sign in - Desk</title>" in page


def test_an_editor_sees_a_draft_as_readers_will(client: Client) -> None:
    story = paper.draft("Not yet for readers", by=paper.make_author())
    client.force_login(get_user_model().objects.create_superuser("nell", password="harbour"))

    page = text_of(client, f"/desk/pages/{story.pk}/view_draft/")

    assert "Not yet for readers" in page
    assert "The boat came back" in page
    assert "Ida Brook" in page
