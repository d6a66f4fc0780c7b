"""What a supporter adds so that the fee is not taken from the gift. Whole numbers only.

A service that keeps ``basis_points`` of what is charged and ``fixed_minor`` on top leaves the
gift whole if gross = ceil((net + fixed) / (1 - share)): never short, at most one smallest unit over.
"""

from standfirst.funding.models import Campaign
from standfirst.kit.money import Money

EVERYTHING = 10_000  # basis points


def gross_minor(net_minor: int, *, basis_points: int, fixed_minor: int) -> int:
    """Return what has to be charged so that ``net_minor`` is left. ValueError for a share that is not below all."""
    if not 0 <= basis_points < EVERYTHING or fixed_minor < 0 or net_minor < 0:
        raise ValueError(f"{net_minor} with {basis_points} basis points and {fixed_minor}")
    return -(-(net_minor + fixed_minor) * EVERYTHING // (EVERYTHING - basis_points))


def part(campaign: Campaign, amount: Money) -> Money:
    """Return what is added to ``amount`` for the usual fee of ``campaign``: an estimate, as cards differ.

    Nothing in another currency than the campaign's: its fixed fee is not known there.
    """
    if amount.currency != campaign.currency:
        return Money(0, amount.currency)
    gross = gross_minor(amount.minor, basis_points=campaign.fee_basis_points, fixed_minor=campaign.fee_fixed_minor)
    return Money(gross - amount.minor, amount.currency)
