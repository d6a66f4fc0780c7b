"""Who issues receipts, and how the year of the books runs. Set on the desk by treasurers."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="doc-full")
class Issuer(BaseSiteSetting):  # type: ignore[misc]  # Wagtail ships no types
    """What stands at the head and at the foot of receipts and yearly statements."""

    legal_name = models.CharField(
        _("name on receipts"), max_length=120, blank=True, help_text=_("Empty: the publication’s name.")
    )
    address = models.TextField(_("postal address"), max_length=400, blank=True)
    registration = models.CharField(
        _("number"), max_length=120, blank=True, help_text=_("A tax or charity number, if you have one.")
    )
    closing = models.TextField(
        _("words at the foot"),
        max_length=500,
        blank=True,
        help_text=_("For example whether a gift can be deducted from tax where you are."),
    )
    fiscal_first_month = models.PositiveSmallIntegerField(
        _("first month of the fiscal year"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text=_("1 is January; yearly statements run from its first day. New Zealand: 4."),
    )

    panels: ClassVar = [
        FieldPanel("legal_name"),
        FieldPanel("address"),
        FieldPanel("registration"),
        FieldPanel("closing"),
        FieldPanel("fiscal_first_month"),
    ]

    class Meta:
        verbose_name = _("receipts")
        default_permissions: ClassVar = ["change"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(fiscal_first_month__gte=1) & Q(fiscal_first_month__lte=12),
                name="issuer_fiscal_year_starts_in_a_month",
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name
