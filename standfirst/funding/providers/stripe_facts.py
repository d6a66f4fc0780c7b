"""Stripe's answers, read: plain data in, facts out. Asks nothing, knows no network."""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from standfirst.funding.providers.protocol import (
    Card,
    Charge,
    DisputeFacts,
    DisputeMove,
    DisputeStatus,
    Movement,
    MovementKind,
    ProviderRefused,
    RefundFacts,
    RefundState,
    SubscriptionFacts,
    SubscriptionStatus,
)
from standfirst.kit import clock
from standfirst.kit.money import Money

type Thing = dict[str, Any]

# ISO says no decimals, Stripe wants two all the same: 5 UGX are sent as 500.
_TWO_DECIMALS_AT_STRIPE = frozenset({"UGX", "ISK"})
# Known to have worked only days after the charge was made: their money counts when it comes.
_DELAYED = frozenset(
    "acss_debit au_becs_debit bacs_debit boleto customer_balance konbini multibanco nz_bank_account oxxo sepa_debit"
    " us_bank_account".split()
)
_REFUND_STATES: dict[str, RefundState] = {"failed": "failed", "canceled": "failed"}
_DISPUTE_STATES: dict[str, DisputeStatus] = {"won": "won", "lost": "lost", "prevented": "inquiry"}
_STATUSES: dict[str, SubscriptionStatus] = {
    "active": "active",
    "trialing": "active",
    "past_due": "past_due",
    "unpaid": "lapsed",
    "paused": "paused",
    "canceled": "cancelled",
}
_KINDS: dict[str, MovementKind] = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failed",
    "payment_failure_refund": "refund_failed",
    "payout": "payout",
    "payout_cancel": "payout",
    "payout_failure": "payout",
    "stripe_fee": "fee",
    "stripe_fx_fee": "fee",
    "tax_fee": "fee",
}
_DISPUTES = frozenset({"dispute", "dispute_reversal"})
_MONTHS = {"month": 1, "year": 12}


def charge(found: Thing, refunds: Iterable[Thing], disputes: Iterable[Thing]) -> Charge:
    """Return what a charge that succeeded says; its balance transaction is expanded."""
    line = found["balance_transaction"]
    kind = (found.get("payment_method_details") or {}).get("type", "card")
    paid_at = line["created"] if line and kind in _DELAYED else found["created"]
    return Charge(
        ref=found["id"],
        amount=money(found["amount"], found["currency"]),
        paid_at=moment(paid_at),
        settled=money(line["amount"], line["currency"]) if line else None,
        fee=_fee(line["fee"], line["currency"]) if line else None,
        fee_ref=line["id"] if line else "",
        refunds=tuple(refund(each) for each in refunds),
        disputes=tuple(dispute(each) for each in disputes),
    )


def declined_ref(found: Thing | None) -> str:
    """Return the id of a charge if it failed, "" if it did not or there was none."""
    return str(found["id"]) if found and found["status"] == "failed" else ""


def refund(found: Thing) -> RefundFacts:
    """Return what a refund says. What it took from the balance is known if its line there is expanded."""
    line = found.get("balance_transaction")
    return RefundFacts(
        ref=found["id"],
        amount=money(found["amount"], found["currency"]),
        # Stripe takes the money when the refund is made, so "pending" counts; a failure gives it back.
        state=_REFUND_STATES.get(found["status"], "done"),
        at=moment(found["created"]),
        asked_as=gift_id((found.get("metadata") or {}).get("refund", "")),
        settled=money(-line["amount"], line["currency"]) if isinstance(line, dict) else None,
    )


def dispute(found: Thing) -> DisputeFacts:
    """Return what a dispute says, and what it moved."""
    status = found["status"]
    due_by = (found.get("evidence_details") or {}).get("due_by")
    return DisputeFacts(
        ref=found["id"],
        amount=money(found["amount"], found["currency"]),
        status="inquiry" if status.startswith("warning_") else _DISPUTE_STATES.get(status, "open"),
        opened_at=moment(found["created"]),
        reason=found["reason"],
        answer_by=moment(due_by) if due_by else None,
        moves=tuple(_move(line) for line in found["balance_transactions"] if line["amount"]),
    )


def _move(line: Thing) -> DisputeMove:
    return DisputeMove(
        ref=line["id"],
        kind="withdrawn" if line["amount"] < 0 else "reinstated",
        settled=money(abs(line["amount"]), line["currency"]),
        fee=_fee(line["fee"], line["currency"]) if line["fee"] else None,
        at=moment(line["created"]),
    )


def movement(line: Thing) -> Movement:
    """Return a line of the balance."""
    kind = _KINDS.get(line["type"], "other")
    if line["type"] == "adjustment" and line["reporting_category"] in _DISPUTES:
        kind = "dispute"
    return Movement(
        ref=line["id"],
        kind=kind,
        source=ref_of(line["source"]),
        amount=money(line["amount"], line["currency"]),
        fee=_fee(line["fee"], line["currency"]),
        at=moment(line["created"]),
        text=line.get("description") or line["type"],
    )


def subscription(found: Thing) -> SubscriptionFacts | None:
    """Return what a subscription says; None before its first payment was made or promised.

    Its payment method and its newest invoice are expanded.
    """
    if found["status"] not in _STATUSES:
        return None
    item = found["items"]["data"][0]
    ended = found.get("ended_at")
    pause = None if ended else found.get("pause_collection")
    resumes_at = pause["resumes_at"] if pause else None
    invoice = found.get("latest_invoice")
    owed = isinstance(invoice, dict) and invoice["status"] == "open"
    return SubscriptionFacts(
        ref=found["id"],
        customer_ref=ref_of(found["customer"]),
        status=_status(found, paused=bool(pause)),
        charged=money(item["price"]["unit_amount"] * item.get("quantity", 1), found["currency"]),
        started_at=moment(found["start_date"]),
        next_at=None if ended or (pause and resumes_at is None) else _next_at(found, item, resumes_at),
        resumes_at=moment(resumes_at) if resumes_at else None,
        ends_at=moment(found["cancel_at"]) if found.get("cancel_at") and not ended else None,
        ended_at=moment(ended) if ended else None,
        card=_card(found),
        failures=invoice["attempt_count"] if owed and isinstance(invoice, dict) else 0,
    )


