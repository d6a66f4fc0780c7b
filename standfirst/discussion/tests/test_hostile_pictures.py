"""Pictures made to do harm: what is kept is pixels, encoded here, or nothing."""

import io
import os
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from standfirst.discussion.models import CommentPicture
from standfirst.discussion.pictures import decoder, refused, shelf, taking_in
from standfirst.discussion.pictures.taking_in import Decoded, decode
from standfirst.testing import pictures as made
from standfirst.testing.discussion import a_thread

SCRIPT = b"<?php system($_GET['c']); ?><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def kept(upload: bytes) -> Decoded:
    return decode(io.BytesIO(upload))


def assert_harmless(decoded: Decoded) -> None:
    """Both files are still WebP with nothing but pixels in them."""
    for file in decoded.files:
        picture = made.read(file)
        assert (picture.format, getattr(picture, "n_frames", 1)) == ("WEBP", 1)
        assert {"exif", "icc_profile", "xmp", "comment"}.isdisjoint(picture.info)
        assert file[:4] == b"RIFF"
        assert int.from_bytes(file[4:8], "little") + 8 == len(file)
        assert made.holds(file, [b"<script", b"<?php", b"Secret", b"GPS", b"JFIF"]) == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    "polyglot",
    [
        made.a_picture("GIF") + SCRIPT,
        made.a_picture("GIF", comment=SCRIPT),
        made.a_picture("JPEG", comment=SCRIPT),
        made.a_picture("JPEG") + b"PK\x03\x04" + SCRIPT,
        made.a_png(4, 4, (b"tEXt", b"Comment\0" + SCRIPT)),
    ],
    ids=["gif and php", "gif with a comment", "jpeg with a comment", "jpeg and zip", "png with a text"],
)
def test_a_polyglot_leaves_its_other_half_behind(polyglot: bytes) -> None:
    assert_harmless(kept(polyglot))


@pytest.mark.one_database
@pytest.mark.parametrize(
    "upload",
    [
        SVG,
        b"GIF89a/*" + SCRIPT + b"*/=1;",
        b"<html><body onload=alert(1)>",
        b"%PDF-1.7 " + SCRIPT,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run",
        b"\xff\xd8\xff\xe0" + b"\0" * 100,
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"BM" + b"\0" * 60,
        b"II*\0" + b"\0" * 60,
        b"0",
        zlib.compress(b"x" * 1_000),
        made.a_picture("JPEG", size=(900, 900))[:1_000],
        made.a_picture("PNG", size=(900, 900))[:120],
        made.a_picture("TIFF"),
        made.a_picture("BMP"),
        made.a_picture("ICO"),
        made.a_picture("PPM"),
    ],
)
def test_what_is_no_picture_of_the_four_kinds_is_refused(upload: bytes) -> None:
    with pytest.raises(refused.NotAPicture):
        kept(upload)


@pytest.mark.one_database
def test_zero_bytes_are_refused() -> None:
    with pytest.raises(refused.NotAPicture):
        kept(b"")


@pytest.mark.one_database
@pytest.mark.parametrize(("width", "height"), [(65_535, 65_535), (2**31 - 1, 1), (1, 2**31 - 1), (6_400, 6_400)])
def test_a_png_that_states_a_huge_size_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    began = time.process_time()

    with pytest.raises((refused.TooManyPixels, refused.NotAPicture)):
        kept(made.a_png(width, height))

    assert time.process_time() - began < 1  # of this process; the decoder has its own limit


@pytest.mark.one_database
def test_a_png_without_a_size_is_refused() -> None:
    with pytest.raises(refused.NotAPicture):
        kept(made.a_png(0, 0))


@pytest.mark.one_database
def test_a_gif_with_ten_thousand_frames_is_its_first_frame() -> None:
    decoded = kept(made.a_gif_of(10_000))

    assert_harmless(decoded)
    assert (decoded.width, decoded.height) == (8, 8)


@pytest.mark.one_database
def test_an_animated_webp_is_its_first_frame() -> None:
    decoded = kept(made.a_moving_webp())

    assert_harmless(decoded)
    assert made.read(decoded.files[0]).convert("RGB").getpixel((5, 5))[0] < 20  # type: ignore[index]


@pytest.mark.one_database
def test_the_place_is_removed_and_the_picture_stands_upright() -> None:
    upload = made.with_place()
    assert made.holds(upload, [b"Secret Camera", b"Secret comment"]) == [b"Secret Camera", b"Secret comment"]

    decoded = kept(upload)

    assert_harmless(decoded)
    assert (decoded.width, decoded.height) == (40, 60)
    assert not made.read(decoded.files[0]).getexif()


@pytest.mark.one_database
def test_a_colour_profile_that_is_a_bomb_is_refused_or_left_behind() -> None:
    began = time.monotonic()

    with suppress(refused.NotAPicture, refused.TooManyPixels):
        assert_harmless(kept(made.an_icc_bomb()))

    assert time.monotonic() - began < taking_in.DECODER_SECONDS_MAX


