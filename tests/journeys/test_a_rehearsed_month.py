"""A month of a newspaper's money, rehearsed in browsers: given, renewed, declined, sent back, disputed, closed.

The journey has a site of its own, as it moves the clock. It begins on the 10th of the next month, at noon in
Greenwich, so that it is the same on whatever day it is made.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from standfirst.kit import clock
from standfirst.testing.letters import letter_to, link_in
from standfirst.testing.molds import a_site
from standfirst.testing.sites import Served, free_port, on_site, standfirst, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a month begins at the harbour"
FILL = f"""
from django.contrib.auth.models import Group
from standfirst.accounts.models import Account
from standfirst.testing.funding import make_campaign
treasurer = Account.objects.create_user("treasurer", password={PASSWORD!r}, is_staff=True)
treasurer.groups.add(Group.objects.get(name="Treasurers"))
make_campaign(slug="harbour", name="The harbour fund", currency="EUR", tz="Europe/Berlin", goal_minor=50_000)
"""
BANK = {"STANDFIRST_BANK_NAME": "Harbour Press e. V.", "STANDFIRST_BANK_IBAN": "DE89370400440532013000"}
STATEMENT = """Buchungstag;Name;Verwendungszweck;Betrag;Währung
{day:%d.%m.%Y};Eva Lund;Gift {reference};33,00;EUR
{day:%d.%m.%Y};Harbour Electric;Invoice 20;-9,99;EUR
"""


@dataclass(frozen=True)
class Site:
    """A served site whose clock runs ahead, and what the month knows of it."""

    served: Served
    folder: Path
    environment: dict[str, str]
    pay_url: str
    password: str
    began: datetime

    @property
    def url(self) -> str:
        return self.served.url

    @property
    def first(self) -> str:
        """The month in which the journey begins, as addresses write it."""
        return f"{self.began:%Y-%m}"

    @property
    def second(self) -> str:
        """The month after it."""
        return f"{clock.months_after(self.began, 1):%Y-%m}"

    def told(self, *arguments: str) -> str:
        """Run a command on the site; return what it said."""
        done = standfirst(*arguments, folder=self.folder, environment=self.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def until(self, moment: datetime) -> None:
        """Let the time pass until ``moment``."""
        here = clock.machine_now() + clock.read_ahead(self.folder / "data" / "rehearsal-clock")
        minutes = -((here - moment).total_seconds() // 60)  # rounded up: not a moment too early
        self.told("rehearsal", "clock", f"+{minutes:.0f}m")

    def after_a_month(self, **when: int) -> datetime:
        """Return a moment of the month after the first."""
        return clock.months_after(self.began, 1).replace(**when)


def begin(folder: Path, environment: dict[str, str]) -> Site:
    """Fill and serve a site; its clock shows noon of the 10th of the next month."""
    port, pay_url = free_port(), f"http://127.0.0.1:{free_port()}"
    # A link in a letter has to lead here.
    environment |= {"STANDFIRST_URL": f"http://127.0.0.1:{port}", "STANDFIRST_REHEARSAL_URL": pay_url, **BANK}
    on_site(FILL, folder=folder, environment=environment)
    began = clock.months_after(clock.machine_now(), 1).replace(day=10, hour=12, minute=0, second=0, microsecond=0)
    served = Served(folder, environment=environment, port=port, traced=False)
    site = Site(served, folder, environment, pay_url, PASSWORD, began)
    try:
        served.ready()
        site.until(began)
    except BaseException:
        served.stop()
        raise
    return site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of this module's own."""
    folder = tmp_path_factory.mktemp("month") / "site"
    with a_site(folder) as database:
        made = begin(folder, database)
        try:
            yield made
        finally:
            made.served.stop()


# What supporters do


def gives(page: Page, amount: str, *, email: str, every: str = "Once", cover: bool = False, name: str = "") -> None:
    """Fill in the form for a gift by card, and go to the payment page."""
    page.goto("/support/")
    page.get_by_label(every).check()
    page.get_by_label("or another amount").fill(amount)
    if cover:
        page.get_by_label("Add the payment fee").check()
    if name:
        page.get_by_text("Add your name").click()
        page.get_by_label("Your name, as readers").fill(name)
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url("**/pay/**")
    page.get_by_label("E-mail").fill(email)


