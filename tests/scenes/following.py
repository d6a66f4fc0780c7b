"""What followers do, and what becomes of it."""

from standfirst.discussion.following import follows, links, telling
from standfirst.discussion.models import Telling
from standfirst.mail import bounces, outbox, suppression
from standfirst.testing import discussion as talk
from standfirst.testing import following as makers
from tests.scenes.world import World, scene


@scene
def a_discussion_is_followed_and_told(world: World) -> None:
    makers.hear()
    follower = makers.a_follower(world.thread)
    makers.a_follower(world.thread, delivery="daily")
    comment = talk.a_comment(world.thread)
    makers.hear()
    telling.tell_some(step=telling.prepared(comment.pk))
    assert not Telling.objects.filter(done_at=None).exists()
    follows.change_delivery(follower=follower, delivery="hourly")
    telling.put_together()


@scene
def a_discussion_is_followed_no_more(world: World) -> None:
    first, second = makers.a_follower(world.thread), makers.a_follower(world.thread)
    follows.send_link(address=first.address)
    follows.end(follower=first)
    token = links.stop(second).rstrip("/").rpartition("/")[2]
    follows.end_by_link(stop=links.to_stop(token))
    follows.forget_follower(address=makers.a_follower(world.thread).address)
    follows.forget()


@scene
def an_address_is_suppressed_and_released(world: World) -> None:
    bounces.take_in(bounces=[bounces.Bounce("gone@readers.test", suppression.BOUNCED, "")])
    suppression.suppress(address="gone@readers.test")
    suppression.lift(address="gone@readers.test")
    outbox.put_many(drafts=[outbox.Draft("many", "ada@readers.test", "x", "x")])
