"""Exports and media folders for the importers' tests."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from PIL import Image

from standfirst.testing.stories import front_page

type Import = Callable[..., str]
type Written = Callable[..., Any]

DATA = Path(__file__).resolve().parent / "data"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.fixture
def harbour() -> Path:
    return DATA / "harbour.xml"


@pytest.fixture
def founded(db: None) -> Any:
    return front_page()


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """The media folder of the harbour's export."""
    folder = tmp_path / "uploads" / "2021" / "11"
    folder.mkdir(parents=True)
    Image.new("RGB", (600, 400), (70, 90, 110)).save(folder / "ferry.jpg")
    Image.new("RGB", (300, 500), (20, 30, 60)).save(folder / "quay.png")
    (folder / "timetable.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    return folder.parents[1]


@pytest.fixture
def bring_in() -> Callable[..., str]:
    """Run the command and return its report."""

    def run(path: Path, **options: Any) -> str:
        out = io.StringIO()
        call_command("import_wordpress", str(path), stdout=out, **options)
        return out.getvalue()

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write an export with the given items (and head) to a file."""

    def written(items: str = "", *, head: str = "", before: str = "", version: str = "1.2") -> Path:
        path = tmp_path / "export.xml"
        path.write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<rss version="2.0"'
            ' xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
            f' xmlns:wp="http://wordpress.org/export/1.2/">\n<channel>\n<wp:wxr_version>{version}</wp:wxr_version>\n'
            f"<wp:base_blog_url>https://lamp.example</wp:base_blog_url>\n{head}{items}</channel>\n</rss>\n",
            encoding="utf-8",
        )
        return path

    return written


@pytest.fixture
def post() -> Callable[..., str]:
    """Return the XML of one item."""

    def made(number: int = 1, content: str = "Words.", *, extra: str = "", **fields: str) -> str:
        told = {
            "status": "publish",
            "post_type": "post",
            "post_date_gmt": "2020-05-01 10:00:00",
            "post_name": f"story-{number}",
            **fields,
        }
        inside = "".join(f"<wp:{name}>{value}</wp:{name}>\n" for name, value in told.items())
        return (
            f"<item>\n<title>Story {number}</title>\n<link>https://lamp.example/2020/story-{number}/</link>\n"
            f"<content:encoded><![CDATA[{content}]]></content:encoded>\n<wp:post_id>{number}</wp:post_id>\n"
            f"{inside}{extra}</item>\n"
        )

    return made


def everything() -> dict[str, Any]:
    """Return the rows of every table and the names and sizes of every file, to see that nothing changed."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(str, cursor.fetchall()))
    media = Path(django_settings.MEDIA_ROOT)
    found["files"] = sorted((str(path), path.stat().st_size) for path in media.rglob("*") if path.is_file())
    return found


__all__ = ["DATA", "SHARED", "Import", "Written", "everything"]