def _status(found: Thing, *, paused: bool) -> SubscriptionStatus:
    if found["status"] == "canceled" and (found.get("cancellation_details") or {}).get("reason") == "payment_failed":
        return "lapsed"
    status = _STATUSES[found["status"]]
    return "paused" if paused and status == "active" else status


def _next_at(found: Thing, item: Thing, resumes_at: int | None) -> datetime:
    """Return when the next payment is due: invoices of a pause are voided, so the first one after it counts."""
    ends = moment(item["current_period_end"] if "current_period_end" in item else found["current_period_end"])
    recurring = item["price"]["recurring"]
    step = _MONTHS.get(recurring["interval"], 0) * recurring.get("interval_count", 1)
    if resumes_at is None or not step:
        return ends
    anchor, resumes, number = moment(found["billing_cycle_anchor"]), moment(resumes_at), 0
    while (following := clock.months_after(anchor, number)) < max(ends, resumes):
        number += step
    return following


def _card(found: Thing) -> Card | None:
    method = found.get("default_payment_method")
    customer = found.get("customer")
    if not isinstance(method, dict) and isinstance(customer, dict):
        method = customer["invoice_settings"]["default_payment_method"]
    if not isinstance(method, dict):
        return None
    kind = method["type"]
    known = method.get(kind) or {}
    expires_on = None
    if "exp_month" in known:
        expires_on = clock.first_of_next_month(date(known["exp_year"], known["exp_month"], 1)) - timedelta(days=1)
    return Card(brand=known.get("brand") or kind, last4=known.get("last4") or "", expires_on=expires_on)


def subscription_ref(invoice: Thing) -> str:
    """Return which subscription an invoice is of, "" if of none; API versions before 2025-03-31 say it elsewhere."""
    return ref_of(_subscription_of(invoice))


def expanded_subscription(invoice: Thing) -> Thing | None:
    """Return the subscription of an invoice if the answer holds all of it."""
    found = _subscription_of(invoice)
    return found if isinstance(found, dict) else None


def _subscription_of(invoice: Thing) -> Any:
    if invoice.get("parent"):
        return (invoice["parent"].get("subscription_details") or {}).get("subscription")
    return invoice.get("subscription")


def marks_of_invoice(invoice: Thing) -> Thing:
    """Return our marks on the subscription of an invoice, as they were when it was made."""
    details = invoice["parent"] if invoice.get("parent") else invoice
    return dict((details.get("subscription_details") or {}).get("metadata") or {})


def intent_of_invoice(invoice: Thing) -> str:
    """Return the payment intent that pays, or is to pay, an invoice; "" if nothing has to be paid."""
    listed = (invoice.get("payments") or {}).get("data")
    if listed is None:
        return ref_of(invoice.get("payment_intent"))
    last_to_first = sorted(listed, key=lambda each: each["status"] == "paid")
    return ref_of(last_to_first[-1]["payment"].get("payment_intent")) if last_to_first else ""


def begins(invoice: Thing) -> bool:
    """Say whether an invoice is the first of its subscription: somebody is there who types in a card."""
    return invoice.get("billing_reason") == "subscription_create"


def is_adjusted(invoice: Thing) -> bool:
    """Say whether Stripe computed the amount of an invoice itself: a part of a month, a discount, a credit."""
    lines = (invoice.get("lines") or {}).get("data") or []
    return bool(
        invoice.get("billing_reason") == "subscription_update"
        or any(_is_proration(line) for line in lines)
        or invoice.get("total_discount_amounts")
        or invoice.get("starting_balance", 0) != (invoice.get("ending_balance") or 0)
    )


def _is_proration(line: Thing) -> bool:
    details = (line.get("parent") or {}).get("subscription_item_details") or {}
    return bool(details.get("proration") or line.get("proration"))


def money(amount: int, currency: str) -> Money:
    """Return money as we count it. ProviderRefused for a fraction of the smallest unit."""
    code = currency.upper()
    if code in _TWO_DECIMALS_AT_STRIPE:
        whole, rest = divmod(amount, 100)
        if rest:
            raise ProviderRefused(reason="fraction_of_smallest_unit")
        return Money(whole, code)
    return Money(amount, code)


def minor_at_stripe(amount: Money) -> int:
    """Return how Stripe writes an amount."""
    return amount.minor * 100 if amount.currency in _TWO_DECIMALS_AT_STRIPE else amount.minor


def _fee(amount: int, currency: str) -> Money:
    # Stripe counts its own fee in hundredths that these currencies do not have: booked rounded up.
    code = currency.upper()
    return Money(-(-amount // 100) if code in _TWO_DECIMALS_AT_STRIPE else amount, code)


def moment(seconds: int) -> datetime:
    """Return a moment as we write it."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def ref_of(found: Any) -> str:
    """Return the id of a thing that may be expanded, or missing."""
    return str(found["id"] if isinstance(found, dict) else found or "")


def gift_id(raw: str) -> uuid.UUID | None:
    """Return an id of ours, or None for anything else."""
    try:
        return uuid.UUID(raw)
    except ValueError:
        return None
