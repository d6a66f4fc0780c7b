"""Which host names the site answers to; everything else is refused before anything is done."""

from django.http.request import validate_host

REMEMBERED_MAX = 200


class Hosts:
    """Checks Host headers against the allowed names, each header once."""

    def __init__(self, allowed: list[str]) -> None:
        self._allowed = allowed
        self._known: dict[bytes, bool] = {}

    def good(self, headers: list[tuple[bytes, bytes]]) -> bool:
        """Say whether the request names one of our hosts, and only one."""
        named = [value for name, value in headers if name == b"host"]
        if len(named) != 1:
            return False
        known = self._known.get(named[0])
        if known is None:
            known = self._check(named[0])
            if len(self._known) < REMEMBERED_MAX:
                self._known[named[0]] = known
        return known

    def _check(self, host: bytes) -> bool:
        name = host.decode("latin-1").lower()
        bracket, colon = name.rfind("]"), name.rfind(":")
        name, port = (name[:colon], name[colon + 1 :]) if colon > bracket else (name, "")
        return bool(name) and (not port or (port.isascii() and port.isdigit())) and validate_host(name, self._allowed)
