"""A reader's day in the discussion, from the first answer to being erased, in a browser without JavaScript."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from standfirst.discussion import votes

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FIRST, ANSWER, CHANGED = "The quay was quieter before.", "It was, and it was darker, too.", "It was, and darker, too."


def comment_with(page: Page, text: str) -> Locator:
    """The innermost comment that says ``text``."""
    return page.locator(".comment", has=page.get_by_text(text, exact=True)).last


def said(page: Page) -> list[str]:
    return page.locator(".thread-list > li > .comment").evaluate_all("all => all.map(each => each.dataset.comment)")


def votes_turns_and_takes_back(page: Page, path: str, number: str) -> None:
    theirs = page.locator(f'.comment[data-comment="{number}"]').first
    page.goto(f"{path}?comment={number}")
    up, down = (int(theirs.locator(f".vote-{way} .figure").first.inner_text()) for way in ("up", "down"))
    for button, score in ((".vote-up", up + 1), (".vote-down", down + 1), (".vote-down", down)):
        page.wait_for_timeout(1_000 * (votes.SAME_PRESS_SECONDS + 1))  # sooner, it is a double click
        page.goto(f"{path}?comment={number}#comment-{number}")
        theirs.locator(button).first.click()
        page.wait_for_load_state()
        page.goto(f"{path}?comment={number}")
        expect(theirs.locator(f"{button} .figure").first).to_have_text(str(score))


def test_without_scripts_a_reader_does_all_that_readers_do(site, visitor) -> None:
    page = visitor(site.path("lively"), java_script_enabled=False)
    oldest = said(page)

    # previews, and posts
    page.get_by_label("Your comment").fill(FIRST)
    page.get_by_label("Name").fill("Asta")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".comment-body").first).to_contain_text(FIRST)
    expect(page.get_by_label("Your comment")).to_have_value(FIRST)
    page.get_by_role("button", name="Post the comment").click()
    mine = comment_with(page, FIRST)
    expect(mine).to_be_in_viewport()

    votes_turns_and_takes_back(page, site.path("lively"), oldest[0])
    theirs = page.locator(f'.comment[data-comment="{oldest[0]}"]').first

    # answers somebody, and changes what was said
    theirs.get_by_role("link", name=re.compile("^Reply")).first.click()
    page.get_by_label(re.compile("Your (answer|comment)")).fill(ANSWER)
    page.get_by_label("Name").fill("Asta")
    page.get_by_role("button", name=re.compile("^Post")).click()
    answer = comment_with(page, ANSWER)
    expect(answer).to_be_visible()
    number = answer.get_attribute("data-comment")
    page.goto(f"/discussion/comments/{number}/")
    page.get_by_label("Text").fill(CHANGED)
    page.get_by_role("button", name="Save the change").click()
    page.goto(f"{site.path('lively')}?comment={number}")
    expect(comment_with(page, CHANGED)).to_be_visible()

    # reads in every order, and on
    for order in ("Newest", "Most voted", "Best", "Oldest"):
        page.get_by_role("link", name=order, exact=True).click()
        expect(page.locator('.thread-orders [aria-current="true"]')).to_have_text(order)
    seen = said(page)
    page.get_by_role("link", name="Load more").click()
    page.wait_for_load_state()
    assert not set(said(page)) & set(seen)

    # takes one back, downloads everything, and is erased
    page.goto("/discussion/mine/")
    expect(page.get_by_text(FIRST)).to_be_visible()
    kept = json.loads(page.context.request.get("/discussion/mine/export/").text())
    assert {each["name"] for each in kept["comments"]} == {"Asta"}
    row = page.locator(".my-comments > li", has=page.get_by_text(CHANGED))
    row.locator("summary").last.click()
    row.get_by_role("button", name="Yes, remove it").click()
    expect(page.get_by_text(CHANGED)).to_have_count(0)
    page.goto(f"{site.path('lively')}?order=newest")
    expect(page.get_by_text(CHANGED)).to_have_count(0)
    expect(page.get_by_text(FIRST)).to_have_count(1)
    page.goto("/discussion/mine/")
    page.get_by_role("link", name="Erase everything that I wrote").click()
    page.get_by_label("Yes, erase everything").check()
    page.get_by_role("button", name="Erase", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Comments erased")
    page.goto(f"{site.path('lively')}?order=newest")
    expect(page.get_by_text(FIRST)).to_have_count(0)
