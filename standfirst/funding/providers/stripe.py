"""Stripe, by its hosted Checkout. No type of Stripe's leaves this module."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from standfirst.funding.providers.protocol import (
    Charge,
    EventRef,
    EventRefused,
    Facts,
    GiftState,
    Intent,
    NotFound,
    NotSetUp,
    ProviderRefused,
    ProviderUnreachable,
    Redirect,
    RefundFacts,
    RefundState,
)
from standfirst.kit.money import Money

if TYPE_CHECKING:
    from stripe import StripeClient

API_VERSION = "2026-10-28.endive"  # what these calls were written against; a new SDK does not move it
SECONDS_TO_ANSWER = 10  # a supporter waits for this; Stripe answers within two as a rule
RETRIES = 2  # of a request that got no answer; harmless, as each carries an idempotency key
PAGE_AGE = timedelta(minutes=60)  # of the hosted page; Stripe allows 30 minutes to a day
REFUNDS_MAX = 100  # of one charge; Stripe's largest page
HANDLED = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.succeeded",
        "charge.succeeded",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
    }
)
# ISO says no decimals, Stripe wants two all the same: 5 UGX are sent as 500.
_TWO_DECIMALS_AT_STRIPE = frozenset({"UGX", "ISK"})
_INTENT_STATES: dict[str, GiftState] = {"succeeded": "paid", "processing": "pending", "canceled": "lapsed"}
_REFUND_STATES: dict[str, RefundState] = {"failed": "failed", "canceled": "failed"}


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """Whose money, and where. ``api_base`` is set in rehearsal only."""

    secret_key: str
    webhook_secret: str
    live: bool
    site: str
    api_base: str = ""

    @property
    def ready(self) -> bool:
        """Whether a gift can be started and its messages be believed; a test key never takes live gifts."""
        is_test_key = self.secret_key.startswith(("sk_test_", "rk_test_"))
        return bool(self.secret_key) and bool(self.webhook_secret) and is_test_key is not self.live


class Stripe:
    """Cards, wallets and what else Stripe's payment page offers."""

    name: ClassVar[str] = "stripe"
    refundable: ClassVar[bool] = True

    def __init__(self, account: StripeAccount) -> None:
        self.account = account

    @cached_property
    def _client(self) -> "StripeClient":
        if not self.account.ready:
            raise NotSetUp
        import stripe

        return stripe.StripeClient(
            self.account.secret_key,
            stripe_version=API_VERSION,
            max_network_retries=RETRIES,
            base_addresses={"api": self.account.api_base} if self.account.api_base else None,
            http_client=stripe.RequestsClient(timeout=SECONDS_TO_ANSWER),
        )

    def start(self, intent: Intent) -> Redirect:
        """Open a Checkout session. The gift's id is the idempotency key: called twice, it is one session."""
        marks = {"gift": str(intent.public_id), "site": self.account.site}
        session = self._ask(
            lambda: self._client.v1.checkout.sessions.create(
                params={
                    "mode": "payment",
                    "submit_type": "donate",
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": intent.charged.currency.lower(),
                                "unit_amount": _to_stripe(intent.charged),
                                "product_data": {"name": intent.description},
                            },
                        }
                    ],
                    "client_reference_id": str(intent.public_id),
                    "metadata": marks,
                    "payment_intent_data": {"metadata": marks},
                    "success_url": intent.success_url,
                    "cancel_url": intent.cancel_url,
                    "expires_at": int((intent.started_at + PAGE_AGE).timestamp()),
                },
                options={"idempotency_key": f"gift-{intent.public_id}"},
            )
        )
        return Redirect(url=session["url"], session_ref=session["id"])

    def fetch(self, ref: str) -> Facts:
        """Ask for the session, payment intent, charge or refund ``ref`` and all that belongs to it."""
        kind = ref.partition("_")[0]
        if kind == "cs":
            return self._facts_of_session(ref)
        if kind == "pi":
            return self._facts_of_intent(self._intent(ref))
        if kind == "ch":
            return self._facts_of_intent(
                self._intent(self._get(self._client.v1.charges.retrieve, ref)["payment_intent"])
            )
        if kind == "re":
            return self._facts_of_intent(
                self._intent(self._get(self._client.v1.refunds.retrieve, ref)["payment_intent"])
            )
        raise NotFound(ref=ref)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> list[EventRef]:
        """Check the signature, then read who sent what about what. Types that we do not act on are no news."""
        if not self.account.ready:
            raise EventRefused
        import stripe

        try:
            event = stripe.Webhook.construct_event(
                body, headers.get("Stripe-Signature", ""), self.account.webhook_secret
            ).to_dict()
            live, found = event["livemode"], _event_ref(event)
        except (ValueError, TypeError, AttributeError, KeyError, stripe.SignatureVerificationError) as error:
            # A header that is not ASCII is a TypeError, a signed "[]" an AttributeError, bad UTF-8 a ValueError.
            raise EventRefused from error
        if live is not self.account.live:
            raise EventRefused
        return [found] if found.type in HANDLED else []

    def refund(self, charge_ref: str, amount: Money, asked_as: uuid.UUID) -> RefundFacts:
        """Send money back to where it came from."""
        found = self._ask(
            lambda: self._client.v1.refunds.create(
                params={
                    "charge": charge_ref,
                    "amount": _to_stripe(amount),
                    "reason": "requested_by_customer",
                    "metadata": {"refund": str(asked_as), "site": self.account.site},
                },
                options={"idempotency_key": f"refund-{asked_as}"},
            )
        )
        return _refund_facts(found)

    def _facts_of_session(self, ref: str) -> Facts:
        session = self._get(self._client.v1.checkout.sessions.retrieve, ref)
        email = (session.get("customer_details") or {}).get("email") or ""
        if session["payment_intent"]:
            found = self._intent(session["payment_intent"])
            if found["status"] in _INTENT_STATES:
                return self._facts_of_intent(found, email=email)
        state: GiftState = {"expired": "lapsed", "complete": "failed"}.get(session["status"], "open")  # type: ignore[assignment]
        return self._facts(session, state)

    def _facts_of_intent(self, found: dict[str, Any], *, email: str = "") -> Facts:
        state = _INTENT_STATES.get(found["status"], "open")
        if state != "paid":
            return self._facts(found, state)
        charge = found["latest_charge"]
        email = email or (charge.get("billing_details") or {}).get("email") or ""
        return self._facts(found, state, self._charge(charge), email)

    def _charge(self, charge: dict[str, Any]) -> Charge:
        amount = _from_stripe(charge["amount"], charge["currency"])
        settled = charge["balance_transaction"]
        refunds = self._ask(
            lambda: self._client.v1.refunds.list(params={"charge": charge["id"], "limit": REFUNDS_MAX})
        )["data"]
        fee = _fee(settled["fee"], settled["currency"]) if settled else None
        return Charge(
            ref=charge["id"],
            amount=amount,
            paid_at=_moment(charge["created"]),
            fee=fee,
            fee_ref=settled["id"] if settled else "",
            refunds=tuple(_refund_facts(refund) for refund in refunds),
        )

    def _facts(self, found: dict[str, Any], state: GiftState, charge: Charge | None = None, email: str = "") -> Facts:
        marks = found.get("metadata") or {}
        return Facts(
            provider=self.name,
            state=state,
            live=found["livemode"],
            gift_id=_uuid(marks.get("gift", "")),
            site=marks.get("site", ""),
            charge=charge,
            email=email,
        )

    def _intent(self, ref: str | None) -> dict[str, Any]:
        if ref is None:
            raise NotFound(ref="")
        return self._get(
            self._client.v1.payment_intents.retrieve, ref, {"expand": ["latest_charge.balance_transaction"]}
        )

    def _get(self, retrieve: Callable[..., Any], ref: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._ask(lambda: retrieve(ref, params=params or {}))

    def _ask(self, question: Callable[[], Any]) -> dict[str, Any]:
        """Ask Stripe; its errors become ours. Plain data comes back."""
        if not self.account.ready:
            raise NotSetUp
        import stripe

        try:
            answer: dict[str, Any] = question().to_dict()
        except stripe.InvalidRequestError as error:
            if error.http_status == 404:
                raise NotFound(ref=str(error.param or "")) from error
            raise ProviderRefused(reason=str(error.code or "invalid_request")) from error
        except (stripe.CardError, stripe.IdempotencyError, stripe.PermissionError) as error:
            raise ProviderRefused(reason=str(error.code or type(error).__name__)) from error
        except stripe.AuthenticationError as error:
            raise NotSetUp from error
        except stripe.StripeError as error:
            raise ProviderUnreachable from error
        return answer


def _event_ref(event: dict[str, Any]) -> EventRef:
    about = event["data"]["object"]["id"]
    for text in (event["id"], event["type"], about):
        if not isinstance(text, str) or not text:
            raise ValueError(text)
    return EventRef(event_id=event["id"], type=event["type"], object_ref=about)


def _refund_facts(found: dict[str, Any]) -> RefundFacts:
    return RefundFacts(
        ref=found["id"],
        amount=_from_stripe(found["amount"], found["currency"]),
        # Stripe takes the money when the refund is made, so "pending" counts; a failure gives it back.
        state=_REFUND_STATES.get(found["status"], "done"),
        at=_moment(found["created"]),
        asked_as=_uuid((found.get("metadata") or {}).get("refund", "")),
    )


def _to_stripe(amount: Money) -> int:
    return amount.minor * 100 if amount.currency in _TWO_DECIMALS_AT_STRIPE else amount.minor


def _from_stripe(amount: int, currency: str) -> Money:
    code = currency.upper()
    if code in _TWO_DECIMALS_AT_STRIPE:
        whole, rest = divmod(amount, 100)
        if rest:
            raise ProviderRefused(reason="fraction_of_smallest_unit")
        return Money(whole, code)
    return Money(amount, code)


def _fee(amount: int, currency: str) -> Money:
    # Stripe counts its own fee in hundredths that these currencies do not have: booked rounded up.
    code = currency.upper()
    return Money(-(-amount // 100) if code in _TWO_DECIMALS_AT_STRIPE else amount, code)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def _uuid(raw: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(raw)
    except ValueError:
        return None
