import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfirst.demo.chance import chance
from standfirst.demo.gifts import Month, gifts_of, months

pytestmark = pytest.mark.one_database

AMOUNTS = [5, 10, 25, 75, 150]


@given(whole_units=st.integers(0, 6_000), seed=st.text(max_size=8), last=st.integers(1, 28))
def test_gifts_add_up_to_the_months_sum_and_lie_in_it(whole_units: int, seed: str, last: int) -> None:
    month = Month(date(2026, 2, 1), date(2026, 2, last), whole_units)

    found = gifts_of(month, AMOUNTS, chance(seed))

    assert sum(units for _, units in found) == whole_units
    assert all(units > 0 and month.first_day <= day <= month.last_day for day, units in found)
    assert found == sorted(found)


@given(today=st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_months_follow_each_other_without_a_gap_back_from_today(today: date) -> None:
    found = list(months([1, 2, 3, 4], today))

    assert found[0].last_day == today
    assert all(month.first_day.day == 1 and month.first_day <= month.last_day for month in found)
    assert all((later.first_day - earlier.last_day).days == 1 for later, earlier in itertools.pairwise(found))
    assert [month.whole_units for month in found] == [1, 2, 3, 4]