def pays(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Pay €")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")


def opens(page: Page, link: str) -> None:
    """Follow a letter's link to the supporter's page."""
    page.goto(link)
    page.get_by_role("button", name="Open my page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your gifts")


def asks_for_link(page: Page, site: Site, email: str) -> None:
    """Ask for the link to one's page, and follow it."""
    page.goto("/support/me/")
    page.get_by_label("The e-mail address").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    opens(page, link_in(letter_to(email, "Your link to", site.folder)))


def another_card(page: Page) -> None:
    """Change the card, from the supporter's page and back."""
    page.get_by_role("button", name="Use another card").click()
    page.get_by_role("button", name="Use a new card").click()
    expect(page.get_by_role("status")).to_have_text("The card was changed.")
    page.get_by_role("link", name="Back to the publication").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your gifts")


def all_give(site: Site, visitor: Callable[..., Page]) -> dict[str, Page]:
    """Ada gives once after a declined card, Ben, Cleo and Dov each month, Eva by transfer; return their browsers."""
    people = {name: visitor() for name in ("ada", "ben", "cleo", "dov", "eva")}
    meter = visitor("/funding/")
    gives(people["ada"], "50", email="ada@example.org")
    people["ada"].get_by_role("button", name="Decline the card").click()
    expect(people["ada"].get_by_role("alert")).to_contain_text("declined")
    pays(people["ada"])
    expect(meter.locator(".meter-band .meter__sum")).to_have_text("€50 of €500")
    gives(people["ben"], "20", email="ben@example.org", every="Monthly", cover=True)
    expect(people["ben"].locator(".amount")).to_have_text("€20.91 every month")
    pays(people["ben"])
    gives(people["cleo"], "10", email="cleo@example.org", every="Monthly", name="Cleo Quay")
    pays(people["cleo"])
    gives(people["dov"], "15", email="dov@example.org", every="Monthly")
    people["dov"].get_by_text("Rehearse something else").click()
    people["dov"].get_by_role("button", name="declined from the second time on").click()
    expect(people["dov"].get_by_role("heading", level=1)).to_have_text("Thank you")
    expect(meter.locator(".meter-band .meter__sum")).to_have_text("€95 of €500")
    return people


def announces_transfer(page: Page) -> str:
    """Say that a transfer will come; return its reference."""
    page.goto("/support/")
    page.get_by_label("or another amount").fill("33")
    page.get_by_label("Bank transfer").check()
    page.get_by_label("E-mail for the receipt").fill("eva@example.org")
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url("**/support/transfers/**")
    return page.locator(".transfer__reference dd span").inner_text()


def all_change_something(site: Site, people: dict[str, Page]) -> None:
    """Ben gives more and changes his card, Cleo leaves a month out."""
    ben, cleo = people["ben"], people["cleo"]
    asks_for_link(ben, site, "ben@example.org")
    expect(ben.locator(".regular")).to_contain_text("€20.91 each month")
    ben.get_by_text("Give more or less").click()
    ben.get_by_label("New amount").fill("25")
    ben.get_by_role("button", name="Change the amount").click()
    expect(ben.get_by_role("status")).to_contain_text("From the next payment on")
    expect(ben.locator(".regular")).to_contain_text("€26.06 each month")
    another_card(ben)
    asks_for_link(cleo, site, "cleo@example.org")
    cleo.get_by_role("button", name="Skip the next month").click()
    expect(cleo.get_by_role("status")).to_contain_text("The next payment is left out.")
    expect(cleo.locator(".regular")).to_contain_text(f"next on {clock.months_after(site.began, 2):%B %-d, %Y}")


def mends_card(site: Site, dov: Page) -> None:
    """Dov's renewal failed: the letter leads to his page, where another card is entered."""
    opens(dov, link_in(letter_to("dov@example.org", "could not be taken", site.folder)))
    expect(dov.locator(".regular")).to_contain_text("could not be taken")
    another_card(dov)


# What the treasurer and the banks do


