"""`pop3`: a mailbox server that is well, one that is not, and what is none."""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType

import pytest

from tests.probes.asking import ask
from tests.probes.certificates import server, trusting
from tests.probes.dialogue import Dialogue
from tests.probes.real.dovecot import Dovecot
from tests.servers import RawServer
from trayapp.core.words import Finding, Outcome
from trayapp.probes.pop3 import Pop3


def asked(site: Dialogue, tls: str = "none", timeout: float = 5.0) -> Finding:
    with RawServer(site) as listening:
        return ask(Pop3("127.0.0.1", listening.port, tls=tls), timeout, tls=trusting())


@pytest.mark.parametrize(("greeting", "banner"), [(b"+OK ready\r\n", "ready"), (b"+OK\r\n", "")])
def test_a_greeting_is_ok_and_the_server_is_left_in_order(greeting: bytes, banner: str) -> None:
    site = Dialogue(greeting)
    finding = asked(site)
    assert (finding.outcome, finding.details) == (Outcome.OK, {"banner": banner})
    assert site.heard == [b"QUIT\r\n"]


@pytest.mark.parametrize(
    ("said", "cause", "message"),
    [
        (b"-ERR [SYS/TEMP] too busy\r\n", "pop3.error", 'it said "-ERR [SYS/TEMP] too busy"'),
        (b"-ERR\r\n", "pop3.error", 'it said "-ERR"'),
        (b"+OKAY\r\n", "protocol", 'what answers there is not POP3: it said "+OKAY"'),
        (b"220 mail.test\r\n", "protocol", 'what answers there is not POP3: it said "220 mail.test"'),
        (b"+OK " + b"x" * 3000, "protocol", "it sent more than 2000 bytes where fewer belong"),
    ],
)
def test_what_is_not_well_is_critical_with_its_own_words(said: bytes, cause: str, message: str) -> None:
    finding = asked(Dialogue(said))
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_stls_encrypts() -> None:
    site = Dialogue(b"+OK ready\r\n", ..., b"+OK begin\r\n", server())
    finding = asked(site, "starttls")
    assert (finding.outcome, finding.details) == (Outcome.OK, {"banner": "ready", "tls": "TLSv1.3"})
    assert site.heard == [b"STLS\r\n", b"QUIT\r\n"]


@pytest.mark.parametrize(
    ("steps", "cause", "message"),
    [
        (
            (b"+OK\r\n", ..., b"-ERR what?\r\n"),
            "tls.starttls",
            'it refuses to begin encryption: it said "-ERR what?"',
        ),
        ((b"+OK\r\n", ..., b"what?\r\n"), "protocol", 'what answers there is not POP3: it said "what?"'),
        (
            (b"+OK\r\n", ..., b"+OK go\r\n+OK fooled\r\n"),
            "protocol",
            "it went on talking before the encryption began",
        ),
        ((b"+OK\r\n", ..., b"+OK go\r\n", server("other.test")), "tls.hostname", "certificate is not for 127.0.0.1"),
    ],
)
def test_encryption_that_does_not_come_is_critical_with_the_reason(
    steps: tuple[bytes | EllipsisType, ...], cause: str, message: str
) -> None:
    finding = asked(Dialogue(*steps), "starttls")
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as running:
        yield running


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_a_real_dovecot_is_ok(dovecot: Dovecot, tls: str) -> None:
    port = dovecot.pop3s if tls == "implicit" else dovecot.pop3
    finding = ask(Pop3("127.0.0.1", port, tls=tls), tls=trusting())
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert "Dovecot" in finding.details["banner"]
    assert finding.details.get("tls") == (None if tls == "none" else "TLSv1.3")


def test_a_real_dovecot_whose_login_process_is_broken_says_so() -> None:
    with Dovecot(logins=False) as dovecot:
        finding = ask(Pop3("127.0.0.1", dovecot.pop3), 20.0)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "pop3.error")
    assert finding.message.endswith('Auth process broken"')
