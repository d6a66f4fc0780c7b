"""A page that stays open: what others write, change and remove there, and what a browser remembers of its reader."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.one_database,  # a comment is posted on both in test_reading_and_commenting.py
]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.impact}): ${node.target.join(" ")}: ${node.failureSummary.replace(/\\s+/g, " ")}`));
}"""
STORED = "name => localStorage.getItem(`standfirst.${name}`)"


def write(page: Page, text: str, *, name: str) -> Locator:
    """Post a comment and return it, as its author sees it."""
    page.get_by_label("Your comment").fill(text)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Post the comment").click()
    mine = page.locator(".comment", has=page.get_by_text(text, exact=True)).last
    expect(mine).to_be_visible()
    return mine


def number_of(comment: Locator) -> str:
    return comment.get_attribute("data-comment") or ""


def top(place: Locator) -> float:
    box = place.bounding_box()
    assert box
    return box["y"]


def rejected(moderator: Page, comment: str) -> None:
    """Reject a comment at the desk."""
    moderator.goto(f"/desk/discussion/comments/{comment}/")
    moderator.locator('[data-digit="1"]').click()
    expect(moderator.locator("[data-said]")).to_contain_text("rejected")


def test_what_others_do_never_disturbs_who_writes(site, visitor, sign_in) -> None:
    writer, other = visitor(site.path("lively")), visitor(site.path("lively"))
    theirs = write(other, "The old quay was good enough for my grandfather.", name="Ole")
    number = number_of(theirs)
    expect(writer.locator(".bubble [data-new]")).to_have_text("1")
    writer.locator(".bubble-count").click()
    arrived = writer.locator(f'.thread-list [data-comment="{number}"]')
    expect(arrived).to_be_in_viewport()

    arrived.get_by_role("link", name=re.compile("^Reply")).click()
    answer = arrived.get_by_label("Your answer")
    answer.fill("Half a thought about your grandfather")
    answer.evaluate("field => field.setSelectionRange(5, 12)")
    before = top(answer)

    def undisturbed() -> None:
        expect(answer).to_be_focused()
        expect(answer).to_have_value("Half a thought about your grandfather")
        assert answer.evaluate("field => [field.selectionStart, field.selectionEnd]") == [5, 12]
        assert abs(top(answer) - before) <= 1

    # a vote moves quietly
    other.locator(f'[data-comment="{number}"]').first.scroll_into_view_if_needed()
    voted = writer.locator(".thread-list > li > .comment").first
    other.locator(".thread-list > li > .comment").first.locator(".vote-up").first.click()
    expect(voted.locator("[data-up]").first).to_have_text("1")
    undisturbed()

    # a changed comment is renewed
    other.goto(f"/discussion/comments/{number}/")
    other.get_by_label("Text").fill("The old quay was bad enough for my grandmother.")
    other.get_by_role("button", name="Save the change").click()
    expect(arrived.locator(".comment-body").first).to_contain_text("grandmother")
    expect(arrived.locator(".comment-edited").first).to_be_visible()
    undisturbed()

    # another comment arrives, and is only counted
    other.goto(site.path("lively"))
    second = number_of(write(other, "And who will pay for it in the end?", name="Ole"))
    expect(writer.locator(".bubble [data-new]")).to_have_text("1")
    undisturbed()

    # what was removed goes, also from what waits
    moderator = sign_in("moderator")
    rejected(moderator, second)
    expect(writer.locator(".bubble-new")).to_be_hidden()
    expect(writer.locator(".bubble-card")).to_be_hidden()
    expect(writer.locator(".thread-news")).to_have_count(0)
    undisturbed()
    rejected(moderator, number)
    expect(arrived.locator(".comment-gone").first).to_be_visible()
    expect(arrived.get_by_text("grandmother")).to_have_count(0)
    undisturbed()


def test_a_removed_comment_goes_from_an_open_page_and_nothing_jumps(site, visitor, sign_in) -> None:
    reader, other = visitor(site.path("lively")), visitor(site.path("lively"))
    number = number_of(write(other, "Nobody will miss this sentence.", name="Tove"))
    reader.locator(".bubble-count").click()
    expect(reader.locator(f'[data-comment="{number}"]')).to_be_visible()
    first = number_of(reader.locator(".thread-list > li > .comment").first)
    below = reader.locator(".thread-list > li > .comment").nth(5)
    below.scroll_into_view_if_needed()
    reader.evaluate("scrollBy(0, 200)")
    before = top(below)

    moderator = sign_in("moderator")
    rejected(moderator, number)
    expect(reader.locator(f'[data-comment="{number}"]')).to_have_count(0)
    rejected(moderator, first)  # it has an answer: a gap stays, and it is shorter
    expect(reader.locator(f'[data-comment="{first}"] > .comment-gone')).to_have_count(1)

    assert abs(top(below) - before) <= 1


