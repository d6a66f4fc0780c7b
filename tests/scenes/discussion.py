"""What readers and moderators do."""

from standfirst.discussion import comments, counts, threads, votes
from standfirst.stories import publishing
from standfirst.testing import discussion as talk
from tests.scenes.world import World, scene


@scene
def comments_come_and_go(world: World) -> None:
    held = talk.a_held_comment(world.thread)
    comments.publish(comment_id=held.pk, by=world.moderator)
    comments.hold(comment_id=held.pk, by=world.moderator)
    comments.publish(comment_id=held.pk, by=world.moderator)


@scene
def a_comment_is_rejected(world: World) -> None:
    comments.reject(comment_id=world.comment.pk, by=world.moderator, reason="Off the subject")


@scene
def a_comment_is_edited(world: World) -> None:
    guest = talk.a_guest()
    written = talk.a_comment(world.thread, guest=guest)
    comments.edit_by_guest(comment_id=written.pk, guest=guest, text="What I meant to say is this.")


@scene
def votes_are_cast(world: World) -> None:
    guest = votes.up(comment_id=world.reply.pk)
    votes.down(comment_id=world.reply.pk, guest=guest)


@scene
def a_vote_is_withdrawn(world: World) -> None:
    guest = votes.up(comment_id=world.reply.pk)
    votes.withdraw(comment_id=world.reply.pk, guest=guest)
    votes.up(comment_id=world.reply.pk)


@scene
def a_thread_closes(world: World) -> None:
    threads.close_thread(key=world.story.key, reason="It is late")


@scene
def a_thread_opens_again(world: World) -> None:
    threads.reopen_thread(key=world.story.key)


@scene
def a_thread_is_withdrawn_and_back(world: World) -> None:
    threads.withdraw_thread(key=world.other.key)
    publishing.publish_story(story=world.other)


@scene
def counts_are_put_right(world: World) -> None:
    type(world.thread).objects.filter(pk=world.thread.pk).update(published_count=99)
    counts.recount(thread_key=world.story.key)
