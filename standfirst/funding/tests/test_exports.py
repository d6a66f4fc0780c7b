"""Tables to take away: complete, exact, harmless to open, and only for those who may see what stands in them."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from standfirst.funding import exports
from standfirst.funding.books import ledger
from standfirst.funding.models import Gift, Transfer
from standfirst.funding.payments import disputes, refunds
from standfirst.funding.tests.test_desk import signed_in
from standfirst.funding.tests.test_disputes import covered, said
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import charged_gift, make_campaign, paid_gift, refund_facts

pytestmark = pytest.mark.usefixtures("books")
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", '=HYPERLINK("http://x";"y")']


def table(lines: Iterator[str]) -> list[dict[str, str]]:
    text = "".join(lines)
    assert text.startswith(exports.BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(exports.BYTE_ORDER_MARK), newline="")))


def fetch(client: Client, name: str, **query: str) -> Any:
    return client.get(reverse(f"funding_exports:{name}"), query)


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("words", HOSTILE)
def test_p9_no_cell_of_a_supporter_runs_as_a_formula(words: str) -> None:
    gift = charged_gift(make_campaign(), email="ada@example.org").gift
    Gift.objects.filter(pk=gift.pk).update(display_name=words, message=words, dedication=words)
    gift.donor.name = words
    gift.donor.save()

    tables = [table(exports.gifts()), table(exports.payments()), table(exports.supporters())]

    cells = [cell for rows in tables for row in rows for cell in row.values() if cell]
    assert sum(cell == f"'{words}" for cell in cells) == 5
    assert not any(cell.startswith(exports.FORMULA_STARTS) for cell in cells)


@given(st.text(max_size=30))
def test_p9_every_text_comes_back_as_it_was_or_with_an_apostrophe(words: str) -> None:
    words = words.replace("\0", "")

    [row] = table(exports.written(["a", "b"], [(words, -5)]))

    assert row["a"] == (f"'{words}" if words.startswith(exports.FORMULA_STARTS) else words)
    assert row["b"] == "-5"


def test_payments_say_what_was_paid_and_what_went_back() -> None:
    campaign = make_campaign(slug="fund")
    payment = paid_gift(campaign, 5_050, on=date(2026, 9, 30), display_name="Ada", reference="slip")
    refunds.send(refunds.ask(payment=payment, amount=Money(1_025, "USD")).pk)

    [row] = table(exports.payments())

    expected = {"month": "2026-09", "campaign": "fund", "amount": "50.50", "sent back": "10.25", "charge": "slip"}
    assert row | expected == row
    assert row["paid"] == "2026-09-30 16:00:00Z"


def test_what_is_still_counted_adds_up_to_what_the_month_raised() -> None:
    campaign = make_campaign(goal_minor=None)
    kept, sent_back, lost = covered(campaign), covered(campaign), charged_gift(campaign, 2_500)
    refunds.send(refunds.ask(payment=kept, amount=Money(300, "USD")).pk)
    refunds.settle(payment=sent_back, facts=refund_facts("re_1", Money(2_500, "USD")))
    disputes.settle(payment=lost, facts=said("lost", "withdrawn"))

    rows = table(exports.payments())

    counted = {row["gift"]: row["still counted"] for row in rows}
    assert [counted[str(each.gift.public_id)] for each in (sent_back, lost)] == ["0.00", "0.00"]
    assert sum(Decimal(row["still counted"]) for row in rows) * 100 == ledger.given_minor(
        campaign, kept.period, mode="rehearsal"
    )
    assert next(row["taken back by banks"] for row in rows if row["gift"] == str(lost.gift.public_id)) == "25.00"


def test_a_span_of_days_has_both_its_ends() -> None:
    campaign = make_campaign()
    for day in (1, 2, 3):
        paid_gift(campaign, day * 100, on=date(2026, 9, day))

    rows = table(exports.payments(since=date(2026, 9, 2), until=date(2026, 9, 2)))

    assert [row["amount"] for row in rows] == ["2.00"]


def test_supporters_are_listed_once_for_each_currency() -> None:
    dollars, euros = make_campaign(), make_campaign(currency="EUR", featured=False)
    gifts = [charged_gift(dollars, 100, email="ada@example.org").gift, charged_gift(dollars, 250).gift]
    gifts.append(paid_gift(euros, 300).gift)
    Gift.objects.filter(pk__in=[gift.pk for gift in gifts]).update(donor=gifts[0].donor)

    rows = table(exports.supporters())

    assert [(row["e-mail"], row["payments"], row["given"], row["currency"]) for row in rows] == [
        ("ada@example.org", "1", "3.00", "EUR"),
        ("ada@example.org", "2", "3.50", "USD"),
    ]


def test_the_accountants_month_has_every_entry_of_it_and_no_name() -> None:
    campaign = make_campaign(slug="fund", name="The fund")
    payment = paid_gift(campaign, 5_000, on=date(2026, 9, 30), display_name="Ada Lovelace")
    paid_gift(campaign, 700, on=date(2026, 10, 1), display_name="Grace")
    refunds.send(refunds.ask(payment=payment, amount=Money(1_000, "USD"), reason="Ada asked").pk)

    text = "".join(exports.accounting(month=date(2026, 9, 1), zone=ZoneInfo("America/New_York")))
    [row] = table(iter([text]))

    assert list(row) == ["date", "key", "debit", "credit", "amount", "currency", "text"]
    assert (row["date"], row["debit"], row["credit"]) == ("2026-09-30", "bank", "income:gifts:fund")
    assert (row["amount"], row["currency"], row["text"]) == ("50.00", "USD", "Gift · The fund 2026-09")
    assert "Ada" not in text


def test_the_accountants_months_together_are_the_whole_ledger(time_machine: Any) -> None:
    time_machine.move_to("2026-11-22T12:00:00Z")
    campaign = make_campaign(tz="Pacific/Kiritimati")
    for days in range(0, 90, 7):
        paid_gift(campaign, 100 + days, on=clock.local_date(campaign.zone) - timedelta(days=days))

    months = [exports.accounting(month=date(2026, month, 1), zone=campaign.zone) for month in range(8, 13)]
    rows = [row for month in months for row in table(month)]

    assert sorted(row["key"] for row in rows) == sorted(Transfer.objects.values_list("key", flat=True))


def test_rehearsed_gifts_are_not_in_an_export_of_real_ones(live: Any) -> None:
    payment = paid_gift(make_campaign(), 100)
    Gift.objects.filter(pk=payment.gift_id).update(mode="rehearsal")

    assert table(exports.gifts()) == []


def test_many_rows_are_written_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    campaign = make_campaign()
    for _ in range(5):
        paid_gift(campaign, 100)

    assert [len(table(export())) for export in (exports.gifts, exports.payments)] == [5, 5]


def test_a_treasurer_takes_every_table_away() -> None:
    paid_gift(make_campaign(), 100, on=date(2026, 9, 30))
    treasurer = signed_in("Treasurers")

    page = treasurer.get(reverse("funding_exports:index")).content.decode()
    answers = [fetch(treasurer, name) for name in ("gifts", "payments", "supporters")]
    month = fetch(treasurer, "accounting", month="2026-09")

    assert all(reverse(f"funding_exports:{name}") in page for name in ("gifts", "payments", "supporters", "accounting"))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert "pay:offline:" in body(month)
    assert 'filename="accounting-2026-09-rehearsal.csv"' in month["Content-Disposition"]


@pytest.mark.parametrize(
    ("name", "query"), [("payments", {"since": "x"}), ("accounting", {}), ("gifts", {"until": "1"})]
)
def test_a_wrong_day_is_answered_in_words(name: str, query: dict[str, str]) -> None:
    answer = fetch(signed_in("Treasurers"), name, **query)

    assert answer.status_code == 400
    assert "Please write days" in answer.content.decode()


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        ("view_payment", []),
        ("view_gift", []),
        ("view_donor", ["payments", "supporters"]),
        ("view_transfer", ["accounting"]),
    ],
)
def test_an_export_needs_the_right_to_see_all_that_stands_in_it(permission: str, allowed: list[str]) -> None:
    person = signed_in(permissions=("access_admin", "view_payment", permission))

    status = {name: fetch(person, name, month="2026-09").status_code for name in ("gifts", "payments", "supporters")}
    status["accounting"] = fetch(person, "accounting", month="2026-09").status_code

    assert [name for name, code in status.items() if code == 200] == allowed
