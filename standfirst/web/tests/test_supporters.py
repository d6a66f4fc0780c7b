"""The mark of supporters below a story: theirs who chose to be seen, under the name with which they did."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from standfirst.accounts import naming
from standfirst.accounts.models import Account
from standfirst.delivery.models import Change
from standfirst.discussion import comments
from standfirst.discussion.mine import claims
from standfirst.discussion.models import Comment
from standfirst.discussion.moderating import persons
from standfirst.funding.payments import refunds
from standfirst.funding.supporters import roster
from standfirst.kit.money import Money
from standfirst.testing.accounts import a_reader
from standfirst.testing.discussion import a_comment, a_guest, a_thread
from standfirst.testing.funding import make_campaign, refund_facts
from standfirst.testing.supporters import given
from standfirst.web import supporters

pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"
MARK = 'mark-supporter">Supporter'


def page_of(comment: Comment) -> str:
    return Client().get(f"/discussion/threads/{comment.thread.key}/", headers={"host": "127.0.0.1"}).content.decode()


def said(account: Account, text: str = "The lamp burnt all night.") -> Comment:
    thread = a_thread()
    return comments.post(thread_key=thread.key, name=account.display_name, text=text, account=account).comment


def a_named_gift(**wishes: object) -> object:
    return given(make_campaign(), email=ADDRESS, **{"display_name": "Ada Brook", "anonymous": False} | wishes).gift


def test_a_supporter_who_shows_their_name_is_marked_under_it_and_moderators_see_so() -> None:
    comment = said(a_reader("Ada Brook", email=ADDRESS))
    a_named_gift()
    assert MARK not in page_of(comment)
    Change.objects.all().delete()

    supporters.renew()

    assert MARK in page_of(comment)
    assert persons.person(comment).supporter == "Supporter"
    assert Change.objects.filter(key=comment.thread.change_key).exists()


def test_nothing_is_touched_while_nothing_changes() -> None:
    said(a_reader("Ada Brook", email=ADDRESS))
    a_named_gift()
    supporters.renew()
    Change.objects.all().delete()

    supporters.renew()

    assert not Change.objects.exists()


@pytest.mark.parametrize(
    "wishes", [{"anonymous": True}, {"display_name": ""}, {"display_name": "Somebody Else"}], ids=str
)
def test_whoever_did_not_choose_to_be_seen_under_that_name_is_not_marked(wishes: dict[str, object]) -> None:
    comment = said(a_reader("Ada Brook", email=ADDRESS))
    a_named_gift(**wishes)

    supporters.renew()

    assert MARK not in page_of(comment)
    assert persons.person(comment).supporter == ""


def test_the_name_alone_is_no_proof_without_the_address() -> None:
    comment = said(a_reader("Ada Brook", email="another@example.org"))
    a_named_gift()

    supporters.renew()

    assert MARK not in page_of(comment)


def test_a_name_that_is_hidden_takes_the_mark_away() -> None:
    comment, gift = said(a_reader("Ada Brook", email=ADDRESS)), a_named_gift()
    supporters.renew()

    roster.show_name(gift=gift, shown=False)  # type: ignore[arg-type]
    supporters.renew()

    assert MARK not in page_of(comment)


def test_a_supporter_who_is_erased_is_no_longer_marked() -> None:
    comment, gift = said(a_reader("Ada Brook", email=ADDRESS)), a_named_gift()
    supporters.renew()

    roster.erase(donor=gift.donor)  # type: ignore[attr-defined]
    supporters.renew()

    assert MARK not in page_of(comment)


@pytest.mark.parametrize(("minor", "seen"), [(2_499, True), (2_500, False)], ids=["some of it", "all of it"])
def test_a_gift_that_went_back_is_no_support_unless_something_is_left(minor: int, seen: bool) -> None:
    comment, gift = said(a_reader("Ada Brook", email=ADDRESS)), a_named_gift()
    payment = gift.payments.get()  # type: ignore[attr-defined]

    refunds.settle(payment=payment, facts=refund_facts("re_1", Money(minor, "USD")))
    supporters.renew()

    assert (MARK in page_of(comment)) is seen


def test_a_single_gift_is_seen_for_a_year_and_a_month() -> None:
    with time_machine.travel(datetime(2026, 3, 4, 12, tzinfo=UTC), tick=False):
        comment = said(a_reader("Ada Brook", email=ADDRESS))
        a_named_gift()
    seen = []
    for year, month in ((2027, 4), (2027, 5)):
        with time_machine.travel(datetime(year, month, 4, 11, tzinfo=UTC), tick=False):
            supporters.renew()
            seen.append(MARK in page_of(comment))
    assert seen == [True, False]


def test_what_was_written_under_another_name_is_not_marked() -> None:
    account = a_reader("Night owl", email=ADDRESS)
    earlier = said(account)
    naming.rename(account=account, name="Ada Brook")
    later = said(account, "And the morning after.")
    a_named_gift()

    supporters.renew()

    assert MARK not in page_of(earlier)
    assert MARK in page_of(later)


def test_what_a_guest_wrote_and_an_account_claimed_is_not_marked() -> None:
    account, guest = a_reader("Ada Brook", email=ADDRESS), a_guest()
    comment = a_comment(a_thread(), guest=guest, name="Night owl")
    claims.claim_comments(guest=guest, account=account)
    a_named_gift()

    supporters.renew()

    comment.refresh_from_db()
    assert MARK not in page_of(comment)
    assert persons.person(comment).supporter == ""