@pytest.mark.one_database
def test_see_through_pictures_stay_so_and_large_ones_are_made_smaller() -> None:
    written = io.BytesIO()
    made.Image.new("RGBA", (3_000, 1_500), (0, 0, 0, 0)).save(written, "PNG")

    decoded = kept(written.getvalue())

    assert (decoded.width, decoded.height) == (decoder.LARGE_EDGE_MAX, decoder.LARGE_EDGE_MAX // 2)
    assert [made.read(file).mode for file in decoded.files] == ["RGBA", "RGBA"]
    assert made.read(decoded.files[1]).size == (decoder.SMALL_EDGE_MAX, decoder.SMALL_EDGE_MAX // 2)


@pytest.mark.one_database
def test_a_decoder_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_in, "DECODER_SECONDS_MAX", 0.001)

    with pytest.raises(refused.TooManyPixels):
        kept(made.a_picture())


@pytest.mark.one_database
def test_while_as_many_as_may_are_decoded_the_next_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_in, "WAIT_SECONDS_MAX", 0.01)
    turns = taking_in.DECODED_AT_ONCE_MAX
    for _ in range(turns):
        taking_in._turns.acquire()
    try:
        with pytest.raises(refused.PicturesBusy):
            kept(made.a_picture())
    finally:
        taking_in._turns.release(turns)


@pytest.mark.one_database
def test_the_decoder_knows_no_secret_and_no_upload_is_named_on_its_command_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: dict[str, Any] = {}
    run = taking_in.subprocess.run

    def noted(command: list[str], **given: Any) -> Any:
        told.update(given, command=command)
        return run(command, **given)

    monkeypatch.setattr(taking_in.subprocess, "run", noted)
    kept(made.a_picture())

    assert told["env"] == {}
    assert told["command"][1:] == ["-I", "-m", "standfirst.discussion.pictures.decoder"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", "a" * 31, "A" * 32, "a" * 32 + "/..", "a" * 32 + "\0", "", "g" * 32, "٠" * 32]
)
def test_no_name_leads_off_the_shelf(name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        shelf.path(name)


def upload(client: Client, key: str, name: str, content: bytes, content_type: str) -> Any:
    file = SimpleUploadedFile("x", content, content_type)
    file.name = name  # as it came over the wire: Django has not looked at it
    return client.post(f"/discussion/threads/{key}/pictures/", {"file": file})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("picture.php", "application/x-httpd-php"),
        ("picture.jpg.php", "image/jpeg"),
        ("picture.php.jpg", "text/html"),
        ("picture.svg", "image/svg+xml"),
        ("pic\0ture.php", "image/png"),
        ("../../../../etc/cron.d/x", "image/png"),
        ("..\\..\\x.exe", "image/png"),
        (".htaccess", "text/plain"),
        ("x" * 250 + ".html", "text/html; charset=utf-7"),
        ("<img src=x onerror=alert(1)>.png", "x/<script>"),
        ("\u202egnp.exe", "image/png\r\nX-Bad: 1"),
    ],
)
def test_neither_name_nor_stated_type_decide_what_a_file_is(
    browser: Any, settings: Any, name: str, content_type: str
) -> None:
    answer = upload(browser(), a_thread().key, name, made.a_picture("PNG"), content_type)

    assert answer.status_code == 201
    (row,) = CommentPicture.objects.all()
    files = sorted(path.relative_to(settings.MEDIA_ROOT).as_posix() for path in all_files(settings.MEDIA_ROOT))
    assert files == [f"comments/{row.name[:2]}/{row.name}{size}.webp" for size in ("-small", "")]
    shown = browser().get(answer.json()["url"])
    assert shown.headers["Content-Type"] == "image/webp"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


def all_files(folder: Path) -> list[Path]:
    return [Path(where) / name for where, _folders, names in os.walk(folder) for name in names]


@pytest.mark.django_db
@pytest.mark.parametrize("content", [SVG, b"<html><script>alert(1)</script>", b"%PDF-1.4", b"\0" * 100])
def test_a_picture_by_name_and_type_alone_is_refused_and_leaves_nothing(
    browser: Any, settings: Any, content: bytes
) -> None:
    answer = upload(browser(), a_thread().key, "picture.png", content, "image/png")

    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "discussion.not_a_picture")
    assert not CommentPicture.objects.exists()
    assert all_files(settings.MEDIA_ROOT) == []


@pytest.mark.django_db
def test_a_file_above_eight_megabytes_is_refused_before_it_is_decoded(browser: Any) -> None:
    answer = upload(
        browser(), a_thread().key, "a.jpg", made.a_picture() + b"\0" * decoder.UPLOAD_BYTES_MAX, "image/jpeg"
    )

    assert (answer.status_code, answer.headers["X-Refusal"]) == (413, "discussion.picture_too_large")
