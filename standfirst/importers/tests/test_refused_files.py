from pathlib import Path

import pytest
from django.core.management import CommandError

from standfirst.importers import refusals
from standfirst.importers.tests.conftest import Import, Written, everything
from standfirst.importers.wordpress import xmlstream
from standfirst.kit.errors import Refusal
from standfirst.stories.models import FrontPage

pytestmark = pytest.mark.django_db


def refused(bring_in: Import, path: Path, refusal: type[Refusal]) -> str:
    """Import ``path``, and return why it was refused; nothing may have been written."""
    before = everything()
    with pytest.raises(CommandError) as caught:
        bring_in(path)
    assert everything() == before
    assert isinstance(caught.value.__cause__, refusal)
    assert f"[{refusal.code}]" in str(caught.value)
    assert caught.value.returncode == 1
    return str(caught.value)


def test_broken_xml_is_refused_with_its_line(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    path = write(post(1) + "<item>\n<title>No end</item>\n")

    said = refused(bring_in, path, refusals.MalformedXML)

    line = path.read_text().splitlines().index("<title>No end</item>") + 1
    assert f"Line {line}," in said


def test_a_file_that_ends_too_soon_is_refused(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    path = write(post(1))
    path.write_text(path.read_text().replace("</channel>\n</rss>\n", ""))

    assert "no element found" in refused(bring_in, path, refusals.MalformedXML)


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1b"])
def test_a_control_character_is_refused_with_its_line(
    founded: FrontPage, bring_in: Import, write: Written, post: Written, character: str
) -> None:
    path = write(post(1, f"one\ntwo {character} three"))

    said = refused(bring_in, path, refusals.ControlCharacter)

    line = next(n for n, text in enumerate(path.read_text().split("\n"), 1) if character in text)
    assert f"Line {line}," in said
    assert f"0x{ord(character):02X}" in said


def test_a_control_character_written_as_a_number_is_refused(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    refused(bring_in, write(post(1, post_name="a&#11;b")), refusals.ControlCharacter)


def test_bytes_of_another_encoding_are_refused_with_their_line(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    path = write(post(1, "caf@"))
    path.write_bytes(path.read_bytes().replace(b"caf@", b"caf\xe9"))

    said = refused(bring_in, path, refusals.MalformedXML)

    line = next(n for n, text in enumerate(path.read_bytes().split(b"\n"), 1) if b"caf" in text)
    assert f"Line {line}," in said
    assert "the encoding that it declares" in said


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % remote SYSTEM "http://127.0.0.1:9/evil.dtd"> %remote;]>',
        '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/evil.dtd">',
    ],
)
def test_entity_bombs_and_foreign_files_are_refused_before_they_exist(
    founded: FrontPage, bring_in: Import, write: Written, post: Written, declaration: str
) -> None:
    said = refused(bring_in, write(post(1, "&b;&secret;"), before=f"{declaration}\n"), refusals.DeclaresEntities)

    assert "Line 2:" in said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("just words", 1),
        ("\x1f\x8b\x08\x00packed", 1),
        ('{"db": []}', 1),
        ("<!-- a page -->\n<html><body>No</body></html>", 2),
        ("<rss>\n<notchannel/></rss>", 2),
        ("<rss><channel>\n<item><title>A feed</title></item></channel></rss>", 2),
        ("<rss><channel>\n</channel></rss>", 2),
    ],
)
def test_what_is_no_export_is_refused(
    founded: FrontPage, bring_in: Import, tmp_path: Path, text: str, line: int
) -> None:
    path = tmp_path / "something.xml"
    path.write_text(text)

    assert f"Line {line}:" in refused(bring_in, path, refusals.NotWordPress)


def test_a_format_of_the_future_is_refused(founded: FrontPage, bring_in: Import, write: Written, post: Written) -> None:
    assert "2.0" in refused(bring_in, write(post(1), version="2.0"), refusals.UnknownVersion)


@pytest.mark.parametrize("date", ["2020-13-45 10:00:00", "yesterday", "0001-01-01 00:00:00", "2020-05-01T10:00:00Z"])
def test_a_broken_date_is_refused_with_its_line(
    founded: FrontPage, bring_in: Import, write: Written, post: Written, date: str
) -> None:
    path = write(post(1) + post(2, post_date_gmt=date))

    said = refused(bring_in, path, refusals.BrokenDate)

    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if date in text)
    assert f"Line {line}:" in said
    assert date in said


def test_a_published_story_without_any_date_is_refused(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    refused(bring_in, write(post(1, post_date_gmt="0000-00-00 00:00:00")), refusals.BrokenDate)


def test_a_broken_number_is_refused_with_its_line(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    path = write(post(1).replace("<wp:post_id>1<", "<wp:post_id>one<"))

    assert "'one'" in refused(bring_in, path, refusals.BrokenNumber)


def test_a_record_larger_than_memory_should_hold_is_refused(
    founded: FrontPage, bring_in: Import, write: Written, post: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xmlstream, "RECORD_CHARACTERS_MAX", 1_000)

    assert "1000 characters" in refused(bring_in, write(post(1, "word " * 300)), refusals.RecordTooLarge)


def test_elements_nested_without_end_are_refused(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    refused(bring_in, write("<item>" + "<a>" * 200_000), refusals.MalformedXML)


def test_a_file_that_is_not_there_is_refused(founded: FrontPage, bring_in: Import, tmp_path: Path) -> None:
    refused(bring_in, tmp_path / "nothing.xml", refusals.NotReadable)


def test_a_folder_is_refused(founded: FrontPage, bring_in: Import, tmp_path: Path) -> None:
    refused(bring_in, tmp_path, refusals.NotReadable)


def test_a_media_folder_that_is_not_there_is_refused(
    founded: FrontPage, bring_in: Import, write: Written, post: Written, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=r"importers\.not_readable"):
        bring_in(write(post(1)), media=tmp_path / "nowhere")


def test_a_meta_value_of_megabytes_is_passed_over(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    value = "x" * 3_000_000
    huge = f"<wp:postmeta><wp:meta_key>_builder</wp:meta_key><wp:meta_value>{value}</wp:meta_value></wp:postmeta>"

    assert "stories" in bring_in(write(post(1, extra=huge)))
