"""`ssh`: a server that says who it is, one that will not, and what is none."""

from __future__ import annotations

import asyncio

import pytest

from tests.probes.asking import ask
from tests.probes.dialogue import Dialogue, occupying
from tests.probes.real.sshd import Sshd
from tests.probes.real.vsftpd import Vsftpd
from tests.servers import Behaviour, RawServer
from trayapp.core.words import Finding, Outcome
from trayapp.probes.ssh import Ssh


def asked(site: Behaviour, timeout: float = 5.0) -> Finding:
    with RawServer(site) as listening:
        return ask(Ssh("127.0.0.1", listening.port), timeout)


@pytest.mark.parametrize(
    ("said", "protocol", "version"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "2.0", "OpenSSH_9.2p1 Debian-2"),
        (b"SSH-2.0-dropbear\n", "2.0", "dropbear"),
        (b"SSH-1.99-Cisco-1.25\r\n", "1.99", "Cisco-1.25"),
        (b"Only for those\r\nwho may.\r\n\r\nSSH-2.0-x\r\n", "2.0", "x"),
        (b"SSH-2.0-<b>\x1b[1m\xff" + b"x" * 900 + b"\r\n", "2.0", "<b>\\xff" + "x" * 92 + "…"),
    ],
)
def test_an_identification_is_ok_whatever_is_said_before_it(said: bytes, protocol: str, version: str) -> None:
    site = Dialogue(said)
    finding = asked(site)
    assert (finding.outcome, finding.details) == (Outcome.OK, {"protocol": protocol, "version": version})
    assert site.heard == [b"SSH-2.0-Watchbell\r\n"]


@pytest.mark.parametrize(
    ("said", "cause", "message"),
    [
        (b"SSH-1.5-old\r\n", "ssh.version", "it speaks only SSH 1.5, which is broken"),
        (b"SSH-2\r\n", "protocol", 'what answers there is not SSH: it said "SSH-2"'),
        (b"220 files.test ready\r\n", "protocol", 'what answers there is not SSH: it said "220 files.test ready"'),
        (b"* OK ready\r\n", "protocol", 'what answers there is not SSH: it said "* OK ready"'),
        (b"HTTP/1.1 400 No\r\n", "protocol", 'what answers there is not SSH: it said "HTTP/1.1 400 No"'),
        (b"one\r\n" + b"more\r\n" * 60, "protocol", 'what answers there is not SSH: it said "one"'),
        (b"SSH-" + b"x" * 3000, "protocol", "it sent more than 2000 bytes where fewer belong"),
    ],
)
def test_what_is_not_well_is_critical_with_its_own_words(said: bytes, cause: str, message: str) -> None:
    finding = asked(Dialogue(said))
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_a_server_that_explains_itself_and_closes_is_quoted() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Not allowed \x07at this time\r\n")
        writer.write_eof()
        await reader.read()

    finding = asked(refuse)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "ssh.refused")
    assert finding.message == 'it said "Not allowed at this time" and closed the connection'


def test_lines_that_no_identification_follows_end_at_the_deadline() -> None:
    assert asked(Dialogue(b"Welcome\r\n"), 0.4).cause == "timeout.answer"


def test_a_real_sshd_is_ok_and_finds_nothing_wrong_with_us() -> None:
    with Sshd() as sshd:
        finding = ask(Ssh("127.0.0.1", sshd.port))
        told = sshd.log
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert finding.details["protocol"] == "2.0"
    assert finding.details["version"].startswith("OpenSSH_")
    assert "invalid format" not in told


def test_a_real_sshd_that_lets_nobody_more_in_says_so() -> None:
    with Sshd("MaxStartups 1") as sshd, occupying(sshd.port, b"SSH-"):
        finding = ask(Ssh("127.0.0.1", sshd.port))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "ssh.refused")
    assert finding.message == 'it said "Exceeded MaxStartups" and closed the connection'


def test_a_real_file_server_is_no_ssh_server() -> None:
    with Vsftpd() as vsftpd:
        finding = ask(Ssh("127.0.0.1", vsftpd.port))
    assert finding.message == 'what answers there is not SSH: it said "220 (vsFTPd 3.0.3)"'
