"""Whoever asks for a page changes nothing: every GET and HEAD that pages and letters offer, and every table after.

Link checkers, mail scanners, browsers that fetch ahead and search engines follow whatever they find. Here one goes
through the pages as a stranger, as a guest with a key, as a reader with an account and as a moderator, follows every
address of a link, a picture, a script and a form (also of those that are sent by POST), and then looks at all tables,
whatever they are called.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from standfirst.accounts import guests
from standfirst.accounts import urls as account_urls
from standfirst.accounts.models import Code
from standfirst.discussion import comments
from standfirst.discussion import urls as discussion_urls
from standfirst.discussion.models import CommentPicture, Question
from standfirst.discussion.moderating import appeals, bans, claims, picks, reports
from standfirst.discussion.rules import policies
from standfirst.mail import postman
from standfirst.testing import discussion as talk
from standfirst.testing import following as makers
from standfirst.testing import funding as money
from standfirst.testing import rows
from standfirst.testing.accounts import a_client, a_reader
from standfirst.testing.mail import MailServer, a_mail_server
from standfirst.testing.pictures import a_picture
from standfirst.testing.rules import a_rule
from tests.scenes import World

OF_ONE_KIND_MAX = 2  # addresses of one view with the same names in their query: the third comment is like the first
ADDRESSES_MAX = 400  # of one person; the test fails where it is reached
ALLOWED = {"wagtailusers_userprofile": "Wagtail notes the language of whoever opens their settings on the desk"}
OFFERED = re.compile(r"""\b(?:href|src|action|formaction|data-[\w-]+)=(?:"([^"#]*)[^"]*"|'([^'#]*)[^']*')""")
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|CREATE|DROP|ALTER)\b", re.IGNORECASE)


