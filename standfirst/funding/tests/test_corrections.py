"""Corrections: one person proposes, another signs off; booked once, and in every figure from then on."""

import csv
import io
import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from standfirst.accounts.models import Account
from standfirst.funding import exports, meter, reports
from standfirst.funding.amounts import BOOKABLE_MINOR_MAX, AmountNotBookable
from standfirst.funding.books import closings, corrections, ledger
from standfirst.funding.models import NOTE_LENGTH_MAX, Correction, Mode, Period, Transfer
from standfirst.funding.public import months
from standfirst.funding.tests.test_desk import post, signed_in
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign, paid_gift

OCTOBER, NOVEMBER = datetime(2026, 10, 20, 17, tzinfo=UTC), datetime(2026, 11, 16, 18, tzinfo=UTC)
Kind, State = Correction.Kind, Correction.State
INDEX = "corrections_desk:index"


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def treasurer(name: str) -> Account:
    return Account.objects.create_superuser(name)


def proposed(campaign: Any, by: Account, **wishes: Any) -> Correction:
    standard: dict[str, Any] = {
        "month": clock.now().date(),
        "kind": Kind.GIFTS_LESS,
        "place": ledger.BANK,
        "amount": Money(500, "USD"),
        "reason": "One envelope was entered twice",
        "entry_id": uuid.uuid4(),
    }
    return corrections.propose(campaign=campaign, by=by, **standard | wishes)


def raised() -> int:
    found = meter.read()
    assert found is not None
    return found.raised.minor


@pytest.fixture
def fund(books: None) -> Iterator[Any]:
    """A campaign in November with $40 in a closed October and $25 in November."""
    with at(OCTOBER):
        campaign = make_campaign(slug="fund")
        paid_gift(campaign, 4_000)
    with at(NOVEMBER):
        closings.close_due()
        paid_gift(campaign, 2_500)
        yield campaign


def test_nothing_is_booked_before_another_person_signs_it_off(fund: Any) -> None:
    mira, noor = treasurer("mira"), treasurer("noor")
    before = Transfer.objects.count()

    row = proposed(fund, mira)
    waiting = (Transfer.objects.count() - before, raised())
    with pytest.raises(corrections.CorrectionIsYours):
        corrections.confirm(correction_id=row.pk, by=mira, alone=True)
    refused = (Transfer.objects.count() - before, raised())
    signed = corrections.confirm(correction_id=row.pk, by=noor)

    assert waiting == refused == (0, 2_500)
    assert raised() == 2_000
    assert signed.transfer is not None
    assert signed.transfer.key == f"adjust:{row.public_id}"
    assert (signed.transfer.note, signed.transfer.recorded_by) == ("One envelope was entered twice", noor)
    assert (signed.proposed_by, signed.settled_by, signed.alone) == (mira, noor, False)


def test_it_is_booked_once_however_often_it_is_signed(fund: Any) -> None:
    mira, noor = treasurer("mira"), treasurer("noor")
    row = proposed(fund, mira)
    corrections.confirm(correction_id=row.pk, by=noor)

    for decide in (corrections.confirm, corrections.withdraw):
        with pytest.raises(corrections.CorrectionSettled, match="signed off, by noor"):
            decide(correction_id=row.pk, by=noor)

    assert Transfer.objects.filter(key__startswith="adjust:").count() == 1
    assert raised() == 2_000


def test_the_same_form_twice_is_one_proposal_and_with_other_values_a_refusal(fund: Any) -> None:
    mira, entry = treasurer("mira"), uuid.uuid4()

    rows = {proposed(fund, mira, entry_id=entry).pk for _ in range(2)}
    with pytest.raises(corrections.CorrectionSentBefore):
        proposed(fund, mira, entry_id=entry, amount=Money(501, "USD"))

    assert len(rows) == Correction.objects.count() == 1


