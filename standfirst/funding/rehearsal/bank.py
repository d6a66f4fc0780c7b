"""Money that is not real: sessions, charges, fees and refunds as Stripe keeps them, with Stripe's rules."""

import secrets
import time
from typing import Any

from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.state import State, Thing

API_VERSION = "2026-10-28.endive"
FEE_PER_MILLE = 29  # Stripe's usual price in 2026: 2.9 %
FEE_FIXED_MINOR = 30  # and thirty cents
AMOUNT_MINOR_LEAST = 50
AMOUNT_MINOR_MOST = 99_999_999
SESSION_AGE_SECONDS_LEAST = 1_790  # Stripe says thirty minutes; clocks may differ by some seconds
SESSION_AGE_SECONDS_MOST = 86_410
EMAIL = "reader@example.org"  # whose card it would be


def fee_minor(amount: int) -> int:
    """Return what Stripe would keep of ``amount``."""
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED_MINOR


class Bank:
    """The account of the site in rehearsal. Each method is one change; events are returned by ``state``."""

    def __init__(self, state: State, *, public_url: str, notify: Any) -> None:
        self.state = state
        self.public_url = public_url
        self._notify = notify

    def open_session(self, given: dict[str, Any]) -> Thing:
        """Open a payment page. ``given`` has passed the contract."""
        amount, currency = _total(given)
        for name in ("success_url", "cancel_url"):
            if not str(given.get(name, "")).startswith(("http://", "https://")):
                raise Refused("url_invalid", f"Not a valid URL: {name}", name)
        at = _now()
        expires_at = given.get("expires_at", at + 86_400)
        if not at + SESSION_AGE_SECONDS_LEAST <= expires_at <= at + SESSION_AGE_SECONDS_MOST:
            raise Refused("parameter_invalid", "expires_at must be 30 minutes to 24 hours from now", "expires_at")
        session_id = _new_id("cs_test")
        session = {
            "id": session_id,
            "object": "checkout.session",
            "amount_subtotal": amount,
            "amount_total": amount,
            "cancel_url": given["cancel_url"],
            "client_reference_id": given.get("client_reference_id"),
            "created": at,
            "currency": currency,
            "customer_details": None,
            "expires_at": expires_at,
            "livemode": False,
            "metadata": given.get("metadata", {}),
            "mode": "payment",
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "submit_type": given.get("submit_type"),
            "success_url": given["success_url"],
            "ui_mode": "hosted_page",
            "url": f"{self.public_url}/pay/{session_id}",
        }
        line = given["line_items"][0]["price_data"].get("product_data", {})
        private = {"id": f"{session_id}/private", "object": "private", "description": line.get("name", "")}
        private["intent_metadata"] = given.get("payment_intent_data", {}).get("metadata", {})
        self.state.put(private)
        return self.state.put(session)

    def session(self, session_id: str) -> Thing:
        """Return a session; one whose time is over is expired from now on."""
        found = self.get(session_id, "checkout.session")
        if found["status"] == "open" and _now() >= found["expires_at"]:
            self.expire(found)
        return found

    def expire(self, session: Thing) -> Thing:
        """End a session that was not paid."""
        if session["status"] != "open":
            raise Refused("resource_invalid_state", "Only Checkout Sessions with a status of open can be expired.")
        session.update(status="expired", url=None)
        self.state.put(session)
        self._tell("checkout.session.expired", session)
        return session

    def pay(self, session_id: str) -> Thing:
        """Pay a session as a person would: once. A session that is over stays as it is."""
        session = self.session(session_id)
        if session["status"] != "open":
            return session
        intent, charge = self._charge(session, paid=True)
        session.update(
            status="complete",
            payment_status="paid",
            payment_intent=intent["id"],
            url=None,
            customer_details={"email": EMAIL, "name": None},
        )
        self.state.put(session)
        self._tell("payment_intent.succeeded", intent)
        self._tell("charge.succeeded", charge)
        self._tell("checkout.session.completed", session)
        return session

    def decline(self, session_id: str) -> Thing:
        """Refuse a card, as a bank would. The session stays open for another try."""
        session = self.session(session_id)
        if session["status"] == "open":
            intent, charge = self._charge(session, paid=False)
            session["payment_intent"] = intent["id"]
            self.state.put(session)
            self._tell("payment_intent.payment_failed", intent)
            self._tell("charge.failed", charge)
        return session

    def _charge(self, session: Thing, *, paid: bool) -> tuple[Thing, Thing]:
        private = self.get(f"{session['id']}/private", "private")
        amount, currency, at = session["amount_total"], session["currency"], _now()
        intent_id, charge_id = session["payment_intent"] or _new_id("pi_rh"), _new_id("ch_rh")
        marks = {"currency": currency, "livemode": False, "metadata": private["intent_metadata"], "created": at}
        settled = self._settle(amount, currency, source=charge_id, kind="charge") if paid else None
        charge = {
            "id": charge_id,
            "object": "charge",
            "amount": amount,
            "amount_captured": amount if paid else 0,
            "amount_refunded": 0,
            "balance_transaction": settled["id"] if settled else None,
            "billing_details": {"address": None, "email": EMAIL if paid else None, "name": None, "phone": None},
            "captured": paid,
            "failure_code": None if paid else "card_declined",
            "paid": paid,
            "payment_intent": intent_id,
            "refunded": False,
            "status": "succeeded" if paid else "failed",
        } | marks
        intent = {
            "id": intent_id,
            "object": "payment_intent",
            "amount": amount,
            "amount_received": amount if paid else 0,
            "latest_charge": charge_id,
            "status": "succeeded" if paid else "requires_payment_method",
        } | marks
        return self.state.put(intent), self.state.put(charge, parent=intent_id)

    def _settle(self, amount: int, currency: str, *, source: str, kind: str) -> Thing:
        fee = fee_minor(amount) if kind == "charge" else 0
        return self.state.put(
            {
                "id": _new_id("txn_rh"),
                "object": "balance_transaction",
                "amount": amount,
                "available_on": _now(),
                "created": _now(),
                "currency": currency,
                "exchange_rate": None,
                "fee": fee,
                "net": amount - fee,
                "reporting_category": kind,
                "source": source,
                "status": "available",
                "type": kind,
            }
        )

    def refund(self, given: dict[str, Any]) -> Thing:
        """Send money of a charge back; never more than came."""
        charge = self._charge_of(given)
        left = charge["amount"] - charge["amount_refunded"]
        if left == 0:
            raise Refused("charge_already_refunded", f"Charge {charge['id']} has already been refunded.")
        amount = given.get("amount", left)
        if amount <= 0:
            raise Refused("parameter_invalid_integer", "Amount must be at least 1", "amount")
        if amount > left:
            raise Refused("amount_too_large", f"Refund amount is greater than unrefunded amount: {left}", "amount")
        refund_id = _new_id("re_rh")
        refund = {
            "id": refund_id,
            "object": "refund",
            "amount": amount,
            "balance_transaction": self._settle(-amount, charge["currency"], source=refund_id, kind="refund")["id"],
            "charge": charge["id"],
            "created": _now(),
            "currency": charge["currency"],
            "failure_reason": None,
            "metadata": given.get("metadata", {}),
            "payment_intent": charge["payment_intent"],
            "reason": given.get("reason"),
            "status": "succeeded",
        }
        self.state.put(refund, parent=charge["id"])
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.state.put(charge)
        self._tell("refund.created", refund)
        self._tell("charge.refunded", charge)
        return refund

    def fail_refund(self, refund_id: str) -> Thing:
        """Have a refund bounce, as happens days later when the card is gone: the money is back with us."""
        refund = self.get(refund_id, "refund")
        if refund["status"] == "failed":
            return refund
        refund.update(status="failed", failure_reason="lost_or_stolen_card")
        self.state.put(refund)
        charge = self.get(refund["charge"], "charge")
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self.state.put(charge)
        self._tell("refund.failed", refund)
        self._tell("refund.updated", refund)
        return refund

    def get(self, thing_id: str, kind: str) -> Thing:
        """Return a thing, or refuse as Stripe does."""
        found = self.state.find(thing_id, kind)
        if found is None:
            message = f"No such {kind}: '{thing_id}'"
            raise Refused("resource_missing", message, "id", status=404)
        return found

    def description(self, session: Thing) -> str:
        """Return what is paid for."""
        return str(self.get(f"{session['id']}/private", "private")["description"])

    def _charge_of(self, given: dict[str, Any]) -> Thing:
        if "charge" in given:
            charge = self.get(given["charge"], "charge")
        elif "payment_intent" in given:
            charge = self.get(self.get(given["payment_intent"], "payment_intent")["latest_charge"], "charge")
        else:
            raise Refused("parameter_missing", "One of charge or payment_intent is needed", "charge")
        if not charge["paid"]:
            raise Refused("charge_not_refundable", "A charge that failed cannot be refunded", "charge")
        return charge

    def _tell(self, kind: str, about: Thing) -> None:
        event = {
            "id": _new_id("evt_rh"),
            "object": "event",
            "api_version": API_VERSION,
            "created": _now(),
            "data": {"object": about},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self.state.put(event)
        self._notify(event["id"])


def _total(given: dict[str, Any]) -> tuple[int, str]:
    lines = given.get("line_items") or []
    if len(lines) != 1 or "price_data" not in lines[0] or "unit_amount" not in lines[0]["price_data"]:
        raise Refused("parameter_missing", "The rehearsal takes one line item with price_data", "line_items")
    price = lines[0]["price_data"]
    amount, currency = price["unit_amount"] * lines[0].get("quantity", 1), price["currency"]
    if not AMOUNT_MINOR_LEAST <= amount <= AMOUNT_MINOR_MOST:
        code = "amount_too_small" if amount < AMOUNT_MINOR_LEAST else "amount_too_large"
        raise Refused(code, f"The total is not within {AMOUNT_MINOR_LEAST} and {AMOUNT_MINOR_MOST}", "line_items")
    return amount, currency


def _new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def _now() -> int:
    return int(time.time())
