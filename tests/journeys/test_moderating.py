"""A moderator finds what waits and publishes it; readers see it on the page that they have open."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINKS = "Compare https://a.example, https://b.example and https://c.example before you believe it."


def test_a_held_comment_is_published_into_the_page_that_a_reader_has_open(site, visitor, sign_in, moved_in) -> None:
    reader, writer = visitor(site.path("moderated")), visitor(site.path("moderated"))
    before = reader.locator(".thread-title .figure").inner_text()
    writer.get_by_label("Your comment").fill(LINKS)
    writer.get_by_label("Name").fill("Wanda")
    writer.get_by_role("button", name="Post the comment").click()
    expect(writer.locator(".comment-own")).to_contain_text("Waiting for a moderator")
    writer.reload()
    expect(writer.locator(".comment-own")).to_contain_text("several links")  # still there for its writer

    moderator = sign_in("moderator")
    moderator.get_by_role("link", name="Comments").click()
    moderator.locator(".moderation-queue a", has_text="Wanda").click()
    expect(moderator.locator(".moderation-comment")).to_contain_text("before you believe it")
    expect(moderator.locator(".moderation-case")).to_contain_text("several links")
    with moved_in("a published comment", reader, ".thread-title .figure", str(int(before) + 1)):
        moderator.get_by_role("button", name="Publish a").click()

    expect(moderator.locator("[data-said]")).to_contain_text("published")
    expect(moderator.locator(".moderation-queue")).not_to_contain_text("Wanda")
    reader.get_by_role("button", name="Show new comments").click()
    expect(reader.locator(".comment", has_text="before you believe it")).to_be_in_viewport()


def test_a_key_is_enough_to_publish_a_comment(site, visitor, sign_in) -> None:
    moderator = sign_in("moderator")
    moderator.get_by_role("link", name="Comments").click()
    waiting = moderator.locator(".moderation-queue a", has_text="about watched")
    waiting.click()
    expect(moderator.locator(".moderation-comment")).to_contain_text("about watched")

    moderator.keyboard.press("a")

    expect(moderator.locator("[data-said]")).to_contain_text("published")
    expect(waiting).to_have_count(0)
    page = visitor(site.path("watched"))
    expect(page.locator(".thread-list")).to_contain_text("about watched")
