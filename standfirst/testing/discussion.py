"""Makers of threads, guests, comments and moderators. They call the real verbs."""

import itertools
from datetime import datetime, timedelta

from django.contrib.auth.models import Group

from standfirst.accounts import guests
from standfirst.accounts.models import Account, Guest
from standfirst.discussion import comments, threads
from standfirst.discussion.comments import BroughtIn
from standfirst.discussion.models import Comment, Thread
from standfirst.kit import clock

_numbers = itertools.count(1)

TRAP_FILLED = "https://buy.example"


def a_thread(key: str = "", *, title: str = "The ferry returns", url: str = "", open: bool = True) -> Thread:  # noqa: A002
    """Open a thread, of a subject of its own unless ``key`` names one."""
    key = key or f"story:{next(_numbers) + 1_000_000}"
    return threads.open_thread(key=key, title=title, url=url or f"/{key.replace(':', '/')}/", open=open)


def a_guest() -> Guest:
    """Welcome a guest."""
    return guests.welcome()


def a_comment(
    thread: Thread,
    *,
    name: str = "Ines",
    text: str = "",
    parent: Comment | None = None,
    guest: Guest | None = None,
    trap: str = "",
) -> Comment:
    """Post a comment, with a text that nobody posted before unless one is given."""
    posted = comments.post(
        thread_key=thread.key,
        name=name,
        text=text or f"The harbour wall needs repair, and this is remark {next(_numbers)} about it.",
        parent_id=parent.pk if parent else None,
        guest=guest,
        trap=trap,
    )
    return posted.comment


def a_held_comment(thread: Thread, *, guest: Guest | None = None, parent: Comment | None = None) -> Comment:
    """Post a comment that the rules hold."""
    return a_comment(thread, guest=guest, parent=parent, trap=TRAP_FILLED)


def many_comments(thread: Thread, *, roots: int, replies: int = 0, begin: datetime | None = None) -> None:
    """Bring in ``roots`` comments with ``replies`` answers each, a minute apart."""
    begin = begin or clock.now() - timedelta(days=30)
    brought: list[BroughtIn] = []
    for number in range(roots):
        root = f"{thread.key}-{number}"
        for answer in range(replies + 1):
            brought.append(  # noqa: PERF401 - two loops read better than one expression
                BroughtIn(
                    source_id=f"{root}-{answer}" if answer else root,
                    parent_source_id=root if answer else None,
                    name=f"Reader {number}",
                    body=f"Remark {number}.{answer}",
                    body_format="markdown",
                    written_at=begin + timedelta(minutes=number * (replies + 1) + answer),
                    state="published",
                )
            )
    comments.bring_in(thread_key=thread.key, source="test", comments=brought)


def a_moderator(username: str = "") -> Account:
    """Create an account in the group Moderators; its password is its name."""
    username = username or f"moderator{next(_numbers)}"
    account = Account.objects.create_user(username=username, password=username)
    account.groups.add(Group.objects.get(name="Moderators"))
    return account
