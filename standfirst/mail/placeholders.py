"""Addresses that look like addresses and belong to nobody: examples, and what other systems put in place of one."""

import re

_NOBODYS = re.compile(
    r"(?:.*\.)?example(?:\.[a-z]{2,3})?|(?:.*\.)?(?:invalid|localhost|local|internal)|(?:.*\.)?disqus\.com|(?:.*\.)?noreply\..*"
)
_NOBODY = re.compile(r"(?:no-?reply|do-?not-?reply|mailer-daemon)")


def is_placeholder(address: str) -> bool:
    """Say whether mail to ``address`` could reach nobody, or nobody who reads it (RFC 2606, 2.; RFC 6761, 6.)."""
    name, _at, domain = address.strip().lower().rpartition("@")
    return bool(_NOBODYS.fullmatch(domain.rstrip(".")) or _NOBODY.fullmatch(name))
