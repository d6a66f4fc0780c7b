"""Everything that a reader does, done with the keyboard alone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TABS_MAX = 150  # more stops than any page here has before what one looks for
FOCUSED = "element => element === document.activeElement"
# A headline shows the focus around its whole card.
OUTLINED = """(element) => [element, element.closest(".card")].some(
  (each) => each && getComputedStyle(each).outlineStyle !== "none")"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus, and see that it shows."""
    expect(wanted).to_be_visible()
    for _stop in range(TABS_MAX):
        page.keyboard.press("Tab")
        if wanted.evaluate(FOCUSED):
            assert wanted.evaluate(OUTLINED), "the focus cannot be seen"
            return
    raise AssertionError(f"not reached by Tab: {wanted}")


def follow(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def test_the_first_key_leads_past_the_menu(visitor) -> None:
    page = visitor("/")

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")


def test_a_reader_reads_comments_and_votes_without_a_mouse(site, visitor) -> None:
    page = visitor("/")
    follow(page, page.get_by_role("navigation", name="Sections", exact=True).get_by_role("link", name="Harbour"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour")
    follow(page, page.locator("#main").get_by_role("link", name="A bakery opens before the first boat").last)
    expect(page.get_by_role("heading", level=1)).to_have_text("A bakery opens before the first boat")

    tab_to(page, page.get_by_label("Your comment"))
    page.keyboard.type("The rolls are worth getting up for.")
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("Early bird")
    follow(page, page.get_by_role("button", name="Post the comment"))
    mine = page.locator(".comment", has_text="The rolls are worth getting up for.").last
    expect(mine).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Your comment is published.")).to_have_count(1)

    page.reload()
    vote = page.get_by_role("button", name="Vote for the comment of Reader 0").first
    follow(page, vote)
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(vote.locator(".figure")).to_have_text("1")
    page.keyboard.press("Enter")
    expect(vote.locator(".figure")).to_have_text("0")  # a second press takes it back


def test_a_supporter_gives_without_a_mouse(site, visitor) -> None:
    page = visitor(site.path("keyboard"))
    follow(page, page.locator(".masthead").get_by_role("link", name="Support us"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Support us")

    chosen = page.locator("input[name=preset_once]:checked")
    before = chosen.get_attribute("value")
    while not page.evaluate("document.activeElement.matches('input[name=preset_once]')"):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(chosen).not_to_have_attribute("value", before or "")
    follow(page, page.get_by_role("button", name="Continue to payment"))
    follow(page, page.get_by_role("button", name=re.compile("^Pay")))

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
