"""What a rehearsal can be told to do: the acts of banks, cards and supporters that a site only hears of."""

from collections.abc import Callable

from standfirst.funding.rehearsal.bank import Bank
from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.state import Thing

type Act = Callable[[Bank, str], Thing]

ACTS: dict[str, Act] = {
    "decline-next": lambda bank, ref: bank.decline_next(ref),
    "decline-always": lambda bank, ref: bank.decline_always(ref),
    "expire-card": lambda bank, ref: bank.expire_card(ref),
    "cancel": lambda bank, ref: bank.billing.cancel(ref),
    "renew-now": lambda bank, ref: bank.billing.update(ref, {"billing_cycle_anchor": "now"}),
    "refund": lambda bank, ref: bank.refund_all(ref),
    "fail-refund": lambda bank, ref: bank.fail_refund(ref),
    "dispute": lambda bank, ref: bank.disputes.open(ref),
    "dispute-half": lambda bank, ref: bank.disputes.dispute_half(ref),
    "inquire": lambda bank, ref: bank.disputes.inquire(ref),
    "escalate": lambda bank, ref: bank.disputes.escalate(ref),
    "close-inquiry": lambda bank, ref: bank.disputes.close_inquiry(ref),
    "win": lambda bank, ref: bank.disputes.win(ref),
    "lose": lambda bank, ref: bank.disputes.lose(ref),
    "bring-debit": lambda bank, ref: bank.bring_debit(ref),
    "bounce-debit": lambda bank, ref: bank.bounce_debit(ref),
    "payout": lambda bank, ref: bank.payouts.pay_now(ref),
}


def carried_out(bank: Bank, act: str, ref: str) -> Thing:
    """Do ``act`` with the thing ``ref``. Refused if there is no such act, or if it makes no sense now."""
    if act not in ACTS:
        raise Refused("", f"The rehearsal knows no act {act!r}. It knows: {', '.join(ACTS)}.", status=404)
    bank.catch_up()
    return ACTS[act](bank, ref)


def acts_for(thing: Thing) -> list[str]:
    """Return the acts that make sense for a thing as it is."""
    status, kind = thing.get("status", ""), thing["object"]
    if kind == "subscription":
        return [] if thing["ended_at"] else ["decline-next", "decline-always", "expire-card", "renew-now", "cancel"]
    if kind == "charge":
        paid = ["refund", "dispute", "dispute-half", "inquire"]
        return {"pending": ["bring-debit", "bounce-debit"], "succeeded": paid}.get(status, [])
    if kind == "refund":
        return ["fail-refund"] if status == "succeeded" else []
    if kind == "dispute":
        if status.startswith("warning_"):
            return [] if status == "warning_closed" else ["escalate", "close-inquiry"]
        return {"needs_response": ["win", "lose"], "under_review": ["win", "lose"], "lost": ["win"]}.get(status, [])
    return []
