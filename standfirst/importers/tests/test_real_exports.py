"""Exports that nobody here wrote. They lie outside the project; without them these tests are skipped."""

import html
import re

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError
from django.test import Client

from standfirst.discussion.models import Comment
from standfirst.importers.models import ImportedItem
from standfirst.importers.tests.conftest import SHARED, Import, everything
from standfirst.importers.wordpress.xmlstream import RecordStream
from standfirst.stories import body
from standfirst.stories.models import FrontPage, PlainPage, Story

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (SHARED / "wordpress").is_dir(), reason="the shared exports are not beside this clone"),
]
WORDPRESS = SHARED / "wordpress"
THEME = WORDPRESS / "theme-unit-test.xml"


def words_of(source: str) -> list[str]:
    """Return the words that a reader of the old page saw, roughly: text without tags, shortcodes and addresses."""
    text = re.sub(r"<!--.*?-->|<(?:script|style).*?</(?:script|style)>", " ", source, flags=re.DOTALL)
    text = BeautifulSoup(text, "html.parser").get_text(" ")
    text = re.sub(r"\[/?(?:gallery|caption|embed|audio|video)[^\]]*\]|https?://\S+", " ", html.unescape(text))
    return re.findall(r"\w+", text)


def test_the_theme_unit_test_comes_in_whole(founded: FrontPage, bring_in: Import) -> None:
    report = bring_in(THEME)

    assert Story.objects.count() == 50  # of 51: one is protected by a password
    assert PlainPage.objects.count() == 21
    assert Comment.objects.count() == 22  # of 32: 4 mentions, 5 on pages, 1 on the protected story
    for line in ("2 – a pingback", "2 – a trackback", "5 – pages have no discussion", "1 – what it belongs to"):
        assert f"comments: {line}" in report
    assert "stories: 1 – it is protected by a password" in report


def test_every_item_of_the_theme_unit_test_shows_its_text(founded: FrontPage, bring_in: Import) -> None:
    bring_in(THEME)

    lost = {}
    for node in RecordStream(THEME):
        number = node.get("wp:post_id")
        known = ImportedItem.objects.filter(source_id=number, kind__in=["story", "page"]).first()
        if node.name != "item" or known is None:
            continue
        page = (Story if known.kind == "story" else PlainPage).objects.get(pk=known.target_id)
        shown = set(words_of(body.render(page.body)))
        missing = [word for word in words_of(node.get("content:encoded")) if word not in shown]
        if missing:
            lost[page.title] = missing
    assert lost == {}


def test_every_published_page_of_the_theme_unit_test_is_answered(
    founded: FrontPage, bring_in: Import, client: Client
) -> None:
    bring_in(THEME)

    answers = {
        page.url: client.get(page.get_url(), headers={"host": "127.0.0.1"}).status_code
        for page in [*Story.objects.live(), *PlainPage.objects.live()]
    }
    assert len(answers) == 69  # of 71: one is a draft, one is scheduled
    assert {url: status for url, status in answers.items() if status != 200} == {}


def test_the_theme_unit_test_comes_in_once(founded: FrontPage, bring_in: Import) -> None:
    bring_in(THEME)
    before = everything()

    assert "nothing was changed" in bring_in(THEME)

    assert everything() == before


def test_a_dry_run_of_the_theme_unit_test_writes_nothing(founded: FrontPage, bring_in: Import) -> None:
    before = everything()

    bring_in(THEME, dry_run=True)

    assert everything() == before


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("small-export", (6, 5, 1)),
        ("valid-wxr-1.0", (3, 3, 1)),
        ("serialized-comment-meta", (1, 0, 0)),
        ("isso-sample", (1, 0, 7)),
        ("missing-version-tag", (0, 0, 0)),
    ],
)
def test_smaller_exports_come_in(founded: FrontPage, bring_in: Import, name: str, counts: tuple[int, int, int]) -> None:
    bring_in(WORDPRESS / f"{name}.xml")

    assert (Story.objects.count(), PlainPage.objects.count(), Comment.objects.count()) == counts


def test_the_malformed_export_is_refused(founded: FrontPage, bring_in: Import) -> None:
    before = everything()

    with pytest.raises(CommandError, match="Line 27"):
        bring_in(WORDPRESS / "malformed.xml")

    assert everything() == before
