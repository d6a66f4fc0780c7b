"""The pictures and files of an export: found, looked at, kept once, and handed to the stories."""

import io
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from django.core.files import File

from standfirst.delivery.changes import verb
from standfirst.importers.fetching import Fetcher, NotFetched
from standfirst.importers.memory import Kind, recall, remember
from standfirst.importers.pictures import BYTES_MAX, NotAPicture, checked_extension
from standfirst.importers.report import Report
from standfirst.importers.shelf import Shelf
from standfirst.importers.wordpress import wxr
from standfirst.importers.wordpress.body import FoundPicture
from standfirst.importers.wordpress.catalogue import Attachment, address
from standfirst.importers.wordpress.markup import plain
from standfirst.importers.wordpress.shortcodes import Attached
from standfirst.importers.wordpress.survey import Survey
from standfirst.stories.bringing_in import bring_in_document, bring_in_picture
from standfirst.stories.models import NewsDocument, Picture

PICTURE_ENDINGS = frozenset(["jpg", "jpeg", "jpe", "png", "gif", "webp", "avif", "bmp", "tif", "tiff", "heic", "svg"])
# What readers may download; anything that a browser would run or show as a page of ours stays out.
DOCUMENT_ENDINGS = frozenset(
    [
        *("pdf", "txt", "csv", "doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "ppt", "pptx", "odp", "zip", "epub"),
        *("mp3", "m4a", "ogg", "oga", "wav", "flac", "mp4", "m4v", "webm", "ogv", "mov"),
    ]
)
FAILURES_MAX = 50_000  # addresses that are not tried again in one run
_KIND = "pictures and files"


class Unavailable(Exception):
    """The file cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an export says about a picture."""

    title: str = ""
    alt: str = ""
    caption: str = ""
    credit: str = ""


class Library:
    """Knows which picture or document here stands for which address there. The ``Media`` of a body."""

    def __init__(
        self, survey: Survey, report: Report, *, shelf: Shelf | None, fetcher: Fetcher | None, write: bool
    ) -> None:
        self._survey = survey
        self._source = survey.source
        self._report = report
        self._shelf = shelf
        self._fetcher = fetcher
        self._write = write
        self._to_come: set[str] = set()  # in a dry run: what would be here
        self._failed: dict[str, str] = {}
        self.missing: list[str] = []  # addresses of pictures that the present story lacks

    # Attachments

    def take_attachment(self, item: wxr.Item) -> None:
        """Bring in an attached picture or file; the report says why if its file cannot be had."""
        attachment = self._survey.catalogue.attachment(item.number)
        if attachment is None:
            return
        kind = Kind.PICTURE if _ending(attachment.url) in PICTURE_ENDINGS else Kind.DOCUMENT
        known = recall(source=self._source, kind=kind, source_id=item.number)
        if known is not None:
            self._report.know(_PLURAL[kind])
            return
        try:
            self._take(kind, item.number, attachment.url, file=attachment.file, words=_words(attachment))
        except Unavailable as why:
            self._report.leave_out(_KIND, f"{attachment.url} (number {item.number})", str(why), line=item.line)
            return
        self._report.take(_PLURAL[kind])

    def _take(self, kind: Kind, source_id: str, url: str, *, file: str, words: Words) -> None:
        if kind is Kind.DOCUMENT and _ending(url) not in DOCUMENT_ENDINGS:
            raise Unavailable(f"files ending in .{_ending(url)} are not taken")
        with ExitStack() as stack:
            opened = self._opened(stack, kind, url, file)
            ending = _checked(opened) if kind is Kind.PICTURE else _ending(url)
            if not self._write:
                self._to_come.add(source_id)
                return
            keep = keep_picture if kind is Kind.PICTURE else keep_document
            stem = Path(unquote(urlsplit(url).path)).stem[:80] or "file"
            keep(
                source=self._source,
                source_id=source_id,
                file=File(opened, name=f"{stem}.{ending}"),
                words=Words(words.title or stem, words.alt, words.caption, words.credit),
                url=url if url.startswith(("http://", "https://")) else "",
            )

    def _opened(self, stack: ExitStack, kind: Kind, url: str, file: str) -> BinaryIO:
        path = self._shelf.find(url=url, file=file) if self._shelf else None
        if path is not None:
            if path.stat().st_size > BYTES_MAX:
                raise Unavailable(f"it is larger than {BYTES_MAX} bytes")
            return stack.enter_context(path.open("rb"))
        if self._fetcher is not None and kind is Kind.PICTURE and url.startswith(("http://", "https://")):
            try:
                return io.BytesIO(self._fetcher.fetch(url).body)
            except NotFetched as refusal:
                raise Unavailable(f"it was not fetched: {refusal.details['reason']}") from refusal
        raise Unavailable("it is not in the media folder" if self._shelf else "no media folder was given")

    # What a body asks

    def picture(self, url: str, number: str) -> FoundPicture | None:
        """Return the picture at ``url`` or attachment ``number``; None, and noted as missing, if it is not here."""
        attachment = self._attachment(url, number)
        source_id = attachment.number if attachment else f"url:{address(url)}"
        found = self._picture_here(source_id)
        if found is None and attachment is None and self._may_take(url):
            try:
                self._take(Kind.PICTURE, source_id, url, file="", words=Words())
                self._report.take(_PLURAL[Kind.PICTURE])
                found = self._picture_here(source_id)
            except Unavailable as why:
                self._fail(source_id, url, str(why))
        if found is None:
            self.missing.append(url or f"attachment {number}")
        return found

    def _attachment(self, url: str, number: str) -> Attachment | None:
        attachment = self._survey.catalogue.attachment_at(url) if url else None
        if attachment is not None or not number:
            return attachment
        by_number = self._survey.catalogue.attachment(number)
        # Numbers change when a site moves; the name of the file says whether it is the same one.
        return by_number if by_number and (not url or _same_file(by_number.url, url)) else None

    def _picture_here(self, source_id: str) -> FoundPicture | None:
        if source_id in self._to_come:
            return FoundPicture(0, "", "")
        known = recall(source=self._source, kind=Kind.PICTURE, source_id=source_id)
        row = Picture.objects.filter(pk=known.target_id).only("description", "caption").first() if known else None
        return FoundPicture(row.pk, row.description, row.caption) if row else None

    def _may_take(self, url: str) -> bool:
        """Say whether a picture that the export does not list may be had: from the folder only if it is the site's."""
        if not url or address(url) in self._failed or len(self._failed) >= FAILURES_MAX:
            return False
        own = urlsplit(url).netloc.lower() in {"", *self._survey.hosts, urlsplit(self._survey.base_url).netloc.lower()}
        return (self._shelf is not None and own) or self._fetcher is not None

    def _fail(self, source_id: str, url: str, why: str) -> None:
        self._failed[address(url)] = source_id
        self._report.leave_out(_KIND, url, why)

    def hero(self, number: str) -> int | None:
        """Return the picture that stands for the attachment ``number``; noted as missing if it is not here."""
        found = self._picture_here(number)
        if found is None:
            attachment = self._survey.catalogue.attachment(number)
            self.missing.append(attachment.url if attachment else f"attachment {number}")
        return found.number if found and found.number else None

    def document(self, url: str) -> str:
        """Return the address here of the file that was at ``url``; "" if it is not here."""
        if not url.startswith(("http://", "https://", "/")) or _ending(url) not in DOCUMENT_ENDINGS:
            return ""
        attachment = self._survey.catalogue.attachment_at(url)
        if attachment is None:
            return ""
        known = recall(source=self._source, kind=Kind.DOCUMENT, source_id=attachment.number)
        row = NewsDocument.objects.filter(pk=known.target_id).first() if known else None
        return str(row.url) if row else ""

    def gallery(self, numbers: list[str], parent: str) -> list[Attached]:
        """Return the attached pictures ``numbers``; with none given, those of the item ``parent``."""
        catalogue = self._survey.catalogue
        if numbers or not parent:
            found = [catalogue.attachment(number) for number in numbers]
        else:
            found = list(catalogue.attached_to(parent))
        return [each.attached for each in found if each is not None and _ending(each.url) in PICTURE_ENDINGS]


@verb
def keep_picture(*, source: str, source_id: str, file: File[bytes], words: Words, url: str) -> None:
    """Keep a picture and remember where it came from."""
    picture = bring_in_picture(
        file=file, title=words.title, alt=words.alt, caption=words.caption, credit=words.credit, source_url=url
    )
    remember(source=source, kind=Kind.PICTURE, source_id=source_id, target_id=picture.pk)


@verb
def keep_document(*, source: str, source_id: str, file: File[bytes], words: Words, url: str) -> None:
    """Keep a file and remember where it came from."""
    document = bring_in_document(file=file, title=words.title, source_url=url)
    remember(source=source, kind=Kind.DOCUMENT, source_id=source_id, target_id=document.pk)


_PLURAL = {Kind.PICTURE: "pictures", Kind.DOCUMENT: "files"}


def _checked(file: BinaryIO) -> str:
    try:
        return checked_extension(file)
    except NotAPicture as refusal:
        raise Unavailable(f"it is no picture that can be kept: {refusal.details['reason']}") from refusal


def _words(attachment: Attachment) -> Words:
    return Words(
        title=plain(attachment.title),
        alt=plain(attachment.alt),
        caption=plain(attachment.caption),
        credit=plain(attachment.credit),
    )


def _ending(url: str) -> str:
    return urlsplit(url).path.rpartition(".")[2].lower()


def _same_file(one: str, other: str) -> bool:
    return Path(urlsplit(one).path).stem.partition("-")[0] == Path(urlsplit(other).path).stem.partition("-")[0]
