"""The amounts on the buttons."""

import pytest
from babel.numbers import list_currencies

from standfirst.funding.amounts import AmountOutOfRange, limits
from standfirst.funding.giving import presets
from standfirst.funding.models import Interval, Preset
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign

pytestmark = pytest.mark.usefixtures("books")


def minors(campaign, interval):
    return [money.minor for money in presets.offered(campaign, campaign.currency)[interval]]


def test_without_any_set_the_usual_ones_are_offered() -> None:
    campaign = make_campaign()

    assert minors(campaign, Interval.ONCE) == [1_000, 2_500, 5_000, 10_000]
    assert minors(campaign, Interval.MONTH) == [500, 1_000, 2_000, 5_000]


def test_those_that_the_desk_set_are_offered_for_their_cadence_alone() -> None:
    campaign = make_campaign()

    amounts = [Money(minor, "USD") for minor in (700, 300, 1_500)]
    presets.replace(campaign=campaign, interval=Interval.MONTH, amounts=amounts, locale="en")
    presets.replace(campaign=campaign, interval=Interval.MONTH, amounts=amounts[:2], locale="en")

    assert minors(campaign, Interval.MONTH) == [300, 700]
    assert minors(campaign, Interval.ONCE) == [1_000, 2_500, 5_000, 10_000]
    assert {money.currency for money in presets.offered(campaign, "JPY")[Interval.MONTH]} == {"JPY"}


def test_a_preset_that_nobody_may_give_is_refused() -> None:
    campaign = make_campaign()

    with pytest.raises(AmountOutOfRange):
        presets.replace(campaign=campaign, interval=Interval.ONCE, amounts=[Money(1, "USD")], locale="en")

    assert not Preset.objects.exists()


def test_too_many_or_those_of_another_currency_are_an_error() -> None:
    campaign = make_campaign()
    many = [Money(minor * 100, "USD") for minor in range(1, 9)]

    for amounts in (many, [Money(1_000, "EUR")]):
        with pytest.raises(ValueError, match="presets for"):
            presets.replace(campaign=campaign, interval=Interval.ONCE, amounts=amounts, locale="en")


def test_the_usual_ones_are_within_the_limits_of_every_currency() -> None:
    campaign = make_campaign()

    for currency in sorted(list_currencies()):
        least, most = limits(currency)
        for offered in presets.offered(campaign, currency).values():
            assert all(least.minor <= money.minor <= most.minor for money in offered), currency


@pytest.mark.parametrize(("count", "chosen"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2)])
def test_the_middle_one_is_chosen(count: int, chosen: int) -> None:
    offered = [Money(minor, "USD") for minor in range(count)]

    assert presets.middle(offered).minor == chosen
