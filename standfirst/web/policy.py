"""Security headers: what a page may load, and who may frame it."""

import base64
import hashlib

from django.http import HttpRequest, HttpResponseBase

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
        f" connect-src 'self'; media-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'{targets};"
        " frame-ancestors 'self'; base-uri 'none'"
    )


def style_hash(style: str) -> str:
    """Return the CSP source expression that allows exactly the inline style ``style``."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def headers(request: HttpRequest, response: HttpResponseBase) -> dict[str, str]:
    """Return the headers for ``response``.

    The page's inline style is named on the request by whoever renders the frame; the sites to
    which its forms lead (a payment page) on the response by its view.
    """
    if request.path_info.startswith("/desk/"):
        return _COMMON | {"Content-Security-Policy": _DESK_CSP}
    styles = (style_hash(request.inline_style),) if hasattr(request, "inline_style") else ()
    csp = public_csp(style_hashes=styles, form_targets=getattr(response, "form_targets", ()))
    return _COMMON | {"Content-Security-Policy": csp}
