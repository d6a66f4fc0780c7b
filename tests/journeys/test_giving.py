"""A supporter gives through the payment page, and the meter of every open page tells."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def raised(page: Page) -> int:
    """The whole units that the meter says were given."""
    found = re.search(r"[\d,]+", page.locator(".meter__sum strong").inner_text())
    assert found
    return int(found[0].replace(",", ""))


def choose(page: Page, amount: str) -> Locator:
    """Type an amount into the support form; return its button."""
    page.get_by_label("or another amount").fill(amount)
    return page.get_by_role("button", name="Continue to payment")


def figure(like: str, units: int) -> str:
    """``units`` as the meter writes them; ``like`` is a figure of the same meter."""
    return re.sub(r"[\d,]+", f"{units:,}", like)


@pytest.fixture
def meter(visitor) -> Page:
    """The front page in a browser of somebody else."""
    return visitor("/")


def test_a_gift_that_was_declined_once_moves_the_meter_of_another_reader(site, visitor, meter, moved_in, watch) -> None:
    watch.expected.append("402")  # what the payment page answers to a declined card
    before, sum_before = raised(meter), meter.locator(".meter__sum strong").inner_text()
    page = visitor(site.path("live"))
    page.locator(".support-call a.button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Support us")
    choose(page, "25").click()
    expect(page.locator(".amount")).to_contain_text("25")

    page.get_by_role("button", name="Decline the card").click()
    expect(page.get_by_role("alert")).to_contain_text("declined")
    with moved_in("the meter", meter, ".meter__sum strong", figure(sum_before, before + 25)):
        page.get_by_role("button", name=re.compile("^Pay")).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    expect(page.locator(".support__receipt")).to_contain_text("25")
    assert raised(page) == before + 25
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert raised(page) == before + 25


def test_a_double_click_and_the_back_button_give_one_gift(visitor, meter, sign_in) -> None:
    before = raised(meter)
    page = visitor("/support/")
    choose(page, "37").dblclick()
    expect(page).to_have_url(re.compile("/pay/"))  # asked again and again: the second click breaks off the first's way
    page.wait_for_load_state()
    first = page.url
    page.go_back()
    choose(page, "37").click()
    page.wait_for_url("**/pay/**")
    assert page.url == first  # the same payment, not a second one

    page.get_by_role("button", name=re.compile("^Pay")).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    page.go_back()
    page.go_forward()
    page.reload()

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    meter.reload()
    assert raised(meter) == before + 37
    desk = sign_in("treasurer")
    desk.get_by_role("button", name="Funding").click()
    desk.get_by_role("link", name="Gifts").click()
    expect(desk.locator("tbody tr", has_text="37")).to_have_count(1)


def test_who_turns_back_from_the_payment_page_is_charged_nothing(visitor, meter) -> None:
    before = raised(meter)
    page = visitor("/support/", java_script_enabled=False)
    choose(page, "41").click()

    page.get_by_role("link", name="Back without paying").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing was charged")
    page.get_by_role("link", name="Back to the gift form").click()
    expect(page.get_by_label("or another amount")).to_have_value("41.00")
    assert raised(page) == before
