"""What a reader does to write well and to read in peace: toolbar, preview, pictures, quoting, muting, cards."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.one_database,  # a comment is posted on both in test_reading_and_commenting.py
]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
VIOLATIONS = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`));
}"""
# What the clipboard of a person has who took a picture of the screen, or who means harm.
PASTE = """async (field, drawn) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 600, height: 400 });
  canvas.getContext("2d").fillRect(50, 50, 100, 100);
  const bytes = drawn ? await new Promise((done) => canvas.toBlob(done)) : new Blob(["<svg onload=alert(1)>"]);
  const data = new DataTransfer();
  data.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
DROP = """(form) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(9 * 1024 * 1024)], "large.png", { type: "image/png" }));
  form.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
SELECT = """(element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def a_file(colour: str, name: str = "a.png", size: tuple[int, int] = (600, 400)) -> FilePayload:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": written.getvalue()}


def form(page: Page) -> Locator:
    return page.locator(".thread > form[data-form]")


def text_of(page: Page) -> Locator:
    return form(page).get_by_label("Your comment")


def begin(page: Page, text: str = "") -> Locator:
    """Put the cursor into the form and wait for what comes with it."""
    text_of(page).focus()
    expect(form(page).get_by_role("toolbar")).to_be_visible()
    page.keyboard.type(text)
    return text_of(page)


def post(page: Page, name: str) -> None:
    form(page).get_by_label("Name").fill(name)
    form(page).get_by_role("button", name="Post the comment").click()


def no_violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: list[str] = page.evaluate(VIOLATIONS)
    return found


def test_the_toolbar_is_worked_by_keys_alone(site, visitor) -> None:
    page = visitor(site.path("written"))
    field = begin(page, "The crane")
    page.keyboard.press("Shift+Control+ArrowLeft")
    page.keyboard.press("Control+b")
    expect(field).to_have_value("The **crane**")
    page.keyboard.press("Control+b")
    expect(field).to_have_value("The crane")

    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Bold")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(field).to_have_value("The *crane*")
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    for _step in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="List")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_value("- The *crane*")
    page.keyboard.press("Control+z")
    expect(field).to_have_value("The *crane*")

    form(page).get_by_label("Name").fill("Keys Alone")
    field.focus()
    page.keyboard.press("Control+Enter")
    mine = page.locator(".comment", has_text="Keys Alone")
    expect(mine.locator("em")).to_have_text("crane")


def test_near_the_limit_characters_are_counted_and_what_is_pasted_is_not_cut_off(site, visitor, watch) -> None:
    watch.expected.append("422")  # the browser notes the refusal
    page = visitor(site.path("written"))
    field = begin(page)
    counter = form(page).locator("[data-counter]")

    field.fill("x" * 9_400)
    expect(counter).to_have_text("")
    field.fill("x" * 9_800)
    expect(counter).to_have_text("Characters left: 200")
    expect(form(page).get_by_role("status")).to_have_text("Characters left: 200")
    field.fill("x" * 10_020)
    expect(counter).to_have_text("Characters too many: 20")
    post(page, "Long")

    expect(form(page).get_by_role("alert")).to_contain_text("10000 are allowed")
    assert len(field.input_value()) == 10_020
    field.fill("")  # the draft of this browser


@pytest.mark.parametrize("scripts", [True, False])
def test_a_preview_shows_how_it_will_look_and_posts_nothing(site, visitor, scripts: bool) -> None:
    page = visitor(site.path("written"), java_script_enabled=scripts)
    text_of(page).fill("A *new* coat, scripts or none.")
    form(page).get_by_label("Name").fill("Pre View")
    page.get_by_role("button", name="Preview").click()

    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("em")).to_have_text("new")
    expect(page.get_by_label("Your comment")).to_have_value("A *new* coat, scripts or none.")
    expect(page.get_by_label("Name")).to_have_value("Pre View")
    page.goto(site.path("written"))
    expect(page.locator(".comment", has_text="scripts or none")).to_have_count(0)


def test_a_picture_is_pasted_described_taken_back_and_posted(site, visitor, watch) -> None:
    watch.expected.append("422")  # the browser notes the refusal
    page = visitor(site.path("written"))
    field = begin(page, "This is how it looked before.")
    field.evaluate(PASTE, False)
    expect(form(page).get_by_role("alert")).to_contain_text("not a picture")  # whatever type it says it is
    form(page).evaluate(DROP)
    expect(form(page).get_by_role("alert")).to_have_text("A picture can have 8 MB at most.")

    field.evaluate(PASTE, True)
    expect(form(page).locator(".attached img")).to_have_count(1)
    form(page).locator(".attach-add input").set_input_files([a_file("maroon")])
    expect(form(page).locator(".attached img")).to_have_count(2)
    form(page).get_by_role("button", name="Remove").first.click()
    expect(form(page).locator(".attached li")).to_have_count(1)
    form(page).get_by_label("What does it show?").fill("The crane in maroon")
    assert no_violations(page) == []
    post(page, "Paint Er")

    mine = page.locator(".comment", has_text="how it looked before")
    picture = mine.get_by_role("img", name="The crane in maroon")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") == 600
    assert re.search(r"/discussion/pictures/[0-9a-f]{32}\.webp$", mine.locator("a:has(img)").get_attribute("href"))
    expect(form(page).locator(".attached li")).to_have_count(0)


def test_the_pictures_take_their_place_before_they_have_arrived(site, visitor) -> None:
    page = visitor(site.path("written"))
    begin(page, "Two of them, tall and wide.")
    form(page).locator(".attach-add input").set_input_files([a_file("teal", size=(200, 900)), a_file("maroon")])
    expect(form(page).locator(".attached img")).to_have_count(2)
    post(page, "Tall Wide")
    expect(page.locator(".comment", has_text="tall and wide").locator(".comment-pictures img")).to_have_count(2)

    page.route("**/discussion/pictures/*", lambda route: None)  # never answered
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(site.path("written"))
        boxes = (
            page.locator(".comment", has_text="tall and wide")
            .locator(".comment-pictures img")
            .evaluate_all("all => all.map((each) => [each.offsetWidth, each.offsetHeight])")
        )
        assert all(abs(wide / high - 1.5) < 0.05 and wide > 90 for wide, high in boxes), boxes
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_fifth_picture_is_left_out_and_said_so(site, visitor) -> None:
    page = visitor(site.path("written"))
    begin(page, "Five is too many")
    files = [a_file(colour) for colour in ("teal", "maroon", "navy", "olive", "black")]
    form(page).locator(".attach-add input").set_input_files(files)

    expect(form(page).get_by_role("alert")).to_have_text("A comment can have 4 pictures; the others were left out.")
    expect(form(page).locator(".attached img")).to_have_count(4)
    text_of(page).fill("")


def test_pictures_are_posted_without_scripts(site, visitor) -> None:
    page = visitor(site.path("written"), java_script_enabled=False)
    text_of(page).fill("No scripts, but a picture.")
    form(page).get_by_label("Name").fill("Plain Form")
    form(page).get_by_text("Pictures", exact=True).click()
    form(page).get_by_label("File 1").set_input_files([a_file("teal")])
    form(page).get_by_label("What does it show?").first.fill("A teal crane")
    form(page).get_by_role("button", name="Post the comment").click()

    mine = page.locator(".comment", has_text="No scripts, but a picture.")
    expect(mine.get_by_role("img", name="A teal crane")).to_be_visible()


def test_a_passage_is_quoted_by_selecting_it_and_pressing_tab(site, visitor) -> None:
    page = visitor(site.path("written"))
    comment = page.locator(".comment", has=page.get_by_text("Remark 0.0", exact=True)).first
    comment.locator(":scope > .comment-body").evaluate(SELECT)
    quote = comment.get_by_role("button", name="Quote")
    expect(quote).to_be_visible()

    page.keyboard.press("Tab")
    expect(quote).to_be_focused()
    assert no_violations(page) == []
    page.keyboard.press("Enter")

    answer = comment.get_by_label("Your answer")
    expect(answer).to_be_focused()
    expect(answer).to_have_value("> **Reader 0:** Remark 0.0\n\n")
    page.keyboard.type("Quite so.")
    answer.locator("xpath=ancestor::form").get_by_label("Name").fill("Quoting Quinn")
    page.keyboard.press("Escape")
    answer.press("Control+Enter")
    mine = page.locator(".comment", has_text="Quite so.").last
    expect(mine.locator("blockquote strong")).to_have_text("Reader 0:")


def test_a_person_is_muted_and_heard_again(site, visitor) -> None:
    page = visitor(site.path("written"))
    theirs = page.locator(".comment", has=page.get_by_text("Remark 1.0", exact=True)).first
    body = theirs.locator(":scope > .comment-body")
    theirs.get_by_role("button", name="More about the comment of Reader 1").first.focus()
    page.keyboard.press("Enter")
    expect(theirs.get_by_role("button", name="Copy the link")).to_be_focused()
    assert no_violations(page) == []
    page.keyboard.press("Escape")
    expect(theirs.get_by_role("button", name="More about the comment of Reader 1").first).to_be_focused()
    page.keyboard.press("Enter")
    theirs.get_by_role("button", name="Mute this person").click()

    expect(body).to_be_hidden()
    page.reload()
    expect(body).to_be_hidden()
    expect(page.locator(".comment", has_text="Remark 0.0").first).to_be_visible()
    theirs.get_by_role("button", name="Show").first.click()
    expect(body).to_be_visible()
    page.reload()
    page.get_by_text("Muted people").click()
    assert no_violations(page) == []
    page.get_by_role("button", name="Hear again: Reader 1").click()
    expect(body).to_be_visible()
    page.reload()
    expect(body).to_be_visible()


def test_a_link_to_a_comment_is_copied(site, visitor) -> None:
    page = visitor(site.path("written"), permissions=["clipboard-read", "clipboard-write"])
    comment = page.locator(".comment", has=page.get_by_text("Remark 2.0", exact=True)).first
    comment.get_by_role("button", name="More about the comment of Reader 2").first.click()
    comment.get_by_role("button", name="Copy the link").click()

    expect(page.get_by_role("status").filter(has_text="The link is copied.")).to_have_count(1)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(re.escape(site.url) + r"/\S+\?comment=\d+#comment-\d+", copied)


def test_nobody_asks_another_server_before_a_click(site, visitor, watch) -> None:
    page = visitor(site.path("written"))
    begin(page, "Look:\n\nhttps://pictures.invalid/crane.jpg")
    post(page, "Card Holder")
    card = page.locator(".comment", has_text="Look:").get_by_role("button", name="Show the picture from")
    expect(card).to_be_visible()
    page.reload()
    expect(card).to_be_visible()
    assert watch.problems == []

    watch.expected.append("ERR_NAME_NOT_RESOLVED")
    with page.expect_request("https://pictures.invalid/crane.jpg") as asked:
        card.click()

    assert not asked.value.all_headers().get("referer")
    assert watch.problems == ["a request to another host: https://pictures.invalid/crane.jpg"]
    watch.problems.clear()
    expect(card).to_have_attribute("aria-expanded", "true")
    assert no_violations(page) == []
    card.click()
    expect(page.locator("iframe")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_form_that_is_in_use(site, visitor, scheme: str, width: int) -> None:
    page = visitor(site.path("written"), color_scheme=scheme, viewport={"width": width, "height": 800})
    begin(page, "In *use*")
    form(page).get_by_text("Pictures", exact=True).click()
    form(page).locator(".attach-add input").set_input_files([a_file("teal")])
    expect(form(page).locator(".attached img")).to_have_count(1)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview")).to_be_focused()

    assert no_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    text_of(page).fill("")
