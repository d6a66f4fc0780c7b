"""A comment out of a mould is, byte for byte, what its template makes of it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.template import engines
from django.test import override_settings
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis import strategies as some
from pytest_django import Settings

from standfirst.accounts.models import Guest
from standfirst.discussion import comments, moulds, rendering, threads, votes
from standfirst.discussion.models import Comment, Thread
from standfirst.discussion.shown import ShownComment
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread


@pytest.fixture(autouse=True)
def no_moulds() -> Iterator[None]:
    rendering.moulds.forget()
    yield
    rendering.moulds.forget()


def shown_comment(number: int = 1, **facts: Any) -> ShownComment:
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    plain: dict[str, Any] = {
        "id": number, "parent_id": 0, "name": "Ines", "html": SafeString("<p>Well said.</p>"), "written_at": at,
        "edited_at": None, "event": 1, "is_gap": False, "initials": "I", "colour": 1, "up_count": 0, "down_count": 0,
        "score": 0, "level": 0, "url": f"/s/?comment={number}", "replies": (), "replies_more": 0, "replies_after": "",
        "continues_url": "",
    }  # fmt: skip
    return ShownComment(**plain | facts)


NASTY = [
    "<b>&\"'",
    "\u202eevil\u2066",
    "%(name)s",
    "%%",
    "{{ comment.name }}",
    moulds.Blank("name", moulds.Uses()).name,
]
names = some.one_of(
    some.text(max_size=20),
    some.sampled_from([*NASTY, f"{moulds._TOKEN}nameE", f"{moulds._TOKEN}answer_0E"]),
)
moments = some.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001 - see timezones
counts = some.integers(0, 2_000)


def comments_with(replies: some.SearchStrategy[Any]) -> some.SearchStrategy[ShownComment]:
    return some.builds(
        ShownComment,
        id=some.integers(1, 2**62), parent_id=counts, name=names, html=names.map(SafeString), written_at=moments,
        edited_at=some.none() | moments, event=counts, is_gap=some.booleans(), initials=names, colour=some.just(1),
        up_count=counts, down_count=counts, score=some.integers(-2_000, 2_000), level=some.integers(0, 4), url=names,
        replies=replies, replies_more=some.sampled_from([0, 0, 1, 2, 1_234]), replies_after=names, continues_url=names,
        is_picked=some.booleans(),
    )  # fmt: skip


trees = some.recursive(
    comments_with(some.just(())), lambda below: comments_with(some.lists(below, max_size=3).map(tuple)), max_leaves=6
)


@given(
    comment=trees,
    is_open=some.booleans(),
    language=some.sampled_from(["en", "de", "fr", "es", "ar"]),
    zone=some.sampled_from(["UTC", "Asia/Kathmandu", "America/Lima"]),
)
@settings(max_examples=150, deadline=None)
def test_a_mould_gives_what_the_template_gives(comment: ShownComment, is_open: bool, language: str, zone: str) -> None:
    with translation.override(language), timezone.override(zone):
        assert rendering.html(comment, is_open=is_open) == rendering.html_without_moulds(comment, is_open=is_open)
    assert not rendering.moulds.given_up


OVERRIDDEN = {
    "a filter": "{{ comment.name|upper }}",
    "a filter for numbers": "vote{{ comment.up_count|pluralize }}",
    "a filter that gives up on words": "{{ comment.up_count|add:1 }}",
    "a condition": "{% if comment.up_count > 2 %}good{% endif %}",
    "a condition from the other side": "{% if 'Ines' == comment.name %}good{% endif %}",
    "a condition on truth": "{% if comment.name %}named{% endif %}",
    "what the moulds do not have": "{{ comment.written_at|date:'c' }}",
    "an attribute that nobody has": "{{ comment.nonsense }}",
    "the comment itself": "{{ comment }}",
    "the answers themselves": "{% for reply in comment.replies %}{{ reply.name }}{% endfor %}",
    "a changed part": "{% filter upper %}{{ comment.name }}{% endfilter %}",
    "a part that is thrown away": "{% filter truncatechars:10 %}{{ comment.html }}{% endfilter %}",
    "a value without escaping": "{% autoescape off %}{{ comment.initials }}{% endautoescape %}",
    "a number in words": "{{ comment.up_count|default:'no votes' }}",
    "an answer's text": "{% for answer in answers %}{{ answer|striptags }}{% endfor %}",
}


@pytest.fixture
def overridden(settings: Settings) -> Callable[[str], None]:
    def override(source: str) -> None:
        configured = settings.TEMPLATES[0]
        options = {name: value for name, value in configured["OPTIONS"].items() if name != "loaders"}
        sources = {rendering.TEMPLATE: source, rendering.MORE: "{{ comment.replies_more }}"}
        options["loaders"] = [("django.template.loaders.locmem.Loader", sources)]
        settings.TEMPLATES = [{**configured, "APP_DIRS": False, "OPTIONS": options}]
        assert engines.all()

    return override


@pytest.mark.parametrize("source", OVERRIDDEN.values(), ids=OVERRIDDEN)
def test_a_template_that_does_more_than_print_is_rendered_for_each_comment(
    source: str, overridden: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    overridden(source)

    for number in range(4):
        comment = shown_comment(number, up_count=number, name="Inês & <Co>", replies=(shown_comment(9),))
        html = rendering.html(comment, is_open=True)
        assert html == rendering.html_without_moulds(comment, is_open=True)
        assert moulds._TOKEN.lower() not in html.lower()

    assert rendering.moulds.given_up
    assert len(caplog.records) == 1


def test_a_template_of_ones_own_that_only_prints_has_moulds(overridden: Callable[[str], None]) -> None:
    overridden(
        "{% for answer in answers reversed %}{{ answer }}{% endfor %}{{ more }} 100 % of %(name)s"
        "{% if comment.is_gap %}-{% else %}"
        "{% blocktranslate with who=comment.name %}by {{ who }}{% endblocktranslate %}"
        "{% with up=comment.up_count %}{{ up }}{% endwith %}{{ comment.name }}{% endif %}"
    )

    html = rendering.html(shown_comment(name="A&B", replies=(shown_comment(2), shown_comment(3))), is_open=True)

    assert html.endswith(" 100 % of %(name)sby A&amp;B0A&amp;B")
    assert html.count("by Ines") == 2
    assert not rendering.moulds.given_up


def test_a_template_that_fails_with_blanks_fails_no_page(overridden: Callable[[str], None]) -> None:
    overridden("{% widthratio comment.up_count 2 100 %}{{ comment.up_count|divisibleby:2 }}")

    assert rendering.html(shown_comment(up_count=2), is_open=True) == "100True"
    assert rendering.moulds.given_up


@override_settings(DEBUG=True)
def test_where_templates_change_nothing_is_kept() -> None:
    assert "Ines" in rendering.html(shown_comment(), is_open=True)
    assert not rendering.moulds._made


def test_the_number_of_moulds_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "MOULDS_MAX", 2)

    for number in range(5):
        rendering.html(shown_comment(replies=tuple(shown_comment(9) for _ in range(number))), is_open=True)

    assert len(rendering.moulds._made) <= 2


def test_each_fact_of_a_comment_is_seen() -> None:
    rendering.html(shown_comment(), is_open=True)

    assert "Reply" not in rendering.html(shown_comment(), is_open=False)
    assert ">3<" in rendering.html(shown_comment(up_count=3), is_open=True)
    assert "changed" in rendering.html(shown_comment(edited_at=datetime(2026, 11, 22, 13, tzinfo=UTC)), is_open=True)
    assert "not shown" in rendering.html(shown_comment(is_gap=True), is_open=True)
    assert "Sam" in rendering.html(shown_comment(replies=(shown_comment(2, name="Sam"),)), is_open=True)


def test_a_comment_is_shown_in_the_readers_language_and_time_zone() -> None:
    here = rendering.html(shown_comment(), is_open=True)

    with translation.override("de"):
        in_german = rendering.html(shown_comment(), is_open=True)
    with timezone.override("Asia/Tokyo"):
        in_tokyo = rendering.html(shown_comment(), is_open=True)

    assert len({here, in_german, in_tokyo}) == 3


CHANGES: dict[str, Callable[[Comment, Guest], Any]] = {
    "a vote": lambda root, _guest: votes.up(comment_id=root.pk),
    "a vote on an answer": lambda root, _guest: votes.down(comment_id=root.replies.earliest("id").pk),
    "a change of words": lambda root, guest: comments.edit_by_guest(
        comment_id=root.replies.earliest("id").pk, guest=guest, text="I meant the other wall."
    ),
    "an answer": lambda root, _guest: a_comment(root.thread, parent=root),
    "an answer to an answer": lambda root, _guest: a_comment(root.thread, parent=root.replies.earliest("id")),
    "a rejection": lambda root, _guest: comments.reject(comment_id=root.pk, by=a_moderator(), reason="Off the point."),
    "a rejected answer": lambda root, _guest: comments.reject(
        comment_id=root.replies.earliest("id").pk, by=a_moderator(), reason="Off the point."
    ),
    "a held answer that is published": lambda root, _guest: comments.publish(
        comment_id=a_held_comment(root.thread, parent=root).pk, by=a_moderator()
    ),
    "the end of the discussion": lambda root, _guest: threads.close_thread(key=root.thread.key),
}


def page(thread: Thread, render: Callable[..., SafeString]) -> str:
    found = threads.page_of(thread.key)
    return "".join(render(comment, is_open=found.is_open) for comment in found.comments)


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_page_shows_every_change(change: Callable[[Comment, Guest], Any]) -> None:
    thread, guest = a_thread(), a_guest()
    root = a_comment(thread)
    a_comment(thread, parent=root, guest=guest)
    before = page(thread, rendering.html)

    change(root, guest)

    after = page(thread, rendering.html)
    assert after != before
    assert after == page(thread, rendering.html_without_moulds)
