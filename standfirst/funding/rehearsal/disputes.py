"""Disputes: a bank asks about a charge, takes it back, and may give it back again."""

from standfirst.funding.rehearsal.charges import OPEN_DISPUTES, Charges
from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.ground import Ground, new_id
from standfirst.funding.rehearsal.state import Thing

FEE_MINOR = 1_500  # what Stripe asks for a dispute in many countries
DAYS_TO_ANSWER = 9
_DAY = 86_400


class Disputes:
    """Opens, escalates and ends disputes, with what each step moves."""

    def __init__(self, ground: Ground, charges: Charges) -> None:
        self.ground = ground
        self.charges = charges

    def open(self, charge_id: str, *, amount: int | None = None, inquiry: bool = False) -> Thing:
        """Dispute a charge, all of it or ``amount``. An inquiry asks only; nothing moves."""
        charge = self.ground.get(charge_id, "charge")
        if not charge["paid"]:
            raise Refused("charge_not_disputable", "Only a charge that succeeded can be disputed", "charge")
        wanted = charge["amount"] if amount is None else amount
        if not 0 < wanted <= charge["amount"]:
            raise Refused("amount_too_large", "A dispute takes back what was charged at most", "amount")
        at = self.ground.now()
        dispute = {
            "id": new_id("du_rh"),
            "object": "dispute",
            "amount": wanted,
            "balance_transactions": [],
            "charge": charge_id,
            "created": at,
            "currency": charge["currency"],
            "evidence": {},
            "evidence_details": {
                "due_by": at + DAYS_TO_ANSWER * _DAY,
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": inquiry,
            "livemode": False,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "reason": "fraudulent",
            "status": "warning_needs_response" if inquiry else "needs_response",
        }
        self.ground.put(dispute, parent=charge_id)
        self.ground.put(charge | {"disputed": True})
        self.ground.tell("charge.dispute.created", dispute)
        return dispute if inquiry else self._withdraw(dispute)

    def inquire(self, charge_id: str) -> Thing:
        """Have the bank ask about a charge."""
        return self.open(charge_id, inquiry=True)

    def dispute_half(self, charge_id: str) -> Thing:
        """Dispute half of a charge."""
        return self.open(charge_id, amount=self.ground.get(charge_id, "charge")["amount"] // 2)

    def escalate(self, dispute_id: str) -> Thing:
        """Make a dispute of an inquiry."""
        dispute = self.ground.get(dispute_id, "dispute")
        if not dispute["status"].startswith("warning_"):
            raise Refused("dispute_not_an_inquiry", "Only an inquiry can become a dispute")
        dispute.update(status="needs_response", is_charge_refundable=False)
        self.ground.tell("charge.dispute.updated", self.ground.put(dispute))
        return self._withdraw(dispute)

    def close_inquiry(self, dispute_id: str) -> Thing:
        """End an inquiry without a dispute."""
        dispute = self.ground.get(dispute_id, "dispute")
        if not dispute["status"].startswith("warning_"):
            raise Refused("dispute_not_an_inquiry", "Only an inquiry can be closed")
        dispute["status"] = "warning_closed"
        self.ground.tell("charge.dispute.closed", self.ground.put(dispute))
        return dispute

    def lose(self, dispute_id: str) -> Thing:
        """Have the bank decide for the supporter."""
        dispute = self.ground.get(dispute_id, "dispute")
        if dispute["status"] not in OPEN_DISPUTES:
            raise Refused("dispute_closed", "Only an open dispute can be lost")
        dispute["status"] = "lost"
        self.ground.tell("charge.dispute.closed", self.ground.put(dispute))
        return dispute

    def win(self, dispute_id: str) -> Thing:
        """Have the bank decide for us, be it after it had decided for the supporter: the money comes back."""
        dispute = self.ground.get(dispute_id, "dispute")
        if dispute["status"] not in OPEN_DISPUTES | {"lost"}:
            raise Refused("dispute_closed", "Only an open or lost dispute can be won")
        lines = dispute["balance_transactions"]
        back = -sum(line["amount"] for line in lines)
        lines.append(self._line(dispute, back, lines[0]["currency"], "dispute_reversal"))
        dispute["status"] = "won"
        self.ground.put(dispute)
        self.ground.tell("charge.dispute.funds_reinstated", dispute)
        self.ground.tell("charge.dispute.closed", dispute)
        return dispute

    def _withdraw(self, dispute: Thing) -> Thing:
        line = self._line(dispute, -dispute["amount"], dispute["currency"], "dispute", fee=FEE_MINOR)
        dispute["balance_transactions"].append(line)
        self.ground.put(dispute)
        self.ground.tell("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def _line(self, dispute: Thing, amount: int, currency: str, category: str, *, fee: int = 0) -> Thing:
        return self.charges.settle(amount, currency, dispute["id"], "adjustment", category=category, fee=fee)
