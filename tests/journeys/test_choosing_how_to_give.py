"""A supporter chooses how often, pays the fee, transfers from a bank, and is thanked instead of asked."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from standfirst.testing.letters import letter_to, link_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.one_database,  # a gift is made on both in test_giving.py and the rehearsed month
]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue to payment").click()


def pay(page: Page) -> None:
    page.wait_for_url("**/pay/**")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")


def test_a_monthly_gift_with_the_fee_leads_to_thanks_and_to_the_supporters_own_page(visitor, site) -> None:
    page = visitor("/support/")
    page.get_by_label("Monthly").check()
    expect(page.get_by_role("radio", name="$20")).to_be_visible()
    expect(page.get_by_role("radio", name="$100")).to_have_count(0)
    expect(page.get_by_label("Bank transfer")).to_be_hidden()
    page.get_by_role("radio", name="$20").check()
    page.get_by_label("Add the payment fee").check()
    expect(page.locator(".support-form__total")).to_have_text("You pay $20.91 each month. $0.91 of it is for the fees.")

    go_on(page)

    page.wait_for_url("**/pay/**")
    expect(page.locator(".amount")).to_contain_text("20.91")
    page.get_by_label("E-mail").fill("monthly@example.org")
    pay(page)
    expect(page.locator(".kicker")).to_have_text("You give each month")
    expect(page.locator(".support__receipt")).to_contain_text("$20")

    page.get_by_role("link", name="your own page").click()
    page.get_by_label("The e-mail address").fill("monthly@example.org")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    letter = letter_to("monthly@example.org", "Your link to", site.served.log.parent)
    page.goto(urlsplit(link_in(letter)).path)
    page.get_by_role("button", name="Open my page").click()

    expect(page.locator(".regular__amount")).to_have_text("$20.91 each month")
    expect(page.locator(".regular__facts")).to_contain_text("$0.91 of it for the fees")
    expect(page.locator(".paid tbody tr")).to_have_count(1)
    with page.expect_download() as receipt:
        page.get_by_role("link", name=re.compile("Receipt .* as PDF")).click()
    assert receipt.value.path().read_bytes().startswith(b"%PDF-")


def test_without_javascript_the_sum_with_the_fee_is_a_page_of_its_own(visitor) -> None:
    page = visitor("/support/", java_script_enabled=False)
    page.get_by_label("Monthly").check()
    expect(page.get_by_role("radio", name="$100")).to_have_count(0)  # the style alone shows the amounts of a cadence
    page.get_by_label("or another amount").fill("12,5")
    page.get_by_label("Add the payment fee").check()
    go_on(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("What you pay")
    expect(page.locator(".support__sum")).to_contain_text("$13.19")
    page.get_by_role("button", name="Change something").click()
    expect(page.get_by_label("or another amount")).to_have_value("12,5")
    go_on(page)
    go_on(page)

    page.wait_for_url("**/pay/**")
    expect(page.locator(".amount")).to_contain_text("13.19")


def test_who_gave_is_thanked_instead_of_asked_and_asked_before_giving_the_same_again(visitor, site) -> None:
    page = visitor(site.path("watched"))
    expect(page.locator(".meter-band .button")).to_be_visible()
    page.locator(".support-call a.button").first.click()
    page.get_by_label("or another amount").fill("33")
    go_on(page)
    pay(page)

    page.goto(site.path("watched"))

    expect(page.locator(".meter-band .button")).to_be_hidden()
    expect(page.locator(".meter__thanks")).to_be_visible()
    expect(page.locator(".support-call").last).to_contain_text("thank you")
    page.goto("/support/")
    page.get_by_label("or another amount").fill("33")
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Give again?")
    page.get_by_role("button", name="Yes, give again").click()
    pay(page)


def test_a_bank_transfer_is_told_where_to_and_its_page_can_be_come_back_to(visitor) -> None:
    page = visitor("/support/boat/")
    expect(page.get_by_role("heading", level=1)).to_have_text("A boat for the reporters")
    page.get_by_label("or another amount").fill("17,50")
    page.get_by_label("Bank transfer").check()
    expect(page.get_by_label("Add the payment fee")).to_be_hidden()
    page.get_by_label("E-mail for the receipt").fill("ada@example.org")
    go_on(page)

    page.wait_for_url("**/support/transfers/**")
    expect(page.locator(".transfer__facts")).to_contain_text("€17.50")
    expect(page.locator(".transfer__facts")).to_contain_text("DE36 0000 0000 0000 0000 00")
    reference = page.locator(".transfer__reference dd span").inner_text()
    assert re.fullmatch(r"[3-9A-Y]{3}(-[3-9A-Y]{3}){2}", reference)
    expect(page.get_by_role("img", name=re.compile("A code"))).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy: Reference").click()
    assert page.evaluate("navigator.clipboard.readText()") == reference

    address = page.url
    page.go_back()
    go_on(page)
    page.wait_for_url(address)
    elsewhere = visitor(address, java_script_enabled=False)
    expect(elsewhere.locator(".transfer__reference dd span")).to_have_text(reference)


def test_after_many_tries_the_browser_computes_and_goes_on_by_itself(visitor, watch) -> None:
    watch.expected.append("403")  # what the form answers that asks to compute
    page = visitor("/support/")
    for amount in range(201, 206):
        page.goto("/support/")
        page.get_by_label("or another amount").fill(str(amount))
        go_on(page)
        page.wait_for_url("**/pay/**")

    page.goto("/support/")
    page.get_by_label("or another amount").fill("206")
    go_on(page)

    expect(page.locator(".support-form__challenge")).to_contain_text("computing")
    page.wait_for_url("**/pay/**")
    expect(page.locator(".amount")).to_contain_text("206")


def sound(page: Page) -> None:
    """Refuse a page that is wider than its window, or in which axe finds anything."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run()).violations.map((rule) => `${rule.id}: ${rule.nodes[0].html}`)")
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_giving_fits_and_is_for_everybody(visitor, watch, width: int, scheme: str) -> None:
    watch.expected.append("422")  # what the form answers to an amount that is none
    page = visitor("/support/boat/", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.get_by_text("Add your name").click()
    page.get_by_label("Monthly").check()
    sound(page)
    page.get_by_label("Once").check()
    page.get_by_label("or another amount").fill("much")
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("Nothing was charged.")
    sound(page)
    page.get_by_label("or another amount").fill("17")
    page.get_by_label("Bank transfer").check()
    sound(page)
    go_on(page)
    page.wait_for_url("**/support/transfers/**")
    sound(page)
