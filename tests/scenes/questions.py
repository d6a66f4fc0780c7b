"""What the newsroom asks, and what readers answer and quote."""

from standfirst.discussion import comments, threads
from standfirst.discussion.models import Question
from standfirst.discussion.questions import asking
from standfirst.discussion.questions.anchors import About
from standfirst.stories import publishing
from standfirst.stories.models import Story
from standfirst.testing import discussion as talk
from standfirst.testing.questions import an_answer
from tests.scenes.world import QUESTION, World, asking_block, scene


def _question(world: World) -> Question:
    return Question.objects.get(mark=QUESTION, thread__key=world.story.key)


@scene
def a_question_is_answered(world: World) -> None:
    held = an_answer(_question(world), trap=talk.TRAP_FILLED)
    comments.publish(comment_id=held.pk, by=world.moderator)
    comments.hold(comment_id=held.pk, by=world.moderator)


@scene
def an_answer_is_picked(world: World) -> None:
    asking.pick(comment_id=an_answer(_question(world)).pk, by=world.moderator)


@scene
def no_answer_is_picked(world: World) -> None:
    asking.unpick(question_id=_question(world).pk, by=world.moderator)


@scene
def a_question_is_closed(world: World) -> None:
    asking.close(question_id=_question(world).pk, by=world.moderator)


@scene
def a_question_is_opened_again(world: World) -> None:
    asking.reopen(question_id=_question(world).pk, by=world.moderator)


@scene
def a_sentence_is_quoted_and_the_text_changes(world: World) -> None:
    quoted = About(quote="The lamp was lit at six")
    comments.post(thread_key=world.story.key, name="Ines", text="At six? Really?", about=quoted)
    story = Story.objects.get(pk=world.story.pk)
    told = [*story.body.raw_data]
    told[0] = asking_block("The lamp was lit at seven, says the keeper.")
    story.body = story._meta.get_field("body").to_python(told)
    publishing.publish_story(story=story)


@scene
def a_question_is_no_longer_asked(world: World) -> None:
    asking.follow_text(key=world.story.key, asked=[], text="")
    threads.open_thread(key=world.story.key, title=world.story.headline, url=f"/{world.story.address}/")
