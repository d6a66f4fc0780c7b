"""The short name of a campaign is part of addresses and of accounts in the books."""

import pytest

from standfirst.funding import campaigns, urls
from standfirst.funding.models import Campaign

pytestmark = pytest.mark.django_db


def make(slug: str) -> Campaign:
    return campaigns.create(slug=slug, name="A fund", currency="EUR", tz="UTC")


def taken_by_pages() -> set[str]:
    routes = [str(each.pattern) for each in urls.urlpatterns]
    return {route.split("/")[1] for route in routes if route.startswith("support/")} - {"", "<slug:slug>"}


def test_no_campaign_takes_the_address_of_another_page() -> None:
    assert {"me", "thanks"} <= taken_by_pages()
    for name in taken_by_pages():
        with pytest.raises(campaigns.ShortNameRefused):
            make(name)
        with pytest.raises(campaigns.ShortNameRefused):
            make(name.upper())
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a:b", "größe", "x" * 61, "a\n"])
def test_a_short_name_that_cannot_stand_in_the_books_is_refused(name: str) -> None:
    with pytest.raises(campaigns.ShortNameRefused):
        make(name)


def test_any_other_short_name_does() -> None:
    assert make("mend-the_roof-2027").slug == "mend-the_roof-2027"
