"""What is added for the fees: never too little, at most one smallest unit too much."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfirst.funding.giving import covering
from standfirst.kit.money import Money
from standfirst.testing.funding import make_campaign


def fee(gross: int, basis_points: int, fixed: int) -> Fraction:
    return Fraction(gross * basis_points, 10_000) + fixed


def rounded(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


@given(st.integers(1, 10**9), st.integers(0, 2_000), st.integers(0, 10_000))
def test_the_gift_is_never_short_and_at_most_one_unit_over(net: int, basis_points: int, fixed: int) -> None:
    gross = covering.gross_minor(net, basis_points=basis_points, fixed_minor=fixed)

    left_exactly = gross - fee(gross, basis_points, fixed)
    left_as_booked = gross - rounded(fee(gross, basis_points, fixed))

    assert net <= left_exactly < net + 1
    assert net <= left_as_booked <= net + 1


@pytest.mark.parametrize(
    ("net", "basis_points", "fixed", "gross"),
    [(2_500, 290, 30, 2_606), (1_000, 0, 0, 1_000), (1, 290, 30, 32), (1_000, 360, 0, 1_038)],
)
def test_what_is_charged(net: int, basis_points: int, fixed: int, gross: int) -> None:
    assert covering.gross_minor(net, basis_points=basis_points, fixed_minor=fixed) == gross


@pytest.mark.parametrize(("net", "basis_points", "fixed"), [(1, 10_000, 0), (1, -1, 0), (1, 0, -1), (-1, 0, 0)])
def test_a_fee_that_makes_no_sense_is_an_error(net: int, basis_points: int, fixed: int) -> None:
    with pytest.raises(ValueError, match="basis points"):
        covering.gross_minor(net, basis_points=basis_points, fixed_minor=fixed)


@pytest.mark.usefixtures("books")
def test_the_part_is_known_in_the_campaigns_own_currency_only() -> None:
    campaign = make_campaign()

    assert covering.part(campaign, Money(2_500, "USD")) == Money(106, "USD")
    assert covering.part(campaign, Money(2_500, "EUR")) == Money(0, "EUR")
