"""Whether the books are known to agree with the payment service, and whom to tell when they are not."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.translation import gettext as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.funding.models import Mode, Payment, Reconciliation
from standfirst.funding.payments import reconciling
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.mail import outbox
from standfirst.mail.composing import Sheet, composed
from standfirst.mail.models import Letter

CHECK_AGE_MAX = timedelta(hours=26)  # it is made once a day; two hours more for a machine that was busy or away
TREASURERS = "Treasurers"
TOLD_MAX = 50  # people; more treasurers than that is a mistake in the group


@dataclass(frozen=True, slots=True)
class Watch:
    """How the comparison stands. ``newest`` is None before the first; ``alarm`` is "" when all is well."""

    newest: Reconciliation | None
    alarm: str

    @property
    def fact(self) -> str:
        """Name what is wrong, so that it is told once: one comparison, or one day without any."""
        if self.newest is not None and self.newest.differences:
            return f"reconciliation:{self.newest.pk}"
        return f"reconciliation:none:{clock.now().date().isoformat()}"


def now() -> Watch:
    """Return how the newest comparison stands. One query, a second one before the first comparison."""
    newest = reconciling.latest()
    if newest is not None and newest.differences:
        return Watch(newest, _("The books differ from what the payment service moved."))
    live = registry.mode() is Mode.LIVE and registry.takes_gifts_online()
    if newest is None:
        paid = live and Payment.objects.filter(provider=registry.ONLINE, mode=Mode.LIVE).exists()
        return Watch(None, _("The books were never compared with the payment service.") if paid else "")
    if live and clock.now() - newest.checked_at > CHECK_AGE_MAX:
        return Watch(newest, _("The books have not been compared with the payment service for more than a day."))
    return Watch(newest, "")


@verb
def warn() -> int:
    """Write to the treasurers if something is wrong, once for each fact; return how many letters there are. Scheduled.

    No lock: the letter's key decides.
    """
    watch = now()
    if not watch.alarm:
        return 0
    letters = [_letter(watch, treasurer) for treasurer in _treasurers()]
    return len(letters)


def _treasurers() -> list[Account]:
    group = Group.objects.filter(name=TREASURERS).first()
    if group is None:
        return []
    return list(Account.objects.filter(groups=group, is_active=True).exclude(email="")[:TOLD_MAX])


def _letter(watch: Watch, treasurer: Account) -> Letter:
    said = [each.words() for each in reconciling.differences_of(watch.newest)[:10]] if watch.newest else []
    sheet = Sheet(
        heading=_("The books need a look"),
        paragraphs=(watch.alarm, *said, _("Readers see what the books say. Nothing was changed.")),
        action=(_("Open the desk"), registry.site_mark() + reverse("reconciliation_desk:index")),
    )
    words = composed(sheet)
    return outbox.put(
        key=f"{watch.fact}:{treasurer.pk}",
        to=treasurer.email,
        subject=_("The books need a look"),
        text=words["text"],
        html=words["html"],
    )
