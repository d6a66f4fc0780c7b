"""Bank statements taken in: each transfer is one gift, whoever wrote it down first and however often it is read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfirst.accounts.models import Account
from standfirst.funding import meter
from standfirst.funding.bank import lines as bank_lines
from standfirst.funding.bank import matching as bank_matching
from standfirst.funding.bank.files.lines import IncomingLine, Statement, incoming
from standfirst.funding.giving import gifts
from standfirst.funding.models import BankLine, BankStatement, Gift, Payment
from standfirst.funding.providers import registry
from standfirst.funding.supporters import roster
from standfirst.kit import clock
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, paid_gift, together

pytestmark = pytest.mark.usefixtures("books")
State = BankLine.State


@pytest.fixture
def campaign() -> Any:
    return make_campaign(currency="EUR", tz="Europe/Berlin")


@pytest.fixture
def staff() -> Account:
    return Account.objects.create_user(username="mira", password="x")


def today() -> date:
    return clock.now().date()


def transfer(campaign: Any, minor: int = 2_500, **wishes: Any) -> Gift:
    return Gift.objects.create(
        **{
            "campaign": campaign,
            "amount_minor": minor,
            "currency": campaign.currency,
            "provider": "bank",
            "mode": registry.mode(),
            "reference": "K7M3QX9TA",
            "started_at": clock.now() - timedelta(days=3),
        }
        | wishes
    )


def line(minor: int = 2_500, text: str = "a gift", payer: str = "Ada Lovelace", **wishes: Any) -> IncomingLine:
    standard = {"number": 1, "booked_on": today(), "amount": Money(minor, "EUR"), "payer": payer, "text": text}
    return incoming(**standard | wishes)


def take_in(*lines: IncomingLine, data: bytes = b"one") -> bank_lines.TakenIn:
    return bank_lines.take_in(name="november.xml", data=data, statement=Statement("camt.053", lines, 0))


def raised() -> int:
    found = meter.read()
    assert found is not None
    return found.raised.minor


@pytest.mark.parametrize(
    "text", ["K7M3QX9TA", "k7m-3qx-9ta", "Gift for you K7M 3QX 9TA, thanks!", "refK7M3QX 9TAend", "+K7M-3QX-\n9TA"]
)
def test_a_line_with_a_gifts_reference_counts_at_once(campaign: Any, text: str) -> None:
    gift = transfer(campaign)

    report = take_in(line(text=text))

    gift.refresh_from_db()
    payment = Payment.objects.get()
    assert (report.counted, gift.status, payment.provider) == (1, "paid", "bank")
    assert BankLine.objects.get().payment == payment
    assert raised() == 2_500


def test_what_arrived_counts_and_not_what_was_promised(campaign: Any) -> None:
    transfer(campaign, 2_500)

    take_in(line(3_000, "K7M3QX9TA"))

    assert raised() == 3_000


def test_a_transfer_counts_in_the_month_of_the_day_on_which_it_arrived(campaign: Any) -> None:
    transfer(campaign, started_at=datetime(2026, 9, 29, tzinfo=UTC))

    take_in(line(text="K7M3QX9TA", booked_on=date(2026, 9, 30)))

    payment = Payment.objects.get()
    assert payment.period.first_day == date(2026, 9, 1)
    assert payment.paid_at == datetime(2026, 9, 30, 10, tzinfo=UTC)


def test_a_transfer_that_lapsed_counts_all_the_same(campaign: Any) -> None:
    transfer(campaign, status="lapsed")

    assert take_in(line(text="K7M3QX9TA")).counted == 1


def test_a_standing_order_counts_each_month(campaign: Any) -> None:
    transfer(campaign)

    report = take_in(
        line(text="K7M3QX9TA", booked_on=today() - timedelta(days=31)), line(text="K7M3QX9TA", booked_on=today())
    )

    assert (report.counted, Payment.objects.count()) == (2, 2)


def test_the_same_file_twice_is_one_statement_and_one_gift(campaign: Any) -> None:
    transfer(campaign)

    take_in(line(text="K7M3QX9TA"))
    again = take_in(line(text="K7M3QX9TA"))

    assert (again.known, again.counted) == (1, 0)
    assert (BankStatement.objects.count(), BankLine.objects.count(), Payment.objects.count()) == (1, 1, 1)


def test_a_line_that_stands_in_two_overlapping_files_or_twice_in_one_is_one_gift(campaign: Any) -> None:
    transfer(campaign)
    same = line(text="K7M3QX9TA")

    report = take_in(same, same)
    overlapping = take_in(line(700, "other"), same, data=b"two")

    assert (report.counted, report.known) == (1, 1)
    assert (overlapping.known, overlapping.waiting) == (1, 1)
    assert Payment.objects.count() == 1


def test_the_same_transfer_in_another_banks_words_is_offered_and_not_counted_again(
    campaign: Any, staff: Account
) -> None:
    transfer(campaign)
    take_in(line(text="K7M3QX9TA", bank_ref="B-1"))
    take_in(line(900, "no reference"))
    bank_lines.count_as_new(line_id=BankLine.objects.get(amount_minor=900).pk, campaign=campaign, by=staff)

    report = take_in(line(text="SVWZ K7M3QX9TA"), line(900, "worded otherwise"), data=b"two")

    assert (report.counted, report.suggested) == (0, 2)
    for each in BankLine.objects.filter(state=State.SUGGESTED):
        bank_lines.same_as(line_id=each.pk, payment_id=each.suggested_payment_id, by=staff)
    assert raised() == 3_400


def test_amount_and_name_are_a_suggestion_that_a_person_confirms(campaign: Any, staff: Account) -> None:
    gift = transfer(campaign, display_name="Ada Lovelace")

    report = take_in(line(payer="LOVELACE, ADA M."))
    waiting = BankLine.objects.get()

    assert (report.suggested, waiting.suggested_gift, Payment.objects.count()) == (1, gift, 0)
    payment = bank_lines.count_for(line_id=waiting.pk, gift_id=gift.pk, by=staff)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.payment, waiting.settled_by) == (State.COUNTED, payment, staff)
    assert payment.recorded_by == staff


@pytest.mark.parametrize(
    "changes",
    [{"display_name": "Grace Hopper"}, {"amount_minor": 2_501}, {"display_name": ""}, {"currency": "USD"}],
)
def test_what_fits_in_half_is_not_suggested(campaign: Any, changes: dict[str, Any]) -> None:
    transfer(campaign, **{"display_name": "Ada Lovelace"} | changes)

    assert take_in(line()).waiting == 1


@pytest.mark.parametrize(("recorded", "days"), [("Ada Lovelace", 0), ("", 5), ("Lovelace", 3)])
def test_case_29_a_transfer_recorded_by_hand_is_offered_as_the_same(
    campaign: Any, staff: Account, recorded: str, days: int
) -> None:
    by_hand = paid_gift(campaign, 2_500, on=today() - timedelta(days=days), display_name=recorded)

    report = take_in(line())
    waiting = BankLine.objects.get()
    bank_lines.same_as(line_id=waiting.pk, payment_id=by_hand.pk, by=staff)

    waiting.refresh_from_db()
    assert (report.suggested, waiting.state, waiting.payment) == (1, State.SAME, by_hand)
    assert Payment.objects.count() == 1


def test_case_29_even_a_reference_does_not_count_what_was_recorded_by_hand(campaign: Any, staff: Account) -> None:
    gift = transfer(campaign)
    by_hand = paid_gift(campaign, 2_500, on=today(), reference="bank: K7M 3QX 9TA")

    report = take_in(line(text="K7M3QX9TA"))
    waiting = BankLine.objects.get()

    assert (report.counted, report.suggested) == (0, 1)
    assert (waiting.suggested_gift, waiting.suggested_payment) == (gift, by_hand)
    assert raised() == 2_500


@pytest.mark.parametrize(("minor", "days", "name"), [(2_501, 0, ""), (2_500, 6, ""), (2_500, 0, "Grace Hopper")])
def test_case_29_another_amount_time_or_name_is_not_offered(campaign: Any, minor: int, days: int, name: str) -> None:
    paid_gift(campaign, minor, on=today() - timedelta(days=days), display_name=name)

    assert take_in(line()).waiting == 1


def test_case_29_one_recorded_gift_is_offered_to_one_of_two_lines(campaign: Any) -> None:
    paid_gift(campaign, 2_500, on=today())

    report = take_in(line(text="one"), line(text="two"))

    assert (report.suggested, report.waiting) == (1, 1)


def test_case_29_what_a_statement_brought_is_found_when_it_is_recorded_by_hand(campaign: Any) -> None:
    transfer(campaign)
    take_in(line(text="K7M3QX9TA"))
    ask = {"amount_minor": 2_500, "currency": "EUR", "mode": registry.mode()}

    assert bank_matching.likely_arrived(on=today() - timedelta(days=4), **ask) == Payment.objects.get()
    assert bank_matching.likely_arrived(on=today() - timedelta(days=9), **ask) is None
    assert bank_matching.likely_arrived(on=today(), **ask | {"amount_minor": 2_400}) is None


def test_any_line_can_become_a_gift_or_be_set_aside_and_looked_at_again(campaign: Any, staff: Account) -> None:
    take_in(line(text="one"), line(text="two"))
    one, two = BankLine.objects.order_by("text")

    payment = bank_lines.count_as_new(line_id=one.pk, campaign=campaign, display_name="Ada", by=staff)
    bank_lines.ignore(line_id=two.pk, note="rent of the hall", by=staff)
    two.refresh_from_db()
    set_aside = (two.state, two.note)
    bank_lines.look_again(line_id=two.pk, by=staff)
    two.refresh_from_db()

    assert (payment.gift.display_name, payment.gift.status, raised()) == ("Ada", "paid", 2_500)
    assert (set_aside, two.state) == ((State.IGNORED, "rent of the hall"), State.NEW)


def test_a_line_that_counted_is_settled_for_good(campaign: Any, staff: Account) -> None:
    gift = transfer(campaign)
    take_in(line(text="K7M3QX9TA"))
    pk = BankLine.objects.get().pk

    for decide in (
        lambda: bank_lines.count_for(line_id=pk, gift_id=gift.pk, by=staff),
        lambda: bank_lines.count_as_new(line_id=pk, campaign=campaign, by=staff),
        lambda: bank_lines.ignore(line_id=pk, note="", by=staff),
        lambda: bank_lines.look_again(line_id=pk, by=staff),
        lambda: bank_lines.same_as(line_id=pk, payment_id=Payment.objects.get().pk, by=staff),
    ):
        with pytest.raises(bank_lines.LineSettled):
            decide()
    assert raised() == 2_500


def test_a_reference_of_another_currency_or_mode_is_not_counted(campaign: Any, live: Any) -> None:
    transfer(campaign, mode="rehearsal")
    transfer(campaign, currency="USD", reference="99MM99MM9")

    report = take_in(line(text="K7M3QX9TA"), line(text="99MM99MM9"))

    assert report.waiting == 2
    assert "USD" in BankLine.objects.get(text="99MM99MM9").note


def test_the_references_of_two_gifts_in_one_line_wait_for_a_person(campaign: Any) -> None:
    transfer(campaign)
    transfer(campaign, reference="99MM99MM9")

    assert take_in(line(text="K7M3QX9TA and 99MM99MM9")).waiting == 1


def test_a_line_from_the_future_refuses_the_whole_file(campaign: Any) -> None:
    with pytest.raises(bank_lines.StatementInFuture):
        take_in(line(text="one"), line(text="two", booked_on=today() + timedelta(days=2)))

    assert BankLine.objects.count() == 0


def test_a_line_from_long_before_any_gift_refuses_the_whole_file(campaign: Any) -> None:
    with pytest.raises(bank_lines.StatementTooOld):
        take_in(line(text="one"), line(text="two", booked_on=date(206, 11, 20)))

    assert BankLine.objects.count() == 0


def test_erasing_a_supporter_empties_their_lines_and_leaves_the_sum(campaign: Any) -> None:
    facts = transfer(campaign)
    take_in(line(text="K7M3QX9TA"))
    donor = gifts.Donor.objects.create(email="ada@example.org", created_at=clock.now())
    Gift.objects.filter(pk=facts.pk).update(donor=donor)

    roster.erase(donor=donor)

    assert BankLine.objects.values_list("payer", "text", "amount_minor").get() == ("", "", 2_500)
    assert take_in(line(text="K7M3QX9TA"), data=b"two").known == 1


def test_wrong_columns_are_remembered_anew() -> None:
    columns = bank_lines.Columns(booked_on=0, amount=1, date_order="dmy", decimal_mark=",", text=(2, 3))
    bank_lines.remember_columns(heading_digest="d", name="Bank", columns=columns)
    bank_lines.remember_columns(heading_digest="d", name="Bank", columns=replace(columns, date_order="mdy"))

    assert bank_lines.columns_for("d") == replace(columns, date_order="mdy")
    assert bank_lines.columns_for("e") is None


@settings(max_examples=25, deadline=None)
@given(
    files=st.lists(
        st.lists(st.tuples(st.sampled_from([500, 700]), st.sampled_from(["K7M3QX9TA", "x", "y"])), max_size=4),
        max_size=4,
    )
)
def test_in_whatever_files_the_lines_come_each_line_stands_once(files: list[list[tuple[int, str]]]) -> None:
    BankLine.objects.all().delete()
    campaign = make_campaign(currency="EUR", tz="Europe/Berlin", featured=False)
    reference = f"H{campaign.pk:07}X"
    transfer(campaign, reference=reference)

    for number, content in enumerate(files):
        lines = [line(minor, text.replace("K7M3QX9TA", reference)) for minor, text in content]
        take_in(*lines, data=f"{campaign.pk}-{number}".encode())

    said = {(minor, text) for content in files for minor, text in content}
    counted = {minor for minor, text in said if text == "K7M3QX9TA"}
    assert BankLine.objects.count() == len(said)
    assert Payment.objects.filter(gift__campaign=campaign).count() == len(counted)


@pytest.mark.django_db(transaction=True)
def test_two_who_take_in_and_confirm_at_once_count_one_gift(committed_books: None) -> None:
    campaign = make_campaign(currency="EUR", tz="Europe/Berlin")
    transfer(campaign)
    staff = Account.objects.create_user(username="mira", password="x")

    together([partial(take_in, line(text="K7M3QX9TA"), data=bytes([n])) for n in range(6)])
    take_in(line(text="another"), data=b"last")
    waiting = BankLine.objects.get(text="another")
    together([lambda: bank_lines.count_as_new(line_id=waiting.pk, campaign=campaign, by=staff)] * 6)

    assert (BankLine.objects.count(), Payment.objects.count()) == (2, 2)
