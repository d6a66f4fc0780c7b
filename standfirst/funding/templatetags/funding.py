"""What the templates of the money's pages say in one word: sums, addresses, a bar."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from standfirst.funding.models import Campaign
from standfirst.funding.public.months import Month
from standfirst.funding.public.views import address_of
from standfirst.kit.locale import shown
from standfirst.kit.money import Money

register = template.Library()
BAR_WIDTH = 200  # a picture's own units; it scales
BAR_HEIGHT = 10


@register.filter
def money(amount: Money) -> str:
    """Write an amount as the page's language does."""
    return shown(amount)


@register.filter
def minor(amount_minor: int, currency: str) -> str:
    """Write so many minor units of ``currency`` as the page's language does."""
    return money(Money(amount_minor, currency))


@register.simple_tag
def campaign_address(campaign: Campaign, month: Month | None = None) -> str:
    """Return where a campaign, or one of its months, is shown."""
    return address_of(campaign, month=month.address if month else "")


@register.simple_tag
def meter_address(campaign: Campaign, kind: str) -> str:
    """Return where the meter of a campaign is: ``kind`` is ``svg`` or ``json``."""
    if campaign.featured:
        return reverse(f"meter-{kind}")
    return reverse(f"campaign-meter-{kind}", kwargs={"slug": campaign.slug})


@register.simple_tag
def month_bar(month: Month, scale: int) -> SafeString:
    """Draw a month as a bar, with a stroke at its goal; ``scale`` is the largest sum there is."""
    top = max(scale, month.goal.minor if month.goal else 0, 1)
    filled = BAR_WIDTH * month.raised.minor // top
    goal = BAR_WIDTH * month.goal.minor // top if month.goal else None
    mark = (
        format_html('<path class="books-bar-goal" d="M{0} 0V{1}"/>', str(min(goal, BAR_WIDTH - 1)), str(BAR_HEIGHT))
        if goal
        else ""
    )
    return format_html(
        '<svg class="books-bar" viewBox="0 0 {0} {1}" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="books-bar-sum" width="{2}" height="{1}"/>{3}</svg>',
        str(BAR_WIDTH),
        str(BAR_HEIGHT),
        str(filled),
        mark,
    )
