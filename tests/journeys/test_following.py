"""A reader follows a story by mail, without scripts: asks, confirms, is told, ends it. With a real mail server."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from standfirst.testing.following import links_in
from standfirst.testing.letters import words_of
from standfirst.testing.mail import MailServer, a_mail_server_at, free_port
from standfirst.testing.molds import a_site
from standfirst.testing.sites import Served, on_site, until
from tests.journeys.conftest import Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.one_database,  # what is followed and told is proven on both beside discussion's code
]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`));
}"""
FILL = """
from standfirst.discussion import threads
from standfirst.testing import discussion, stories
story = stories.published_story("The ferry returns")
discussion.a_comment(threads.thread_of(story.key), name="Ines", text="The tea on board was cold.")
told = {"story": {"path": f"/{story.address}/", "key": story.key}}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with a_mail_server_at(free_port()) as running:
        yield running


@pytest.fixture(scope="module")
def site(server: MailServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of our own, as it needs a mail server."""
    folder = tmp_path_factory.mktemp("following") / "site"
    with a_site(folder) as database:
        environment = {"STANDFIRST_MAIL_URL": f"smtp://127.0.0.1:{server.port}", **database}
        stories = on_site(FILL, folder=folder, environment=environment)
        served = Served(folder, environment=environment, traced=False)
        try:
            yield Site(served.ready(), "http://127.0.0.1:9", "", stories)
        finally:
            served.stop()


def letter_about(server: MailServer, about: str, address: str):
    """Wait for the newest letter to ``address`` with ``about`` in its subject."""
    return until(
        lambda: [each for each in server.letters if each["To"] == address and about in str(each["Subject"])],
    )[-1]


def wrong_on(page: Page) -> list[str]:
    """Return what axe finds on the page, and by how much it is too wide."""
    page.evaluate(AXE)
    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*page.evaluate(RUN), *([f"{too_wide} pixels too wide"] if too_wide > 0 else [])]


def say(page: Page, story: str, text: str) -> None:
    page.goto(story)
    page.get_by_label("Your comment").fill(text)
    page.get_by_label("Name").fill("Ole")
    page.get_by_role("button", name="Post the comment").click()
    expect(page.locator(".comment", has_text=text)).to_be_visible()


def test_a_reader_without_scripts_follows_is_told_and_ends_it_with_one_press(site, server, visitor, watch) -> None:
    watch.expected.append("410")  # for the link of which nothing is left
    reader, guest = visitor(java_script_enabled=False), visitor(java_script_enabled=False)
    story = site.path("story")
    reader.goto(story)
    reader.get_by_text("Follow this discussion by e-mail").click()
    reader.locator(".follow").get_by_label("Your e-mail address").fill("ada@readers.test")
    reader.get_by_role("button", name="Follow", exact=True).click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Please look into your mailbox")

    (confirm,) = links_in(letter_about(server, "Please confirm", "ada@readers.test"))
    reader.goto(confirm)
    expect(reader.get_by_label("all new comments on “The ferry returns”")).to_be_checked()
    reader.get_by_role("button", name="Yes, write to me").click()
    expect(reader.get_by_role("link", name="all new comments on “The ferry returns”")).to_be_visible()
    say(guest, story, "And late it was, too.")

    letter = letter_about(server, "New comment: The ferry returns", "ada@readers.test")
    stop = re.fullmatch(r"<https?://[^/]+(/\S+)>", letter["List-Unsubscribe"])[1]
    assert "> And late it was, too." in words_of(letter)
    reader.goto(stop)
    reader.get_by_role("button", name="Unfollow").click()
    expect(reader.get_by_role("status")).to_contain_text("You are not told of this any more")
    say(guest, story, "Nobody hears of this one.")
    again = reader.goto(f"/discussion/following/{links_in(letter)[-1].split('/')[3]}/")
    assert again is not None
    assert again.status == 410
    mine = [str(each["Subject"]) for each in server.letters if each["To"] == "ada@readers.test"]
    assert mine == ["Please confirm: e-mails about comments on Standfirst", "New comment: The ferry returns"]


def test_the_box_in_the_comment_form_shows_its_field_by_keyboard_and_sends_the_letter(site, server, visitor) -> None:
    page = visitor(site.path("story"))
    page.get_by_label("Your comment").fill("Somebody should ask the captain.")
    page.get_by_label("Name").fill("Bo")
    box = page.get_by_label("Tell me by e-mail about answers")
    expect(page.locator("#comment-email")).to_be_hidden()
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("bo@readers.test")

    page.get_by_role("button", name="Post the comment").click()

    expect(page.locator(".comment", has_text="Somebody should ask the captain.")).to_be_visible()
    words = words_of(letter_about(server, "Please confirm", "bo@readers.test"))
    assert "answers to my comments on “The ferry returns”" in words


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_what_one_follows_and_nothing_is_too_wide(site, server, visitor, scheme, width) -> None:
    address = f"{scheme}{width}@readers.test"
    page = visitor(site.path("story"), color_scheme=scheme, viewport={"width": width, "height": 800})
    page.get_by_text("Follow this discussion by e-mail").click()
    page.get_by_label("Tell me by e-mail about answers").check()
    found = {"story": wrong_on(page)}
    page.locator(".follow").get_by_label("Your e-mail address").fill(address)
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please look into your mailbox")
    (confirm,) = links_in(letter_about(server, "Please confirm", address))
    paths = [page.url, confirm, "/discussion/following/", "/discussion/comments/1/follow/"]
    for path in paths:
        page.goto(path)
        found[path] = wrong_on(page)
    page.goto(confirm)
    page.get_by_role("button", name="Yes, write to me").click()
    found["manage"] = wrong_on(page)

    assert {where: wrong for where, wrong in found.items() if wrong} == {}