def test_what_is_withdrawn_stays_on_the_list_and_is_never_booked(fund: Any) -> None:
    mira, noor = treasurer("mira"), treasurer("noor")
    row = proposed(fund, mira)

    corrections.withdraw(correction_id=row.pk, by=mira)
    with pytest.raises(corrections.CorrectionSettled):
        corrections.confirm(correction_id=row.pk, by=noor)

    row.refresh_from_db()
    assert (row.state, row.settled_by, row.transfer) == (State.WITHDRAWN, mira, None)
    assert raised() == 2_500


def test_a_treasurer_who_is_alone_signs_by_a_step_of_its_own_that_is_recorded(fund: Any) -> None:
    mira = treasurer("mira")
    Account.objects.create_superuser("left-us", is_active=False)
    Account.objects.create_user("reader")
    row = proposed(fund, mira)

    with pytest.raises(corrections.CorrectionAlone):
        corrections.confirm(correction_id=row.pk, by=mira)
    before = raised()
    signed = corrections.confirm(correction_id=row.pk, by=mira, alone=True)

    assert (before, raised()) == (2_500, 2_000)
    assert (signed.alone, signed.settled_by) == (True, mira)


def test_the_step_for_one_alone_is_not_recorded_where_two_signed(fund: Any) -> None:
    row = proposed(fund, treasurer("mira"))

    assert corrections.confirm(correction_id=row.pk, by=treasurer("noor"), alone=True).alone is False


