"""What readers do with their accounts and with what is theirs."""

from standfirst.accounts import codes, naming, notices, signing_in
from standfirst.accounts.models import Code
from standfirst.discussion import comments, marks, votes
from standfirst.discussion.mine import claims, erasing, removing
from standfirst.testing import discussion as talk
from standfirst.testing.accounts import a_reader, code_for
from tests.scenes.world import World, scene


@scene
def a_reader_signs_in_and_is_named(world: World) -> None:
    code = codes.send(address="ines@mail.test", purpose=Code.Purpose.SIGN_IN)
    codes.redeem(code_id=code.pk.hex, typed=code_for("ines@mail.test"), purposes=(Code.Purpose.SIGN_IN,))
    codes.forget()
    account = signing_in.account_for(address="ines@mail.test")
    naming.rename(account=account, name="Ines Ferry")
    signing_in.move_address(account=account, address="ines.ferry@mail.test")
    notices.tell(account=account, what="You have a new address.")
    comments.post(thread_key=world.story.key, name="Ines Ferry", text="I was on that ferry.", account=account)


@scene
def a_writer_joins_the_house(world: World) -> None:
    account = a_reader("Olga Berg")
    comments.post(thread_key=world.story.key, name="Olga Berg", text="More of it tomorrow.", account=account)
    account.groups.set(world.moderator.groups.all())
    account.is_superuser = True
    account.save()
    marks.renew_marks(account=account)
    world.author.account = account
    world.author.save()
    marks.renew_marks_in(thread_keys=[world.story.key])


@scene
def a_supporter_lets_it_be_seen(world: World) -> None:
    account = a_reader("Ada Brook", email="ada@example.org")
    comments.post(thread_key=world.story.key, name="Ada Brook", text="Worth every penny.", account=account)
    marks.let_bear(mark="supporter", bearers={account.pk: "Ada Brook"})


@scene
def a_guest_claims_and_takes_back(world: World) -> None:
    guest, account = talk.a_guest(), a_reader()
    claimed = talk.a_comment(world.thread, guest=guest)
    votes.up(comment_id=world.reply.pk, guest=guest)
    claims.claim_comments(guest=guest, account=account)
    removing.remove_own(comment_id=claimed.pk, guest=None, account=account)
    removing.empty_removed(older_than_days=0)


@scene
def a_person_is_erased(world: World) -> None:
    guest = talk.a_guest()
    root = talk.a_comment(world.thread, guest=guest)
    talk.a_comment(world.thread, parent=root)
    votes.up(comment_id=world.reply.pk, guest=guest)
    erasing.erase_person(guest=guest)