@dataclass
class Visit:
    """One person's way through the site, and what was met on it."""

    client: Client
    seen: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    views: set[str] = field(default_factory=set)
    wrote: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def follow(self, begin: list[str]) -> None:
        """Ask for everything that can be reached from ``begin``."""
        waiting = list(begin)
        while waiting:
            address = waiting.pop(0)
            if address in self.seen or not self.wanted(address):
                continue
            self.seen.add(address)
            waiting += self.ask(address)

    def wanted(self, address: str) -> bool:
        """Say whether this address is one of ours that is not like those seen before."""
        path, query = urlsplit(address).path, urlsplit(address).query
        try:
            found = resolve(path)
        except Resolver404:
            return False
        kind = f"{found.view_name or path} {sorted(re.findall(r'(?:^|&)([^=&]+)', query))}"
        self.kinds[kind] += 1
        self.views.add(found.view_name)
        return self.kinds[kind] <= OF_ONE_KIND_MAX and len(self.seen) < ADDRESSES_MAX

    def ask(self, address: str) -> list[str]:
        """Send a HEAD and a GET; return the addresses that the answer offers."""

        def note(execute: Any, sql: str, *rest: Any) -> Any:
            if WRITES.match(sql):
                self.wrote.append(f"{address}: {sql[:200]}")
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            self.client.head(address)
            answer = self.client.get(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if answer.status_code >= 500:
            self.broken.append(f"{address}: {answer.status_code}")
        shown = body.decode("utf-8", "replace")
        offered = [html.unescape(one or other) for one, other in OFFERED.findall(shown)]
        if "html" not in answer.headers.get("Content-Type", ""):
            offered += [html.unescape(each) for each in ADDRESS.findall(shown)]
        return [found for each in [*offered, answer.headers.get("Location", "")] if (found := local(each, address))]


def local(offered: str, seen_on: str) -> str:
    """The path that is offered, if it is on this site."""
    if not offered or re.match(r"(?!https?:)[a-z]+:", offered):
        return ""
    parts = urlsplit(urljoin(f"http://127.0.0.1{seen_on}", offered.strip()))
    ours = parts.hostname in {"127.0.0.1", "testserver", "localhost"} and not parts.path.startswith("/static/")
    return parts.path + (f"?{parts.query}" if parts.query else "") if ours else ""


def as_somebody(headers: dict[str, str] | None = None) -> Client:
    return Client(headers={"Host": "127.0.0.1", "Sec-Fetch-Site": "same-origin", **(headers or {})})


class Talk(World):
    """The small publication, with everything that readers and moderators can have to do with one another."""

    def __init__(self, server: MailServer) -> None:
        super().__init__()
        self.guest, self.reader = talk.a_guest(), a_reader("Ines Ferry", email="ines@mail.test")
        talk.many_comments(self.thread, roots=25, replies=4)
        self.shown = talk.a_comment(self.thread, guest=self.guest, text="Look:\n\nhttps://e.example/a.png")
        self.held = talk.a_held_comment(self.thread, guest=self.guest)
        appealed = talk.a_held_comment(self.thread, guest=self.guest)
        appeals.appeal(comment_id=appealed.pk, guest=self.guest, words="It is no advertising.")
        refused = talk.a_comment(self.thread, guest=self.guest)
        comments.reject(comment_id=refused.pk, by=self.moderator, reason="Off the subject")
        comments.post(thread_key=self.story.key, name="Ines Ferry", text="Said with an account.", account=self.reader)
        reports.report(comment_id=self.shown.pk, reason="spam")
        picks.pick(comment_id=self.comment.pk, by=self.moderator, kind="pinned")
        picks.summarise(thread_key=self.story.key, by=self.moderator, text="Most readers agree.")
        claims.claim(comment_id=self.held.pk, by=talk.a_moderator("another"))
        bans.ban_range(network="203.0.113.0/24", by=self.moderator, reason="Be kind.")
        policies.set_policy(scope="site", by=self.moderator, slow_seconds=1, closes_after_days=400)
        a_rule(by=self.moderator)
        file = SimpleUploadedFile("a.jpg", a_picture(), "image/jpeg")
        sent = {"name": "Ole", "text": "This is how it looks from the quay.", "picture-file-1": file}
        as_somebody().post(f"/discussion/threads/{self.key}/comments/", sent)
        self.file = CommentPicture.objects.get()
        self.letters = self.mailed(server)

    @property
    def key(self) -> str:
        """The key of the thread's story."""
        return self.story.key

    @property
    def own(self) -> list[str]:
        """Pages of one's own, and of whoever asks for those of others."""
        orders = [f"/{self.story.address}/?order={order}" for order in ("oldest", "newest", "voted", "best")]
        card = f"/discussion/comments/{self.shown.pk}/cards/0/"
        named = [card, f"/discussion/comments/{self.held.pk}/", f"/discussion/pictures/{self.file.name}/removal/"]
        own = ["/discussion/mine/", f"/discussion/threads/{self.key}/mine/", "/account/", "/account/sure/"]
        return [*orders, *named, *own, "/account/passkeys/1/removal/"]

    @property
    def desk(self) -> list[str]:
        """What the menu of the desk and its scripts lead to."""
        question = Question.objects.get().pk
        lists = [f"/desk/discussion/?list={each}" for each in ("held", "reported", "appeals", "latest")]
        pages = ["policies", "rules", "rules/new", "bans", "house", "questions", "counts", "policies/site/cool-downs"]
        parts = [f"questions/{question}/{part}" for part in ("closings", "picks")]
        picture = f"/desk/discussion/pictures/{self.file.name}-small.webp"
        return [*lists, *(f"/desk/discussion/{page}/" for page in [*pages, *parts]), picture, "/desk/"]

    def mailed(self, server: MailServer) -> list[str]:
        """Have letters of every kind sent; return where they lead to."""
        makers.a_follower(self.thread, "ada@readers.test")
        makers.a_follower(self.thread, "bo@readers.test", delivery="daily")
        makers.an_asker(self.thread, "cy@readers.test")
        makers.hear()
        talk.a_comment(self.thread)
        makers.tell()
        postman.deliver()
        whole = "\n".join(
            [*(str(letter["List-Unsubscribe"]) for letter in server.letters), *(words(each) for each in server.letters)]
        )
        return sorted({found for each in ADDRESS.findall(whole) if (found := local(html.unescape(each), "/"))})


def words(letter: Any) -> str:
    return "\n".join(part.get_content() for part in letter.walk() if part.get_content_maintype() == "text")


@pytest.fixture
def said(transactional_db: None) -> Iterator[Talk]:
    try:
        with a_mail_server() as server:
            yield Talk(server)
    finally:
        money.forget_the_books()


def with_a_key(said: Talk, client: Client | None = None) -> Client:
    client = client or as_somebody()
    client.cookies[guests.COOKIE] = guests.key_of(said.guest)
    return client


def at_the_desk() -> Client:
    client = as_somebody()
    client.force_login(talk.a_moderator("who-only-moderates"))
    return client


def in_the_middle_of_signing_in() -> Client:
    client = as_somebody()
    client.post("/account/sign-in/", {"email": "ines@mail.test"})
    assert Code.objects.exists()
    return client


def names() -> set[str]:
    """The addresses of readers and moderators that somebody has to come by: all of them."""
    ours = {f"discussion:{each.name}" for each in flat(discussion_urls.urlpatterns)}
    ours |= {each.name for each in flat(account_urls.urlpatterns) if "providers" not in str(each.pattern)}
    desk = {each.name for each in flat(get_resolver().url_patterns) if str(each.name).startswith("discussion_")}
    return ours | desk


def flat(patterns: list[Any]) -> Iterator[URLPattern]:
    for each in patterns:
        yield from flat(each.url_patterns) if isinstance(each, URLResolver) else (each,)


@pytest.mark.slow
def test_no_get_and_no_head_of_anybody_changes_a_row(said: Talk) -> None:
    visits = {
        "a stranger": (Visit(as_somebody()), [*said.addresses, *said.letters, *said.own]),
        "a scanner": (Visit(Client(headers={"Sec-Fetch-Site": "cross-site", "Host": "127.0.0.1"})), said.letters),
        "a guest": (Visit(with_a_key(said)), said.own),
        "a reader": (Visit(with_a_key(said, a_client(said.reader))), said.own),
        "half signed in": (Visit(in_the_middle_of_signing_in()), ["/account/code/", "/account/sign-in/"]),
        "a moderator": (Visit(at_the_desk()), [*said.desk, *said.own]),
    }
    before = rows.digests()

    for visit, begin in visits.values():
        visit.follow(begin)

    changed = rows.changed(before, rows.digests())
    wrote = {line for visit, _begin in visits.values() for line in visit.wrote if not any(map(line.count, ALLOWED))}
    assert [line for visit, _begin in visits.values() for line in visit.broken] == []
    assert changed - set(ALLOWED) == set(), wrote
    assert wrote == set()
    assert max(len(visit.seen) for visit, _begin in visits.values()) < ADDRESSES_MAX
    views = set[str]().union(*(visit.views for visit, _begin in visits.values()))
    assert " ".join(sorted(names() - views)) == ""
