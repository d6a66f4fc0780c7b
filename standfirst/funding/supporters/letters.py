"""What supporters are told by mail. Each letter is about one fact and is sent once, whoever reports the fact how often.

The functions are called inside the transaction of the fact; they only put letters into the
outbox. A supporter without an address, or with one that no mail can reach, gets none.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import wraps

from babel.dates import format_date
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from standfirst.delivery.changes import verb
from standfirst.funding.models import Donor, Interval, Mode, Payment, Receipt, Subscription
from standfirst.funding.payments import subscriptions
from standfirst.funding.providers import registry
from standfirst.funding.supporters import letterhead, links, receipts
from standfirst.kit import clock
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money
from standfirst.mail import outbox
from standfirst.mail.composing import Sheet, composed
from standfirst.mail.enclosures import Attachment, Enclosure, NothingToSend
from standfirst.mail.house import House, house
from standfirst.mail.models import SUBJECT_LENGTH_MAX
from standfirst.mail.outbox import Draft

RECEIPT_KIND = "receipt"  # what a letter encloses, see ``mail.enclosures``
LETTER_KIND = "supporter_letter"
CARD_ANNOUNCED_AHEAD = timedelta(days=31)  # a month to look for the new card in the post

log = logging.getLogger(__name__)


def _in_their_language(write: Callable[..., None]) -> Callable[..., None]:
    @wraps(write)
    def written(*, subscription: Subscription) -> None:
        donor = subscription.gift.donor
        if donor is not None and donor.email:
            with _in_language_of(donor):
                write(subscription=subscription)

    return written


def ask_for_link(*, address: str, household: str) -> None:
    """Have the link to a supporter's page sent to ``address``, if a supporter has it. Refusals as ``links.ask``."""
    sheet = Sheet(
        heading=gettext("Your page"),
        paragraphs=(gettext("You asked for the link to the page on which you look after your gifts. Here it is."),),
        action=(gettext("Open my page"), "%%link%%"),
        after=(gettext("The link works once, within half an hour."),),
        small=(
            gettext(
                "If you did not ask for it, you need not do anything: without this mail nobody can open your page."
            ),
        ),
    )
    subject = gettext("Your link to %(name)s") % {"name": house().name}
    links.ask(address=address, household=household, subject=subject, **composed(sheet))


def after_payments(payments: Sequence[Payment]) -> None:
    """Give the payments their receipts, and send them. For ``counting.on_counted``: once for each new payment."""
    issued = receipts.issue_all(payments=payments)
    sender = house()
    written = [_receipt_letter(each, issued[each.pk], sender) for each in payments]
    outbox.put_many(drafts=[draft for draft in written if draft is not None])


def _receipt_letter(payment: Payment, receipt: Receipt, sender: House) -> Draft | None:
    donor = payment.gift.donor
    if donor is None or not donor.email:
        return None
    with _in_language_of(donor):
        sheet = Sheet(
            heading=gettext("Thank you"),
            paragraphs=(*_rehearsed(payment.mode), _opening(payment)),
            figures=(
                *_amounts(payment),
                (gettext("To"), payment.gift.campaign.name),
                (gettext("On"), _day(payment.paid_at)),
                (gettext("Receipt"), str(receipt)),
            ),
            after=(gettext("Your receipt is attached."),),
            action=(gettext("Look after my gifts"), _page()),
            small=(
                gettext("There you can change, skip, pause or cancel a regular gift, and have every receipt again."),
            ),
        )
        subject = gettext("Receipt %(number)s: thank you") % {"number": receipt}
        words = composed(sheet, sender)
    reference = str(payment.pk)
    return _draft(donor, f"receipt:{reference}", subject, words, kind=RECEIPT_KIND, reference=reference)


@_in_their_language
def renewal_failed(*, subscription: Subscription) -> None:
    """Say that a renewal failed, with the way to another card. Once until a payment succeeds again."""
    paid = subscription.gift.payments.order_by("-id").values_list("pk", flat=True).first()
    amount = _amount(subscription)
    _about(
        subscription,
        f"renewal_failed:{subscription.pk}:{paid or 0}",
        gettext("Your regular gift could not be taken"),
        (
            gettext("We could not take your regular gift of %(amount)s: the bank said no.") % {"amount": amount},
            gettext(
                "This happens; often a card has expired. We try again in a few days, and you are never charged twice."
            ),
        ),
        (gettext("Use another card"), "%%link%%"),
    )


@_in_their_language
def card_expires(*, subscription: Subscription) -> None:
    """Say that the card of a regular gift ends soon. Once for each card."""
    ends = subscription.card_expires_on
    if ends is None:
        return
    _about(
        subscription,
        f"card_expires:{subscription.pk}:{ends:%Y-%m-%d}:{subscription.card_last4}",
        gettext("The card of your regular gift expires soon"),
        (
            gettext("The card ending in %(last4)s, with which you give %(amount)s, expires on %(day)s.")
            % {
                "last4": subscription.card_last4,
                "amount": _amount(subscription),
                "day": format_date(ends, "long", locale=current_locale()),
            },
            gettext("If your bank has sent you a new one, it takes a minute to enter it."),
        ),
        (gettext("Use another card"), "%%link%%"),
    )


