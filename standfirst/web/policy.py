"""Security headers: what a page may load, and who may frame it."""

import base64
import hashlib

from django.http import HttpResponseBase

_COMMON = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=(), payment=()",
}
_DESK_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
)


def public_csp(*, style_hashes: tuple[str, ...] = (), form_targets: tuple[str, ...] = ()) -> str:
    """Return the policy of a public page: nothing inline runs, nothing comes from elsewhere.

    The page's one inline style (the colours set on the desk) is allowed by its hash. A nonce
    would be the same in every copy of a kept page, so that a commenter could read and reuse it.
    """
    styles = "".join(f" '{digest}'" for digest in style_hashes)
    targets = "".join(f" {target}" for target in form_targets)
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data:; font-src 'self';"
        f" connect-src 'self'; media-src 'self'; manifest-src 'self'; form-action 'self'{targets};"
        " frame-ancestors 'self'; base-uri 'none'"
    )


def style_hash(style: str) -> str:
    """Return the CSP source expression that allows exactly the inline style ``style``."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def headers(response: HttpResponseBase, *, desk: bool) -> dict[str, str]:
    """Return the headers for ``response``; one that carries ``csp`` has chosen its own policy.

    ``form_targets`` on it are the origins to which its forms may lead, such as a payment page.
    """
    own = getattr(response, "csp", None)
    return _COMMON | {"Content-Security-Policy": _DESK_CSP if desk else own or public_csp(form_targets=getattr(response, "form_targets", ()))}
