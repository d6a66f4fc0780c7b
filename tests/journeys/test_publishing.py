"""An editor writes a story with a picture and schedules it; it goes live by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from standfirst.testing.sites import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEADLINE = "Lighthouse keeper returns for one night"
TEXT = "At dusk she climbs the hundred and four steps."
AHEAD_MIN = timedelta(seconds=20)  # long enough to press the two buttons that are left, on a loaded machine
LIVE_SECONDS_MAX = 180  # from the press to the front page: the next whole minute, and a slow machine


@pytest.fixture
def picture(tmp_path) -> str:
    path = tmp_path / "lamp.jpg"
    Image.linear_gradient("L").resize((1600, 1000)).convert("RGB").save(path, "JPEG")
    return str(path)


def begin_story(desk: Page) -> None:
    """Go from the desk to an empty story."""
    desk.get_by_role("button", name="Pages").click()
    desk.get_by_role("link", name="Standfirst", exact=True).click()
    desk.get_by_role("link", name="Add child page").first.click()
    desk.get_by_role("link", name="Story", exact=True).click()


def add_picture(desk: Page, file: str) -> None:
    """Upload the lead picture."""
    desk.get_by_role("button", name="Choose an image").click()
    chooser = desk.locator(".modal")
    chooser.get_by_role("tab", name="Upload").click()
    chooser.get_by_label("File").set_input_files(file)
    chooser.get_by_label("Title").fill("The lamp")
    chooser.get_by_label("Alt text").fill("A lamp in the dark")
    chooser.get_by_role("button", name="Upload").click()
    expect(desk.get_by_role("region", name="Lead picture").get_by_text("The lamp", exact=True)).to_be_visible()


def written(desk: Page) -> Locator:
    """Return the editor of the body's text."""
    return desk.get_by_role("region", name="Text").locator("[contenteditable=true]")


def add_text(desk: Page) -> None:
    """Add a block of text to the body."""
    desk.get_by_role("region", name="Text").get_by_role("button", name="Insert a block").first.click()
    desk.get_by_role("option", name="Text", exact=True).click()
    written(desk).click()
    written(desk).press_sequentially(TEXT)
    expect(written(desk)).to_contain_text(TEXT)


def next_minute() -> str:
    """The next whole minute, which is as exactly as the desk's form knows the time, as one writes it there."""
    return f"{datetime.now(UTC) + AHEAD_MIN + timedelta(minutes=1):%Y-%m-%d %H:%M}"


def schedule(desk: Page) -> None:
    """Set the time and publish."""
    toggle = desk.get_by_role("button", name="Set schedule")
    if not toggle.is_visible():
        desk.get_by_role("button", name="Toggle status").click()
    toggle.click()
    desk.get_by_label("Go live date/time").fill(next_minute())
    desk.get_by_role("button", name="Save schedule").press("Enter")  # the picker lies over it
    expect(desk.locator(".messages")).to_contain_text(HEADLINE)
    expect(written(desk)).to_contain_text(TEXT)  # before that, the desk would send a story without its text
    desk.get_by_role("button", name="More actions").click()
    desk.get_by_role("button", name="Schedule to publish").click()
    expect(desk.locator(".messages")).to_contain_text("scheduled for publishing")


def test_a_scheduled_story_goes_live_by_itself(visitor, sign_in, picture, watch) -> None:
    watch.expected.append("400")  # the desk saves by itself while one types: a text that is still empty is refused
    desk, reader = sign_in("editor"), visitor("/")
    begin_story(desk)
    desk.get_by_placeholder("Page title").fill(HEADLINE)
    desk.get_by_role("textbox", name="Standfirst").fill("The lamp is lit by hand once more.")
    add_picture(desk, picture)
    add_text(desk)
    # A form sent while the desk saves the draft by itself would be a second story of the same name.
    expect(desk.locator(".w-autosave-indicator__state--saved")).to_be_visible()
    schedule(desk)
    link = reader.locator(".card").get_by_role("link", name=HEADLINE)
    reader.reload()
    expect(link).to_have_count(0)

    until(lambda: reader.reload() and link.count(), seconds=LIVE_SECONDS_MAX)

    assert HEADLINE in reader.request.get("/feed/").text()
    link.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(HEADLINE)
    expect(reader.locator("#text")).to_contain_text(TEXT)
    hero = reader.get_by_role("img", name="A lamp in the dark")
    expect(hero).to_be_visible()
    until(lambda: hero.evaluate("img => img.complete && img.naturalWidth > 0"))
    expect(reader.locator(".thread-empty")).to_contain_text("Nobody has commented yet")
