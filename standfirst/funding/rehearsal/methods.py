"""Customers and what they pay with: cards that work, that are declined or expire, and bank debits that take days."""

from datetime import UTC, datetime

from standfirst.funding.rehearsal.ground import Ground, new_id
from standfirst.funding.rehearsal.state import Thing
from standfirst.kit import clock

CARD_YEARS = 3
DEBIT_DAYS = 3  # a bank debit is known to have worked, or not, after this long
_LAST_DIGITS = {"good": "4242", "refused": "0002", "declined": "0341", "debit": "3000", "debit_fails": "3220"}


class Methods:
    """Makes customers and payment methods, and says whether one would be charged."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def customer(self, email: str) -> Thing:
        """Make a customer. As Stripe's Checkout, one for each session."""
        return self.ground.put(
            {
                "id": new_id("cus_rh"),
                "object": "customer",
                "created": self.ground.now(),
                "delinquent": False,
                "email": email,
                "invoice_settings": {"default_payment_method": None},
                "livemode": False,
                "metadata": {},
                "name": None,
            }
        )

    def method(self, customer: str | None, kind: str, email: str) -> Thing:
        """Make a method: ``good``, ``refused``, ``declined`` (after the first time), ``debit`` or ``debit_fails``."""
        at = datetime.fromtimestamp(self.ground.now(), tz=UTC)
        card = {"brand": "visa", "country": "US", "exp_month": at.month, "exp_year": at.year + CARD_YEARS}
        card |= {"funding": "credit", "last4": _LAST_DIGITS[kind]}
        bank = {"bank_code": "37040044", "country": "DE", "last4": _LAST_DIGITS[kind]}
        type_ = "sepa_debit" if kind.startswith("debit") else "card"
        method: Thing = {
            "id": new_id("pm_rh"),
            "object": "payment_method",
            "billing_details": {"address": None, "email": email, "name": None, "phone": None},
            "created": self.ground.now(),
            "customer": customer,
            "livemode": False,
            "metadata": {},
            "type": type_,
            type_: bank if type_ == "sepa_debit" else card,
        }
        self.ground.note(method["id"], kind=kind)
        return self.ground.put(method, parent=customer or "")

    def outcome(self, method: Thing, *, first: bool = False) -> str:
        """Return what happens if ``method`` is charged now: ``succeeded``, ``pending``, or why not."""
        known = self.ground.notes(method["id"])
        if method["type"] == "sepa_debit":
            return "pending"
        card = method["card"]
        ends = clock.first_of_next_month(datetime(card["exp_year"], card["exp_month"], 1, tzinfo=UTC).date())
        if datetime.fromtimestamp(self.ground.now(), tz=UTC).date() >= ends:
            return "expired_card"
        if known.get("kind") == "refused" or (known.get("kind") == "declined" and not first):
            return "card_declined"
        if known.get("declines", 0):
            self.ground.note(method["id"], declines=known["declines"] - 1)
            return "card_declined"
        return "succeeded"

    def decline_next(self, method: Thing, times: int = 1) -> None:
        """Have the next charges of a method fail."""
        self.ground.note(method["id"], declines=times)

    def expire(self, method: Thing) -> Thing:
        """Have a card be good until the end of this month only."""
        at = datetime.fromtimestamp(self.ground.now(), tz=UTC)
        method["card"] |= {"exp_month": at.month, "exp_year": at.year}
        self.ground.tell("payment_method.updated", self.ground.put(method))
        return method

    def works(self, method: Thing) -> bool:
        """Say whether a bank debit arrives."""
        return self.ground.notes(method["id"]).get("kind") != "debit_fails"
