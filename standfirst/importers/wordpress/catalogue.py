"""What the first reading of an export notes down, so that later readings can look ahead.

Stories point to pictures and pages to parents that come later in the file. Their numbers and
addresses lie in a temporary database of SQLite's own: constant memory however long the file is.
"""

import re
import sqlite3
from collections import Counter
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from standfirst.importers.scratch import scratch
from standfirst.importers.wordpress.shortcodes import Attached
from standfirst.importers.wordpress.wxr import Item

LEVELS_MAX = 12  # of pages under pages; deeper ones lie on the last level
_SIZE = re.compile(r"-\d{1,5}x\d{1,5}(?=\.\w+$)")
_SCALED = re.compile(r"-(?:scaled|rotated|e\d{10,14})(?=\.\w+$)")
_MIRROR = re.compile(r"^i\d\.wp\.com/")  # WordPress' picture mirror keeps the address in the path


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attached file of the export, and whether its file can be had."""

    number: str
    url: str
    file: str
    parent: str
    title: str
    alt: str
    caption: str
    credit: str

    @property
    def attached(self) -> Attached:
        """What a gallery shows of it."""
        return Attached(number=self.number, url=self.url, alt=self.alt, caption=self.caption)


_COLUMNS = "number, url, file, parent, title, alt, caption, credit"


class Catalogue:
    """Attachments by number and address, pages by level, and which numbers come twice."""

    def __init__(self) -> None:
        self.items: Counter[str] = Counter()
        self.stories_by_category: Counter[str] = Counter()
        self._rows = scratch(self)
        self._rows.executescript("""
            PRAGMA cache_size = -8000;
            CREATE TABLE seen (number TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID;
            CREATE TABLE attachments (
                number TEXT PRIMARY KEY, url TEXT, file TEXT, parent TEXT, title TEXT, alt TEXT, caption TEXT,
                credit TEXT, address TEXT, position INTEGER) WITHOUT ROWID;
            CREATE INDEX by_address ON attachments (address);
            CREATE INDEX by_parent ON attachments (parent);
            CREATE TABLE pages (number TEXT PRIMARY KEY, parent TEXT, level INTEGER) WITHOUT ROWID;
        """)

    def note(self, item: Item) -> bool:
        """Note ``item`` down; False if its number came before."""
        try:
            self._rows.execute("INSERT INTO seen VALUES (?, ?)", [item.number, item.line])
        except sqlite3.IntegrityError:
            return False
        self.items[item.kind] += 1
        if item.kind == "attachment":
            self._note_attachment(item)
        elif item.kind == "page":
            self._rows.execute("INSERT INTO pages VALUES (?, ?, NULL)", [item.number, item.parent])
        elif item.kind == "post":
            self.stories_by_category.update(filing.slug for filing in item.filings if filing.domain == "category")
        return True

    def is_first(self, item: Item) -> bool:
        """Say whether ``item`` is the first of its number in the file."""
        row = self._rows.execute("SELECT line FROM seen WHERE number = ?", [item.number]).fetchone()
        return row is not None and row[0] == item.line

    def _note_attachment(self, item: Item) -> None:
        alt = item.first_meta("_wp_attachment_image_alt")
        url = item.attachment_url or item.link
        values = [item.number, url, item.first_meta("_wp_attached_file"), item.parent, item.title, alt, item.excerpt]
        values += [item.first_meta("_media_credit"), address(url)]
        self._rows.execute("INSERT INTO attachments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*values, item.order])

    def attachment(self, number: str) -> Attachment | None:
        """Return the attachment ``number``."""
        return self._one("number = ?", number)

    def attachment_at(self, url: str) -> Attachment | None:
        """Return the attachment at ``url``, also for the smaller sizes that WordPress made of it."""
        exact = address(url)
        plain = _SIZE.sub("", exact)
        for each in dict.fromkeys([exact, plain, _SCALED.sub("", plain), re.sub(r"(?=\.\w+$)", "-scaled", plain)]):
            found = self._one("address = ?", each)
            if found is not None:
                return found
        return None

    def attached_to(self, parent: str) -> list[Attachment]:
        """Return the attachments of the item ``parent`` in their order."""
        rows = self._rows.execute(
            f"SELECT {_COLUMNS} FROM attachments WHERE parent = ? ORDER BY position, CAST(number AS INTEGER)",  # noqa: S608
            [parent],
        )
        return [Attachment(*row) for row in rows]

    def _one(self, where: str, value: str) -> Attachment | None:
        row = self._rows.execute(f"SELECT {_COLUMNS} FROM attachments WHERE {where}", [value]).fetchone()  # noqa: S608
        return Attachment(*row) if row else None

    def level_pages(self) -> int:
        """Give each page its level, 0 for those without a parent here; return how many levels there are.

        Pages that are each other's parents, and those below the deepest level, get the last one.
        """
        self._rows.execute(
            "UPDATE pages SET level = 0 WHERE parent = '' OR parent = number"
            " OR parent NOT IN (SELECT number FROM pages)"
        )
        level = 0
        while level < LEVELS_MAX - 1:
            moved = self._rows.execute(
                "UPDATE pages SET level = ? WHERE level IS NULL"
                " AND parent IN (SELECT number FROM pages WHERE level = ?)",
                [level + 1, level],
            )
            if not moved.rowcount:
                break
            level += 1
        left = self._rows.execute("UPDATE pages SET level = ? WHERE level IS NULL", [level + 1])
        return level + (2 if left.rowcount else 1)

    def level_of(self, number: str) -> int:
        """Return the level of the page ``number``."""
        row = self._rows.execute("SELECT level FROM pages WHERE number = ?", [number]).fetchone()
        return int(row[0]) if row and row[0] is not None else 0


def address(url: str) -> str:
    """Return ``url`` without scheme, query and escapes, so that its spellings agree."""
    parts = urlsplit(url.strip() if url.strip().startswith(("http://", "https://", "//")) else f"//{url.strip()}")
    return _MIRROR.sub("", f"{parts.netloc.lower()}{unquote(parts.path)}")
