"""A moderator clears a queue by keys alone, bans, takes back; a reader reports and objects without scripts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.one_database,  # a queue is worked off on both in test_moderating.py
]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
# Wagtail's own frame around our page is not ours to mend.
RUN = """async () => {
  const found = await axe.run({ include: ["#main"] }, { resultTypes: ["violations"] });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.impact}): ${node.target.join(" ")}: ${node.failureSummary.replace(/\\s+/g, " ")}`));
}"""


def opened(moderator: Page, name: str) -> None:
    """Open the comment of ``name`` in the list of what is held."""
    moderator.goto("/desk/discussion/?list=held")
    moderator.locator("[data-entry] a", has_text=name).click()
    expect(moderator.locator(".moderation-comment h2")).to_contain_text(name)


def said(moderator: Page, words: str) -> None:
    expect(moderator.locator("[data-said]")).to_contain_text(words)


def test_ten_letters_are_cleared_by_keys_alone(site, visitor, sign_in) -> None:
    moderator = sign_in("moderator")
    heading = moderator.locator(".moderation-comment h2")
    opened(moderator, "Writer 0")

    moderator.keyboard.press("j")
    expect(heading).to_contain_text("Writer 1")
    moderator.keyboard.press("k")
    expect(heading).to_contain_text("Writer 0")
    moderator.keyboard.press("a")  # one is published
    said(moderator, "published")
    expect(heading).to_contain_text("Writer 1")
    moderator.keyboard.press("r")
    said(moderator, "number of a reason")
    moderator.keyboard.press("2")  # one is rejected by a reason
    said(moderator, "rejected")
    expect(heading).to_contain_text("Writer 2")
    moderator.keyboard.press("s")  # one is advertising
    said(moderator, "rejected")
    expect(heading).to_contain_text("Writer 3")
    moderator.keyboard.press("u")
    said(moderator, "taken back")
    expect(heading).to_contain_text("Writer 2")
    opened(moderator, "Writer 2")
    for number in range(2, 10):
        expect(heading).to_contain_text(f"Writer {number}")
        moderator.keyboard.press("a")
        said(moderator, "published")

    expect(moderator.locator("[data-entry]", has_text="Writer")).to_have_count(0)
    page = visitor(site.path("cleared"))
    expect(page.locator(".thread-list")).to_contain_text("Letter 9")
    expect(page.locator(".thread-list")).not_to_contain_text("Letter 1:")


def test_keys_do_nothing_while_one_types_or_has_switched_them_off(site, sign_in) -> None:
    moderator = sign_in("moderator")
    moderator.goto("/desk/discussion/?list=latest")
    heading = moderator.locator(".moderation-comment h2")
    before = heading.text_content()

    moderator.locator("#reason").fill("")
    moderator.locator("#reason").press_sequentially("jars, ashes")
    expect(heading).to_have_text(before)
    moderator.keyboard.press("Escape")
    moderator.keyboard.press("?")
    expect(moderator.get_by_role("dialog")).to_contain_text("next, previous comment")
    moderator.keyboard.press("Escape")
    moderator.get_by_label("Single keys decide").uncheck()
    moderator.keyboard.press("s")
    moderator.reload()

    expect(moderator.get_by_label("Single keys decide")).not_to_be_checked()
    expect(heading).to_have_text(before)


def test_several_are_decided_together_and_taken_back_together(site, sign_in) -> None:
    moderator = sign_in("moderator")
    moderator.goto("/desk/discussion/?list=latest")
    entries = moderator.locator("[data-entry]")
    shown = entries.count()
    for number in range(3):
        entries.nth(number).get_by_role("checkbox").check()

    moderator.locator(".moderation-bulk").get_by_role("button", name="Spam").click()
    said(moderator, "3 comments are decided")
    expect(entries).to_have_count(shown - 3)
    moderator.locator("[data-heading]").focus()
    moderator.keyboard.press("u")

    said(moderator, "3 decisions are taken back")


def test_a_reader_reports_and_objects_and_is_banned_without_a_script(site, visitor, sign_in, watch) -> None:
    watch.expected.append("403")  # what the banned reader is told
    reader = visitor(site.path("cleared"), java_script_enabled=False)
    reader.get_by_role("link", name="Report").first.click()
    reader.get_by_label("It is hateful").check()
    reader.get_by_role("button", name="Report it").click()
    expect(reader.get_by_role("status")).to_contain_text("has arrived")
    reader.goto(site.path("cleared"))
    reader.get_by_label("Your comment").fill("See https://a.example https://b.example https://c.example there.")
    reader.get_by_label("Name").fill("Objecting Olga")
    reader.get_by_role("button", name="Post the comment").click()
    reader.get_by_label("Why should it be published?").fill("These are public records.")
    reader.get_by_role("button", name="Send it to the moderators").click()
    expect(reader.locator(".comment-appeal")).to_contain_text("the answer will stand here")

    moderator = sign_in("moderator")
    moderator.goto("/desk/discussion/?list=appeals")
    expect(moderator.locator(".moderation-appeal")).to_contain_text("public records")
    moderator.locator("#reason").fill("Well said, but no.")
    moderator.get_by_role("button", name="Reject r", exact=True).click()
    said(moderator, "rejected")
    reader.reload()
    expect(reader.locator(".comment-appeal")).to_contain_text("Well said, but no.")

    moderator.goto("/desk/discussion/?list=rejected")
    moderator.locator("[data-entry] a", has_text="Objecting Olga").click()
    expect(moderator.locator(".moderation-comment h2")).to_contain_text("Objecting Olga")
    moderator.locator("[data-heading]").focus()
    moderator.keyboard.press("b")
    moderator.locator("#ban-reason").fill("Enough of it.")
    moderator.keyboard.press("Enter")
    said(moderator, "They are banned")
    reader.goto(site.path("cleared"))
    reader.get_by_label("Your comment").fill("One word more.")
    reader.get_by_label("Name").fill("Objecting Olga")
    reader.get_by_role("button", name="Post the comment").click()
    expect(reader.get_by_role("alert")).to_contain_text("Enough of it.")
    expect(reader.get_by_label("Your comment")).to_have_value(re.compile("One word more."))


def test_a_report_in_place_opens_over_the_page(site, visitor) -> None:
    reader = visitor(site.path("watched"))
    link = reader.get_by_role("link", name="Report").first
    link.click()
    dialog = reader.get_by_role("dialog")
    expect(dialog).to_be_visible()
    reader.keyboard.press("Escape")
    expect(link).to_be_focused()
    link.click()
    dialog.get_by_label("It is advertising").check()
    dialog.get_by_role("button", name="Report it").click()

    expect(dialog).to_have_count(0)
    expect(reader.locator(".comment-reported").first).to_contain_text("Thank you")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_queue(site, visitor, sign_in, scheme: str, width: int) -> None:
    moderator = sign_in("moderator")
    moderator.emulate_media(color_scheme=scheme)
    moderator.set_viewport_size({"width": width, "height": 800})
    for path in ("?list=all", "bans/", "house/"):
        moderator.goto(f"/desk/discussion/{path}")
        moderator.evaluate(AXE)

        assert moderator.evaluate(RUN) == []
        assert moderator.evaluate("document.documentElement.scrollWidth") <= width
