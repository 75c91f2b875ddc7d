"""Certificates and handshakes that are wrong, each with its own reason."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.probes.asking import ask
from tests.probes.certificates import AUTHORITY, STRANGER, moment, pem, self_signed, server, trusting
from tests.servers import HttpServer, Nginx, RawServer, pause
from trayapp.core.words import Finding, Outcome
from trayapp.probes.certificate import validity
from trayapp.probes.http import Http


def ask_with(tls: ssl.SSLContext, name: str = "127.0.0.1", *, verify: bool = True, timeout: float = 5.0) -> Finding:
    with HttpServer(tls=tls) as site:
        return ask(Http(f"https://{name}:{site.port}/", verify=verify), timeout, tls=trusting())


WRONG = {
    "expired": (
        lambda: server(not_before=moment(2025, 5, 3), not_after=moment(2026, 5, 3)),
        "tls.expired",
        "certificate expired on 3 May 2026",
    ),
    "not yet valid": (
        lambda: server(not_before=moment(2091, 1, 31), not_after=moment(2092, 1, 1)),
        "tls.not_yet_valid",
        "certificate is valid only from 31 January 2091",
    ),
    "of another host": (lambda: server("other.test"), "tls.hostname", "certificate is not for 127.0.0.1"),
    "self-signed": (self_signed, "tls.self_signed", "certificate is self-signed"),
    "of an unknown authority": (
        lambda: server(authority=STRANGER),
        "tls.unknown_ca",
        "certificate is from an authority that this machine does not know",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_certificate_has_its_exact_reason(what: str) -> None:
    make, cause, message = WRONG[what]
    finding = ask_with(make())
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)
    assert not finding.answered


@pytest.mark.parametrize("what", WRONG)
def test_any_certificate_will_do_where_it_is_not_verified(what: str) -> None:
    assert ask_with(WRONG[what][0](), verify=False).outcome is Outcome.OK


def test_a_name_is_checked_as_a_name() -> None:
    assert ask_with(server("site.test"), "site.test").outcome is Outcome.OK
    assert ask_with(server("site.test"), "site.test.").outcome is Outcome.OK
    assert ask_with(server("site.test"), "other.test").message == "certificate is not for other.test"


def test_an_encrypted_page_tells_its_protocol_and_the_time_it_took() -> None:
    finding = ask_with(server())
    assert finding.outcome is Outcome.OK
    assert finding.details == {"status": 200, "http": "1.1", "tls": "TLSv1.3", "bytes": 2}
    assert list(finding.phases_ms) == ["dns", "connect", "tls", "first_byte", "body"]


def test_a_real_nginx_over_tls_is_ok() -> None:
    with Nginx(tls=pem("127.0.0.1")) as nginx:
        assert ask(Http(nginx.url, contains="ok"), tls=trusting()).outcome is Outcome.OK


@pytest.mark.parametrize(
    "settings",
    [
        'ssl_protocols TLSv1.1; ssl_ciphers "ALL:@SECLEVEL=0";',
        'ssl_protocols TLSv1; ssl_ciphers "ALL:@SECLEVEL=0";',
    ],
)
def test_outdated_encryption_says_what_is_needed(settings: str) -> None:
    with Nginx(f"{settings} location / {{ return 200; }}", tls=pem("127.0.0.1")) as nginx:
        finding = ask(Http(nginx.url), tls=trusting())
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "tls.version")
    assert "TLS 1.2" in finding.message


def test_what_speaks_no_tls_is_told_so() -> None:
    async def answer_anything(reader, writer):  # type: ignore[no-untyped-def]
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await pause(reader, 1)

    with RawServer(answer_anything) as site:
        finding = ask(Http(f"https://127.0.0.1:{site.port}/"))
    assert (finding.cause, finding.message) == ("tls.handshake", "what answers there does not speak TLS")


def test_a_server_that_cuts_the_handshake_has_reset_it() -> None:
    async def cut(reader, _writer):  # type: ignore[no-untyped-def]
        await reader.read(1)

    with RawServer(cut) as site:
        finding = ask(Http(f"https://127.0.0.1:{site.port}/"))
    assert (finding.cause, finding.message) == ("reset", "connection reset (agreeing on encryption)")


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"])
def test_a_handshake_that_stalls_is_a_timeout_of_tls(sent: bytes) -> None:
    async def stall(reader, writer):  # type: ignore[no-untyped-def]
        writer.write(sent)
        while await reader.read(1024):
            pass

    with RawServer(stall) as site:
        finding = ask(Http(f"https://127.0.0.1:{site.port}/"), 0.4)
    assert finding.cause == "timeout.tls"


def test_a_handshake_of_one_byte_at_a_time_ends_at_the_deadline() -> None:
    async def drip(reader, writer):  # type: ignore[no-untyped-def]
        for byte in b"\x16\x03\x03\x00\x7a\x02" * 20:
            writer.write(bytes([byte]))
            await pause(reader, 0.05)

    with RawServer(drip) as site:
        finding = ask(Http(f"https://127.0.0.1:{site.port}/"), 0.4)
    assert finding.cause in ("timeout.tls", "tls.handshake")


def test_an_expired_certificate_is_told_without_its_date_when_the_server_does_not_show_it_again() -> None:
    tls = server(not_before=moment(2025, 5, 3), not_after=moment(2026, 5, 3))
    seen = []

    with HttpServer(tls=tls) as real:

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.append(1)
            if len(seen) > 1:
                await pause(reader, 5)
            upstream, out = await asyncio.open_connection("127.0.0.1", real.port)
            try:
                out.write(await reader.read(65536))
                writer.write(await upstream.read(65536))
                await pause(reader, 1)
            finally:
                out.transport.abort()

        with RawServer(relay) as site:
            finding = ask(Http(f"https://127.0.0.1:{site.port}/"), 1.0, tls=trusting())
    assert (finding.cause, finding.message) == ("tls.expired", "certificate expired")


def test_the_dates_of_a_certificate_are_read_as_cryptography_reads_them() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for begins, ends in ((moment(1999, 1, 1), moment(2049, 12, 31)), (now, now + timedelta(days=30_000))):
        issued = AUTHORITY.issue_cert("site.test", not_before=begins, not_after=ends)
        certificate = x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes())
        der = certificate.public_bytes(Encoding.DER)
        assert validity(der) == (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
        for cut in range(0, len(der), 7):
            with pytest.raises(ValueError):
                validity(der[:cut])
