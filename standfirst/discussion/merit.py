"""How good readers find a comment: by what is shown first in the order "Best"."""

from math import sqrt

MERIT_MAX = 1_000_000  # what would be a share of all, for sure
_Z = 1.959964  # the normal distribution's quantile for an interval that holds in 95 of 100 cases, two-sided


def merit_of(up: int, down: int) -> int:
    """Return, in millionths, what share of all readers would at least vote a comment up, going by these votes.

    The lower bound of Wilson's score interval at 95 %: E. B. Wilson, "Probable inference, the law of succession,
    and statistical inference", Journal of the American Statistical Association 22 (1927), 209-212; with n votes,
    u of them up:

        (u + z²/2 - z · √(u · d / n + z²/4)) / (n + z²)

    So 40 of 50 is better than 3 of 3, and 1 of 1 better than nothing. Who changes it, writes every row anew.
    """
    votes = up + down
    if not up:
        return 0
    square = _Z * _Z
    bound = (up + square / 2 - _Z * sqrt(up * down / votes + square / 4)) / (votes + square)
    return round(bound * MERIT_MAX)
