"""Payouts: what is in the balance goes to the bank."""

from datetime import UTC, datetime

from standfirst.funding.rehearsal.charges import Charges
from standfirst.funding.rehearsal.errors import Refused
from standfirst.funding.rehearsal.ground import Ground, new_id
from standfirst.funding.rehearsal.state import Thing
from standfirst.kit import clock

DAYS_ON_THE_WAY = 2
_DAY = 86_400
MONTHLY = "payout"  # falls due on the first of each month, UTC
_EVERYTHING = 1_000_000  # lines of the balance; a rehearsal has some thousands


class Payouts:
    """Sweeps the balance when asked, and on the first of each month."""

    def __init__(self, ground: Ground, charges: Charges) -> None:
        self.ground = ground
        self.charges = charges
        ground.doers[MONTHLY] = self.monthly

    def balance(self) -> dict[str, int]:
        """Return what lies in the balance, by currency."""
        sums: dict[str, int] = {}
        for line in self.ground.state.of_kind("balance_transaction", most=_EVERYTHING):
            sums[line["currency"]] = sums.get(line["currency"], 0) + line["net"]
        return sums

    def plan(self) -> None:
        """Have the balance paid out on the first of next month, if that is not planned yet."""
        if self.ground.state.is_planned(MONTHLY, ""):
            return
        day = clock.first_of_next_month(datetime.fromtimestamp(self.ground.now(), tz=UTC).date())
        at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        self.ground.state.fall_due(at, MONTHLY, "")

    def monthly(self, _about: str) -> None:
        """Pay out what there is, and plan the next payout."""
        for currency, amount in self.balance().items():
            if amount > 0:
                self._pay(currency, amount)
        self.plan()

    def pay_now(self, _about: str = "") -> Thing:
        """Pay out what there is."""
        found = [self._pay(currency, amount) for currency, amount in self.balance().items() if amount > 0]
        if not found:
            raise Refused("balance_insufficient", "There is nothing in the balance to pay out")
        return found[0]

    def _pay(self, currency: str, amount: int) -> Thing:
        payout_id = new_id("po_rh")
        line = self.charges.settle(-amount, currency, payout_id, "payout")
        payout = {
            "id": payout_id,
            "object": "payout",
            "amount": amount,
            "arrival_date": self.ground.now() + DAYS_ON_THE_WAY * _DAY,
            "automatic": True,
            "balance_transaction": line["id"],
            "created": self.ground.now(),
            "currency": currency,
            "livemode": False,
            "metadata": {},
            "method": "standard",
            "status": "paid",
            "type": "bank_account",
        }
        self.ground.put(payout)
        self.ground.tell("payout.created", payout)
        self.ground.tell("payout.paid", payout)
        return payout
