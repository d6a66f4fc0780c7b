"""Remembering what came from where, so that it comes once."""

import hashlib

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import verb
from standfirst.importers.models import SOURCE_ID_LENGTH_MAX, ImportedItem
from standfirst.kit import clock
from standfirst.kit.errors import Refusal

Kind = ImportedItem.Kind


class AnotherImport(Refusal):
    """Somebody else brought the same thing in at the same moment."""

    code = "importers.another_import"
    status = 409
    message = _("Another import of {source} is running. What came in stays; wait for it to end and run this again.")


def recall(*, source: str, kind: Kind, source_id: str) -> ImportedItem | None:
    """Return what became of a thing of ``source``, None if it never came in."""
    return ImportedItem.objects.filter(source=source, kind=kind, source_id=short(source_id)).first()


@verb
def remember(
    *,
    source: str,
    kind: Kind,
    source_id: str,
    target_id: int,
    digest: str = "",
    revision_id: int | None = None,
    pictures_missing: int = 0,
) -> ImportedItem:
    """Remember what a thing of ``source`` became. Call it in the transaction that made the target.

    Refusals: AnotherImport.
    """
    try:
        with transaction.atomic():
            return ImportedItem.objects.create(
                source=source,
                kind=kind,
                source_id=short(source_id),
                target_id=target_id,
                digest=digest,
                revision_id=revision_id,
                pictures_missing=pictures_missing,
                at=clock.now(),
            )
    except IntegrityError as error:
        raise AnotherImport(source=source) from error


@verb
def remember_anew(*, item: ImportedItem, revision_id: int | None, pictures_missing: int) -> None:
    """Remember that the import wrote a newer revision of what ``item`` became."""
    ImportedItem.objects.filter(pk=item.pk).update(
        revision_id=revision_id, pictures_missing=pictures_missing, at=clock.now()
    )


def short(source_id: str) -> str:
    """Return ``source_id``, or a digest of one that is longer than the column."""
    return source_id if len(source_id) <= SOURCE_ID_LENGTH_MAX else f"sha256:{digest_of(source_id)}"


def digest_of(*parts: object) -> str:
    """Return a digest of ``parts``, in order."""
    return hashlib.sha256("\x1e".join(str(part) for part in parts).encode("utf-8", "surrogatepass")).hexdigest()