@pytest.mark.parametrize(
    "change", [{"alone": False}, {"transfer": None}, {"settled_by": None}, {"state": "withdrawn"}, {"reason": ""}]
)
def test_the_database_itself_refuses_what_two_people_did_not_sign(fund: Any, change: dict[str, Any]) -> None:
    mira = treasurer("mira")
    row = proposed(fund, mira)
    corrections.confirm(correction_id=row.pk, by=mira, alone=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=row.pk).update(**change)


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"reason": "  \n "}, "funding.reason_missing"),
        ({"reason": "x" * (NOTE_LENGTH_MAX + 1)}, "funding.reason_missing"),
        ({"amount": Money(0, "USD")}, AmountNotBookable.code),
        ({"amount": Money(BOOKABLE_MINOR_MAX + 1, "USD")}, AmountNotBookable.code),
        ({"month": date(2026, 12, 1)}, "funding.correction_ahead"),
        ({"month": date(1969, 12, 31)}, "funding.correction_too_long_ago"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(fund: Any, wishes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        proposed(fund, treasurer("mira"), **wishes)

    assert refused.value.code == code
    assert Correction.objects.count() == 0


def test_so_many_may_wait_and_no_more(fund: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "WAITING_MAX", 2)
    mira = treasurer("mira")
    rows = [proposed(fund, mira) for _ in range(2)]

    with pytest.raises(corrections.TooManyWait):
        proposed(fund, mira)
    corrections.withdraw(correction_id=rows[0].pk, by=mira)

    assert proposed(fund, mira).state == State.PROPOSED


@pytest.mark.parametrize("place", ["bank", "clearing:stripe"])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_names_two_accounts_that_the_ledger_takes(fund: Any, kind: Kind, place: str) -> None:
    row = proposed(fund, treasurer("mira"), kind=kind, place=place)

    signed = corrections.confirm(correction_id=row.pk, by=treasurer("noor"))

    assert signed.transfer is not None
    assert (signed.transfer.debit, signed.transfer.credit) == (row.debit, row.credit)


def test_a_closed_month_is_shown_as_restated_and_every_figure_has_the_correction(fund: Any) -> None:
    row = proposed(fund, treasurer("mira"), month=date(2026, 10, 9))
    corrections.confirm(correction_id=row.pk, by=treasurer("noor"))

    october = date(2026, 10, 1)
    overview, statement = (Client().get(url).content.decode() for url in ("/funding/", "/funding/2026-10/"))
    told = months.statement(fund, october, Mode.REHEARSAL)
    file: Any = Client().get("/funding/2026-10/ledger.csv")
    public = [each["amount_minor"] for each in csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig")))]
    accountant = "".join(exports.accounting(month=date(2026, 11, 1), zone=fund.zone))

    assert closings.of(Period.objects.get(first_day=october)).restated is True
    assert "restated; closed with $40" in overview
    assert "<strong>$35</strong>" in statement
    rows = statement[statement.index('id="row-') :]
    assert re.findall(r'<th scope="row">([^<]+)</th>', rows) == ["gift", "correction"]
    assert told is not None
    assert (told.month.raised.minor, told.back.minor) == (3_500, 500)
    assert reports.raised(fund, mode="rehearsal")[0].given.minor == 3_500
    assert public == ["4000", "500"]
    assert f"adjust:{row.public_id},income:gifts:fund,bank,5" in accountant
    assert "Correction · The fund 2026-10 · One envelope was entered twice" in accountant
    assert raised() == 2_500


def test_a_month_that_nobody_gave_in_can_be_corrected(fund: Any) -> None:
    row = proposed(fund, treasurer("mira"), month=date(2026, 9, 4), kind=Kind.GIFTS_MORE)
    before = Period.objects.filter(first_day=date(2026, 9, 1)).exists()

    corrections.confirm(correction_id=row.pk, by=treasurer("noor"))

    assert before is False
    assert months.statement(fund, date(2026, 9, 1), Mode.REHEARSAL).month.raised.minor == 500  # type: ignore[union-attr]


def test_two_people_who_sign_at_the_same_moment_book_it_once(committed_books: None) -> None:
    campaign = make_campaign()
    row = proposed(campaign, treasurer("mira"), kind=Kind.GIFTS_MORE)
    signers = [treasurer("noor"), treasurer("omar")]

    def sign(by: Account) -> str:
        try:
            corrections.confirm(correction_id=row.pk, by=by)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(sign, signers))

    assert sorted(said) == ["booked", "funding.correction_settled"]
    assert Transfer.objects.filter(key__startswith="adjust:").count() == 1


# The desk


FORM = {"month": "2026-11", "kind": "gifts_less", "place": "bank", "amount": "5,00", "note": "An envelope, twice"}


def typed(campaign: Any, **wishes: str) -> dict[str, str]:
    return FORM | {"campaign": str(campaign.pk), "amount": "5.00", "entry": str(uuid.uuid4())} | wishes


def propose_on_the_desk(client: Client, campaign: Any, **wishes: str) -> Any:
    return post(client, reverse("corrections_desk:propose"), **typed(campaign, **wishes))


def decide(client: Client, **fields: str) -> Any:
    return post(client, reverse("corrections_desk:settle", args=[Correction.objects.get().pk]), **fields)


def named(client: Client, name: str) -> Client:
    Account.objects.filter(pk=client.session["_auth_user_id"]).update(username=name)
    return client


@pytest.fixture
def desk(fund: Any) -> tuple[Client, Client]:
    """Two treasurers."""
    return named(signed_in("Treasurers"), "mira"), named(signed_in("Treasurers"), "noor")


def test_on_the_desk_one_proposes_and_the_other_signs_off(desk: tuple[Client, Client], fund: Any) -> None:
    mira, noor = desk

    propose_on_the_desk(mira, fund)
    hers, home = (mira.get(url).content.decode() for url in (reverse(INDEX), "/desk/"))
    theirs = noor.get(reverse(INDEX)).content.decode()
    before = raised()
    page = decide(noor, do="confirm").content.decode()

    assert "Sign off and book" not in hers
    assert "somebody else signs it off" in hers
    assert "1 correction waits for a signature" in home
    assert "Sign off and book" in theirs
    assert "Such as 2026-11." in theirs
    assert 'name="alone"' not in theirs
    assert (before, raised()) == (2_500, 2_000)
    assert "$5 are booked." in page
    row = re.sub(r"<[^>]+>|\s+", " ", page[page.index("Settled by") :])
    for said in (
        "Nov. 16, 2026",
        "November 2026",
        "income:gifts:fund",
        "bank",
        "$5",
        "An envelope, twice",
        "mira",
        "noor",
    ):
        assert said in row


def test_on_the_desk_one_alone_has_to_say_so(fund: Any) -> None:
    mira = signed_in("Treasurers")
    propose_on_the_desk(mira, fund)

    page = mira.get(reverse(INDEX)).content.decode()
    refused = decide(mira, do="confirm").content.decode()
    before = raised()
    done = decide(mira, do="confirm", alone="yes").content.decode()

    assert 'name="alone"' in page
    assert "Say that you do so alone" in refused
    assert (before, raised()) == (2_500, 2_000)
    assert "alone: nobody else could" in done


def test_on_the_desk_a_proposal_is_withdrawn(desk: tuple[Client, Client], fund: Any) -> None:
    mira, noor = desk
    propose_on_the_desk(mira, fund)

    page = decide(noor, do="withdraw").content.decode()

    assert "Withdrawn. Nothing was booked." in page
    assert raised() == 2_500


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"amount": "five"}, "We could not read “five” as an amount."),
        ({"amount": "0"}, "above zero"),
        ({"note": ""}, "This field is required."),
        ({"month": "2026-12"}, "has not begun yet"),
        ({"month": "soon"}, "Enter a valid date."),
        ({"kind": "anything"}, "Select a valid choice."),
        ({"place": "fx"}, "Select a valid choice."),
        ({"entry": "1"}, "Enter a valid UUID."),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(fund: Any, wishes: dict[str, str], said: str) -> None:
    mira = signed_in("Treasurers")

    answer = propose_on_the_desk(mira, fund, **wishes)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert wishes.get("note", FORM["note"]) in answer.content.decode()
    assert Correction.objects.count() == 0


