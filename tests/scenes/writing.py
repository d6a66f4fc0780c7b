"""What readers do with pictures, and what becomes of them."""

import secrets
from datetime import timedelta

from standfirst.discussion import comments
from standfirst.discussion.models import CommentPicture
from standfirst.discussion.pictures import belonging, taking_in
from standfirst.discussion.pictures.belonging import Chosen
from standfirst.kit import clock
from tests.scenes.world import World, scene


def a_pending_picture() -> str:
    name = secrets.token_hex(16)
    taking_in.keep_pending(name=name, width=30, height=20, address_hash="", alt="")
    return name


@scene
def a_comment_with_pictures_comes_and_its_pictures_go(world: World) -> None:
    pictures = [Chosen(a_pending_picture(), "A boat")]
    posted = comments.post(thread_key=world.story.key, name="Ines", text="See the boat.", pictures=pictures)
    comments.hold(comment_id=posted.comment.pk, by=world.moderator)
    comments.publish(comment_id=posted.comment.pk, by=world.moderator)


@scene
def the_pictures_of_a_comment_are_forgotten(world: World) -> None:
    newest = CommentPicture.objects.filter(comment__isnull=False).latest("id")
    belonging.forget_pictures(comment_id=newest.comment_id or 0)


@scene
def pictures_are_not_posted_after_all(_world: World) -> None:
    belonging.take_back(name=a_pending_picture())
    a_pending_picture()
    CommentPicture.objects.filter(comment__isnull=True).update(uploaded_at=clock.now() - timedelta(days=2))
    belonging.forget_pending()
