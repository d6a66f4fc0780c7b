"""Supporters: who they are, as far as we were told; joining two that are one, and forgetting one.

Nothing that is counted hangs on what stands here: a supporter can be merged or erased and no
sum, no receipt's number and no row of the ledger moves.
"""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.funding import campaigns
from standfirst.funding.models import NOTE_LENGTH_MAX, BankLine, Donor, Gift, Subscription, SupporterAct, SupporterLink
from standfirst.funding.payments.subscriptions import GOING_ON
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_line
from standfirst.mail import outbox


class StillGiving(Refusal):
    """Somebody whose card is charged every month cannot be forgotten meanwhile."""

    code = "funding.still_giving"
    status = 409
    message = _("A regular gift still runs. It has to be cancelled first; nothing was erased.")


class CannotMerge(Refusal):
    """A supporter cannot be merged with themselves, or after being erased or merged."""

    code = "funding.cannot_merge"
    status = 409
    message = _("These two cannot be merged: they are the same, or one of them was erased or merged before.")


@verb
def erase(*, donor: Donor, by: Account | None = None) -> None:
    """Forget a person: address, name and words go, here, in bank lines and in the outbox; what they gave stays counted.

    Refusal: StillGiving. Locks the supporter's row and their gifts until the commit: news of a payment or of a
    cancelled gift waits, and finds them erased. Erased again, nothing happens.
    """
    donor = Donor.objects.select_for_update(no_key=True).get(pk=donor.pk)
    list(Gift.objects.select_for_update().filter(donor=donor).order_by("pk").values_list("pk"))
    if live_subscriptions(donor).exists():
        raise StillGiving
    if donor.erased_at is not None:
        return
    if donor.email:
        outbox.forget_person(address=donor.email)
    their_gifts = Gift.objects.filter(donor=donor)
    BankLine.objects.filter(Q(payment__gift__in=their_gifts) | Q(suggested_gift__in=their_gifts)).update(
        payer="", text="", note=""
    )
    Subscription.objects.filter(gift__in=their_gifts).update(
        customer_ref="", card_brand="", card_last4="", card_expires_on=None
    )
    their_gifts.update(display_name="", message="", dedication="", anonymous=True)
    their_gifts.update(browser="", household=None, session_url="")
    SupporterLink.objects.filter(donor=donor).delete()
    SupporterAct.objects.filter(donor=donor).update(note="")
    donor.email, donor.name, donor.language, donor.erased_at = None, "", "", clock.now()
    donor.key_version += 1
    donor.save(update_fields=["email", "name", "language", "erased_at", "key_version"])
    note(donor=donor, what="erase", by=by)
    touch(campaigns.CAMPAIGN_KEY)


@verb
def merge(*, keep: Donor, other: Donor, by: Account | None = None) -> Donor:
    """Make two supporters who are one person one: gifts go to ``keep``, ``other`` is emptied and points there.

    Statements that were issued to ``other`` stay as they were issued. Refusal: CannotMerge. Locks both rows, the
    older first.
    """
    both = {
        each.pk: each
        for each in Donor.objects.select_for_update(no_key=True).filter(pk__in=[keep.pk, other.pk]).order_by("pk")
    }
    if len(both) != 2 or any(each.erased_at for each in both.values()):
        raise CannotMerge
    keep, other = both[keep.pk], both[other.pk]
    Gift.objects.filter(donor=other).update(donor=keep)
    SupporterAct.objects.filter(donor=other).update(donor=keep)
    SupporterLink.objects.filter(donor=other).delete()
    Donor.objects.filter(merged_into=other).update(merged_into=keep)
    if other.email:
        outbox.forget_person(address=other.email)
    if not keep.name:
        keep.name = other.name
        keep.save(update_fields=["name"])
    other.email, other.name, other.language = None, "", ""
    other.erased_at, other.merged_into = clock.now(), keep
    other.key_version += 1
    other.save(update_fields=["email", "name", "language", "erased_at", "merged_into", "key_version"])
    note(donor=keep, what="merge", by=by)
    touch(campaigns.CAMPAIGN_KEY)
    return keep


@verb
def show_name(*, gift: Gift, shown: bool, by: Account | None = None) -> None:
    """Show the name with ``gift``, or hide it. For this gift alone."""
    if gift.donor is None or gift.anonymous is not shown:
        return
    Gift.objects.filter(pk=gift.pk).update(anonymous=not shown)
    note(donor=gift.donor, what="show_name" if shown else "hide_name", about=str(gift.public_id), by=by)
    touch(campaigns.CAMPAIGN_KEY)


@verb
def note(*, donor: Donor, what: str, about: str = "", by: Account | None = None) -> SupporterAct:
    """Write down that something was changed for ``donor``: by themselves (``by`` is None) or by staff."""
    return SupporterAct.objects.create(
        donor=donor, what=what, note=clean_line(about)[:NOTE_LENGTH_MAX], by=by, at=clock.now()
    )


def subscriptions_of(donor: Donor) -> QuerySet[Subscription]:
    """Return what ``donor`` gives again and again, or did, the newest first."""
    found = Subscription.objects.filter(gift__donor=donor).select_related("gift__campaign", "gift__donor")
    return found.prefetch_related("terms")


def live_subscriptions(donor: Donor) -> QuerySet[Subscription]:
    """Return the subscriptions of ``donor`` from which money may still be taken."""
    return subscriptions_of(donor).filter(status__in=GOING_ON)
