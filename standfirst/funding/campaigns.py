"""Campaigns and their goals. A goal is never overwritten: a new version follows the old one."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.numbers import list_currencies
from django.db import IntegrityError, transaction
from django.db.models import Case, Q, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.funding.books.ledger import METER_KEY
from standfirst.funding.models import Campaign, GoalVersion, Milestone, Payment
from standfirst.funding.providers import registry
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.money import Money
from standfirst.kit.text import clean_line, clean_text

CAMPAIGN_KEY = "funding.campaign"  # touched when name, currency or the taking of gifts changes
SHORT_NAME = re.compile(r"[-a-zA-Z0-9_]{1,60}")  # as the column, and as accounts in the books are named
TAKEN_NAMES = ("cancelled", "me", "thanks", "transfers")  # pages below /support/
LABEL_LENGTH_MAX = 120  # characters; as the column
BEYOND_LENGTH_MAX = 300  # characters; as the column
GOAL_MINOR_MAX = 10**12  # keeps every sum of a period far inside 64 bits


class ShortNameRefused(Refusal):
    """The short name cannot stand in an address and in the books, or another page has that address."""

    code = "funding.short_name_refused"
    message = _("“{slug}” cannot be the short name. Take letters, digits and hyphens; {taken} are other pages.")
    field = "slug"


class UnknownCurrency(Refusal):
    """No currency of that code exists."""

    code = "funding.unknown_currency"
    message = _("“{currency}” is no currency that we know. Write three capitals, such as EUR.")
    field = "currency"


class UnknownZone(Refusal):
    """No time zone of that name exists."""

    code = "funding.unknown_zone"
    message = _("“{tz}” is no time zone that we know. Write one such as Europe/Berlin.")
    field = "tz"


class GoalOutOfRange(Refusal):
    """A goal is above zero, or there is none."""

    code = "funding.goal_out_of_range"
    message = _("A goal is an amount above zero. Leave it empty to show the total alone.")
    field = "goal"


class CampaignExists(Refusal):
    """The short name is taken, or another campaign stands on every page."""

    code = "funding.campaign_exists"
    status = 409
    message = _("There is a campaign of that short name, or another one stands on every page. Nothing was changed.")
    field = "slug"


class CountingFixed(Refusal):
    """What counts is settled by the first gift: months that stand would change."""

    code = "funding.counting_fixed"
    status = 409
    message = _(
        "Gifts have counted here already, so whether fees are taken off can no longer be changed:"
        " the months before would change. Begin a new campaign instead. Nothing was changed."
    )
    field = "net_of_fees"


class BeyondTooLong(Refusal):
    """What happens with more than the goal is a sentence or two."""

    code = "funding.beyond_goal_too_long"
    status = 422
    message = _("Please say it within {most} characters. Nothing was changed.")
    field = "beyond_goal"


@verb
def create(
    *,
    slug: str,
    name: str,
    currency: str,
    tz: str,
    goal_minor: int | None = None,
    kind: str = Campaign.Kind.MONTHLY,
    active: bool = True,
    featured: bool = True,
    by: Account | None = None,
) -> Campaign:
    """Create a campaign, with its first goal in minor units (None: no goal).

    ``featured``: it is the one that stands on every page, if it takes gifts at all.
    Refusals: ShortNameRefused, UnknownCurrency, UnknownZone, GoalOutOfRange, CampaignExists. No lock.
    """
    if not SHORT_NAME.fullmatch(slug) or slug.lower() in TAKEN_NAMES:
        raise ShortNameRefused(slug=slug[:60], taken=", ".join(TAKEN_NAMES))
    check_currency(currency)
    _check_zone(tz)
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(
                slug=slug,
                name=clean_line(name),
                currency=currency,
                tz=tz,
                kind=Campaign.Kind(kind),
                active=active,
                featured=active and featured,
                created_at=clock.now(),
            )
    except IntegrityError as error:
        raise CampaignExists from error
    set_goal(campaign=campaign, goal_minor=goal_minor, by=by)
    touch(CAMPAIGN_KEY, METER_KEY)
    return campaign


@verb
def set_goal(*, campaign: Campaign, goal_minor: int | None, by: Account | None = None) -> GoalVersion:
    """Set the goal, in minor units, from now on; None means that there is none.

    The versions before stay. An equal goal makes no new version. Refusal: GoalOutOfRange.
    """
    if goal_minor is not None and not 0 < goal_minor <= GOAL_MINOR_MAX:
        raise GoalOutOfRange
    newest = GoalVersion.objects.filter(campaign=campaign).first()
    if newest is not None and newest.goal_minor == goal_minor:
        return newest
    version = GoalVersion.objects.create(campaign=campaign, goal_minor=goal_minor, set_by=by, set_at=clock.now())
    beyond = Q(amount_minor__gt=goal_minor) if goal_minor is not None else Q(pk__in=())
    Milestone.objects.filter(campaign=campaign).update(stretch=Case(When(beyond, then=True), default=False))
    touch(METER_KEY)
    return version


@verb
def change(*, campaign: Campaign, name: str, tz: str, active: bool, featured: bool | None = None) -> Campaign:
    """Rename a campaign, move its zone, open or close it. Months that stand stay as they are.

    ``featured``: whether it stands on every page; None leaves that as it is, as far as it takes gifts.
    Refusals: UnknownZone, CampaignExists (another one stands on every page).
    """
    _check_zone(tz)
    campaign.name, campaign.tz, campaign.active = clean_line(name), tz, active
    campaign.featured = active and (campaign.featured if featured is None else featured)
    try:
        with transaction.atomic():
            campaign.save(update_fields=["name", "tz", "active", "featured"])
    except IntegrityError as error:
        raise CampaignExists from error
    touch(CAMPAIGN_KEY, METER_KEY)
    return campaign


@verb
def set_terms(*, campaign: Campaign, about: str, fee_basis_points: int, fee_fixed_minor: int) -> Campaign:
    """Say what a campaign is for, and the usual fee that supporters may add: a share and a fixed part. No lock."""
    campaign.about = clean_text(about).strip()
    campaign.fee_basis_points, campaign.fee_fixed_minor = fee_basis_points, fee_fixed_minor
    campaign.save(update_fields=["about", "fee_basis_points", "fee_fixed_minor"])
    touch(CAMPAIGN_KEY)
    return campaign


@verb
def set_counting(*, campaign: Campaign, net_of_fees: bool, spreads_yearly: bool) -> Campaign:
    """Say what counts: what is given or what is left after fees; yearly gifts at once or over twelve months.

    Spreading holds for what is paid from now on. Refusal: CountingFixed, where a gift has counted. No lock.
    """
    # Asked from the database: the caller's row may carry what a form typed.
    otherwise = Campaign.objects.filter(pk=campaign.pk).exclude(net_of_fees=net_of_fees)
    if otherwise.exists() and Payment.objects.filter(gift__campaign=campaign, mode=registry.mode()).exists():
        raise CountingFixed
    campaign.net_of_fees, campaign.spreads_yearly = net_of_fees, spreads_yearly
    campaign.save(update_fields=["net_of_fees", "spreads_yearly"])
    touch(CAMPAIGN_KEY, METER_KEY)
    return campaign


@verb
def set_showing(*, campaign: Campaign, shows_on_its_way: bool, shows_promised: bool, beyond_goal: str) -> Campaign:
    """Say what stands beside the sum, and what happens with more than the goal. Refusal: BeyondTooLong. No lock."""
    said = clean_line(beyond_goal)
    if len(said) > BEYOND_LENGTH_MAX:
        raise BeyondTooLong(most=BEYOND_LENGTH_MAX)
    campaign.shows_on_its_way, campaign.shows_promised, campaign.beyond_goal = shows_on_its_way, shows_promised, said
    campaign.save(update_fields=["shows_on_its_way", "shows_promised", "beyond_goal"])
    touch(CAMPAIGN_KEY, METER_KEY)
    return campaign


@verb
def set_milestones(*, campaign: Campaign, steps: Sequence[tuple[Money, str]]) -> None:
    """Show ``steps`` (a sum, and what it makes possible) on the way to the goal from now on, and no others.

    Those above the goal of now lie beyond it. ValueError for another currency or the same sum twice. No lock.
    """
    if any(amount.currency != campaign.currency for amount, _label in steps):
        raise ValueError(f"milestones in another currency than {campaign}")
    goal = goal_minor(campaign)
    Milestone.objects.filter(campaign=campaign).delete()
    Milestone.objects.bulk_create(
        [
            Milestone(
                campaign=campaign,
                amount_minor=amount.minor,
                label=clean_line(label)[:LABEL_LENGTH_MAX],
                stretch=goal is not None and amount.minor > goal,
            )
            for amount, label in steps
        ]
    )
    touch(CAMPAIGN_KEY, METER_KEY)


def current() -> Campaign | None:
    """Return the campaign that stands on every page, or None."""
    return Campaign.objects.filter(featured=True).first()


def find(slug: str) -> Campaign | None:
    """Return the campaign of that short name if it takes gifts, or None."""
    return Campaign.objects.filter(slug=slug, active=True).first()


def closed(slug: str) -> Campaign | None:
    """Return the campaign of that short name if it takes no gifts any more, or None."""
    return Campaign.objects.filter(slug=slug, active=False).first()


def names() -> list[tuple[str, str]]:
    """Return short name and name of every campaign, those that take gifts first; of others it says that they ended."""
    found = Campaign.objects.order_by("-active", "name").values_list("slug", "name", "active")
    ended = gettext("%(name)s (ended)")
    return [(slug, name if active else ended % {"name": name}) for slug, name, active in found]


def goal_minor(campaign: Campaign) -> int | None:
    """Return the goal that counts now, in minor units, or None."""
    return GoalVersion.objects.filter(campaign=campaign).values_list("goal_minor", flat=True).first()


def check_currency(currency: str) -> None:
    """Refuse what is no currency. Refusal: UnknownCurrency."""
    if currency not in list_currencies():
        raise UnknownCurrency(currency=currency)


def _check_zone(tz: str) -> None:
    try:
        ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(tz=tz) from error
