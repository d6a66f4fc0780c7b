"""Connections to Stripe stay open; one that was cut off is opened anew, and what cannot be asked is said so."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from standfirst.funding.providers.protocol import ProviderUnreachable
from standfirst.funding.providers.stripe import Stripe, StripeAccount
from standfirst.funding.providers.stripe_connections import Connections, client, hung_up
from standfirst.testing.funding import wait_until

pytestmark = pytest.mark.one_database
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"id": "a"}'


def certificate(folder: Path, *, host: str) -> str:
    """Write a key and a certificate for ``host`` that it signed itself, in one file; return its path."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False).sign(key, SHA256())
    file = folder / f"{host}.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(plain + signed.public_bytes(Encoding.PEM))
    return str(file)


@contextmanager
def secure_server(file: str) -> Iterator[str]:
    """Answer over TLS with the certificate in ``file``; say where."""
    trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trust.load_cert_chain(file)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _address = listening.accept()
                with suppress(OSError), trust.wrap_socket(connection, server_side=True) as taken:
                    while taken.recv(65_536):
                        taken.sendall(ANSWER)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"https://localhost:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


@contextmanager
def server(*, answers_each: int = 99, says: bytes = ANSWER) -> Iterator[tuple[str, list[bytes]]]:
    """Answer so many questions on each connection, then hang up; say where, and the first line of each question."""
    listening = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []
    taken: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            for _ in range(answers_each):
                question = connection.recv(65_536)
                if not question:
                    return
                asked.append(question.partition(b"\r\n")[0])
                connection.sendall(says)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _address = listening.accept()
                taken.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        asked.append(b"%d connections" % len(taken))
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for each in taken:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def test_questions_share_a_connection() -> None:
    with server() as (url, asked):
        asking = client(url, seconds_to_answer=5)
        for path in ("/v1/a", "/v1/b?expand[0]=c"):
            body, status, headers = asking.request("get", f"{url}{path}", {"Authorization": "Bearer x"})
        asking.close()

    assert (body, status, headers["content-type"]) == (b'{"id": "a"}', 200, "application/json")
    assert asked == [b"GET /v1/a HTTP/1.1", b"GET /v1/b?expand[0]=c HTTP/1.1", b"1 connections"]


def test_a_service_with_a_certificate_of_its_name_is_asked_over_tls(tmp_path: Path) -> None:
    file = certificate(tmp_path, host="localhost")
    with secure_server(file) as url:
        asking = Connections(5, file)
        answers = [asking.ask("GET", f"{url}/v1/a", {})[:2] for _ in range(2)]
        asking.close()

    assert answers == [(b'{"id": "a"}', 200)] * 2


@pytest.mark.parametrize(("host", "trusted"), [("localhost", False), ("elsewhere.example", True)])
def test_nothing_is_asked_of_a_service_that_is_not_who_it_says(
    host: str, trusted: bool, tmp_path: Path, monkeypatch: Any
) -> None:
    file = certificate(tmp_path, host=host)
    monkeypatch.setattr(stripe, "ca_bundle_path", file if trusted else stripe.ca_bundle_path)
    with secure_server(file) as url, pytest.raises(stripe.APIConnectionError, match="CERTIFICATE_VERIFY") as found:
        client(url, seconds_to_answer=5).request("get", f"{url}/v1/a", {})

    assert not found.value.should_retry


def test_a_connection_that_was_hung_up_meanwhile_is_opened_anew() -> None:
    with server(answers_each=1) as (url, asked):
        asking: Any = client(url, seconds_to_answer=5)
        for _ in range(3):
            assert asking.request("get", f"{url}/v1/a", {})[1] == 200
            kept: Any = asking.connections.to("http", url.removeprefix("http://"))
            wait_until(lambda kept=kept: kept.sock is None or hung_up(kept.sock))
        asking.close()

    assert asked == [b"GET /v1/a HTTP/1.1"] * 3 + [b"3 connections"]


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf", b"nonsense\r\n\r\n"])
def test_an_answer_that_does_not_come_whole_is_none(says: bytes) -> None:
    asking = client("http://127.0.0.1", seconds_to_answer=1)
    with server(says=says, answers_each=1) as (url, _asked), pytest.raises(stripe.APIConnectionError) as found:
        asking.request("get", f"{url}/v1/a", {})

    assert found.value.should_retry


def test_a_service_that_is_away_is_unreachable() -> None:
    with server() as (url, _asked):
        pass
    away = Stripe(StripeAccount("sk_test_x", "whsec_x", live=False, site="", api_base=url))
    away._client._requestor._options.max_network_retries = 0

    with pytest.raises(ProviderUnreachable):
        away.fetch("pi_1")


def test_what_is_asked_about_cannot_lead_elsewhere() -> None:
    with server() as (url, asked):
        here = Stripe(StripeAccount("sk_test_x", "whsec_x", live=False, site="", api_base=url))
        here._get("charges", "../balance?x=1")

    assert asked[0] == b"GET /v1/charges/..%2Fbalance%3Fx%3D1 HTTP/1.1"


@pytest.mark.parametrize("stated", ["https_proxy", "all_proxy"])
def test_where_a_proxy_stands_before_the_network_it_is_asked(stated: str, monkeypatch: Any) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert client("", seconds_to_answer=1).name == "standfirst"

    monkeypatch.setenv(stated, "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    assert isinstance(client("", seconds_to_answer=1), stripe.RequestsClient)
    assert client("http://127.0.0.1:1", seconds_to_answer=1).name == "standfirst"


def test_stripe_itself_is_asked_over_a_connection_that_is_proved() -> None:
    asking: Any = client("", seconds_to_answer=1)

    connection = asking.connections.to("https", "api.stripe.com")

    assert (connection.host, connection.port, connection._context.check_hostname) == ("api.stripe.com", 443, True)
