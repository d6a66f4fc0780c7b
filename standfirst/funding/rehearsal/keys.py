"""The secrets that the site and its rehearsal share. Both derive them from the site's secret key; nobody types them."""

import hashlib
import hmac
from dataclasses import dataclass

API_KEY_VARIABLE = "STANDFIRST_REHEARSAL_API_KEY"
WEBHOOK_SECRET_VARIABLE = "STANDFIRST_REHEARSAL_WEBHOOK_SECRET"  # noqa: S105 - a variable's name


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the site and its rehearsal share."""

    api_key: str
    webhook_secret: str


def derived(secret_key: str) -> Secrets:
    """Return the secrets that belong to a site with ``secret_key``. Stripe's test keys begin like the first."""
    return Secrets(
        api_key="sk_test_rehearsal_" + _derive(secret_key, "api key"),
        webhook_secret="whsec_" + _derive(secret_key, "webhook secret"),
    )


def environment(secret_key: str) -> dict[str, str]:
    """Return the variables by which the rehearsal's process is told its secrets."""
    secrets = derived(secret_key)
    return {API_KEY_VARIABLE: secrets.api_key, WEBHOOK_SECRET_VARIABLE: secrets.webhook_secret}


def _derive(secret_key: str, purpose: str) -> str:
    return hmac.new(secret_key.encode(), f"standfirst rehearsal: {purpose}".encode(), hashlib.sha256).hexdigest()[:32]
