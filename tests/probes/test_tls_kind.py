"""`tls`: the handshake and the certificate of what is encrypted, from the beginning or begun by a command."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import EllipsisType

import pytest

from tests.probes.asking import ask
from tests.probes.certificates import STRANGER, moment, pem, self_signed, server, trusting
from tests.probes.dialogue import Dialogue
from tests.probes.real.dovecot import Dovecot
from tests.probes.real.exim import Exim
from tests.probes.real.openssl import OpenSslServer
from tests.probes.real.postgres import PostgresServer
from tests.probes.real.slapd import Slapd
from tests.probes.real.vsftpd import Vsftpd
from tests.servers import RawServer
from trayapp.core.words import Finding, Outcome
from trayapp.probes.tls import Tls

LDAP_YES = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
STREAM = b"<?xml version='1.0'?><stream:stream id='1' xmlns:stream='http://etherx.jabber.org/streams'>"
FEATURES = (
    b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
    b"<mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>"
)
PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

Steps = tuple[bytes | EllipsisType, ...]

BEGUN: dict[str, Steps] = {
    "smtp": (b"220 mail.test\r\n", ..., b"250-mail.test\r\n250 starttls\r\n", ..., b"220 go\r\n"),
    "imap": (b"* OK ready\r\n", ..., b"a1 OK go\r\n"),
    "pop3": (b"+OK ready\r\n", ..., b"+OK go\r\n"),
    "ftp": (b"220 ready\r\n", ..., b"234 go\r\n"),
    "ldap": (..., LDAP_YES),
    "postgresql": (..., b"S"),
    "xmpp": (..., STREAM + FEATURES, ..., PROCEED),
}


def asked(tls: ssl.SSLContext, name: str = "127.0.0.1", **keys: object) -> Finding:
    with RawServer(Dialogue(), tls=tls) as listening:
        return ask(Tls(name, listening.port, **keys), tls=trusting())  # type: ignore[arg-type]


def begun(protocol: str, *steps: bytes | EllipsisType | ssl.SSLContext, timeout: float = 5.0) -> Finding:
    with RawServer(Dialogue(*steps)) as listening:
        return ask(Tls("127.0.0.1", listening.port, starttls=protocol), timeout, tls=trusting())


def ending_in(**left: float) -> ssl.SSLContext:
    now = datetime.now(UTC)
    return server(not_before=now - timedelta(days=300), not_after=now + timedelta(**left))


def test_a_right_certificate_is_ok_and_tells_whose_it_is_and_how_long() -> None:
    finding = asked(ending_in(days=63, hours=1))
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert finding.answered
    named = {key: value for key, value in finding.details.items() if key in ("subject", "issuer")}
    assert finding.details == {"tls": "TLSv1.3", "days": 63, **named}
    assert all(name.startswith("trustme ") for name in named.values())
    assert len(named) == 2
    assert list(finding.phases_ms) == ["dns", "connect", "tls", "first_byte"]


@pytest.mark.parametrize(
    ("make", "cause", "message"),
    [
        (
            lambda: server(not_before=moment(2025, 5, 3), not_after=moment(2026, 5, 3)),
            "tls.expired",
            "certificate expired on 3 May 2026",
        ),
        (self_signed, "tls.self_signed", "certificate is self-signed"),
        (lambda: server("other.test"), "tls.hostname", "certificate is not for 127.0.0.1"),
        (
            lambda: server(authority=STRANGER),
            "tls.unknown_ca",
            "certificate is from an authority that this machine does not know",
        ),
    ],
)
def test_a_wrong_certificate_is_critical_with_its_exact_reason(
    make: Callable[[], ssl.SSLContext], cause: str, message: str
) -> None:
    finding = asked(make())
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_a_certificate_that_ends_soon_is_a_warning_and_is_still_described() -> None:
    finding = asked(ending_in(days=13, hours=1))
    assert (finding.outcome, finding.cause) == (Outcome.WARNING, "tls.expires")
    assert finding.message.startswith("certificate expires in 13 days, on ")
    assert finding.details["days"] == 13
    assert asked(ending_in(days=14, hours=1)).outcome is Outcome.OK
    assert asked(ending_in(days=40), certificate_days=60).outcome is Outcome.WARNING
    assert asked(ending_in(hours=1), certificate_days=0).outcome is Outcome.OK


def test_a_certificate_that_is_not_verified_must_still_be_in_its_time() -> None:
    assert asked(self_signed(), verify=False).outcome is Outcome.OK
    finding = asked(server(not_before=moment(2025, 5, 3), not_after=moment(2026, 5, 3)), verify=False)
    assert (finding.outcome, finding.message) == (Outcome.CRITICAL, "certificate expired on 3 May 2026")
    assert finding.details["days"] < 0
    assert "subject" not in finding.details


def test_what_is_not_encrypted_is_told_so() -> None:
    with RawServer(Dialogue(b"220 mail.test\r\n")) as listening:
        finding = ask(Tls("127.0.0.1", listening.port))
    assert (finding.cause, finding.message) == ("tls.handshake", "what answers there does not speak TLS")


@pytest.mark.parametrize("protocol", BEGUN)
def test_encryption_begins_as_each_protocol_asks_for_it(protocol: str) -> None:
    finding = begun(protocol, *BEGUN[protocol], ending_in(days=63, hours=1))
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert (finding.details["tls"], finding.details["days"]) == ("TLSv1.3", 63)


@pytest.mark.parametrize("protocol", BEGUN)
def test_what_follows_the_consent_unencrypted_is_never_believed(protocol: str) -> None:
    *steps, consent = BEGUN[protocol]
    assert isinstance(consent, bytes)
    finding = begun(protocol, *steps, consent + b"fooled")
    assert (finding.cause, finding.message) == ("protocol", "it went on talking before the encryption began")


@pytest.mark.parametrize("protocol", BEGUN)
def test_a_handshake_that_does_not_follow_ends_at_the_deadline(protocol: str) -> None:
    assert begun(protocol, *BEGUN[protocol], timeout=0.4).cause == "timeout.tls"


@pytest.mark.parametrize("protocol", BEGUN)
def test_a_certificate_that_expired_is_critical_however_encryption_begins(protocol: str) -> None:
    expired = server(not_before=moment(2025, 5, 3), not_after=moment(2026, 5, 3))
    finding = begun(protocol, *BEGUN[protocol], expired)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "tls.expired")
    assert finding.message == "certificate expired on 3 May 2026"


@pytest.mark.parametrize("again", [b"N", b"what?", b""])
def test_an_expired_certificate_is_told_without_its_date_when_the_server_does_not_show_it_again(again: bytes) -> None:
    expired = server(not_before=moment(2025, 5, 3), not_after=moment(2026, 5, 3))
    ways = iter([Dialogue(..., b"S", expired), Dialogue(..., again)])

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await next(ways)(reader, writer)

    with RawServer(once) as listening:
        finding = ask(Tls("127.0.0.1", listening.port, starttls="postgresql"), 1.0, tls=trusting())
    assert (finding.cause, finding.message) == ("tls.expired", "certificate expired")
    assert next(ways, None) is None


@pytest.mark.parametrize(
    ("protocol", "steps", "cause", "message"),
    [
        ("postgresql", (..., b"N"), "tls.starttls", "it offers no encryption"),
        ("postgresql", (..., b"E"), "protocol", 'what answers there is not PostgreSQL: it said "E"'),
        (
            "ldap",
            (..., b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00"),
            "tls.starttls",
            'it refuses to begin encryption: it said "LDAP result 52"',
        ),
        ("ldap", (..., b"HTTP/1.1 400"), "protocol", 'what answers there is not LDAP: it said "HT"'),
        ("ldap", (..., b"\x30\x05\x02\x01\x02\x78\x00"), "protocol", None),
        ("ldap", (..., b"\x30\x05\x02\x01\x01\x61\x00"), "protocol", None),
        ("ldap", (..., b"\x30\x05\x02\x01\x01\x78\x00"), "protocol", None),
        ("ldap", (..., b"\x30\x05\x02\x7f\x01\x78\x00"), "protocol", None),
        ("ldap", (..., b"\x30\x00"), "protocol", 'what answers there is not LDAP: it said ""'),
        (
            "ldap",
            (..., b"\x30\xff" + b"\xff" * 127),
            "protocol",
            "it announced more than the 4096 bytes that belong there",
        ),
        (
            "xmpp",
            (..., STREAM + b"<stream:features><bind/></stream:features>"),
            "tls.starttls",
            "it offers no encryption",
        ),
        ("xmpp", (..., STREAM + b"<stream:features/>"), "tls.starttls", "it offers no encryption"),
        (
            "xmpp",
            (..., STREAM + b"<stream:error><host-unknown xmlns='x'/></stream:error>"),
            "xmpp.error",
            "it refused the stream: \"<host-unknown xmlns='x'/>\"",
        ),
        (
            "xmpp",
            (..., STREAM + FEATURES, ..., b"<failure xmlns='x'/>"),
            "tls.starttls",
            "it refuses to begin encryption: it said \"<failure xmlns='x'/>\"",
        ),
        ("xmpp", (..., b"HTTP/1.1 400\r\n\r\n<html>"), "protocol", None),
        ("xmpp", (..., STREAM + b"<a>" * 300), "protocol", "it sent more than 200 tags where fewer belong"),
        ("xmpp", (..., b"<" + b"a" * 5000), "protocol", "it sent more than 4096 bytes where fewer belong"),
    ],
)
def test_encryption_that_does_not_come_is_critical_with_the_reason(
    protocol: str, steps: Steps, cause: str, message: str | None
) -> None:
    finding = begun(protocol, *steps)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)
    assert finding.message == message or (
        message is None and finding.message.startswith(f"what answers there is not {protocol.upper()}")
    )


def test_a_stream_is_opened_for_the_host_and_its_consent_may_be_written_in_two_tags() -> None:
    two_tags = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'></proceed>"
    site = Dialogue(..., STREAM + FEATURES, ..., two_tags, server())
    with RawServer(site) as listening:
        assert ask(Tls("127.0.0.1", listening.port, starttls="xmpp"), tls=trusting()).outcome is Outcome.OK
    assert b"to='127.0.0.1'" in site.heard[0]


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as running:
        yield running


def test_a_real_dovecot_shows_its_certificate_in_every_way(dovecot: Dovecot) -> None:
    for port, protocol in ((dovecot.imaps, "none"), (dovecot.imap, "imap"), (dovecot.pop3, "pop3")):
        finding = ask(Tls("127.0.0.1", port, starttls=protocol), tls=trusting())
        assert (finding.outcome, finding.message) == (Outcome.OK, "")
        assert finding.details["tls"] == "TLSv1.3"


def test_a_real_exim_and_a_real_vsftpd_show_their_certificates() -> None:
    with Exim() as exim, Vsftpd() as vsftpd:
        for port, protocol in ((exim.port, "smtp"), (vsftpd.port, "ftp")):
            finding = ask(Tls("127.0.0.1", port, starttls=protocol), tls=trusting())
            assert (finding.outcome, finding.message) == (Outcome.OK, "")
            stranger = ask(Tls("127.0.0.1", port, starttls=protocol))
            assert stranger.cause == "tls.unknown_ca"


def test_a_real_slapd_shows_its_certificate_in_both_ways() -> None:
    with Slapd() as slapd:
        for port, protocol in ((slapd.port, "ldap"), (slapd.tls_port, "none")):
            finding = ask(Tls("127.0.0.1", port, starttls=protocol), tls=trusting())
            assert (finding.outcome, finding.message) == (Outcome.OK, "")


def test_a_real_postgresql_shows_its_certificate_or_offers_none() -> None:
    with PostgresServer(tls=pem("127.0.0.1")) as postgres:
        finding = ask(Tls("127.0.0.1", postgres.port, starttls="postgresql"), tls=trusting())
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    with PostgresServer() as postgres:
        finding = ask(Tls("127.0.0.1", postgres.port, starttls="postgresql"), tls=trusting())
    assert (finding.cause, finding.message) == ("tls.starttls", "it offers no encryption")


def test_a_real_server_that_agrees_only_on_old_encryption_is_told_what_it_needs() -> None:
    with OpenSslServer(*pem("127.0.0.1"), "-tls1_1", "-cipher", "ALL:@SECLEVEL=0") as old:
        finding = ask(Tls("127.0.0.1", old.port), tls=trusting())
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "tls.version")
    assert "TLS 1.2" in finding.message
