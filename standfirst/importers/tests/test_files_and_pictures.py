import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from standfirst.importers import pictures
from standfirst.importers.pictures import NotAPicture, checked_extension
from standfirst.importers.refusals import NotReadable
from standfirst.importers.shelf import Shelf

pytestmark = pytest.mark.one_database


def drawn(form: str, size: tuple[int, int] = (40, 30), **options: Any) -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", size, (9, 99, 199)).save(data, form, **options)
    return data


@pytest.mark.parametrize(
    ("form", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp"), ("AVIF", "avif")]
)
def test_a_picture_is_known_by_what_it_holds(form: str, extension: str) -> None:
    assert checked_extension(drawn(form)) == extension


@pytest.mark.parametrize("form", ["BMP", "TIFF", "ICO"])
def test_other_pictures_are_refused(form: str) -> None:
    with pytest.raises(NotAPicture, match="none of JPEG"):
        checked_extension(drawn(form))


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a<script>x()</script>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<?php x();", b"\x89PNG\r\n"],
)
def test_what_only_pretends_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        checked_extension(io.BytesIO(content))


def test_a_picture_that_breaks_off_is_refused() -> None:
    whole = drawn("JPEG", (400, 300)).getvalue()

    with pytest.raises(NotAPicture, match="broken"):
        checked_extension(io.BytesIO(whole[: len(whole) // 2]))


@pytest.mark.parametrize("size", [(65_535, 65_535), (30_000, 10), (8_000, 8_000)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )

    with pytest.raises(NotAPicture, match="pixels"):
        checked_extension(io.BytesIO(bomb))


def test_the_limits_leave_room_for_press_photographs() -> None:
    assert pictures.PIXELS_MAX >= 8_000 * 6_000


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    for name in ["2021/11/boat.jpg", "loose.jpg", "2021/11/größe.jpg"]:
        path = tmp_path / "uploads" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (tmp_path / "uploads" / "way-out.jpg").symlink_to(tmp_path / "secret.jpg")
    return Shelf(tmp_path / "uploads")


@pytest.mark.parametrize(
    ("url", "file", "found"),
    [
        ("https://a.example/wp-content/uploads/2021/11/boat.jpg", "", "2021/11/boat.jpg"),
        ("https://a.example/wp-content/uploads/sites/4/2021/11/boat.jpg?w=3", "", "2021/11/boat.jpg"),
        ("https://a.files.example/2021/11/boat.jpg", "", "2021/11/boat.jpg"),
        ("https://a.example/?attachment_id=4", "2021/11/boat.jpg", "2021/11/boat.jpg"),
        ("https://a.example/elsewhere/loose.jpg", "", "loose.jpg"),
        ("https://a.example/wp-content/uploads/2021/11/gr%C3%B6%C3%9Fe.jpg", "", "2021/11/größe.jpg"),
    ],
)
def test_a_file_is_found_by_the_address_it_had(shelf: Shelf, url: str, file: str, found: str) -> None:
    assert str(shelf.find(url=url, file=file)).endswith(found)


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("https://a.example/uploads/../secret.jpg", ""),
        ("https://a.example/uploads/%2e%2e/secret.jpg", ""),
        ("", "../secret.jpg"),
        ("", "/etc/passwd"),
        ("", "way-out.jpg"),
        ("https://a.example/uploads/", ""),
        ("https://a.example/uploads/a%00b.jpg", ""),
        ("https://a.example/uploads/" + "a" * 5_000, ""),
        ("", ""),
    ],
)
def test_no_file_outside_the_folder_is_found(shelf: Shelf, url: str, file: str) -> None:
    assert shelf.find(url=url, file=file) is None


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReadable):
        Shelf(tmp_path / "nowhere")
