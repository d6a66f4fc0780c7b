"""The amounts on the buttons of the form, for each cadence: those set on the desk, else sensible ones."""

from collections.abc import Sequence

from standfirst.delivery.changes import touch, verb
from standfirst.funding.amounts import checked
from standfirst.funding.campaigns import CAMPAIGN_KEY
from standfirst.funding.models import Campaign, Interval, Preset
from standfirst.kit.money import Money, exponent

OFFERED_MAX = 6  # more buttons than this are a wall, not a choice
# In whole units, by how many decimals the currency has.
USUAL: dict[Interval, dict[int, tuple[int, ...]]] = {
    Interval.ONCE: {0: (1_000, 2_500, 5_000, 10_000), 2: (10, 25, 50, 100), 3: (5, 10, 25, 50), 4: (10, 25, 50, 100)},
    Interval.MONTH: {0: (500, 1_000, 2_000, 5_000), 2: (5, 10, 20, 50), 3: (2, 5, 10, 20), 4: (5, 10, 20, 50)},
    Interval.YEAR: {
        0: (5_000, 10_000, 15_000, 25_000),
        2: (50, 100, 150, 250),
        3: (25, 50, 75, 125),
        4: (50, 100, 150, 250),
    },
}


def offered(campaign: Campaign, currency: str) -> dict[Interval, list[Money]]:
    """Return the amounts offered for each cadence, smallest first. Those of the desk are in the campaign's currency."""
    amounts = {interval: _usual(interval, currency) for interval in Interval}
    if currency != campaign.currency:
        return amounts
    found: dict[Interval, list[Money]] = {}
    for preset in Preset.objects.filter(campaign=campaign).order_by("amount_minor"):
        found.setdefault(Interval(preset.interval), []).append(Money(preset.amount_minor, currency))
    return amounts | found


def middle(amounts: Sequence[Money]) -> Money:
    """Return the amount that is chosen at first: the middle one, the smaller of two."""
    return amounts[(len(amounts) - 1) // 2]


@verb
def replace(*, campaign: Campaign, interval: Interval, amounts: Sequence[Money], locale: str) -> None:
    """Offer ``amounts`` for ``interval`` from now on; none: the usual ones.

    Refusal: AmountOutOfRange. ValueError for more than ``OFFERED_MAX`` or another currency. No lock.
    """
    if len(amounts) > OFFERED_MAX or any(amount.currency != campaign.currency for amount in amounts):
        raise ValueError(f"{len(amounts)} presets for {campaign}")
    minors = {checked(amount, locale=locale).minor for amount in amounts}
    Preset.objects.filter(campaign=campaign, interval=interval).exclude(amount_minor__in=minors).delete()
    Preset.objects.bulk_create(
        [Preset(campaign=campaign, interval=interval, amount_minor=minor) for minor in sorted(minors)],
        ignore_conflicts=True,
    )
    touch(CAMPAIGN_KEY)


def _usual(interval: Interval, currency: str) -> list[Money]:
    places = exponent(currency)
    return [Money(units * 10**places, currency) for units in USUAL[interval][places]]
