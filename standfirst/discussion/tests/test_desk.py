from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from standfirst.accounts.models import Account
from standfirst.discussion import counts
from standfirst.discussion.models import Comment, Decision, State
from standfirst.testing.discussion import a_comment, a_held_comment, a_moderator, a_thread

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]


def signed_in(browser: Browser, account: Account) -> Client:
    client = browser()
    client.force_login(account)
    return client


def test_a_moderator_finds_a_held_comment_and_publishes_it(browser: Browser) -> None:
    thread, moderator = a_thread(), a_moderator()
    comment = a_held_comment(thread)
    desk = signed_in(browser, moderator)

    page = desk.get("/desk/discussion/")
    desk.post(f"/desk/discussion/comments/{comment.pk}/decisions/", {"action": "publish"})

    comment.refresh_from_db()
    assert "harbour wall" in page.content.decode()
    assert comment.state == State.PUBLISHED
    assert Decision.objects.get().decided_by == moderator
    assert counts.check_counts() == []


def test_a_rejection_without_a_reason_changes_nothing(browser: Browser) -> None:
    comment = a_held_comment(a_thread())
    desk = signed_in(browser, a_moderator())

    response = desk.post(f"/desk/discussion/comments/{comment.pk}/decisions/", {"action": "reject"}, follow=True)

    comment.refresh_from_db()
    assert "Please say why" in response.content.decode()
    assert comment.state == State.HELD


@pytest.mark.parametrize("group", ["Editors", None])
def test_nobody_but_moderators_gets_to_the_queue_or_decides(browser: Browser, group: str | None) -> None:
    comment = a_held_comment(a_thread())
    account = Account.objects.create_user(username="nora", password="nora")
    if group:
        account.groups.add(Group.objects.get(name=group))
    client = signed_in(browser, account)

    page = client.get("/desk/discussion/")
    client.post(f"/desk/discussion/comments/{comment.pk}/decisions/", {"action": "publish"})

    comment.refresh_from_db()
    assert page.status_code == 302
    assert comment.state == State.HELD


def test_whoever_is_not_signed_in_is_asked_to(browser: Browser) -> None:
    response = browser().get("/desk/discussion/")

    assert response.status_code == 302
    assert "/login/" in response["Location"]


def test_a_moderator_changes_no_pages() -> None:
    moderator = a_moderator()

    assert moderator.get_all_permissions() == {
        "wagtailadmin.access_admin",
        "discussion.moderate",
        "discussion.change_commentwriting",
        "discussion.curate_questions",
    }


def test_the_menu_says_how_many_wait(browser: Browser) -> None:
    thread = a_thread()
    a_held_comment(thread)
    a_held_comment(thread)

    page = signed_in(browser, a_moderator()).get("/desk/")

    assert "Comments (2)" in page.content.decode()


def test_the_desk_shows_hostile_words_as_words(browser: Browser) -> None:
    thread = a_thread()
    comment = a_comment(thread, name="<script>x</script>", text="<img src=x onerror=alert(1)> **hi**")

    page = signed_in(browser, a_moderator()).get(f"/desk/discussion/comments/{comment.pk}/?list=latest")

    html = page.content.decode()
    assert "<script>x" not in html
    assert "<img src=x" not in html


def test_a_comment_that_does_not_exist_is_said_so(browser: Browser) -> None:
    page = signed_in(browser, a_moderator()).get("/desk/discussion/comments/404/")

    assert page.status_code == 200
    assert "does not exist" in page.content.decode()
    assert Comment.objects.count() == 0
