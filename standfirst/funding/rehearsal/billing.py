"""Subscriptions: renewed at their anchor's day, paused, changed, tried again and given up, as Stripe does it."""

from datetime import UTC, datetime
from typing import Any

from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.ground import Ground, listed, new_id
from standfirst.funding.rehearsal.invoices import Invoices
from standfirst.funding.rehearsal.methods import Methods
from standfirst.funding.rehearsal.state import Thing
from standfirst.kit import clock

MONTHS = {"month": 1, "year": 12}
ENDED = {"canceled", "incomplete_expired"}
SECONDS_INCOMPLETE = 23 * 3_600  # Stripe gives up a subscription after this long without a first payment
_BEGUN = {"paid": "active", "pending": "active"}  # Stripe trusts a bank debit that is on its way


class Billing:
    """Keeps subscriptions."""

    def __init__(self, ground: Ground, invoices: Invoices, methods: Methods) -> None:
        self.ground = ground
        self.invoices = invoices
        self.methods = methods
        ground.doers |= {"renewal": self.renew, "retry": self.retry, "resume": self.resume_collection}
        ground.doers |= {"incomplete": self.expire_incomplete}

    def start(self, price: dict[str, Any], given: dict[str, Any], customer: str, method: Thing) -> tuple[Thing, str]:
        """Start a subscription and collect its first invoice; returns it and how that went."""
        at, sub_id = self.ground.now(), new_id("sub_rh")
        trial_days = given.get("trial_period_days", 0)
        sub: Thing = {
            "id": sub_id,
            "object": "subscription",
            "billing_cycle_anchor": at + trial_days * 86_400,
            "cancel_at": None,
            "cancel_at_period_end": False,
            "canceled_at": None,
            "cancellation_details": {"comment": None, "feedback": None, "reason": None},
            "collection_method": "charge_automatically",
            "created": at,
            "currency": price["currency"],
            "customer": customer,
            "default_payment_method": method["id"],
            "description": given.get("description"),
            "ended_at": None,
            "latest_invoice": None,
            "livemode": False,
            "metadata": given.get("metadata", {}),
            "pause_collection": None,
            "start_date": at,
            "status": "trialing" if trial_days else "incomplete",
            "trial_end": at + trial_days * 86_400 if trial_days else None,
        }
        item: Thing = {
            "id": new_id("si_rh"),
            "object": "subscription_item",
            "created": at,
            "current_period_start": at,
            "current_period_end": 0,
            "metadata": {},
            "price": self._price(price),
            "quantity": 1,
            "subscription": sub_id,
        }
        sub["items"] = listed(f"/v1/subscription_items?subscription={sub_id}", [item])
        item["current_period_end"] = sub["trial_end"] or self._following(sub, at)
        self.ground.put(sub, parent=customer)
        invoice = self.invoices.make(sub, 0 if trial_days else item["price"]["unit_amount"], "subscription_create")
        sub["latest_invoice"] = invoice["id"]
        outcome = self.invoices.collect(invoice, method, first=True)
        if not trial_days:
            sub["status"] = _BEGUN.get(outcome, "incomplete")
        self.ground.put(sub)
        self.ground.tell("customer.subscription.created", sub)
        if sub["status"] == "incomplete":
            self.ground.state.fall_due(at + SECONDS_INCOMPLETE, "incomplete", sub_id)
        else:
            self.ground.state.fall_due(item["current_period_end"], "renewal", sub_id)
        return sub, outcome

    def start_again(self, sub_id: str, method: Thing) -> tuple[Thing, str]:
        """Collect the first invoice of a subscription once more, from another card; returns it and how that went."""
        sub = self.ground.get(sub_id, "subscription")
        sub["default_payment_method"] = method["id"]
        outcome = self.invoices.collect(self.ground.get(sub["latest_invoice"], "invoice"), method, first=True)
        if outcome in _BEGUN:
            sub["status"] = _BEGUN[outcome]
            self.ground.state.forget_due("incomplete", sub_id)
            self.ground.state.fall_due(sub["items"]["data"][0]["current_period_end"], "renewal", sub_id)
        self.ground.tell("customer.subscription.updated", self.ground.put(sub))
        return sub, outcome

    def expire_incomplete(self, sub_id: str) -> None:
        """Give up a subscription whose first invoice nobody paid. Falls due by itself."""
        sub = self.ground.get(sub_id, "subscription")
        if sub["status"] == "incomplete":
            self.invoices.void(self.ground.get(sub["latest_invoice"], "invoice"))
            sub.update(status="incomplete_expired", ended_at=self.ground.now())
            self.ground.tell("customer.subscription.updated", self.ground.put(sub))

    def renew(self, sub_id: str) -> None:
        """Begin the next period and collect its invoice; a paused one is voided. Falls due by itself."""
        sub = self.ground.get(sub_id, "subscription")
        if sub["status"] in ENDED:
            return
        if sub["cancel_at_period_end"]:
            self._end(sub, "cancellation_requested")
            return
        item = sub["items"]["data"][0]
        item["current_period_start"] = item["current_period_end"]
        item["current_period_end"] = self._following(sub, item["current_period_start"])
        self.ground.state.fall_due(item["current_period_end"], "renewal", sub_id)
        if sub["status"] == "trialing":
            sub["status"] = "active"
        invoice = self.invoices.make(sub, item["price"]["unit_amount"] * item["quantity"], "subscription_cycle")
        sub["latest_invoice"] = invoice["id"]
        self.ground.put(sub)
        if sub["pause_collection"]:
            self.invoices.void(invoice)
        elif sub["status"] != "unpaid":
            self._collect(sub, invoice)
            return
        self.ground.tell("customer.subscription.updated", sub)

    def retry(self, invoice_id: str) -> None:
        """Try an invoice again. Falls due by itself."""
        invoice = self.ground.get(invoice_id, "invoice")
        sub = self.subscription_of(invoice)
        if invoice["status"] == "open" and sub["status"] not in ENDED:
            self._collect(sub, invoice)

    def debited(self, invoice: Thing, intent: Thing, charge: Thing, *, works: bool) -> None:
        """Go on after a bank debit has arrived or bounced."""
        outcome = self.invoices.settle(invoice, intent, charge, works=works)
        self._after(self.subscription_of(invoice), invoice, outcome)

    def subscription_of(self, invoice: Thing) -> Thing:
        """Return the subscription that an invoice belongs to."""
        return self.ground.get(invoice["parent"]["subscription_details"]["subscription"], "subscription")

    def method_of(self, sub: Thing) -> Thing:
        """Return what a subscription is paid with."""
        return self.ground.get(sub["default_payment_method"], "payment_method")

    def resume_collection(self, sub_id: str) -> None:
        """End a pause whose time is over. Falls due by itself."""
        sub = self.ground.get(sub_id, "subscription")
        if sub["pause_collection"] and sub["status"] not in ENDED:
            sub["pause_collection"] = None
            self.ground.tell("customer.subscription.updated", self.ground.put(sub))

    def update(self, sub_id: str, given: dict[str, Any]) -> Thing:
        """Change a subscription. ``given`` has passed the contract."""
        sub = self._alive(sub_id)
        if "pause_collection" in given:
            self._pause(sub, given["pause_collection"])
        if "cancel_at_period_end" in given:
            sub["cancel_at_period_end"] = given["cancel_at_period_end"]
            end = sub["items"]["data"][0]["current_period_end"]
            sub.update(cancel_at=end, canceled_at=self.ground.now()) if given["cancel_at_period_end"] else sub.update(
                cancel_at=None, canceled_at=None
            )
        if "metadata" in given:
            sub["metadata"] |= given["metadata"]
        prorated = self._reprice(sub, given) if "items" in given else 0
        self.ground.put(sub)
        self.ground.tell("customer.subscription.updated", sub)
        if given.get("billing_cycle_anchor") == "now":
            self._anchor_now(sub)
        elif prorated > 0 and given.get("proration_behavior") == "always_invoice":
            self._collect(sub, self._newest(sub, prorated, "subscription_update", proration=True))
        return self.ground.get(sub_id, "subscription")

    def cancel(self, sub_id: str) -> Thing:
        """End a subscription at once. What is paid stays."""
        return self._end(self._alive(sub_id), "cancellation_requested")

    def change_method(self, customer_id: str, kind: str) -> Thing:
        """Give a customer another payment method, for all of their subscriptions."""
        customer = self.ground.get(customer_id, "customer")
        method = self.methods.method(customer_id, kind, customer["email"])
        customer["invoice_settings"]["default_payment_method"] = method["id"]
        self.ground.put(customer)
        self.ground.tell("payment_method.attached", method)
        self.ground.tell("customer.updated", customer)
        for sub in self.ground.state.of_kind("subscription", parent=customer_id):
            if sub["status"] not in ENDED:
                sub["default_payment_method"] = method["id"]
                self.ground.tell("customer.subscription.updated", self.ground.put(sub))
        return method

    def _collect(self, sub: Thing, invoice: Thing) -> None:
        self._after(sub, invoice, self.invoices.collect(invoice, self.method_of(sub)))

    def _after(self, sub: Thing, invoice: Thing, outcome: str) -> None:
        if outcome == "failed" and invoice["next_payment_attempt"] is None:
            self.ground.put(sub)
            self._end(sub, "payment_failed")
            return
        if outcome == "paid" and sub["status"] in {"past_due", "unpaid", "incomplete"}:
            sub["status"] = "active"
        elif outcome == "failed":
            sub["status"] = "past_due"
        self.ground.tell("customer.subscription.updated", self.ground.put(sub))

    def _alive(self, sub_id: str) -> Thing:
        sub = self.ground.get(sub_id, "subscription")
        if sub["status"] in ENDED:
            raise Refused("resource_missing", f"No such subscription: {sub_id}", "id", status=404)
        return sub

    def _end(self, sub: Thing, reason: str) -> Thing:
        at = self.ground.now()
        sub.update(status="canceled", canceled_at=sub["canceled_at"] or at, ended_at=at, pause_collection=None)
        sub["cancellation_details"]["reason"] = reason
        for what in ("renewal", "resume"):
            self.ground.state.forget_due(what, sub["id"])
        self.ground.tell("customer.subscription.deleted", self.ground.put(sub))
        return sub

    def _pause(self, sub: Thing, wanted: Any) -> None:
        self.ground.state.forget_due("resume", sub["id"])
        if not wanted:
            sub["pause_collection"] = None
            return
        if wanted["behavior"] != "void":
            raise Refused("parameter_invalid", "The rehearsal pauses with behavior void", "pause_collection[behavior]")
        resumes_at = wanted.get("resumes_at")
        if resumes_at is not None and resumes_at <= self.ground.now():
            raise Refused("parameter_invalid", "resumes_at must lie in the future", "pause_collection[resumes_at]")
        sub["pause_collection"] = {"behavior": "void", "resumes_at": resumes_at}
        if resumes_at is not None:
            self.ground.state.fall_due(resumes_at, "resume", sub["id"])

    def _reprice(self, sub: Thing, given: dict[str, Any]) -> int:
        """Give a subscription another price; returns what the rest of the period costs more by it."""
        item, wanted = sub["items"]["data"][0], given["items"][0]
        if wanted.get("id") != item["id"] or "price_data" not in wanted:
            raise Refused("parameter_missing", "The rehearsal changes the one item, by price_data", "items[0][id]")
        price, before = wanted["price_data"], item["price"]
        if price["currency"] != before["currency"]:
            raise Refused("parameter_invalid", "The currency of a subscription cannot change", "items[0][price_data]")
        if price["product"] != before["product"]:
            raise Refused("resource_missing", f"No such product: '{price['product']}'", "items[0][price_data][product]")
        item["price"] = self._price(price)
        whole = item["current_period_end"] - item["current_period_start"]
        more = item["price"]["unit_amount"] - before["unit_amount"]
        prorated: int = more * (item["current_period_end"] - self.ground.now()) // whole
        return prorated

    def _anchor_now(self, sub: Thing) -> None:
        sub["billing_cycle_anchor"] = self.ground.now()
        item = sub["items"]["data"][0]
        item["current_period_end"] = self.ground.now()
        self.ground.put(sub)
        self.renew(sub["id"])

    def _newest(self, sub: Thing, amount: int, reason: str, *, proration: bool) -> Thing:
        invoice = self.invoices.make(sub, amount, reason, proration=proration)
        sub["latest_invoice"] = invoice["id"]
        self.ground.put(sub)
        return invoice

    def _price(self, price: dict[str, Any]) -> Thing:
        return {
            "id": new_id("price_rh"),
            "object": "price",
            "active": True,
            "billing_scheme": "per_unit",
            "created": self.ground.now(),
            "currency": price["currency"],
            "livemode": False,
            "metadata": {},
            "product": price.get("product") or new_id("prod_rh"),
            "recurring": {
                "interval": price["recurring"]["interval"],
                "interval_count": price["recurring"].get("interval_count", 1),
                "usage_type": "licensed",
            },
            "type": "recurring",
            "unit_amount": price["unit_amount"],
        }

    def _following(self, sub: Thing, after: int) -> int:
        """Return when the period that begins at ``after`` ends: the anchor's day, or the month's last."""
        recurring = sub["items"]["data"][0]["price"]["recurring"]
        step = MONTHS[recurring["interval"]] * recurring["interval_count"]
        anchor = datetime.fromtimestamp(sub["billing_cycle_anchor"], tz=UTC)
        begun = datetime.fromtimestamp(after, tz=UTC)
        passed = (begun.year - anchor.year) * 12 + begun.month - anchor.month
        number = passed // step
        while (found := clock.months_after(anchor, number * step)) <= begun:
            number += 1
        return int(found.timestamp())
