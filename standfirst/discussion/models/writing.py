"""What moderators set on the desk about writing."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from standfirst.discussion.models.limits import EDIT_MINUTES_MAX


@register_setting(icon="comment")
class CommentWriting(BaseSiteSetting):  # type: ignore[misc]  # Wagtail ships no types
    """How long a comment can be changed, and what becomes of those with pictures."""

    edit_minutes = models.PositiveSmallIntegerField(
        _("minutes to change a comment"),
        default=15,
        validators=[MaxValueValidator(EDIT_MINUTES_MAX)],
        help_text=_("Until somebody answers it. 0: never; 1440 is a day."),
    )
    hold_pictures = models.BooleanField(
        _("hold comments with pictures"),
        default=False,
        help_text=_("A moderator looks at the pictures before anybody else does."),
    )

    panels: ClassVar = [FieldPanel("edit_minutes"), FieldPanel("hold_pictures")]

    class Meta:
        verbose_name = _("writing comments")
        default_permissions: ClassVar = ["change"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(edit_minutes__lte=EDIT_MINUTES_MAX), name="comment_writing_ends_within_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edit_minutes} minutes"
