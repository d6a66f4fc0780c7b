from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.db import IntegrityError, transaction
from PIL import Image
from pytest_django import Settings

from standfirst.accounts.models import Account
from standfirst.demo.accounts import PASSWORD, known_sign_ins
from standfirst.demo.filling import fill, fill_site
from standfirst.demo.pictures import SCENES, Drawn
from standfirst.discussion.models import Comment
from standfirst.funding import meter
from standfirst.stories.models import Picture, Section, Story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIRST_OF_MONTH = datetime(2027, 1, 1, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_the_first_of_a_month() -> Iterator[None]:
    with time_machine.travel(FIRST_OF_MONTH, tick=False):
        yield


@pytest.fixture
def plain() -> list[Drawn]:
    """The sample's pictures as small grey ones: what they show does not matter here."""
    file = BytesIO()
    Image.new("RGB", (32, 20), "grey").save(file, "JPEG")
    return [Drawn(name, file.getvalue()) for name in SCENES]


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def what_was_written(seed: str, plain: list[Drawn]) -> tuple[object, ...]:
    """Fill, look, and take it back."""
    with transaction.atomic():
        filled = fill(seed=seed, drawn=plain, files=[])
        stories = list(Story.objects.order_by("slug").values_list("slug", "standfirst", "first_published_at"))
        words = [[block.block_type for block in story.body] for story in Story.objects.order_by("slug")]
        comments = list(Comment.objects.order_by("source_id").values_list("name", "html", "created_at", "score"))
        transaction.set_rollback(True)
    return filled, stories, words, comments


def test_the_same_seed_on_the_same_day_writes_the_same(plain: list[Drawn]) -> None:
    first, second = what_was_written("tide", plain), what_was_written("tide", plain)

    assert first == second


def test_on_the_first_of_a_month_the_meter_stands_where_it_should(plain: list[Drawn]) -> None:
    fill(seed="tide", drawn=plain, files=[])

    shown = meter.read()

    assert shown is not None
    assert shown.raised.minor == 140_000


def test_a_failure_leaves_neither_rows_nor_files(settings: Settings, plain: list[Drawn]) -> None:
    Section.objects.create(name="Somebody’s own", slug="harbour")

    with pytest.raises(IntegrityError):
        fill_site(seed="tide", drawn=plain)

    assert (Story.objects.count(), Picture.objects.count(), Account.objects.count()) == (0, 0, 0)
    assert files_in(Path(settings.MEDIA_ROOT)) == []


def test_an_account_that_is_there_already_keeps_its_password(plain: list[Drawn]) -> None:
    Account.objects.create_superuser("admin", password="my own secret")

    fill(seed="tide", drawn=plain, files=[])

    assert not Account.objects.get(username="admin").check_password(PASSWORD)
    assert [role.sign_in for role in known_sign_ins()] == ["editor", "author", "moderator", "treasurer"]
