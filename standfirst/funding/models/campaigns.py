"""Campaigns: what readers are asked to pay for, and what belongs to the asking."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from standfirst.funding.models.limits import NAME_LENGTH_MAX


class Mode(models.TextChoices):
    """Whether money is real. Sums of the two never meet."""

    LIVE = "live", _("live")
    REHEARSAL = "rehearsal", _("rehearsal")


class Interval(models.TextChoices):
    """How often a gift is given."""

    ONCE = "once", _("once")
    MONTH = "month", _("monthly")
    YEAR = "year", _("yearly")


class Campaign(models.Model):
    """What readers are asked to pay for. Its currency and short name never change."""

    class Kind(models.TextChoices):
        """Whether the goal starts afresh each month."""

        MONTHLY = "monthly", _("a goal for each month")
        FIXED = "fixed", _("one goal, without an end")

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    about = models.TextField(_("what it is for"), max_length=2_000, blank=True)
    currency = models.CharField(
        _("currency"), max_length=3, validators=[RegexValidator(r"^[A-Z]{3}$", _("Write three capitals, such as EUR."))]
    )
    tz = models.CharField(_("time zone"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MONTHLY)
    active = models.BooleanField(_("takes gifts"), default=True)
    featured = models.BooleanField(_("stands on every page"), default=False)
    net_of_fees = models.BooleanField(_("count what is left after fees"), default=False)
    spreads_yearly = models.BooleanField(_("spread yearly gifts over twelve months"), default=False)
    shows_on_its_way = models.BooleanField(_("show what is on its way"), default=False)
    shows_promised = models.BooleanField(_("show what is promised for the rest of the month"), default=False)
    beyond_goal = models.CharField(_("what happens with more than the goal"), max_length=300, blank=True)
    fee_basis_points = models.PositiveIntegerField(_("usual fee, in hundredths of a percent"), default=290)
    fee_fixed_minor = models.PositiveIntegerField(_("usual fixed fee, in the smallest unit"), default=30)
    has_sponsors = models.BooleanField(default=False, editable=False)  # so that the meter need not ask for pools
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["featured"],
                condition=Q(featured=True),
                name="campaign_one_on_every_page",
                violation_error_message=_("Another campaign stands on every page. Take that one off first."),
            ),
            models.CheckConstraint(
                condition=Q(featured=False) | Q(active=True),
                name="campaign_on_every_page_takes_gifts",
                violation_error_message=_("A campaign that stands on every page has to take gifts."),
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="campaign_currency_is_iso"),
            models.CheckConstraint(condition=Q(kind__in=["monthly", "fixed"]), name="campaign_kind_known"),
            models.CheckConstraint(condition=Q(fee_basis_points__lt=10_000), name="campaign_fee_below_everything"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose calendar decides in which month a gift counts."""
        return ZoneInfo(self.tz)


class GoalVersion(models.Model):
    """A goal, and who set it when. The newest one is the goal; None or no row means there is none."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="goals")
    goal_minor = models.BigIntegerField(null=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(goal_minor=None) | Q(goal_minor__gt=0), name="goal_above_zero_or_none"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.goal_minor}"


class Period(models.Model):
    """A month of a campaign (or all of a fixed one). Made when the first gift needs it; never changed."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="periods")
    first_day = models.DateField()

    class Meta:
        ordering: ClassVar = ["-first_day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "first_day"], name="period_once_for_a_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.first_day:%Y-%m}"


class Closing(models.Model):
    """What a month showed when it ended. Later refunds move the month, never this row."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="closings")
    mode = models.CharField(max_length=10, choices=Mode)
    given_minor = models.BigIntegerField()
    goal_minor = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField()
    closed_at = models.DateTimeField()

    class Meta:
        default_permissions: ClassVar = ["view"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "mode"], name="closing_once_for_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.mode}: {self.given_minor}"


class Preset(models.Model):
    """An amount offered as a button, for one cadence."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="presets")
    interval = models.CharField(_("how often"), max_length=5, choices=Interval)
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        ordering: ClassVar = ["interval", "amount_minor"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "interval", "amount_minor"], name="preset_offered_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="preset_amount_positive"),
            models.CheckConstraint(condition=Q(interval__in=["once", "month", "year"]), name="preset_interval_known"),
        ]

    def __str__(self) -> str:
        return f"{self.interval} {self.amount_minor}"


class Milestone(models.Model):
    """A sum on the way to the goal, or beyond it, and what it makes possible."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="milestones")
    amount_minor = models.BigIntegerField(_("amount"))
    label = models.CharField(_("what it makes possible"), max_length=120)
    stretch = models.BooleanField(_("beyond the goal"), default=False)

    class Meta:
        ordering: ClassVar = ["amount_minor"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "amount_minor"], name="milestone_one_for_an_amount"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="milestone_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.label


class MatchingPool(models.Model):
    """A promise to add to each gift, up to a sum and until a day. What it added stands in the ledger."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="pools")
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    sponsor = models.CharField(_("who promises"), max_length=NAME_LENGTH_MAX)
    cap_minor = models.BigIntegerField(_("at most"))
    percent = models.PositiveIntegerField(_("percent of each gift"), default=100)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    ended_early_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-starts_at"]
        verbose_name = _("matching pool")
        verbose_name_plural = _("matching pools")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(cap_minor__gt=0), name="pool_cap_positive"),
            models.CheckConstraint(condition=Q(percent__gt=0) & Q(percent__lte=1_000), name="pool_percent_sensible"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="pool_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.sponsor}: {self.cap_minor}"


class Rate(models.Model):
    """What one unit of ``base`` was worth in ``quote`` on a day, for gifts that no service converted."""

    base = models.CharField(_("from"), max_length=3)
    quote = models.CharField(_("to"), max_length=3)
    day = models.DateField(_("on"))
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=10)
    source = models.CharField(_("source"), max_length=60)

    class Meta:
        ordering: ClassVar = ["-day", "base"]
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["base", "quote", "day"], name="rate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_positive"),
            models.CheckConstraint(condition=~Q(base=F("quote")), name="rate_between_two_currencies"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.base}/{self.quote} {self.rate}"
