"""Feeds of comments: whole, harmless, and only of what everybody sees."""

import json
from collections.abc import Callable

import feedparser
import pytest
from django.test import Client

from standfirst.discussion import comments, feeds, threads
from standfirst.discussion.models import Comment
from standfirst.testing.discussion import a_comment, a_held_comment, a_moderator, a_thread, many_comments

pytestmark = pytest.mark.django_db


def read(client: Client, path: str):
    answer = client.get(path)
    assert answer.status_code == 200
    found = feedparser.parse(answer.content)
    assert not found.bozo
    return found


def test_a_threads_feed_has_what_is_published_the_newest_first(client: Client) -> None:
    thread = a_thread(title="The ferry & the fog")
    first, second = a_comment(thread, name="Ines", text="Well *said*."), a_comment(thread, name="Ole")
    a_held_comment(thread)
    a_comment(a_thread())

    found = read(client, f"/discussion/threads/{thread.key}/feed/")

    assert [entry.title for entry in found.entries] == ["Ole on “The ferry & the fog”", "Ines on “The ferry & the fog”"]
    assert found.entries[1].summary == "<p>Well <em>said</em>.</p>"
    assert found.entries[0].link.endswith(f"?comment={second.pk}#comment-{second.pk}")
    assert first.pk != second.pk


def test_the_sites_feed_has_all_threads_but_no_withdrawn_ones_and_nothing_brought_in(client: Client) -> None:
    shown, withdrawn, old = a_thread(), a_thread(), a_thread()
    a_comment(shown, name="Ines")
    a_comment(withdrawn)
    many_comments(old, roots=2)
    threads.withdraw_thread(key=withdrawn.key)

    found = read(client, "/discussion/feed/")

    assert [entry.title for entry in found.entries] == ["Ines on “The ferry returns”"]


def test_a_feed_holds_nothing_that_runs_and_no_control_characters(client: Client) -> None:
    thread = a_thread()
    comment = a_comment(thread, text="<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=y>")
    Comment.objects.filter(pk=comment.pk).update(name="A\x1b ]]>")

    raw = client.get(f"/discussion/threads/{thread.key}/feed/").content.decode()
    found = read(client, f"/discussion/threads/{thread.key}/feed/")

    assert "<script" not in found.entries[0].summary
    assert "<a" not in found.entries[0].summary
    assert "\x1b" not in raw


def test_a_comment_that_is_taken_back_leaves_the_feed(client: Client) -> None:
    thread = a_thread()
    comment = a_comment(thread)

    comments.reject(comment_id=comment.pk, by=a_moderator(), reason="Rule 2")

    assert read(client, f"/discussion/threads/{thread.key}/feed/").entries == []
    assert read(client, "/discussion/feed/").entries == []


@pytest.mark.parametrize("form", ["", "atom/", "json/"])
def test_a_feed_of_nothing_is_not_found(browser: Callable[..., Client], form: str) -> None:
    assert browser().get(f"/discussion/threads/story:0/feed/{form}").status_code == 404


def test_an_import_does_not_hide_what_was_posted_before_it(client: Client) -> None:
    a_comment(a_thread(), name="Ines")
    many_comments(a_thread(), roots=feeds.FEED_LENGTH + 1)

    assert [entry.author for entry in read(client, "/discussion/feed/").entries] == ["Ines"]


@pytest.mark.parametrize("base", ["/discussion/feed/", "/discussion/threads/{key}/feed/"])
def test_every_form_says_the_same(client: Client, base: str) -> None:
    thread = a_thread(title="The ferry & the <fog>")
    for name in ("Ines", "Ole"):
        a_comment(thread, name=name, text=f"Well *said*, says {name}.")
    a_held_comment(thread)
    base = base.format(key=thread.key)

    rss, atom = read(client, base), read(client, f"{base}atom/")
    answer = client.get(f"{base}json/")
    made = json.loads(answer.content)

    assert (rss.version, atom.version, made["version"]) == ("rss20", "atom10", "https://jsonfeed.org/version/1.1")
    assert answer.headers["Content-Type"].startswith("application/feed+json")
    assert made["feed_url"].endswith(f"{base}json/")
    told = [(item["id"], item["url"], item["title"], item["authors"][0]["name"]) for item in made["items"]]
    assert len(told) == 2
    for found in (rss, atom):
        assert [(entry.id, entry.link, entry.title, entry.author) for entry in found.entries] == told
        assert [entry.summary for entry in found.entries] == [item["content_html"] for item in made["items"]]


@pytest.mark.parametrize("form", ["", "atom/", "json/"])
def test_what_is_hostile_stays_words_in_every_form(client: Client, form: str) -> None:
    thread = a_thread(title="]]></title><script>alert(1)</script>")
    comment = a_comment(thread, text="<svg><style><img src=x onerror=alert(1)></style> [x](javascript:alert(1))")
    Comment.objects.filter(pk=comment.pk).update(name="</name>\x1b\u202e ]]> <script>")

    raw = client.get(f"/discussion/threads/{thread.key}/feed/{form}").content.decode()

    assert "\x1b" not in raw
    assert "\u202e" not in raw
    if form == "json/":
        (item,) = json.loads(raw)["items"]
        html = item["content_html"]
    else:
        assert "<script" not in raw
        (item,) = feedparser.parse(raw, sanitize_html=False).entries
        html = item.summary
    assert "<img" not in html
    assert "<svg" not in html
    assert "href" not in html
