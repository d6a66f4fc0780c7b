"""The newsroom asks about a passage, readers answer beside the text, and quote what they like."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_for_everybody import AXE, RUN
from tests.journeys.test_publishing import begin_story, written
from tests.journeys.test_without_a_mouse import tab_to

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.one_database,  # a comment is posted on both in test_reading_and_commenting.py
]

PASSAGE = "nobody slept well"
QUESTION = "Where were you when the boat came in?"
SELECT = """(words) => {
  const walk = document.createTreeWalker(document.querySelector("#text"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.data.indexOf(words);
    if (at < 0) continue;
    getSelection().setBaseAndExtent(walk.currentNode, at, walk.currentNode, at + words.length);
    return;
  }
  throw new Error("not in the text: " + words);
}"""


def mark(page: Page) -> Locator:
    return page.locator("#text .question-mark").first


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="The author asks")


def axe(page: Page) -> None:
    page.evaluate(AXE)
    assert page.evaluate(RUN) == []


def select_in_editor(desk: Page, words: str) -> None:
    """Select the last ``words`` of the text with the keyboard, as one does."""
    desk.keyboard.press("End")
    for _ in words:
        desk.keyboard.press("Shift+ArrowLeft")


def go_into(desk: Page, text: Locator, key: str) -> None:
    """Put the cursor into an editor's line, not onto a mark in it, and go to one of its ends."""
    text.click(position={"x": 3, "y": 8})
    expect(text).to_be_focused()
    expect(desk.locator(".Tooltip")).to_have_count(0)
    desk.keyboard.press(key)


def is_taken(desk: Page, words: str) -> None:
    """Wait until the editor has written down what was typed: it does so a moment later."""
    holds = "words => [...document.querySelectorAll('input, textarea')].some((field) => field.value.includes(words))"
    desk.wait_for_function(holds, arg=words)


def publish(desk: Page) -> None:
    desk.get_by_role("button", name="More actions").click()
    desk.get_by_role("button", name="Publish", exact=True).click()
    expect(desk.locator(".messages")).to_contain_text("published")


def test_an_editor_asks_about_a_passage_and_readers_see_it(sign_in, visitor, watch) -> None:
    watch.expected.append("400")  # the desk saves by itself while one types: a text that is still empty is refused
    desk = sign_in("editor")
    begin_story(desk)
    desk.get_by_placeholder("Page title").fill("The keeper comes home")
    desk.get_by_role("region", name="Text").get_by_role("button", name="Insert a block").first.click()
    desk.get_by_role("option", name="Text", exact=True).click()
    written(desk).click()
    written(desk).press_sequentially("The lamp was lit at six o'clock")
    select_in_editor(desk, "six o'clock")
    desk.get_by_role("button", name="Ask the readers about this passage").first.click()
    dialog = desk.get_by_role("dialog", name="Ask the readers about this passage")
    dialog.get_by_label("Your question").fill('Did <you> see it, and "when"?')
    axe_in(desk, "dialog.asking")
    dialog.get_by_role("button", name="Ask").click()
    expect(written(desk).locator(".TooltipEntity")).to_have_text(re.compile("six o'clock"))
    # A form sent while the desk saves the draft by itself would be another draft.
    expect(desk.locator(".w-autosave-indicator__state--saved")).to_be_visible()
    publish(desk)
    desk.get_by_role("link", name="Edit", exact=True).first.click()
    expect(written(desk).locator(".TooltipEntity")).to_have_text(re.compile("six o'clock"))

    # The text around it and in it changes; the question stays the same one.
    go_into(desk, written(desk), "End")
    desk.keyboard.type(" sharp")
    is_taken(desk, "sharp")
    publish(desk)

    reader = visitor("/2026/11/the-keeper-comes-home/")
    mark(reader).click()
    expect(panel(reader)).to_contain_text('Did <you> see it, and "when"?')


def axe_in(page: Page, selector: str) -> None:
    page.evaluate(AXE)
    found = page.evaluate(RUN.replace("axe.run(document", f"axe.run({selector!r}"))
    assert found == []


def test_a_reader_answers_beside_the_text_with_the_keyboard_alone(site, visitor) -> None:
    page = visitor(site.path("asking"))
    expect(mark(page)).to_have_attribute("role", "button")
    tab_to(page, mark(page))
    top = mark(page).bounding_box()["y"]
    page.keyboard.press("Enter")
    expect(panel(page)).to_be_focused()
    expect(panel(page)).to_contain_text(QUESTION)
    assert abs(mark(page).bounding_box()["y"] - top) < 2  # what one reads stays where it is
    axe(page)

    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(mark(page)).to_be_focused()
    page.keyboard.press(" ")
    expect(panel(page)).to_be_focused()
    tab_to(page, panel(page).get_by_label("Your answer"))
    page.keyboard.type("On the quay, with a lamp.")
    tab_to(page, panel(page).get_by_label("Name"))
    page.keyboard.type("Night owl")
    tab_to(page, panel(page).get_by_role("button", name="Post the answer"))
    page.keyboard.press("Enter")

    expect(panel(page).locator(".question-answer").first).to_contain_text("On the quay, with a lamp.")
    expect(panel(page).get_by_role("status")).to_have_text("Your answer is published.")
    expect(mark(page)).to_have_accessible_name(re.compile(r"Question by the author, [1-9]\d* answers?"))

    page.reload()
    answer = page.locator(".thread .comment", has_text="On the quay, with a lamp.").last
    expect(answer.get_by_role("link", name=PASSAGE)).to_be_visible()
    page.get_by_role("link", name=re.compile("Inline answers")).click()
    expect(page.locator(".thread .comment")).to_have_count(page.locator(".thread [data-asked]").count())
    page.get_by_role("link", name="View all comments").click()
    expect(page.get_by_role("link", name=re.compile("Inline answers"))).to_be_visible()


def test_an_answer_counts_on_pages_that_are_open(site, visitor) -> None:
    watching, writing = visitor(site.path("asking")), visitor(site.path("asking"))
    before = int(watching.locator(".question-sign .figure").first.inner_text().replace("?", "0"))
    mark(writing).click()
    panel(writing).get_by_label("Your answer").fill("Asleep, and I regret it.")
    panel(writing).get_by_label("Name").fill("Sleeper")
    panel(writing).get_by_role("button", name="Post the answer").click()

    expect(watching.locator(".question-sign .figure").first).to_have_text(str(before + 1))


def test_an_answer_that_is_refused_stays_where_it_was_typed(site, visitor, watch) -> None:
    watch.expected.append("422")
    page = visitor(site.path("asking"))
    mark(page).click()
    panel(page).get_by_label("Your answer").fill("Half an answer")
    panel(page).get_by_role("button", name="Post the answer").click()

    expect(panel(page).get_by_role("alert")).to_contain_text("name")
    expect(panel(page).get_by_label("Name")).to_be_focused()
    page.keyboard.press("Escape")
    page.reload()
    mark(page).click()
    expect(panel(page).get_by_label("Your answer")).to_have_value("Half an answer")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_question_opens_below_its_paragraph(site, visitor, scheme: str) -> None:
    page = visitor(site.path("asking"), viewport={"width": 360, "height": 740}, has_touch=True, color_scheme=scheme)
    mark(page).scroll_into_view_if_needed()
    top = mark(page).bounding_box()["y"]
    mark(page).tap()
    expect(panel(page)).to_be_visible()

    below = panel(page).bounding_box()
    assert below["y"] > mark(page).bounding_box()["y"]
    assert below["x"] >= 0
    assert below["x"] + below["width"] <= 360
    assert abs(mark(page).bounding_box()["y"] - top) < 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    axe(page)
    panel(page).get_by_role("button", name="Close the question").tap()
    expect(panel(page)).to_be_hidden()


def test_without_scripts_the_mark_leads_to_a_page_where_one_answers(site, visitor) -> None:
    page = visitor(site.path("asking"), java_script_enabled=False)
    mark(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    page.get_by_label("Your answer").fill("In the kitchen, listening.")
    page.get_by_label("Name").fill("Listener")
    page.get_by_role("button", name="Post the answer").click()

    answer = page.locator(".comment:target")
    expect(answer).to_contain_text("In the kitchen, listening.")
    answer.get_by_role("link", name=PASSAGE).click()
    expect(page.locator(".question-mark:target")).to_be_visible()
    page.get_by_role("link", name=re.compile("Inline answers")).click()
    expect(page.get_by_role("link", name="View all comments")).to_be_visible()
    expect(page.locator(".comment", has_text="In the kitchen, listening.")).to_be_visible()


def test_the_questions_page_passes_axe(site, visitor) -> None:
    page = visitor(site.path("asking"), viewport={"width": 360, "height": 740})
    page.goto(mark(page).get_attribute("href"))
    axe(page)


@pytest.fixture
def quoted(site, visitor) -> Iterator[Page]:
    page = visitor(site.path("asking"))
    page.evaluate(SELECT, "The tide came at night")
    page.get_by_role("button", name="Quote in a comment").click()
    form = page.locator(".thread > form")
    expect(form.get_by_label("The words as they stand in the text")).to_have_value("The tide came at night")
    form.get_by_label("Your comment").fill("It did, at three.")
    form.get_by_label("Name").fill("Wakeful")
    axe(page)
    form.get_by_role("button", name="Post the comment").click()
    expect(page.locator(".comment", has_text="It did, at three.").first).to_be_visible()
    return page


def test_a_reader_quotes_a_sentence_and_hears_that_the_text_has_changed(site, quoted: Page, sign_in) -> None:
    quoted.reload()
    mine = quoted.locator(".comment", has_text="It did, at three.").first
    expect(mine.get_by_role("link", name="The tide came at night")).to_have_attribute(
        "href", re.compile(r"#text:~:text=The%20tide%20came%20at%20night$")
    )

    desk = sign_in("editor")
    desk.goto(f"/desk/pages/{site.stories['asking']['key'].removeprefix('story:')}/edit/")
    text = desk.get_by_role("region", name="Text").locator("[contenteditable=true]").first
    go_into(desk, text, "Home")
    for _ in "The tide came at night":
        desk.keyboard.press("Delete")
    desk.keyboard.type("It rained")
    expect(text).to_contain_text(f"It rained, and {PASSAGE}")
    is_taken(desk, "It rained")
    publish(desk)

    quoted.reload()
    mine = quoted.locator(".comment", has_text="It did, at three.").first
    expect(mine).to_contain_text("The text has changed since: this passage is no longer there.")
    expect(quoted.locator("#text .question-mark").first).to_contain_text(PASSAGE)


def test_without_scripts_a_quote_is_typed_and_checked(site, visitor, watch) -> None:
    watch.expected.append("422")
    page = visitor(site.path("asking"), java_script_enabled=False)
    page.get_by_text("Quote a sentence of the text").click()
    page.get_by_label("The words as they stand in the text").fill("Nobody ever said this here")
    page.get_by_label("Your comment").fill("Who says so?")
    page.get_by_label("Name").fill("Doubter")
    page.get_by_role("button", name="Post the comment").click()

    expect(page.get_by_role("alert")).to_contain_text("do not stand in the text")
    page.get_by_label("The words as they stand in the text").fill("the whole quay was there")
    page.get_by_role("button", name="Post the comment").click()
    expect(page.locator(".comment:target")).to_contain_text("the whole quay was there")
