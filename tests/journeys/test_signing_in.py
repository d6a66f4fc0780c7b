"""A reader signs in with a code and with a passkey, claims what they wrote before, and has all of it erased."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from standfirst.testing.letters import letter_to, words_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.flatMap(
  (rule) => rule.nodes.map((node) => `${location.pathname} ${rule.id}: ${node.target.join(" ")}`))"""
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def device(browser: Browser, site) -> Iterator[BrowserContext]:
    """A browser of a device that keeps passkeys. Browsers have none for an address in figures, so it has a name."""
    context = browser.new_context(base_url=site.url.replace("127.0.0.1", "localhost"), locale="en-GB")
    context.set_default_timeout(30_000)
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda said: problems.append(said.text) if said.type in {"error", "warning"} else None)
    yield context
    context.close()
    # The browser says aloud that a vote on one's own comment was refused, as is meant.
    assert [problem for problem in problems if "403" not in problem] == []


def code_from_mail(site, address: str) -> str:
    found = re.search(r"[A-Z]{4}-[A-Z]{4}", words_of(letter_to(address, "code", site.served.log.parent)))
    assert found
    return found[0]


def write(page: Page, text: str, *, name: str = "") -> None:
    page.get_by_label("Your comment").fill(text)
    if name:
        page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Post the comment").click()


def sign_in_with_code(page: Page, site, address: str) -> None:
    page.get_by_label("Your e-mail address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("The code").fill(code_from_mail(site, address))
    page.get_by_role("button", name="Go on").click()


def test_a_reader_signs_in_by_code_and_passkey_claims_comments_exports_and_erases(site, device) -> None:
    page = device.new_page()
    page.goto(site.path("signed"))
    write(page, "I saw the first lamp from the ferry.", name="Night owl")
    expect(page.locator(".comment", has_text="the first lamp")).to_be_visible()

    page.get_by_role("link", name="My comments").first.click()
    expect(page.get_by_text("the first lamp")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    sign_in_with_code(page, site, "owl@mail.test")
    page.get_by_label("Readers see it beside your comments").fill("Owl of the Mole")
    page.get_by_role("button", name="Save, and go on").click()
    page.wait_for_url("**/discussion/mine/")
    page.get_by_role("button", name="Yes, add them to my account").click()
    expect(page.get_by_text("Was that you?")).to_have_count(0)

    session = device.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto("/account/passkeys/")
    page.get_by_label("What you call it").fill("My telephone")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/account/")
    expect(page.get_by_text("With the passkey “My telephone”")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/account/")
    expect(page.get_by_text("owl@mail.test", exact=True)).to_be_visible()

    page.goto(site.path("signed"))
    expect(page.locator(".comment-me")).to_contain_text("You write as Owl of the Mole")
    expect(page.get_by_label("Name")).to_be_hidden()
    write(page, "And the second one from the quay.")
    mine = page.locator(".comment", has_text="And the second one")
    expect(mine.locator(".comment-name")).to_have_text("Owl of the Mole")
    # The votes of an account count like any other's; one's own comment takes none.
    mine.locator(".vote-up").click()
    expect(page.locator("[data-status]")).to_have_text("You cannot vote on your own comment.")

    export = json.loads(device.request.get("/discussion/mine/export/").text())
    assert [each["name"] for each in export["comments"]] == ["Night owl", "Owl of the Mole"]

    page.goto("/discussion/mine/")
    page.get_by_role("link", name="Erase everything that I wrote").click()
    page.get_by_label("Yes, erase everything").check()
    page.get_by_role("button", name="Erase", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Comments erased: 2.")
    page.goto(site.path("signed"))
    expect(page.get_by_text("the first lamp")).to_have_count(0)
    expect(page.locator(".comment-me")).to_have_count(0)
    page.goto("/account/")
    page.wait_for_url("**/account/sign-in/**")


def test_without_scripts_a_reader_signs_in_writes_and_takes_it_back(site, visitor: Callable[..., Page]) -> None:
    page = visitor("/account/sign-in/", java_script_enabled=False)
    sign_in_with_code(page, site, "plain@mail.test")
    page.get_by_label("Readers see it beside your comments").fill("Plain Reader")
    page.get_by_role("button", name="Save").click()
    page.goto(site.path("signed"))
    write(page, "The lamps need no script.")
    mine = page.locator(".comment", has_text="need no script")
    expect(mine.locator(".comment-name")).to_have_text("Plain Reader")

    page.goto("/discussion/mine/")
    page.get_by_text("Remove it", exact=True).click()
    page.get_by_role("button", name="Yes, remove it").click()

    expect(page.get_by_text("There is nothing yet.")).to_be_visible()
    page.goto(site.path("signed"))
    expect(page.get_by_text("need no script")).to_have_count(0)


def test_a_moderator_who_is_signed_in_on_the_desk_writes_with_a_mark(site, sign_in, visitor) -> None:
    page = sign_in("moderator")
    page.goto(site.path("signed"))
    write(page, "Please stay with the lamps.", name="Nora of the desk")

    mine = page.locator(".comment", has_text="stay with the lamps")
    expect(mine.locator(".mark-moderator")).to_have_text("Moderator")
    other = visitor(site.path("signed"))
    expect(other.locator(".comment", has_text="stay with the lamps").locator(".mark")).to_have_text("Moderator")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_an_account(site, visitor: Callable[..., Page], scheme: str) -> None:
    page = visitor("/account/sign-in/", color_scheme=scheme, viewport={"width": 360, "height": 800})
    found = problems_of(page)
    page.get_by_label("Your e-mail address").fill(f"{scheme}@mail.test")
    page.get_by_role("button", name="Send me a code").click()
    found += problems_of(page)
    page.get_by_label("The code").fill(code_from_mail(site, f"{scheme}@mail.test"))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/account/**")
    for path in (
        "/account/",
        "/account/address/",
        "/account/passkeys/",
        "/discussion/mine/",
        "/discussion/mine/erasure/",
    ):
        page.goto(path)
        found += problems_of(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path

    assert found == []


def problems_of(page: Page) -> list[str]:
    page.evaluate(AXE)
    told: list[str] = page.evaluate(RUN)
    return told
