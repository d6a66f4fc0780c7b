"""Why a file is not imported: each refusal names the line, and nothing was written."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from standfirst.kit.errors import Refusal


class FileRefusal(Refusal, abstract=True):
    """The whole file is refused before anything is written."""

    status: ClassVar[int] = 422


class NotReadable(FileRefusal):
    """The file or folder cannot be opened."""

    code = "importers.not_readable"
    message = _("{path} cannot be read: {reason}. Nothing was written.")


class NotWordPress(FileRefusal):
    """The file is something else than a WordPress export."""

    code = "importers.not_wordpress"
    message = _(
        "Line {line}: {path} is no WordPress export: {reason}. Nothing was written. "
        "Make one in WordPress under Tools, Export, All content."
    )


class UnknownVersion(FileRefusal):
    """The export's format is not one that is known here."""

    code = "importers.unknown_version"
    message = _("Line {line}: WXR version {version} is not known here; 1.0, 1.1 and 1.2 are. Nothing was written.")


class MalformedXML(FileRefusal):
    """The XML is broken."""

    code = "importers.malformed_xml"
    message = _(
        "Line {line}, column {column}: the XML is broken: {reason}. Nothing was written; export the file again."
    )


class ControlCharacter(FileRefusal):
    """The XML holds a character that XML forbids."""

    code = "importers.control_character"
    message = _(
        "Line {line}, column {column}: a control character ({character}) that XML does not allow. "
        "Nothing was written; remove it there and import again."
    )


class DeclaresEntities(FileRefusal):
    """The XML has a document type declaration, which WordPress never writes and which entity bombs need."""

    code = "importers.declares_entities"
    message = _(
        "Line {line}: the file has a document type declaration, which no WordPress export has. Nothing was written."
    )


class RecordTooLarge(FileRefusal):
    """One story with its comments, or another record, is larger than memory should hold."""

    code = "importers.record_too_large"
    message = _(
        "Line {line}: one record has more than {characters_max} characters. Nothing was written; "
        "shorten or remove it and import again."
    )


class BrokenDate(FileRefusal):
    """A date is none."""

    code = "importers.broken_date"
    message = _(
        "Line {line}: {field} is {value!r}, which is no date. Nothing was written; correct it and import again."
    )


class BrokenNumber(FileRefusal):
    """A number that identifies something is none."""

    code = "importers.broken_number"
    message = _(
        "Line {line}: {field} is {value!r}, which is no number. Nothing was written; correct it and import again."
    )


class FileChanged(FileRefusal):
    """The file is not the one that was checked."""

    code = "importers.file_changed"
    status = 409
    message = _("{path} changed while it was imported. What came in stays; run the import again to go on.")
