"""A moderator writes a rule, tries it, switches it on; what it finds is held with the reason shown."""

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.one_database,  # a queue is worked off on both in test_moderating.py
]


def test_a_rule_is_tried_and_switched_on_and_holds_a_guests_comment_with_the_reason(site, visitor, sign_in) -> None:
    moderator = sign_in("moderator")
    moderator.get_by_role("link", name="Rules", exact=True).click()
    moderator.get_by_role("link", name="Write a rule").click()
    moderator.get_by_label("Name").fill("Zeppelin trips")
    moderator.get_by_label("What exactly").fill("zeppelin\nairship trips")
    moderator.get_by_label("What its author reads").fill("Advertising for trips is looked at first.")
    moderator.get_by_role("button", name="Try it on").click()
    expect(moderator.locator(".laid-down-trial")).to_contain_text("comments it finds 0")
    moderator.get_by_role("button", name="Save").click()
    expect(moderator.locator(".messages")).to_contain_text("judges nothing until you switch it on")
    moderator.get_by_role("button", name="Switch it on").click()
    expect(moderator.locator(".laid-down-steps")).to_contain_text("On since")

    writer = visitor(site.path("moderated"))
    writer.get_by_label("Your comment").fill("Come and see the z e p p e l i n over the harbour!")
    writer.get_by_label("Name").fill("Zora")
    writer.wait_for_timeout(3_200)  # sooner, the browser would have to prove that it is no machine
    writer.get_by_role("button", name="Post the comment").click()
    expect(writer.locator(".comment-own")).to_contain_text("Advertising for trips is looked at first.")

    moderator.get_by_role("link", name="Comments", exact=False).first.click()
    moderator.locator(".moderation-queue a", has_text="Zora").click()
    expect(moderator.locator(".moderation-comment")).to_contain_text("Zeppelin trips")
    expect(moderator.locator(".moderation-comment code")).to_have_text("zeppelin")


def test_a_browser_that_is_very_quick_computes_a_moment_and_its_comment_appears(site, visitor, watch) -> None:
    reader = visitor(site.path("watched"))
    reader.route("**/comments/", lambda route: route.continue_(post_data=quick(route.request.post_data)))
    reader.get_by_label("Your comment").fill("Quicker than anybody reads, and about the watch.")
    reader.get_by_label("Name").fill("Quentin")
    reader.get_by_role("button", name="Post the comment").click()

    expect(reader.locator(".comment", has_text="Quicker than anybody")).to_be_visible(timeout=20_000)


def quick(body: str | None) -> str:
    """Say that the page was opened a second ago, however long it took here."""
    fields = (body or "").split("&")
    return "&".join("took=1" if field.startswith("took=") else field for field in fields)
