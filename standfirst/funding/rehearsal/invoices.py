"""Invoices of subscriptions: made, paid, tried again, given up."""

from typing import Any

from standfirst.funding.rehearsal.charges import Charges, Order
from standfirst.funding.rehearsal.ground import Ground, listed, new_id
from standfirst.funding.rehearsal.methods import DEBIT_DAYS, Methods
from standfirst.funding.rehearsal.state import Thing

_DAY = 86_400
RETRY_DAYS = (3, 5, 7)  # after a failure; Stripe's usual plan, four tries in fifteen days


class Invoices:
    """Makes and collects invoices. What follows for the subscription is its own business: see ``Billing``."""

    def __init__(self, ground: Ground, charges: Charges, methods: Methods) -> None:
        self.ground = ground
        self.charges = charges
        self.methods = methods

    def make(self, sub: Thing, amount: int, reason: str, *, proration: bool = False) -> Thing:
        """Make an invoice over ``amount`` of the currency of ``sub``, open for payment."""
        at, invoice_id = self.ground.now(), new_id("in_rh")
        item = sub["items"]["data"][0]
        marks = {"currency": sub["currency"], "livemode": False}
        line = marks | {
            "id": new_id("il_rh"),
            "object": "line_item",
            "amount": amount,
            "invoice": invoice_id,
            "metadata": sub["metadata"],
            "parent": {
                "invoice_item_details": None,
                "subscription_item_details": {
                    "invoice_item": None,
                    "proration": proration,
                    "subscription": sub["id"],
                    "subscription_item": item["id"],
                },
                "type": "subscription_item_details",
            },
            "period": {"start": item["current_period_start"], "end": item["current_period_end"]},
            "quantity": 1,
        }
        invoice = marks | {
            "id": invoice_id,
            "object": "invoice",
            "amount_due": amount,
            "amount_paid": 0,
            "amount_remaining": amount,
            "attempt_count": 0,
            "attempted": False,
            "auto_advance": True,
            "billing_reason": reason,
            "collection_method": "charge_automatically",
            "created": at,
            "customer": sub["customer"],
            "customer_email": self.ground.get(sub["customer"], "customer")["email"],
            "ending_balance": 0,
            "lines": listed(f"/v1/invoices/{invoice_id}/lines", [line]),
            "metadata": {},
            "next_payment_attempt": None,
            "parent": {
                "quote_details": None,
                "subscription_details": {"metadata": sub["metadata"], "subscription": sub["id"]},
                "type": "subscription_details",
            },
            "period_start": at,
            "period_end": at,
            "starting_balance": 0,
            "status": "open",
            "status_transitions": {"finalized_at": at, "paid_at": None, "voided_at": None},
            "subtotal": amount,
            "total": amount,
            "total_discount_amounts": [],
        }
        self.ground.put(invoice, parent=sub["id"])
        self.ground.tell("invoice.created", invoice)
        return invoice

    def void(self, invoice: Thing) -> Thing:
        """End an invoice that nobody is to pay."""
        invoice.update(status="void", amount_remaining=invoice["amount_due"], next_payment_attempt=None)
        invoice["status_transitions"]["voided_at"] = self.ground.now()
        self.ground.tell("invoice.voided", self.ground.put(invoice))
        return invoice

    def collect(self, invoice: Thing, method: Thing, *, first: bool = False) -> str:
        """Try to be paid; returns ``paid``, ``pending`` or ``failed``, and tells what happened."""
        if invoice["amount_due"] == 0:
            self._paid(invoice)
            return "paid"
        customer = self.ground.get(invoice["customer"], "customer")
        payment = next(iter(self.payments_of(invoice["id"])), None)
        order = Order(
            amount=invoice["amount_due"],
            currency=invoice["currency"],
            customer=customer["id"],
            method=method,
            email=customer["email"],
            intent=payment["payment"]["payment_intent"] if payment else "",
        )
        outcome = self.methods.outcome(method, first=first)
        intent, charge = self.charges.charge(order, outcome)
        payment = self._payment(invoice, intent, payment)
        invoice.update(attempt_count=invoice["attempt_count"] + 1, attempted=True)
        if outcome == "pending":
            self.ground.put(invoice)
            self.ground.tell("payment_intent.processing", intent)
            self.ground.state.fall_due(self.ground.now() + DEBIT_DAYS * _DAY, "debit", charge["id"])
            return "pending"
        return self.settle(invoice, intent, charge, works=outcome == "succeeded", attended=first)

    def settle(self, invoice: Thing, intent: Thing, charge: Thing, *, works: bool, attended: bool = False) -> str:
        """Note that a charge for ``invoice`` worked or did not, and tell it.

        ``attended``: somebody is there to try another card, so it is not tried again by itself.
        """
        if works:
            self.ground.tell("payment_intent.succeeded", intent)
            self.ground.tell("charge.succeeded", charge)
            self._paid(invoice)
            return "paid"
        self.ground.tell("charge.failed", charge)
        self.ground.tell("payment_intent.payment_failed", intent)
        tried = invoice["attempt_count"]
        goes_on = tried <= len(RETRY_DAYS) and not attended
        again = self.ground.now() + RETRY_DAYS[tried - 1] * _DAY if goes_on else None
        invoice["next_payment_attempt"] = again
        self.ground.put(invoice)
        if again is not None:
            self.ground.state.fall_due(again, "retry", invoice["id"])
        self.ground.tell("invoice.payment_failed", invoice)
        return "failed"

    def of_intent(self, intent_id: str) -> Thing | None:
        """Return the invoice that a payment intent pays, if any."""
        found = self.ground.state.of_kind("invoice_payment", parent=intent_id, most=1)
        return self.ground.get(found[0]["invoice"], "invoice") if found else None

    def payments_of(self, invoice_id: str) -> list[Thing]:
        """Return how an invoice was paid or tried to be."""
        known = self.ground.notes(invoice_id).get("payment")
        return [self.ground.get(known, "invoice_payment")] if known else []

    def _payment(self, invoice: Thing, intent: Thing, known: Thing | None) -> Thing:
        found: dict[str, Any] = known or {
            "id": new_id("inpay_rh"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "created": self.ground.now(),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
        self.ground.note(invoice["id"], payment=found["id"])
        return self.ground.put(found, parent=intent["id"])

    def _paid(self, invoice: Thing) -> None:
        at = self.ground.now()
        invoice.update(status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, next_payment_attempt=None)
        invoice["status_transitions"]["paid_at"] = at
        for payment in self.payments_of(invoice["id"]):
            payment.update(status="paid", amount_paid=invoice["amount_due"])
            payment["status_transitions"]["paid_at"] = at
            self.ground.put(payment)
        self.ground.state.forget_due("retry", invoice["id"])
        self.ground.put(invoice)
        self.ground.tell("invoice.paid", invoice)