def to_page(desk: Page, name: str) -> None:
    """Go to a page of the money's desk by the menu."""
    desk.goto("/desk/")
    desk.get_by_role("button", name="Funding").click()
    desk.get_by_role("link", name=name, exact=True).click()
    desk.wait_for_load_state()


def to_gift(desk: Page, of: str) -> None:
    to_page(desk, "Gifts")
    desk.get_by_role("link", name=of).click()
    expect(desk.get_by_role("heading", name="What happened")).to_be_visible()


def brings_statement(desk: Page, site: Site, reference: str) -> None:
    """Take in the bank's table, whose columns are asked about once; then again, which counts nothing."""
    table = STATEMENT.format(day=site.began.replace(day=12), reference=reference.lower().replace("-", " "))
    file = {"name": "harbour.csv", "mimeType": "text/csv", "buffer": table.encode()}
    for known in (False, True):
        to_page(desk, "Bank")
        desk.get_by_label("A bank statement").set_input_files(file)  # type: ignore[arg-type]
        desk.get_by_role("button", name="Take it in").click()
        if not known:
            desk.get_by_label("Bank:").fill("Harbour Bank")
            desk.get_by_label("Dates are written").select_option("day, month, year")
            desk.get_by_role("button", name="Remember this").click()
        expect(desk.locator(".messages")).to_contain_text("0 lines counted" if known else "1 line counted")


def sends_back(desk: Page, of: str) -> None:
    """Refund a gift, all of it."""
    to_gift(desk, of)
    desk.get_by_label("Why (for the books)").fill("Gave twice by mistake")
    desk.get_by_role("button", name="Send back").click()
    expect(desk.locator(".messages")).to_contain_text("€50 will go back")
    hears(desk, "€50 to go back: done")


def banks_say(control: Page, thing: str, act: str) -> None:
    """Press a button of the rehearsal beside ``thing``."""
    control.locator("tr", has_text=thing).get_by_role("button", name=act, exact=True).click()
    expect(control.get_by_role("status")).to_contain_text(f"Done: {act}")


def hears(desk: Page, said: str) -> None:
    """Wait until the gift that is open on the desk says so."""
    until(lambda: desk.reload() and said in desk.locator("#main").inner_text())


def disputed(site: Site, visitor: Callable[..., Page], desk: Page) -> None:
    """Two payments are disputed: that of Ben is won, that of Cleo lost."""
    control = visitor(f"{site.pay_url}/control/")
    for thing, who, end in (("€26.06", "ben@example.org", "win"), ("€10", "Cleo Quay", "lose")):
        to_gift(desk, who)
        banks_say(control, f"{thing}, succeeded", "dispute")
        hears(desk, "disputed: open")
        banks_say(control, f"{thing}, needs response", end)
        hears(desk, {"win": "disputed: won", "lose": "disputed: lost"}[end])


# What everybody sees


def raised_everywhere(page: Page, desk: Page, site: Site, month: str) -> set[str]:
    """Return what each place says was raised in a month; one element if all say the same."""
    name = datetime.strptime(month, "%Y-%m").strftime("%B %Y")  # noqa: DTZ007 - a month, in no zone
    page.goto("/funding/")
    said = {page.locator(".books-months tr", has_text=name).locator("td").nth(1).evaluate("e => e.firstChild.data")}
    page.goto(f"/funding/{month}/")
    said |= {page.locator(".books-sum strong").inner_text(), page.locator(".books-total td").inner_text()}
    to_page(desk, "Reports")
    said.add(desk.locator("tr", has_text=name).first.locator("td").first.inner_text().partition(" ·")[0])
    desk.goto(f"/desk/months/harbour/{month}-01/")
    # In the books, income is what came from there.
    said.add(desk.locator("tr", has_text="Gifts").locator("td").first.inner_text().removeprefix("-"))
    return said | {f"€{sum_of_payments(desk, site, month).normalize():f}"}


def downloaded(page: Page, role: Literal["link", "button"], name: str, folder: Path) -> Path:
    """Press what downloads a file; return the file as the browser saved it."""
    with page.expect_download() as found:
        page.get_by_role(role, name=name, exact=True).click()
    to = folder / found.value.suggested_filename
    found.value.save_as(to)
    return to


