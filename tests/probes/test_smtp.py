"""`smtp`: a mail server that is well, one that is not, and what is none."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from types import EllipsisType

import pytest

from tests.probes.asking import ask
from tests.probes.certificates import STRANGER, moment, server, trusting
from tests.probes.dialogue import Dialogue
from tests.probes.real.exim import Exim
from tests.probes.real.vsftpd import Vsftpd
from tests.servers import RawServer
from trayapp.core.words import Finding, Outcome
from trayapp.probes.base import AddrInfo
from trayapp.probes.smtp import Smtp

GREETING = b"220 mail.test ESMTP ready\r\n"
OFFERS = b"250-mail.test at your service\r\n250-SIZE 1000\r\n250 STARTTLS\r\n"
GO = b"220 go ahead\r\n"


def asked(site: Dialogue, tls: str = "none", *, verify: bool = True, timeout: float = 5.0) -> Finding:
    with RawServer(site) as listening:
        return ask(Smtp("127.0.0.1", listening.port, tls=tls, verify=verify), timeout, tls=trusting())


@pytest.mark.parametrize(
    ("steps", "cause", "message"),
    [
        ((b"421 4.3.2 too busy\r\n",), "smtp.code", 'it said "421 4.3.2 too busy"'),
        ((b"554-go\r\n554 away\r\n",), "smtp.code", 'it said "554 go"'),
        ((b"554\r\n",), "smtp.code", 'it said "554"'),
        ((b"421 \x1b[1m<b>\xff\x00" + b"x" * 900 + b"\r\n",), "smtp.code", None),
        ((b"250 hello\r\n",), "smtp.code", 'it said "250 hello"'),
        (
            (b"SSH-2.0-OpenSSH_9.2\r\n",),
            "protocol",
            'what answers there is not SMTP: it said "SSH-2.0-OpenSSH_9.2"',
        ),
        ((b"2200 hello\r\n",), "protocol", 'what answers there is not SMTP: it said "2200 hello"'),
        ((b"620 hello\r\n",), "protocol", 'what answers there is not SMTP: it said "620 hello"'),
        ((b"\r\n",), "protocol", 'what answers there is not SMTP: it said ""'),
        ((b"220-x\r\n" * 200,), "protocol", "it sent more than 100 lines in one reply"),
        ((b"220 " + b"x" * 3000,), "protocol", "it sent more than 2000 bytes where fewer belong"),
        (
            (GREETING, ..., b"550 not you\r\n"),
            "smtp.code",
            'it refused EHLO: "550 not you"',
        ),
        (
            (GREETING, ..., b"502 what?\r\n", ..., b"502 what?\r\n"),
            "smtp.code",
            'it refused HELO: "502 what?"',
        ),
        ((GREETING, ..., b"* BAD\r\n"), "protocol", 'what answers there is not SMTP: it said "* BAD"'),
    ],
)
def test_what_is_not_well_is_critical_with_its_own_words(
    steps: tuple[bytes | EllipsisType, ...], cause: str, message: str | None
) -> None:
    finding = asked(Dialogue(*steps))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)
    assert finding.answered
    if message is None:
        assert finding.message.startswith('it said "421 <b>\\xffxxx')
        assert finding.message.isprintable()
        assert len(finding.message) < 100
    else:
        assert finding.message == message


def test_a_server_is_greeted_with_an_address_and_left_in_order() -> None:
    site = Dialogue(b"220-mail.test\r\n220-of ours\r\n220 ready\r\n", ..., b"250 mail.test\r\n")
    finding = asked(site)
    assert (finding.outcome, finding.details) == (Outcome.OK, {"banner": "mail.test"})
    assert b"".join(site.heard) == b"EHLO [127.0.0.1]\r\nQUIT\r\n"


def test_a_server_of_the_old_days_is_greeted_in_its_own_way() -> None:
    site = Dialogue(GREETING, ..., b"500 what?\r\n", ..., b"250 hello\r\n")
    assert asked(site).outcome is Outcome.OK
    assert b"".join(site.heard) == b"EHLO [127.0.0.1]\r\nHELO [127.0.0.1]\r\nQUIT\r\n"


def test_an_address_of_version_6_is_told_as_one() -> None:
    site = Dialogue(GREETING, ..., b"250 mail.test\r\n")
    with RawServer(site, host="::1") as listening:

        async def there(_host: str, port: int) -> Sequence[AddrInfo]:
            return [(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("::1", port))]

        assert ask(Smtp("::1", listening.port), resolve=there).outcome is Outcome.OK
    assert site.heard[0] == b"EHLO [IPv6:::1]\r\n"


def test_starttls_encrypts_and_asks_again() -> None:
    site = Dialogue(GREETING, ..., OFFERS, ..., GO, server(), ..., b"250 mail.test\r\n")
    finding = asked(site, "starttls")
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert finding.details == {"banner": "mail.test ESMTP ready", "tls": "TLSv1.3"}
    assert site.heard[:3] == [b"EHLO [127.0.0.1]\r\n", b"STARTTLS\r\n", b"EHLO [127.0.0.1]\r\n"]
    assert {"first_byte", "tls"} <= finding.phases_ms.keys()


@pytest.mark.parametrize(
    ("steps", "cause", "message"),
    [
        ((GREETING, ..., b"250-x\r\n250 XSTARTTLS\r\n"), "tls.starttls", "it offers no encryption"),
        ((GREETING, ..., b"500\r\n", ..., b"250 hello\r\n"), "tls.starttls", "it offers no encryption"),
        (
            (GREETING, ..., OFFERS, ..., b"454 TLS not available\r\n"),
            "tls.starttls",
            'it refuses to begin encryption: it said "454 TLS not available"',
        ),
        (
            (GREETING, ..., OFFERS, ..., GO + b"250 fooled\r\n"),
            "protocol",
            "it went on talking before the encryption began",
        ),
        (
            (GREETING, ..., OFFERS, ..., GO, ..., b"not TLS\r\n"),
            "tls.handshake",
            "what answers there does not speak TLS",
        ),
        (
            (GREETING, ..., OFFERS, ..., GO, server("other.test")),
            "tls.hostname",
            "certificate is not for 127.0.0.1",
        ),
        (
            (GREETING, ..., OFFERS, ..., GO, server(authority=STRANGER)),
            "tls.unknown_ca",
            "certificate is from an authority that this machine does not know",
        ),
        (
            (
                *(GREETING, ..., OFFERS, ..., GO),
                server(not_before=moment(2025, 5, 3), not_after=moment(2026, 5, 3)),
            ),
            "tls.expired",
            "certificate expired on 3 May 2026",
        ),
        (
            (GREETING, ..., OFFERS, ..., GO, server(), ..., b"421 bye\r\n"),
            "smtp.code",
            'it refused EHLO: "421 bye"',
        ),
    ],
)
def test_encryption_that_does_not_come_is_critical_with_the_reason(
    steps: tuple[bytes | EllipsisType, ...], cause: str, message: str
) -> None:
    finding = asked(Dialogue(*steps), "starttls")
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


@pytest.mark.parametrize(
    "tls", [server(authority=STRANGER), server(not_before=moment(2025, 5, 3), not_after=moment(2026, 5, 3))]
)
def test_any_certificate_will_do_where_it_is_not_verified(tls) -> None:  # type: ignore[no-untyped-def]
    site = Dialogue(GREETING, ..., OFFERS, ..., GO, tls, ..., b"250 mail.test\r\n")
    assert asked(site, "starttls", verify=False).outcome is Outcome.OK


def test_a_handshake_that_never_comes_ends_at_the_deadline() -> None:
    finding = asked(Dialogue(GREETING, ..., OFFERS, ..., GO), "starttls", timeout=0.4)
    assert finding.cause == "timeout.tls"
    assert finding.message == "no answer within 0.4 s (connected, agreeing on encryption)"


@pytest.fixture(scope="module")
def exim() -> Iterator[Exim]:
    with Exim() as running:
        yield running


@pytest.mark.parametrize("tls", ["none", "starttls"])
def test_a_real_exim_is_ok(exim: Exim, tls: str) -> None:
    finding = ask(Smtp("127.0.0.1", exim.port, tls=tls), tls=trusting())
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert finding.details["banner"].startswith("mail.test ESMTP Exim 4")
    assert finding.details.get("tls") == (None if tls == "none" else "TLSv1.3")


def test_a_real_exim_that_is_encrypted_from_the_beginning_is_ok() -> None:
    with Exim(implicit=True) as exim:
        assert ask(Smtp("127.0.0.1", exim.port, tls="implicit"), tls=trusting()).outcome is Outcome.OK
        assert ask(Smtp("127.0.0.1", exim.port), 0.5).cause == "timeout.first_byte"


def test_a_real_exim_that_lets_nobody_in_says_so() -> None:
    with Exim("acl_smtp_connect = deny message = not <b>today</b>") as exim:
        finding = ask(Smtp("127.0.0.1", exim.port))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "smtp.code")
    assert finding.message == 'it said "550 not <b>today</b>"'


def test_a_real_exim_without_a_certificate_offers_no_encryption() -> None:
    with Exim(starttls=False) as exim:
        assert ask(Smtp("127.0.0.1", exim.port, tls="starttls")).cause == "tls.starttls"


def test_a_real_file_server_which_greets_with_the_same_number_is_no_mail_server() -> None:
    with Vsftpd() as vsftpd:
        finding = ask(Smtp("127.0.0.1", vsftpd.port))
    assert finding.outcome is Outcome.CRITICAL
    assert finding.message == 'it refused EHLO: "530 Please login with USER and PASS."'
