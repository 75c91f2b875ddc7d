"""`imap`: a mailbox server that is well, one that is not, and what is none."""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType

import pytest

from tests.probes.asking import ask
from tests.probes.certificates import STRANGER, server, trusting
from tests.probes.dialogue import Dialogue
from tests.probes.real.dovecot import Dovecot
from tests.servers import RawServer
from trayapp.core.words import Finding, Outcome
from trayapp.probes.imap import Imap

GREETING = b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"


def asked(site: Dialogue, tls: str = "none", timeout: float = 5.0) -> Finding:
    with RawServer(site) as listening:
        return ask(Imap("127.0.0.1", listening.port, tls=tls), timeout, tls=trusting())


@pytest.mark.parametrize(
    ("greeting", "banner"),
    [
        (GREETING, "ready"),
        (b"* ok ready\r\n", "ready"),
        (b"* PREAUTH you are known\r\n", "you are known"),
        (b"* OK\r\n", ""),
        (b"* OK <b>\x1b[1m\xff" + b"x" * 900 + b"\r\n", "<b>\\xff" + "x" * 92 + "…"),
    ],
)
def test_a_greeting_is_ok_and_the_server_is_left_in_order(greeting: bytes, banner: str) -> None:
    site = Dialogue(greeting)
    finding = asked(site)
    assert (finding.outcome, finding.details) == (Outcome.OK, {"banner": banner})
    assert site.heard == [b"a2 LOGOUT\r\n"]


@pytest.mark.parametrize(
    ("said", "cause", "message"),
    [
        (b"* BYE too many connections\r\n", "imap.status", 'it said "* BYE too many connections"'),
        (b"* NO\r\n", "imap.status", 'it said "* NO"'),
        (b"+OK ready\r\n", "protocol", 'what answers there is not IMAP: it said "+OK ready"'),
        (b"* OKAY\r\n", "protocol", 'what answers there is not IMAP: it said "* OKAY"'),
        (b"OK ready\r\n", "protocol", 'what answers there is not IMAP: it said "OK ready"'),
        (b"* " + b"x" * 3000, "protocol", "it sent more than 2000 bytes where fewer belong"),
    ],
)
def test_what_is_not_well_is_critical_with_its_own_words(said: bytes, cause: str, message: str) -> None:
    finding = asked(Dialogue(said))
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_starttls_encrypts_whatever_else_is_said_before_its_answer() -> None:
    site = Dialogue(GREETING, ..., b"* CAPABILITY IMAP4rev1\r\na1 OK begin\r\n", server())
    finding = asked(site, "starttls")
    assert (finding.outcome, finding.details) == (Outcome.OK, {"banner": "ready", "tls": "TLSv1.3"})
    assert site.heard == [b"a1 STARTTLS\r\n", b"a2 LOGOUT\r\n"]


@pytest.mark.parametrize(
    ("steps", "cause", "message"),
    [
        (
            (GREETING, ..., b"a1 BAD what?\r\n"),
            "tls.starttls",
            'it refuses to begin encryption: it said "BAD what?"',
        ),
        ((GREETING, ..., b"* BYE enough\r\n"), "imap.status", 'it said "* BYE enough"'),
        ((GREETING, ..., b"a1 what?\r\n"), "protocol", 'what answers there is not IMAP: it said "a1 what?"'),
        ((GREETING, ..., b"* 1 EXISTS\r\n" * 150), "protocol", "it sent more than 100 lines in one reply"),
        (
            (GREETING, ..., b"a1 OK go\r\n* BYE fooled\r\n"),
            "protocol",
            "it went on talking before the encryption began",
        ),
        (
            (GREETING, ..., b"a1 OK go\r\n", server(authority=STRANGER)),
            "tls.unknown_ca",
            "certificate is from an authority that this machine does not know",
        ),
    ],
)
def test_encryption_that_does_not_come_is_critical_with_the_reason(
    steps: tuple[bytes | EllipsisType, ...], cause: str, message: str
) -> None:
    finding = asked(Dialogue(*steps), "starttls")
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_an_answer_to_starttls_that_never_ends_ends_at_the_deadline() -> None:
    assert asked(Dialogue(GREETING, ..., b"a1 OK"), "starttls", 0.4).cause == "timeout.answer"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as running:
        yield running


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_a_real_dovecot_is_ok(dovecot: Dovecot, tls: str) -> None:
    port = dovecot.imaps if tls == "implicit" else dovecot.imap
    finding = ask(Imap("127.0.0.1", port, tls=tls), tls=trusting())
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert "Dovecot" in finding.details["banner"]
    assert finding.details.get("tls") == (None if tls == "none" else "TLSv1.3")


def test_a_real_dovecot_that_speaks_another_protocol_is_told_so(dovecot: Dovecot) -> None:
    finding = ask(Imap("127.0.0.1", dovecot.pop3))
    assert finding.message.startswith('what answers there is not IMAP: it said "+OK ')


def test_a_real_dovecot_whose_login_process_is_broken_says_so() -> None:
    with Dovecot(logins=False) as dovecot:
        finding = ask(Imap("127.0.0.1", dovecot.imap), 20.0)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "imap.status")
    assert finding.message == 'it said "* BYE Auth process broken"'
