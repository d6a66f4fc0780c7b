"""What moderators and reporting readers do on the desk of the discussion."""

from standfirst.discussion.moderating import appeals, bans, claims, deciding, house, picks, reports
from standfirst.discussion.moderating.deciding import Wanted
from standfirst.discussion.moderating.house import Wishes
from standfirst.testing import discussion as talk
from tests.scenes.world import World, scene

RULES = [("On the subject", "Write about the story."), ("Be kind", "To all.")]


@scene
def readers_report_a_comment_until_it_is_held(world: World) -> None:
    reported = talk.a_comment(world.thread)
    for _ in range(3):
        reports.report(comment_id=reported.pk, reason="spam")


@scene
def a_comment_is_removed_under_a_rule(world: World) -> None:
    removed = talk.a_comment(world.thread)
    wanted = Wanted("reject", reason="Be kind.", rule=2)
    claims.claim(comment_id=removed.pk, by=world.moderator)
    deciding.decide(comment_id=removed.pk, by=world.moderator, wanted=wanted)


@scene
def the_house_says_what_it_removes(world: World) -> None:
    wishes = Wishes(reports_to_hold=3, shows_removals=True, preamble="Welcome.", rules=RULES, reasons=[("Unkind.", 2)])
    house.keep_house(by=world.moderator, wishes=wishes)


@scene
def a_decision_is_taken_back(world: World) -> None:
    deciding.undo(by=world.moderator)


@scene
def an_objection_is_granted(world: World) -> None:
    guest = talk.a_guest()
    held = talk.a_held_comment(world.thread, guest=guest)
    appeals.appeal(comment_id=held.pk, guest=guest, words="It is no advertising.")
    deciding.decide(comment_id=held.pk, by=world.moderator, wanted=Wanted("publish"))


@scene
def somebody_is_banned_with_what_they_wrote(world: World) -> None:
    said = talk.a_comment(world.thread, guest=talk.a_guest())
    ban = bans.ban_author(comment_id=said.pk, by=world.moderator, target="guest", reason="Be kind.")
    deciding.hide_banned(ban=ban, by=world.moderator)
    bans.end_ban(ban_id=ban.pk, by=world.moderator)
    bans.ban_range(network="203.0.113.0/24", by=world.moderator, reason="Be kind.")


@scene
def a_comment_is_picked_and_pinned(world: World) -> None:
    picked = talk.a_comment(world.thread)
    picks.pick(comment_id=picked.pk, by=world.moderator)
    picks.pick(comment_id=picked.pk, by=world.moderator, kind="pinned")


@scene
def a_pinned_comment_is_a_comment_like_others_again(world: World) -> None:
    pinned = world.thread.picks.get(kind="pinned", ended_at__isnull=True).comment
    picks.unpick(comment_id=pinned.pk, by=world.moderator, kind="pinned")


@scene
def a_thread_is_summed_up(world: World) -> None:
    picks.summarise(thread_key=world.story.key, by=world.moderator, text="Most readers agree.")
