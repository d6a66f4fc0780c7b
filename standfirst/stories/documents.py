"""Documents that stories link to."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document


class NewsDocument(AbstractDocument):
    """A file that readers may download."""

    source_url = models.URLField(_("source"), max_length=2_000, blank=True)

    admin_form_fields = (*Document.admin_form_fields, "source_url")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
