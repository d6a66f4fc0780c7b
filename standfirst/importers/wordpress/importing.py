"""One import of a WordPress export, from the check of the file to the report."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import reset_queries

from standfirst.importers.fetching import Fetcher
from standfirst.importers.progress import Progress
from standfirst.importers.refusals import FileChanged, NotReadable
from standfirst.importers.report import Report
from standfirst.importers.shelf import Shelf
from standfirst.importers.wordpress import wxr
from standfirst.importers.wordpress.filing import Cabinet
from standfirst.importers.wordpress.library import Library
from standfirst.importers.wordpress.remarks import Remarks
from standfirst.importers.wordpress.survey import Survey, left_out_reason, survey
from standfirst.importers.wordpress.taking import Taker
from standfirst.importers.wordpress.xmlstream import RecordStream
from standfirst.kit.xml import Node


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import found and did."""

    survey: Survey
    report: Report


class WordPressImport:
    """Reads the file several times rather than keep it: to check it, for what stories point to, for the stories.

    Each thing is a transaction of its own, and what came in is remembered with it: an import
    that was interrupted goes on where it stopped.
    """

    def __init__(
        self,
        path: Path,
        *,
        shelf: Shelf | None = None,
        fetcher: Fetcher | None = None,
        dry_run: bool = False,
        progress: Progress,
    ) -> None:
        self._path = path
        self._shelf = shelf
        self._fetcher = fetcher
        self._write = not dry_run
        self._progress = progress
        self._zone = ZoneInfo(settings.TIME_ZONE)
        self._report = Report()

    def run(self) -> Outcome:
        """Check the whole file, then bring in what it holds.

        Refusals, all before anything is written: those of ``survey``; FileChanged, AnotherImport later.
        """
        stamp = self._stamp()
        self._progress.stage("Checking the file", stamp[0])
        found = survey(self._path, self._zone, self._report, self._progress.move)
        cabinet = Cabinet(found, self._report, write=self._write)
        library = Library(found, self._report, shelf=self._shelf, fetcher=self._fetcher, write=self._write)
        remarks = Remarks(found, self._report)
        taker = Taker(found, self._report, cabinet=cabinet, library=library, remarks=remarks, write=self._write)
        self._take_head(found, cabinet, library, stamp)
        for level in range(max(found.levels, 1)):
            self._take_pages(found, taker, level, stamp)
        self._progress.end()
        return Outcome(found, self._report)

    def _take_head(self, found: Survey, cabinet: Cabinet, library: Library, stamp: tuple[int, int]) -> None:
        cabinet.take_categories()
        readers: dict[str, Callable[[Node], None]] = {
            "wp:author": lambda node: cabinet.take_person(wxr.person(node)),
            "wp:tag": lambda node: cabinet.take_tag(wxr.term(node)),
            "wp:term": lambda node: _take_term(wxr.term(node), cabinet),
        }
        for node in self._records("Authors and pictures", stamp):
            if node.name in readers:
                readers[node.name](node)
            elif node.name == "item":
                item = wxr.item(node, self._zone)
                if item.kind == "attachment" and self._belongs(found, item):
                    library.take_attachment(item)
        if found.catalogue.items["guest-author"]:
            self._take_guests(found, cabinet, library, stamp)

    def _take_guests(self, found: Survey, cabinet: Cabinet, library: Library, stamp: tuple[int, int]) -> None:
        for node in self._records("Guest authors", stamp):
            item = wxr.item(node, self._zone) if node.name == "item" else None
            if item is not None and item.kind == "guest-author" and self._belongs(found, item):
                thumbnail = item.first_meta("_thumbnail_id")
                cabinet.take_guest(item, library.hero(thumbnail) if thumbnail.isdigit() else None)

    def _take_pages(self, found: Survey, taker: Taker, level: int, stamp: tuple[int, int]) -> None:
        """Take the pages of one level, so that each finds the page above it; stories with the first."""
        name = "Stories and pages" if level == 0 else f"Pages below, level {level}"
        for node in self._records(name, stamp):
            if node.name != "item":
                continue
            item = wxr.item(node, self._zone)
            own = found.catalogue.level_of(item.number) if item.kind == "page" else 0
            if item.kind in {"post", "page"} and own == level and self._belongs(found, item):
                taker.take(item)
                # With debugging on, Django keeps each query; an archive would fill the memory with them.
                reset_queries()

    def _belongs(self, found: Survey, item: wxr.Item) -> bool:
        return not left_out_reason(item) and found.catalogue.is_first(item)

    def _records(self, stage: str, stamp: tuple[int, int]) -> Iterator[Node]:
        self._progress.stage(stage, stamp[0])
        if self._stamp() != stamp:
            raise FileChanged(path=self._path.name)
        yield from RecordStream(self._path, moved=self._progress.move)

    def _stamp(self) -> tuple[int, int]:
        try:
            stat = self._path.stat()
        except OSError as error:
            raise NotReadable(path=str(self._path), reason=error.strerror or str(error)) from error
        return stat.st_size, stat.st_mtime_ns


def _take_term(term: wxr.Term, cabinet: Cabinet) -> None:
    if term.taxonomy == "post_tag":
        cabinet.take_tag(term)
