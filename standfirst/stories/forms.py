"""The desk's form for pictures."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.images.forms import BaseImageForm


class PictureForm(BaseImageForm):
    """A picture needs a text for those who cannot see it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alt = self.fields.get("description")
        if alt is not None:
            alt.required = True
            alt.label = _("Alt text")
            alt.help_text = _("What the picture shows, for readers who do not see it.")
