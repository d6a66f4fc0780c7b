"""Posting a comment.

What takes time (cleaning, rendering, the rules) happens before the transaction begins; what must be true at the
moment of writing (the thread is open, the parent is there, it was not sent twice) is looked at again inside, under
the lock of the thread's row. All who write wait for that lock, on SQLite even for each other, so what happens under
it is said in statements of our own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from standfirst.accounts import guests
from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import touch, verb
from standfirst.discussion import counts, markup, pipeline, refusals, threads, writers
from standfirst.discussion.models import (
    DEPTH_MAX,
    TEXT_LENGTH_MAX,
    Comment,
    Revision,
    State,
    Thread,
)
from standfirst.discussion.moderating import bans
from standfirst.discussion.pictures import belonging
from standfirst.discussion.pictures.belonging import Chosen
from standfirst.discussion.pipeline import Draft, Outcome
from standfirst.discussion.questions import anchors
from standfirst.discussion.questions.anchors import About, Anchor
from standfirst.discussion.rules import circumstances, findings, outside
from standfirst.discussion.rules.policies import OPEN, Terms
from standfirst.discussion.rules.sent import BY_HAND, Sent
from standfirst.discussion.writers import Writer
from standfirst.kit import clock, rows
from standfirst.kit.text import clean_line, clean_text

NAME_CHARACTERS_READ_MAX = 1_000  # of what was typed as a name; more is cleaned in vain
TEXT_CHARACTERS_READ_MAX = 4 * TEXT_LENGTH_MAX


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a comment; ``repeated`` if it stood there already."""

    comment: Comment
    repeated: bool = False

    @property
    def guest(self) -> Guest | None:
        """Who wrote it."""
        return self.comment.guest


def post(
    *,
    thread_key: str,
    name: str,
    text: str,
    parent_id: int | None = None,
    guest: Guest | None = None,
    account: Account | None = None,
    address_hash: str = "",
    address: str = "",
    trap: str = "",
    pictures: Sequence[Chosen] = (),
    sent: Sent = BY_HAND,
    about: About | None = None,
) -> Posted:
    """Post a comment, with pictures that are pending; without ``guest`` and ``account`` a new guest is welcomed.

    Of both, the account writes.

    Sent twice within TWICE_SECONDS by the same guest it is one comment. The state of the result
    says whether it is published or held. ``address`` is compared with banned ranges and not kept. Refusals: those
    of the rules and of ``anchors.found``, NoSuchThread, ThreadClosed, Banned, ParentElsewhere, NestedTooDeeply,
    PictureGone. Locks the thread's row while it writes. Services outside are asked before, if there are any.
    """
    draft = drafted(name=name, text=text, trap=trap, pictures=pictures)
    thread = threads.thread_of(thread_key)
    writer = Writer(None if account else guest, account, address_hash, address)
    lately = writers.wrote_lately(writer)
    anchor = anchors.found(thread, about, parent_id=parent_id)
    twice = writers.sent_twice(thread, parent_id, draft, writer, anchor) if lately else None
    if twice is not None:
        return Posted(twice, repeated=True)
    facts = circumstances.with_rules(
        thread,
        draft,
        writers.facts_of(draft, writer, wrote_lately=lately),
        by=partial(writers.written_by, writer),
        near=partial(writers.written_from, address_hash),
        has_key=bool(guest or account),
        has_account=account is not None,
        sent=sent,
    )
    outcome = outside.asked(thread, draft, pipeline.judge(draft, facts), sent)
    return keep(
        thread_id=thread.pk,
        parent_id=parent_id,
        draft=draft,
        outcome=outcome,
        writer=writer,
        terms=facts.terms,
        anchor=anchor,
    )


def drafted(*, name: str, text: str, trap: str = "", pictures: Sequence[Chosen] = ()) -> Draft:
    """Return what was typed, cleaned and rendered; a text that is too long is not rendered."""
    cleaned = clean_text(text[:TEXT_CHARACTERS_READ_MAX]).strip()
    html = markup.from_markdown(cleaned) if len(cleaned) <= TEXT_LENGTH_MAX else ""
    typed_name = clean_line(name[:NAME_CHARACTERS_READ_MAX])
    return Draft(name=typed_name, text=cleaned, html=html, trap=trap, pictures=tuple(pictures))


@verb
def keep(
    *,
    thread_id: int,
    parent_id: int | None,
    draft: Draft,
    outcome: Outcome,
    writer: Writer,
    terms: Terms = OPEN,
    anchor: Anchor = anchors.NOWHERE,
) -> Posted:
    """Write down a judged draft. For ``post``. Locks the thread's row.

    Refusals: NoSuchThread, ThreadClosed, Banned, ParentElsewhere, NestedTooDeeply, SlowMode, PictureGone,
    QuestionClosed. Touches the thread if it is published.
    """
    thread = threads.locked(thread_id)
    if thread.withdrawn_at is not None:
        raise refusals.NoSuchThread
    now = writers.standing(thread_id, writer)
    if now.some_are_banned and bans.admit(writer.who) == bans.SHADOW:
        outcome = Outcome(hold=pipeline.SHADOWED)
    if now.is_closed:
        raise refusals.ThreadClosed
    twice = writers.sent_twice(thread, parent_id, draft, writer, anchor) if now.wrote_lately else None
    if twice is not None:
        return Posted(twice, repeated=True)
    pipeline.slow_mode(terms, circumstances.seconds_since_last(thread, terms, partial(writers.written_by, writer)))
    parent = _parent(thread, parent_id)
    at = clock.now()
    comment = Comment(
        thread=thread,
        parent=parent,
        root_id=None if parent is None else parent.root_id or parent.pk,
        depth=0 if parent is None else parent.depth + 1,
        guest=None if writer.account else writer.guest or guests.welcome(),
        account=writer.account,
        name=draft.name,
        html=draft.html,
        state=State.HELD if outcome.hold else State.PUBLISHED,
        created_at=at,
        published_at=None if outcome.hold else at,
        event=0 if outcome.hold else thread.event + 1,
        address_hash=writer.address_hash,
    )
    anchors.hold(anchor, comment)
    rows.add(comment)
    revise(comment, draft, outcome, number=1)
    if draft.pictures:
        belonging.attach(comment=comment, chosen=draft.pictures)
    counts.moved(comment, thread, was="")
    if comment.state == State.PUBLISHED:
        touch(thread.change_key)
    return Posted(comment)


def revise(comment: Comment, draft: Draft, outcome: Outcome, *, number: int) -> None:
    """Keep the wording ``number`` of ``comment``, and why it is held. Inside a verb."""
    revision = rows.add(
        Revision(
            comment=comment,
            number=number,
            text=draft.text,
            html=draft.html,
            text_hash=markup.fingerprint(draft.text),
            verdict=Revision.Verdict.HOLD if outcome.hold else Revision.Verdict.PUBLISH,
            reason=outcome.hold,
            written_at=clock.now(),
        )
    )
    if outcome.hit is not None:
        findings.keep(revision, outcome.hit)


def _parent(thread: Thread, parent_id: int | None) -> Comment | None:
    if parent_id is None:
        return None
    parent = Comment.objects.filter(pk=parent_id, thread=thread, state=State.PUBLISHED).first()
    if parent is None:
        raise refusals.ParentElsewhere
    if parent.depth >= DEPTH_MAX:
        raise refusals.NestedTooDeeply
    return parent
