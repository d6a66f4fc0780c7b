"""What was brought in from where, so that a second import finds it."""

from typing import ClassVar

from django.db import models

SOURCE_LENGTH_MAX = 200
SOURCE_ID_LENGTH_MAX = 200


class ImportedItem(models.Model):
    """A thing of another system (``source``, ``kind``, ``source_id``) and the row here that it became."""

    class Kind(models.TextChoices):
        """What a thing became here."""

        AUTHOR = "author"
        SECTION = "section"
        TOPIC = "topic"
        PICTURE = "picture"
        DOCUMENT = "document"
        STORY = "story"
        PAGE = "page"

    source = models.CharField(max_length=SOURCE_LENGTH_MAX)
    kind = models.CharField(max_length=10, choices=Kind)
    source_id = models.CharField(max_length=SOURCE_ID_LENGTH_MAX)
    target_id = models.BigIntegerField()
    digest = models.CharField(max_length=64, help_text="Of what the export said, to see whether it says more now.")
    # The revision that the import wrote; while it is the newest, nobody has edited the page here.
    revision_id = models.BigIntegerField(null=True)
    pictures_missing = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "kind", "source_id"], name="imported_item_comes_once"),
            models.CheckConstraint(condition=~models.Q(source=""), name="imported_item_names_its_source"),
            models.CheckConstraint(condition=~models.Q(source_id=""), name="imported_item_has_an_id_there"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.source_id}"
