"""Where only people with an account comment: a reader finds the way to sign in, comes back, and writes."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from standfirst.testing.letters import letter_to, words_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_reader_signs_in_from_the_discussion_and_comments_there(site, visitor) -> None:
    page = visitor(site.path("members"))
    door = page.get_by_role("link", name="Sign in to comment")
    expect(door).to_be_visible()
    expect(page.get_by_label("Your comment")).to_be_hidden()
    page.locator("a[data-reply]").first.click()
    expect(page.locator("form[data-answer]").get_by_role("link", name="Sign in to comment")).to_be_focused()

    door.first.click()
    page.get_by_label("Your e-mail address").fill("member@mail.test")
    page.get_by_role("button", name="Send me a code").click()
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", words_of(letter_to("member@mail.test", "code", site.served.log.parent)))
    assert code
    page.get_by_label("The code").fill(code[0])
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Readers see it beside your comments").fill("Mina of the Club")
    page.get_by_role("button", name="Save, and go on").click()

    page.wait_for_url(f"**{site.path('members')}#comments")
    expect(door).to_be_hidden()
    page.get_by_label("Your comment").fill("We row on Fridays, whatever the weather.")
    page.get_by_role("button", name="Post the comment").click()
    expect(page.locator(".comment", has_text="whatever the weather")).to_be_visible()


def test_without_a_script_the_refusal_leads_to_the_sign_in_and_keeps_the_words(site, visitor, watch) -> None:
    watch.expected.append("403")
    page = visitor(site.path("members"), java_script_enabled=False)
    page.get_by_label("Your comment").fill("I have no account yet.")
    page.get_by_label("Name").fill("Mo")
    page.get_by_role("button", name="Post the comment").click()

    expect(page.get_by_role("alert")).to_contain_text("only people with an account")
    expect(page.get_by_label("Your comment")).to_have_value("I have no account yet.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in to comment").click()
    assert urlsplit(opened.value.url).path == "/account/sign-in/"


def test_on_a_phone_a_comments_menu_holds_the_ways_to_follow_and_to_report(site, visitor) -> None:
    page = visitor(site.path("watched"), viewport={"width": 360, "height": 740})
    button = page.locator(".comment-more").first
    expect(page.locator(".comment-actions > .comment-report").first).to_be_hidden()

    button.click()
    menu = page.locator(".comment-menu")
    expect(menu.get_by_role("link", name="Follow")).to_be_visible()
    menu.get_by_role("link", name="Report").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
