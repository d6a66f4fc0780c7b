"""Whatever a stranger types does nothing, wherever it comes out and however it got there.

Every payload of ``standfirst.testing.payloads`` goes in by every way and is read at every sink; the subjects
register both in files ``tests/sinks*.py`` of their own.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

import standfirst
from standfirst.accounts import guests
from standfirst.discussion import threads
from standfirst.testing import discussion as talk
from standfirst.testing import sinks
from standfirst.testing import stories as paper
from standfirst.testing.payloads import HOSTILE
from standfirst.testing.sinks import Kind, Said, assert_harmless

PACKAGE = Path(standfirst.__file__).parent
for _path in sorted(PACKAGE.glob("*/tests/sinks*.py")):
    import_module(".".join(("standfirst", *_path.relative_to(PACKAGE).with_suffix("").parts)))


@contextmanager
def listening(said: Said) -> Iterator[None]:
    """Note what the log is told."""
    handler = logging.Handler()
    handler.emit = lambda record: said.logged.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("way", sinks.WAYS_IN)
def test_hostile_words_do_nothing_anywhere(way: str) -> None:
    story = paper.published_story()
    moderator = talk.a_moderator()
    moderator.is_superuser = True
    moderator.save()
    said = Said(thread=threads.thread_of(story.key), guest=guests.welcome(), moderator=moderator)
    with listening(said):
        for payload in HOSTILE.values():
            sinks.WAYS_IN[way](said, payload)
    assert said.comments
    assert_harmless(Kind.HTML, said.read(f"/{story.address}/"))
    for kind, answer in said.answers:
        assert_harmless(kind, answer)

    for name, (kind, read) in sinks.SINKS.items():
        for shown in read(said):
            try:
                assert_harmless(kind, shown)
            except AssertionError as error:
                raise AssertionError(f"{name}, {way}: {error}") from error


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("kind", "harmful"),
    [
        (Kind.HTML, "<p onclick=x>"),
        (Kind.HTML, '<a href="java\nscript:alert(1)">x</a>'),
        (Kind.HTML, "<script>alert(4711)</script>"),
        (Kind.HTML, "<html><script>alert(4711)</script></html>"),
        (Kind.HTML, "<math>"),
        (Kind.HTML, "<form action=//e.example>"),
        (Kind.HTML, "a \u202e b"),
        (Kind.JSON, '{"html": "<img onerror=x>"}'),
        (Kind.CSV, "a,=1+1\n"),
        (Kind.LINE, "one\ntwo"),
        (Kind.XML, "<rss><description>&lt;img onerror=x&gt;</description></rss>"),
    ],
)
def test_what_is_harmful_is_found_out(kind: Kind, harmful: str) -> None:
    with pytest.raises(AssertionError):
        assert_harmless(kind, harmful)
