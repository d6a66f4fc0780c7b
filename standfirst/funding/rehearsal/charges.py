"""Charges, what they bring to the balance, and refunds."""

from dataclasses import dataclass, field
from typing import Any

from standfirst.funding.rehearsal import rates
from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.ground import Ground, new_id
from standfirst.funding.rehearsal.state import Thing

FEE_PER_MILLE = 29  # Stripe's usual price in 2026: 2.9 %
FEE_FIXED_MINOR = 30  # and thirty cents
EMAIL = "reader@example.org"  # whose card it would be
_ACCOUNT = "acct_rehearsal"
OPEN_DISPUTES = {"needs_response", "under_review"}


def fee_minor(amount: int) -> int:
    """Return what Stripe would keep of ``amount``."""
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED_MINOR


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be charged. ``method`` is what pays: a card, or a bank debit that takes days."""

    amount: int
    currency: str
    metadata: dict[str, Any] = field(default_factory=dict)
    customer: str | None = None
    method: Thing | None = None
    email: str = EMAIL
    intent: str = ""

    @property
    def kind(self) -> str:
        """The kind of payment method."""
        return str(self.method["type"]) if self.method else "card"


class Charges:
    """Takes money and sends it back; all that moves the balance goes through ``settle``."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def charge(self, order: Order, outcome: str) -> tuple[Thing, Thing]:
        """Charge: ``outcome`` is ``succeeded``, ``pending`` or the code of a failure. Returns intent and charge."""
        at, charge_id = self.ground.now(), new_id("ch_rh")
        intent_id = order.intent or new_id("pi_rh")
        status = outcome if outcome in {"succeeded", "pending"} else "failed"
        marks = {"currency": order.currency, "livemode": False, "metadata": order.metadata, "created": at}
        marks |= {"customer": order.customer, "payment_method": order.method["id"] if order.method else None}
        settled = self.settle(order.amount, order.currency, charge_id, "charge") if status == "succeeded" else None
        shown = {key: order.method[key] for key in (order.kind,)} if order.method else {}
        charge = {
            "id": charge_id,
            "object": "charge",
            "amount": order.amount,
            "amount_captured": order.amount if settled else 0,
            "amount_refunded": 0,
            "balance_transaction": settled["id"] if settled else None,
            "billing_details": {"address": None, "email": order.email, "name": None, "phone": None},
            "captured": bool(settled),
            "disputed": False,
            "failure_code": outcome if status == "failed" else None,
            "failure_message": "Your card was declined." if status == "failed" else None,
            "paid": bool(settled),
            "payment_intent": intent_id,
            "payment_method_details": {"type": order.kind} | shown,
            "refunded": False,
            "status": status,
        } | marks
        states = {"succeeded": "succeeded", "pending": "processing", "failed": "requires_payment_method"}
        intent = {
            "id": intent_id,
            "object": "payment_intent",
            "amount": order.amount,
            "amount_received": order.amount if settled else 0,
            "latest_charge": charge_id,
            "status": states[status],
        } | marks
        return self.ground.put(intent), self.ground.put(charge, parent=intent_id)

    def settle_later(self, charge_id: str, *, works: bool) -> Thing:
        """End a charge that was pending; messages are the caller's. Returns the charge."""
        charge = self.ground.get(charge_id, "charge")
        intent = self.ground.get(charge["payment_intent"], "payment_intent")
        if works:
            settled = self.settle(charge["amount"], charge["currency"], charge_id, "payment")
            charge.update(status="succeeded", paid=True, captured=True, balance_transaction=settled["id"])
            charge["amount_captured"] = intent["amount_received"] = charge["amount"]
        else:
            charge.update(status="failed", failure_code="debit_not_authorized")
        intent["status"] = "succeeded" if works else "requires_payment_method"
        self.ground.put(intent)
        return self.ground.put(charge)

    def settle(self, amount: int, currency: str, source: str, kind: str, *, category: str = "", fee: int = 0) -> Thing:
        """Write a line of the balance, in the currency of the account."""
        at, home = self.ground.now(), self.home(currency)
        micro = rates.rate_micro(currency, home, at) if currency != home else rates.MICRO
        brought = rates.converted(amount, currency, home, micro)
        fee = fee or (fee_minor(brought) if kind in {"charge", "payment"} else 0)
        return self.ground.put(
            {
                "id": new_id("txn_rh"),
                "object": "balance_transaction",
                "amount": brought,
                "available_on": at,
                "created": at,
                "currency": home,
                "description": None,
                "exchange_rate": None if currency == home else micro / rates.MICRO,
                "fee": fee,
                "fee_details": [],
                "net": brought - fee,
                "reporting_category": category or kind,
                "source": source,
                "status": "available",
                "type": kind,
            },
            parent=source,
        )

    def home(self, currency: str) -> str:
        """Return the currency of the account: that of its first charge."""
        known = self.ground.notes(_ACCOUNT)
        if "currency" not in known:
            self.ground.note(_ACCOUNT, currency=currency)
            return currency
        return str(known["currency"])

    def refund(self, given: dict[str, Any]) -> Thing:
        """Send money of a charge back; never more than came, and nothing that a bank is taking back."""
        charge = self._charge_of(given)
        taken = [each for each in self.disputes_of(charge["id"]) if each["status"] in OPEN_DISPUTES | {"lost"}]
        if any(each["status"] in OPEN_DISPUTES for each in taken):
            raise Refused("charge_disputed", f"Charge {charge['id']} has been charged back; cannot issue a refund.")
        left = charge["amount"] - charge["amount_refunded"] - sum(each["amount"] for each in taken)
        if left <= 0:
            raise Refused("charge_already_refunded", f"Charge {charge['id']} has already been refunded.")
        amount = given.get("amount", left)
        if amount <= 0:
            raise Refused("parameter_invalid_integer", "Amount must be at least 1", "amount")
        if amount > left:
            raise Refused("amount_too_large", f"Refund amount is greater than unrefunded amount: {left}", "amount")
        refund_id = new_id("re_rh")
        settled = self.settle(-amount, charge["currency"], refund_id, "refund")
        refund = {
            "id": refund_id,
            "object": "refund",
            "amount": amount,
            "balance_transaction": settled["id"],
            "charge": charge["id"],
            "created": self.ground.now(),
            "currency": charge["currency"],
            "failure_balance_transaction": None,
            "failure_reason": None,
            "metadata": given.get("metadata", {}),
            "payment_intent": charge["payment_intent"],
            "reason": given.get("reason"),
            "status": "succeeded",
        }
        self.ground.put(refund, parent=charge["id"])
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.ground.put(charge)
        self.ground.tell("refund.created", refund)
        self.ground.tell("charge.refunded", charge)
        return refund

    def fail_refund(self, refund_id: str) -> Thing:
        """Have a refund bounce, as happens days later when the card is gone: the money is back with us."""
        refund = self.ground.get(refund_id, "refund")
        if refund["status"] == "failed":
            return refund
        back = self.ground.get(refund["balance_transaction"], "balance_transaction")
        home = back["currency"]
        returned = self.settle(-back["amount"], home, refund_id, "refund_failure")
        refund.update(status="failed", failure_reason="lost_or_stolen_card")
        refund["failure_balance_transaction"] = returned["id"]
        self.ground.put(refund)
        charge = self.ground.get(refund["charge"], "charge")
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self.ground.put(charge)
        self.ground.tell("refund.failed", refund)
        self.ground.tell("refund.updated", refund)
        return refund

    def disputes_of(self, charge_id: str) -> list[Thing]:
        """Return the disputes of a charge."""
        return self.ground.state.of_kind("dispute", parent=charge_id)

    def _charge_of(self, given: dict[str, Any]) -> Thing:
        if "charge" in given:
            charge = self.ground.get(given["charge"], "charge")
        elif "payment_intent" in given:
            intent = self.ground.get(given["payment_intent"], "payment_intent")
            charge = self.ground.get(intent["latest_charge"], "charge")
        else:
            raise Refused("parameter_missing", "One of charge or payment_intent is needed", "charge")
        if not charge["paid"]:
            raise Refused("charge_not_refundable", "A charge that failed cannot be refunded", "charge")
        return charge
