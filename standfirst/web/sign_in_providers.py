"""Where readers may have accounts with which they sign in here: read from the settings, none by default."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from standfirst.kit.env import Env


@dataclass(frozen=True, slots=True)
class SignInProvider:
    """A provider that is switched on. ``origin``: to which site a form that begins a sign-in is led on."""

    id: str
    name: str
    module: str  # of allauth's
    origin: str
    app: dict[str, Any]

    @property
    def is_complete(self) -> bool:
        """Whether all is set that it needs."""
        app = self.app["APPS"][0]
        url = app.get("settings", {}).get("server_url", self.origin)
        return bool(app["client_id"] and app["secret"] and url)


def read(env: Env) -> tuple[SignInProvider, ...]:
    """Return the providers of which all is set that they need."""

    def keys(name: str, where: str) -> tuple[str, str]:
        client = env.text(
            f"STANDFIRST_{name}_ID", help=f"The client id with which readers sign in through {where}; off without it."
        )
        return client, env.text(f"STANDFIRST_{name}_SECRET", help="The client secret that belongs to it.")

    url = env.parsed(
        "STANDFIRST_OPENID_URL",
        "",
        expected="an address such as https://login.example.org/realms/readers, or nothing",
        parse=_server,
        help="A server that speaks OpenID Connect: what stands before /.well-known/openid-configuration.",
    )
    name = env.text("STANDFIRST_OPENID_NAME", "OpenID", help="What readers call that server.")
    known = (
        google(*keys("GOOGLE", "Google")),
        github(*keys("GITHUB", "GitHub")),
        openid(name, url, *keys("OPENID", "that server")),
    )
    return tuple(each for each in known if each.is_complete)


def google(client: str, secret: str) -> SignInProvider:
    """Return Google as a provider."""
    app = {"client_id": client, "secret": secret}
    return SignInProvider(
        "google", "Google", "google", "https://accounts.google.com", {"APPS": [app], "SCOPE": ["openid", "email"]}
    )


def github(client: str, secret: str) -> SignInProvider:
    """Return GitHub as a provider."""
    app = {"client_id": client, "secret": secret}
    return SignInProvider("github", "GitHub", "github", "https://github.com", {"APPS": [app], "SCOPE": ["user:email"]})


def openid(name: str, url: str, client: str, secret: str) -> SignInProvider:
    """Return a server that speaks OpenID Connect as a provider; ``url`` is what comes before ``/.well-known``."""
    parts = urlsplit(url)
    app = {
        "provider_id": "openid",
        "name": name,
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": url},
    }
    settings = {"APPS": [app], "SCOPE": ["openid", "email"]}
    return SignInProvider("openid", name, "openid_connect", f"{parts.scheme}://{parts.netloc}", settings)


def _server(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(raw)
    return raw.rstrip("/")
