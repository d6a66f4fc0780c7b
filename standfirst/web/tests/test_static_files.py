import gzip
import os
from pathlib import Path

import pytest
from django.core.management import call_command

from standfirst.kit import clock
from standfirst.web.static_files import CompressedOnce

pytestmark = pytest.mark.one_database

LONG = "p { color: black }\n" * 100


@pytest.fixture
def source(tmp_path: Path, settings) -> Path:
    """A folder with one style sheet, collected into a site's folder of its own."""
    folder = tmp_path / "source"
    folder.mkdir()
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": f"{CompressedOnce.__module__}.{CompressedOnce.__qualname__}"}
    }
    return folder


def collect(source: Path, text: str, *, later_seconds: int = 0) -> dict[str, bytes]:
    sheet = source / "style.css"
    sheet.write_text(text, encoding="utf-8")
    changed_at = clock.now().timestamp() + later_seconds  # what changed within a second is not seen
    os.utime(sheet, (changed_at, changed_at))
    call_command("collectstatic", interactive=False, verbosity=0)
    return {path.name: path.read_bytes() for path in (source.parent / "static").iterdir()}


def test_a_file_is_compressed_under_both_of_its_names(source: Path) -> None:
    found = collect(source, LONG)

    packed = [name for name in found if name.endswith(".css.gz")]
    assert len(packed) == len([name for name in found if name.endswith(".css.br")]) == 2
    assert {gzip.decompress(found[name]) for name in packed} == {LONG.encode()}


def test_a_changed_file_leaves_nothing_old_beside_its_own_name(source: Path) -> None:
    collect(source, LONG)

    changed = collect(source, LONG.replace("black", "white"), later_seconds=10)
    short = collect(source, "p{}", later_seconds=20)

    assert b"white" in gzip.decompress(changed["style.css.gz"])
    assert "style.css.gz" not in short


def test_what_has_not_changed_is_not_compressed_again(source: Path) -> None:
    collect(source, LONG)
    (packed,) = (source.parent / "static").glob("style.*.css.br")
    packed.write_bytes(b"from the first time")

    found = collect(source, LONG)

    assert found[packed.name] == found["style.css.br"] == b"from the first time"


def test_the_scripts_of_a_storys_page_lie_there_as_one_file(source: Path) -> None:
    (source / "web").mkdir()
    (source / "web" / "story_page.js").write_text('import { said } from "./said.js";\nalert(said);\n')
    (source / "web" / "said.js").write_text('// why\nexport const said = "said";\n')
    for _again in range(2):  # the second time finds what the first has made
        call_command("collectstatic", interactive=False, verbosity=0)

    (served,) = (source.parent / "static" / "web").glob("story_page.*.js")
    text = served.read_text(encoding="utf-8")
    assert '"said"' in text
    assert "import" not in text
    assert "why" not in text
