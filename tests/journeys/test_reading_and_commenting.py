"""A reader reads an imported story, goes through its comments and writes one, with and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOTS_OF_THE_IMPORTED = 46  # one came with the export


def count_of(page: Page) -> int:
    """The number of comments in the headline of the discussion."""
    found = re.search(r"\d+", page.locator(".thread-title").inner_text())
    assert found
    return int(found[0])


def roots_on(page: Page) -> list[str]:
    return page.locator(".thread-list > li > .comment").evaluate_all("all => all.map(each => each.dataset.comment)")


def write(page: Page, text: str, *, name: str) -> None:
    page.get_by_label("Your comment").fill(text)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Post the comment").click()


def test_a_reader_without_scripts_reads_an_imported_story_and_comments(site, visitor) -> None:
    page = visitor("/", java_script_enabled=False)
    page.goto(site.path("imported"))
    expect(page.get_by_role("heading", level=1)).to_have_text("The ferry & the fog")
    expect(page.locator("#text")).to_contain_text("lay two hours in the fog")
    before = count_of(page)

    seen = roots_on(page)
    while page.get_by_role("link", name="Load more").count():
        page.get_by_role("link", name="Load more").click()
        page.wait_for_load_state()
        seen += roots_on(page)
    page.goto(site.path("imported"))
    write(page, "I was on that ferry, too, and the tea was *cold*.", name="Asta")

    assert len(seen) >= ROOTS_OF_THE_IMPORTED
    assert len(seen) == len(set(seen))
    mine = page.locator(".comment", has_text="I was on that ferry, too")
    expect(mine.locator("em")).to_have_text("cold")
    expect(mine.locator(".comment-name")).to_have_text("Asta")
    page.goto(site.path("imported"))
    assert count_of(page) == before + 1


def test_a_comment_moves_the_count_and_the_bubble_of_another_reader(site, visitor, moved_in) -> None:
    reader, other = visitor(site.path("scripted")), visitor(site.path("scripted"))
    before = count_of(reader)
    expect(other.locator(".bubble-count [data-total]")).to_have_text(str(before))
    for _page in range(2):
        shown = len(roots_on(reader))
        reader.get_by_role("link", name="Load more").click()
        expect(reader.locator(".thread-list > li > .comment")).not_to_have_count(shown)

    with moved_in("a count", other, ".thread-title .figure", str(before + 1)):
        write(reader, "A metre is not much for a wall that stood for a century.", name="Ole")

    mine = reader.locator(".comment", has_text="A metre is not much")
    expect(mine).to_be_visible()
    expect(other.locator(".bubble-count [data-total]")).to_have_text(str(before + 1))
    expect(other.locator(".story-facts .count .figure")).to_have_text(str(before + 1))
    expect(other.locator(".bubble [data-new]")).to_have_text("1")
    expect(other.locator(".bubble-words")).to_contain_text("Ole: A metre is not much")
    other.locator(".bubble-count").click()
    expect(other.locator(".comment", has_text="A metre is not much")).to_be_in_viewport()
