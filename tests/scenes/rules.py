"""What moderators lay down: rules, policies, cool-downs; and what readers prove."""

from datetime import timedelta

from standfirst.accounts import challenges
from standfirst.discussion.rules import cooling, policies, writing
from standfirst.discussion.rules.writing import Wording
from standfirst.kit import clock
from standfirst.testing import discussion as talk
from tests.scenes.world import World, scene


@scene
def a_policy_for_the_site_is_set(world: World) -> None:
    policies.set_policy(scope="site", by=world.moderator, checks="first", slow_seconds=1, closes_after_days=400)


@scene
def a_section_takes_accounts_only(world: World) -> None:
    policies.set_policy(scope=f"section:{world.section.pk}", by=world.moderator, takes="accounts")
    policies.set_policy(scope=f"section:{world.section.pk}", by=world.moderator)


@scene
def a_story_is_closed_by_policy(world: World) -> None:
    policies.set_policy(scope=world.story.key, by=world.moderator, takes="nobody")


@scene
def all_policies_are_taken_back(world: World) -> None:
    for scope in (world.story.key, "site"):
        policies.set_policy(scope=scope, by=world.moderator)


@scene
def a_rule_lives_and_ends(world: World) -> None:
    by = world.moderator
    first = writing.write_rule(wording=Wording("Gambling", "words", "casino"), by=by)
    second = writing.write_rule(wording=Wording("Poker", "words", "poker"), by=by)
    for rule in (first, second):
        writing.switch_on(rule_id=rule.pk, by=by)
    writing.change_rule(rule_id=first.pk, wording=Wording("Gambling", "words", "roulette"), by=by)
    writing.move_up(rule_id=second.pk, by=by)
    talk.a_comment(world.thread, text="Come and play poker")
    writing.switch_off(rule_id=second.pk, by=by)
    writing.remove_rule(rule_id=first.pk, by=by)


@scene
def a_discussion_cools_down(world: World) -> None:
    cooling.begin(thread_key=world.story.key, reason="A row")


@scene
def a_cool_down_is_prolonged(world: World) -> None:
    cooling.prolong(thread_key=world.story.key, by=world.moderator)


@scene
def a_cool_down_ends(world: World) -> None:
    cooling.end(thread_key=world.story.key, by=world.moderator)


@scene
def a_challenge_is_solved(world: World) -> None:
    challenges.spend(signature="x", expires_at=clock.now() + timedelta(minutes=5))