@_in_their_language
def subscription_ended(*, subscription: Subscription) -> None:
    """Say that a regular gift has ended: cancelled by somebody, or lapsed after payments failed. Once."""
    lapsed = subscription.status == Subscription.Status.LAPSED
    said = (
        gettext("Your regular gift of %(amount)s has ended, as it could not be taken for some time.")
        if lapsed
        else gettext("Your regular gift of %(amount)s is cancelled, as you wished. Nothing more is charged.")
    )
    _about(
        subscription,
        f"ended:{subscription.pk}:{subscription.status}",
        gettext("Your regular gift has ended"),
        (
            said % {"amount": _amount(subscription)},
            gettext("What you gave has paid for reporting that everybody can read. Thank you."),
        ),
        (gettext("Give again"), _page("support")),
    )


@_in_their_language
def subscription_resumed(*, subscription: Subscription) -> None:
    """Say that a regular gift goes on after a pause. Once a day at the most."""
    key = f"resumed:{subscription.pk}:{clock.local_date(letterhead.zone())}"
    said = [gettext("You give %(amount)s again. Thank you.") % {"amount": _amount(subscription)}]
    if subscription.next_at:
        said.append(gettext("The next payment is on %(day)s.") % {"day": _day(subscription.next_at)})
    heading = gettext("Your regular gift goes on")
    _about(subscription, key, heading, tuple(said), (gettext("Look after my gifts"), _page()))


@verb
def announce_expiring_cards() -> int:
    """Write to those whose card ends within a month; return how many gifts that is. Scheduled."""
    today = clock.local_date(letterhead.zone())
    ending = subscriptions.expiring_cards(today + CARD_ANNOUNCED_AHEAD, mode=registry.mode())
    ending = ending.filter(card_expires_on__gte=today)
    for subscription in ending:
        card_expires(subscription=subscription)
    return len(ending)


def enclose_receipt(reference: str, _to: str) -> Enclosure:
    """Builder of a receipt's letter: the PDF, unless the supporter was erased meanwhile."""
    receipt = receipts.of_payment(int(reference))
    if receipt is None or receipt.payment.gift.donor is None or receipt.payment.gift.donor.erased_at:
        raise NothingToSend
    with _in_language_of(receipt.payment.gift.donor):
        pdf = receipts.pdf(receipt)
    return Enclosure(attachments=(Attachment(receipts.file_name(receipt), pdf, "application/pdf"),))


def _amounts(payment: Payment) -> tuple[tuple[str, str], ...]:
    """Return the gift, and what was paid where something was added for the fees: the bank's statement says that."""
    gift = (gettext("Gift"), payment.money.show(current_locale()))
    if not payment.cover_minor:
        return (gift,)
    cover = Money(payment.cover_minor, payment.currency).show(current_locale())
    return (gift, (gettext("For the fees"), cover), (gettext("Paid"), payment.charged.show(current_locale())))


def _opening(payment: Payment) -> str:
    if payment.gift.interval == Interval.ONCE:
        return gettext("Your gift has arrived. Thank you: readers like you pay for this paper.")
    if payment.gift.payments.count() > 1:
        return gettext("Your regular gift has arrived again. Thank you for staying with us.")
    return gettext("Your regular gift has begun: the first payment has arrived. Thank you for giving again and again.")


def _about(
    subscription: Subscription, key: str, heading: str, paragraphs: tuple[str, ...], action: tuple[str, str]
) -> None:
    donor = subscription.gift.donor
    if donor is None:
        return
    sheet = Sheet(heading=heading, paragraphs=(*_rehearsed(subscription.gift.mode), *paragraphs), action=action)
    draft = _draft(donor, key, heading, composed(sheet), kind=LETTER_KIND, reference=str(donor.pk))
    if draft is not None:
        outbox.put_many(drafts=[draft])


def _draft(
    donor: Donor, key: str, subject: str, words: Mapping[str, str], *, kind: str, reference: str
) -> Draft | None:
    try:
        address = outbox.checked_address(donor.email or "")
        outbox.check_line("Subject", subject, SUBJECT_LENGTH_MAX)
    except (outbox.AddressRefused, outbox.HeaderRefused) as refusal:
        # The money is counted all the same: a letter must never hold it up.
        log.warning("no letter %s: %s", key, refusal.code)
        return None
    return Draft(key, address, subject, words["text"], words["html"], kind, reference)


@contextmanager
def _in_language_of(donor: Donor) -> Iterator[None]:
    with translation.override(donor.language or settings.LANGUAGE_CODE):
        yield


def _rehearsed(mode: str) -> tuple[str, ...]:
    return (gettext("This is a rehearsal: no money moved."),) if mode == Mode.REHEARSAL else ()


def _amount(subscription: Subscription) -> str:
    terms = subscription.terms.first()
    gift = subscription.gift
    minor = terms.amount_minor + terms.cover_minor if terms else gift.charged.minor
    return Money(minor, gift.currency).show(current_locale())


def _page(name: str = "supporter") -> str:
    return str(settings.STANDFIRST.url) + reverse(name)


def _day(at: datetime) -> str:
    return format_date(at.astimezone(letterhead.zone()), "long", locale=current_locale())
