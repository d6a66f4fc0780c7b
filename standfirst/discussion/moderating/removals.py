"""How many comments of a thread are rejected under which house rule: stored, and changed with the decisions."""

from django.db.models import F

from standfirst.delivery.changes import touch
from standfirst.discussion.models import Decision, RemovalCount, State, Thread


def moved(decision: Decision, thread: Thread) -> None:
    """Count a decision that changed a comment's state. The caller holds the lock of the thread's row."""
    if decision.was == decision.state:
        return
    if decision.was == State.REJECTED:
        earlier = Decision.objects.filter(comment=decision.comment_id, state=State.REJECTED).exclude(pk=decision.pk)
        before = earlier.order_by("-decided_at", "-id").first()
        if before is not None and before.rule:
            RemovalCount.objects.filter(thread=thread, rule=before.rule, count__gt=0).update(count=F("count") - 1)
            touch(thread.change_key)
    if decision.state == State.REJECTED and decision.rule:
        removal, _made = RemovalCount.objects.get_or_create(thread=thread, rule=decision.rule)
        RemovalCount.objects.filter(pk=removal.pk).update(count=F("count") + 1)
        adorn(thread)


def adorn(thread: Thread) -> None:
    """Have whoever shows ``thread`` look for what stands above its comments. The caller holds its row's lock."""
    Thread.objects.filter(pk=thread.pk, adorned=False).update(adorned=True)
    touch(thread.change_key)