def sum_of_payments(desk: Page, site: Site, month: str) -> Decimal:
    """Add up a month in the table of payments that a treasurer takes away, less what went back."""
    to_page(desk, "Exports")
    file = downloaded(desk, "button", "Payments", site.folder)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    return sum((Decimal(row["still counted"]) for row in rows if row["month"] == month), Decimal())


def proven(page: Page, site: Site, month: str) -> None:
    """Download a month's ledger as everybody can, and prove both files."""
    page.goto(f"/funding/{month}/")
    for kind in ("CSV", "JSON"):
        file = downloaded(page, "link", f"Download as {kind}", site.folder)
        assert "The file is whole" in site.told("ledger", "verify", str(file))


def nothing_of(months: list[str], page: Page) -> None:
    """Refuse any page that still shows one of the months, at the first time of asking."""
    for path in ("/funding/", "/", "/support/", "/funding/meter.json", "/funding/meter.svg"):
        text = page.request.get(path).text()
        assert [month for month in months if month in text] == [], path


def closed(page: Page, site: Site) -> None:
    """Wait until the first month is closed with what it showed, and the new one has begun with nothing."""
    page.goto(f"/funding/{site.first}/")
    until(lambda: page.reload() and "As it was when the month ended" in page.locator("#main").inner_text())
    expect(page.locator(".books-sum strong")).to_have_text("€128")
    expect(page.locator(".meter-band .meter__sum")).to_have_text("€0 of €500")


def restated(page: Page, site: Site) -> None:
    """Wait until the first month says that it was restated, and with what it was closed."""
    page.goto("/funding/")
    row = page.locator(".books-months tr", has_text="restated; closed with €128")
    until(lambda: page.reload() and row.count() == 1)
    expect(row.get_by_role("link")).to_have_attribute("href", re.compile(site.first))


def sound(site: Site, desk: Page) -> None:
    """Have the books checked and compared, by the commands and on the desk."""
    assert "one story" in site.told("ledger", "check")
    assert "The ledger is what stripe moved" in site.told("ledger", "reconcile")
    to_page(desk, "Books and payment service")
    expect(desk.locator("p.help-info")).to_contain_text("Ledger = stripe, checked")
    expect(desk.get_by_text("What differs")).to_have_count(0)
    desk.goto("/desk/")
    expect(desk.locator(".money-panel").first).to_contain_text("€40 of €500")
    expect(desk.get_by_text("a look")).to_have_count(0)  # no message waits for a person


def test_a_month_of_renewals_a_decline_a_refund_and_disputes_ends_in_the_same_sums_everywhere(
    site, visitor, sign_in, watch
) -> None:
    watch.expected += ["402", "404"]  # a card that is declined; a month that has not come
    people = all_give(site, visitor)
    reference = announces_transfer(people["eva"])
    all_change_something(site, people)
    reader = visitor("/funding/")

    site.until(site.began.replace(day=14))
    desk = sign_in("treasurer")
    brings_statement(desk, site, reference)
    expect(reader.locator(".meter-band .meter__sum")).to_have_text("€128 of €500")

    site.until(site.after_a_month(day=1, hour=1))
    closed(reader, site)

    site.until(site.after_a_month(day=10, hour=13))
    mends_card(site, people["dov"])
    site.until(site.after_a_month(day=14, hour=12))
    expect(visitor("/").locator(".meter-band .meter__sum")).to_have_text("€40 of €500")

    sends_back(desk, "ada@example.org")
    disputed(site, visitor, desk)
    restated(reader, site)
    assert raised_everywhere(reader, desk, site, site.first) == {"€68"}
    assert raised_everywhere(reader, desk, site, site.second) == {"€40"}
    assert reader.request.get("/funding/meter.json").json()["raised_minor"] == 4_000
    proven(reader, site, site.first)
    sound(site, desk)

    site.told("rehearsal", "clock", "now")
    nothing_of([site.first, site.second], reader)
    assert [reader.request.get(f"/funding/{month}/").status for month in (site.first, site.second)] == [404, 404]