def test_the_order_that_a_reader_chose_is_theirs_the_next_time(site, visitor) -> None:
    page = visitor(site.path("returned"))
    first = page.locator(".thread-list > li > .comment").first
    oldest = number_of(first)

    page.get_by_role("link", name="Newest").click()
    expect(page).to_have_url(re.compile("order=newest"))
    newest = number_of(first)
    assert newest != oldest
    page.goto(site.path("returned"))

    expect(first).to_have_attribute("data-comment", newest)
    expect(page.locator('.thread-orders [aria-current="true"]')).to_have_text("Newest")
    page.get_by_role("link", name="Load more").click()
    expect(page.locator(".thread-list > li > .comment")).to_have_count(40)
    page.goto(f"{site.path('returned')}?comment={oldest}#comment-{oldest}")
    expect(page.locator(f"#comment-{oldest}")).to_be_in_viewport()


def test_a_branch_that_a_reader_closed_stays_closed_for_them(site, visitor) -> None:
    page = visitor(site.path("returned"))
    branch = page.locator(".branch").first
    answer = branch.locator(".comment").first

    branch.locator("summary").click()
    expect(answer).to_be_hidden()
    page.wait_for_function(f"({STORED})('folded')")
    page.reload()
    expect(answer).to_be_hidden()
    page.goto(f"{site.path('returned')}?comment={number_of(answer)}#comment-{number_of(answer)}")
    expect(page.locator(f"#comment-{number_of(answer)}")).to_be_in_viewport()


def test_a_branch_closes_without_scripts(site, visitor) -> None:
    page = visitor(site.path("returned"), java_script_enabled=False)
    branch = page.locator(".branch").first

    branch.locator("summary").click()

    expect(branch.locator(".comment").first).to_be_hidden()


def test_what_came_since_the_last_visit_is_marked(site, visitor) -> None:
    page, other = visitor(site.path("returned")), visitor(site.path("returned"))
    expect(page.locator(".comment-fresh")).to_have_count(0)
    page.get_by_role("link", name="Newest").click()
    page.wait_for_function(f"({STORED})('visits')")
    page.goto("about:blank")

    number = number_of(write(other, "I took it last night and it was full.", name="Asta"))
    page.goto(site.path("returned"))

    fresh = page.locator(f'[data-comment="{number}"] .comment-fresh')
    expect(fresh).to_have_text("New")
    expect(page.locator(".comment-fresh")).to_have_count(1)
    page.reload()
    expect(page.locator(f'[data-comment="{number}"]')).to_be_visible()
    expect(page.locator(".comment-fresh")).to_have_count(0)


def test_the_bubble_by_keys_says_what_came_and_goes_for_good(site, visitor) -> None:
    page, other = visitor(site.path("returned")), visitor(site.path("returned"))
    write(other, "The driver waited for my mother.", name="Ines")
    expect(page.locator(".bubble-words")).to_contain_text("Ines: The driver waited")
    expect(page.locator("[data-status]")).to_have_text(re.compile("New comments: 1"))

    page.locator(".bubble-reply").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".bubble-card")).to_be_hidden()
    page.locator(".bubble-count").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".comment-new", has_text="The driver waited")).to_be_focused()
    page.locator(".bubble-close").focus()
    page.keyboard.press("Enter")

    expect(page.locator(".bubble")).to_have_count(0)
    expect(page.locator(".thread-title")).to_be_focused()
    page.reload()
    expect(page.locator(".thread-list")).to_be_visible()
    expect(page.locator(".bubble")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_thread_with_all_of_it_passes_axe(site, visitor, width: int, scheme: str) -> None:
    page = visitor(site.path("returned"), viewport={"width": width, "height": 900}, color_scheme=scheme)
    other = visitor(site.path("returned"))
    write(other, f"There is room for bicycles at {width} past {scheme}.", name="Tove")
    expect(page.locator(".bubble-card")).to_be_visible()
    page.locator(".branch summary").first.click()

    page.evaluate(AXE)

    assert page.evaluate(RUN) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_front_page_shows_what_was_said_last_and_renews_it(site, visitor, sign_in) -> None:
    front, other = visitor("/"), visitor(site.path("returned"))
    number = number_of(write(other, "The last word has the night bus.", name="Runa"))
    latest = front.locator(".latest-comment", has_text="The last word has the night bus.")
    expect(latest).to_contain_text("Runa")

    rejected(sign_in("moderator"), number)

    expect(latest).to_have_count(0)