def test_an_amount_is_read_as_the_pages_language_writes_it(fund: Any) -> None:
    mira = signed_in("Treasurers")

    ambiguous = propose_on_the_desk(mira, fund, amount="1,250")
    german = mira.post(
        reverse("corrections_desk:propose"), typed(fund, amount="1.250,50"), headers={"Accept-Language": "de"}
    )

    assert (ambiguous.status_code, german.status_code) == (200, 302)
    assert sorted(Correction.objects.values_list("amount_minor", flat=True)) == [125_000, 125_050]


def test_a_real_site_does_not_see_or_sign_what_was_rehearsed(fund: Any, live: Any) -> None:
    noor = signed_in("Treasurers")
    row = proposed(fund, treasurer("mira"))
    Correction.objects.filter(pk=row.pk).update(mode=Mode.REHEARSAL)

    page = noor.get(reverse(INDEX)).content.decode()
    answer = noor.post(reverse("corrections_desk:settle", args=[row.pk]), {"do": "confirm"})

    assert "No correction waits." in page
    assert answer.status_code == 404


def test_earlier_corrections_are_a_page_away(fund: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("standfirst.funding.desk.corrections.CORRECTIONS_A_PAGE", 2)
    mira = treasurer("mira")
    for number in range(3):
        row = proposed(fund, mira, reason=f"Reason {number}")
        corrections.withdraw(correction_id=row.pk, by=mira)
    client = signed_in("Treasurers")

    first = client.get(reverse(INDEX)).content.decode()
    second = client.get(reverse(INDEX), {"before": re.findall(r"\?before=(\d+)", first)[0]}).content.decode()

    assert [f"Reason {number}" in first for number in range(3)] == [False, True, True]
    assert [f"Reason {number}" in second for number in range(3)] == [True, False, False]


def test_a_campaign_without_months_is_corrected_in_its_one_period(books: None) -> None:
    with at(OCTOBER):
        boat = make_campaign(slug="boat", kind="fixed")
    with at(OCTOBER + timedelta(days=60)):
        row = proposed(boat, treasurer("mira"), kind=Kind.GIFTS_MORE, month=date(2026, 1, 1))
        corrections.confirm(correction_id=row.pk, by=treasurer("noor"))

        assert [period.first_day for period in boat.periods.all()] == [date(2026, 10, 20)]
