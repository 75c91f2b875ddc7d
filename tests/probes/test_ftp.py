"""`ftp`: a file server that is well, one that is not, and what is none."""

from __future__ import annotations

from types import EllipsisType

import pytest

from tests.probes.asking import ask
from tests.probes.certificates import server, trusting
from tests.probes.dialogue import Dialogue, occupying
from tests.probes.real.exim import Exim
from tests.probes.real.vsftpd import Vsftpd
from tests.servers import RawServer
from trayapp.core.words import Finding, Outcome
from trayapp.probes.ftp import Ftp


def asked(site: Dialogue, tls: str = "none", timeout: float = 5.0) -> Finding:
    with RawServer(site) as listening:
        return ask(Ftp("127.0.0.1", listening.port, tls=tls), timeout, tls=trusting())


@pytest.mark.parametrize(
    ("greeting", "banner"),
    [
        (b"220 files.test ready\r\n", "files.test ready"),
        (b"220\r\n", ""),
        (b"220-Welcome\r\n  330 this is no code\r\nnor this\r\n220 ready\r\n", "Welcome"),
        (b"220-Welcome\r\n2200 nor this\r\n220\r\n", "Welcome"),
        (b"120 ready in 1 minute\r\n220 ready\r\n", "ready"),
        (b"220 mail.test FTP beside SMTP\r\n", "mail.test FTP beside SMTP"),
    ],
)
def test_a_greeting_of_one_line_or_many_is_ok_and_the_server_is_left_in_order(greeting: bytes, banner: str) -> None:
    site = Dialogue(greeting)
    finding = asked(site)
    assert (finding.outcome, finding.details) == (Outcome.OK, {"banner": banner})
    assert site.heard == [b"QUIT\r\n"]


@pytest.mark.parametrize(
    ("said", "cause", "message"),
    [
        (b"421 too many users\r\n", "ftp.code", 'it said "421 too many users"'),
        (b"120 soon\r\n421 or not\r\n", "ftp.code", 'it said "421 or not"'),
        (b"530 no\r\n", "ftp.code", 'it said "530 no"'),
        (
            b"220 mail.test ESMTP ready\r\n",
            "protocol",
            'what answers there is not FTP: it said "220 mail.test ESMTP ready"',
        ),
        (b"+OK\r\n", "protocol", 'what answers there is not FTP: it said "+OK"'),
        (b"220-\r\n" + b"x\r\n" * 200, "protocol", "it sent more than 100 lines in one reply"),
        (b"220-\r\n" + b"x" * 3000, "protocol", "it sent more than 2000 bytes where fewer belong"),
    ],
)
def test_what_is_not_well_is_critical_with_its_own_words(said: bytes, cause: str, message: str) -> None:
    finding = asked(Dialogue(said))
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_a_server_that_will_be_ready_soon_is_waited_for_until_the_deadline() -> None:
    assert asked(Dialogue(b"120 ready in 999 minutes\r\n"), timeout=0.4).cause == "timeout.answer"


def test_auth_tls_encrypts() -> None:
    site = Dialogue(b"220 ready\r\n", ..., b"234 begin\r\n", server())
    finding = asked(site, "starttls")
    assert (finding.outcome, finding.details) == (Outcome.OK, {"banner": "ready", "tls": "TLSv1.3"})
    assert site.heard == [b"AUTH TLS\r\n", b"QUIT\r\n"]


@pytest.mark.parametrize(
    ("steps", "cause", "message"),
    [
        (
            (b"220\r\n", ..., b"530 Please login\r\n"),
            "tls.starttls",
            'it refuses to begin encryption: it said "530 Please login"',
        ),
        ((b"220\r\n", ..., b"what?\r\n"), "protocol", 'what answers there is not FTP: it said "what?"'),
        (
            (b"220\r\n", ..., b"234 go\r\n200 fooled\r\n"),
            "protocol",
            "it went on talking before the encryption began",
        ),
        ((b"220\r\n", ..., b"234 go\r\n", server("other.test")), "tls.hostname", "certificate is not for 127.0.0.1"),
    ],
)
def test_encryption_that_does_not_come_is_critical_with_the_reason(
    steps: tuple[bytes | EllipsisType, ...], cause: str, message: str
) -> None:
    finding = asked(Dialogue(*steps), "starttls")
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_a_real_vsftpd_is_ok(tls: str) -> None:
    with Vsftpd(*(["implicit_ssl=YES"] if tls == "implicit" else [])) as vsftpd:
        finding = ask(Ftp("127.0.0.1", vsftpd.port, tls=tls), tls=trusting())
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert "vsFTPd" in finding.details["banner"]
    assert finding.details.get("tls") == (None if tls == "none" else "TLSv1.3")


def test_a_real_vsftpd_that_is_full_says_so() -> None:
    with Vsftpd("max_clients=1") as vsftpd, occupying(vsftpd.port, b"220"):
        finding = ask(Ftp("127.0.0.1", vsftpd.port))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "ftp.code")
    assert finding.message == 'it said "421 There are too many connected users, please try later."'


def test_a_real_vsftpd_without_encryption_refuses_to_begin_it() -> None:
    with Vsftpd("ssl_enable=NO") as vsftpd:
        finding = ask(Ftp("127.0.0.1", vsftpd.port, tls="starttls"))
    assert finding.cause == "tls.starttls"
    assert finding.message.startswith('it refuses to begin encryption: it said "530 ')


def test_a_real_mail_server_which_greets_with_the_same_number_is_no_file_server() -> None:
    with Exim() as exim:
        finding = ask(Ftp("127.0.0.1", exim.port))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "protocol")
    assert finding.message.startswith('what answers there is not FTP: it said "220 mail.test ESMTP')
