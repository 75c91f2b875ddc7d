"""The faults of transport that one check sees by itself: its finding is typed, in time, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.faults.table import Row, keep
from tests.probes.asking import ask, descriptors, in_time, means, nothing_is_left
from tests.probes.stages_web import reset_after, stall
from tests.servers import Behaviour, RawServer, closed_port, hang_up, pause, read_head, reset, saying, silent_port
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.base import Kind
from trayapp.probes.http import Http
from trayapp.probes.ssh import Ssh
from trayapp.probes.tcp import Tcp

OK, CRITICAL = Outcome.OK, Outcome.CRITICAL
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
SHORT = 0.6
"""Seconds of timeout where it is the deadline that must end the check."""

Staging = Callable[[ExitStack], Kind]


@dataclass(frozen=True)
class Fault:
    """One row: what a check finds there, and what it was doing at that moment where that is to be told."""

    id: str
    what: str
    staging: Staging
    outcome: Outcome
    cause: str = ""
    phase: str = ""
    errno: int | None = None
    timeout: float = 5.0

    def __str__(self) -> str:
        return f"{self.id} {self.what}"


def page(behave: Behaviour, scheme: str = "http") -> Staging:
    return lambda stack: Http(f"{scheme}://127.0.0.1:{stack.enter_context(RawServer(behave)).port}/", contains="x")


def port(behave: Behaviour, expect: str = "") -> Staging:
    return lambda stack: Tcp("127.0.0.1", stack.enter_context(RawServer(behave)).port, expect=expect)


async def reset_at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def reset_the_handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1024)
    reset(writer)


def greeting_late(words: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await pause(reader, 3)
        writer.write(words)
        await reader.read()

    return behave


LATE_MAIL, LATE_SHELL = greeting_late(b"220 mail.test\r\n"), greeting_late(b"SSH-2.0-OpenSSH_9.2\r\n")

ROWS = (
    Fault(
        "A1",
        "refused",
        lambda stack: Tcp("127.0.0.1", stack.enter_context(closed_port())),
        CRITICAL,
        "refused",
        "",
        111,
    ),
    Fault(
        "A2",
        "every SYN is swallowed",
        lambda stack: Tcp("127.0.0.1", stack.enter_context(silent_port())),
        CRITICAL,
        "timeout.connect",
        "connect",
        timeout=SHORT,
    ),
    Fault("A3", "accepts and never answers", page(stall), CRITICAL, "timeout.first_byte", "first_byte", timeout=SHORT),
    Fault("A5", "reset after accepting", page(reset_at_once), CRITICAL, "reset", "", 104),
    Fault("A5", "reset in the handshake", page(reset_the_handshake, "https"), CRITICAL, "reset", "tls", 104),
    Fault("A5", "reset after the request", page(reset_after(b"")), CRITICAL, "reset", "first_byte", 104),
    Fault("A5", "reset in the headers", page(reset_after(HEAD[:20])), CRITICAL, "reset", "headers", 104),
    Fault("A5", "reset in the page", page(reset_after(HEAD + b"...")), CRITICAL, "reset", "body", 104),
    Fault(
        "A9",
        "the page drips, a byte each half second",
        page(saying(HEAD, *(b".", 0.5) * 20)),
        CRITICAL,
        "timeout.body",
        "body",
        timeout=1.2,
    ),
    Fault(
        "A10",
        "the headers drip",
        page(saying(b"HTTP/1.1 200 OK\r\n", *(b"X", 0.1) * 100)),
        CRITICAL,
        "timeout.headers",
        "headers",
        timeout=SHORT,
    ),
    Fault("A20", "greets after 3 s, nothing is expected", port(LATE_MAIL), OK, timeout=1.0),
    Fault("A20", "greets after 3 s, the greeting is expected", port(LATE_MAIL, "220 "), OK, timeout=6.0),
    Fault(
        "A20",
        "greets after 3 s, the greeting is expected within 0.6 s",
        port(LATE_MAIL, "220 "),
        CRITICAL,
        "timeout.first_byte",
        "first_byte",
        timeout=SHORT,
    ),
    Fault(
        "A20",
        "SSH that greets after 3 s, within 0.6 s",
        lambda stack: Ssh("127.0.0.1", stack.enter_context(RawServer(LATE_SHELL)).port),
        CRITICAL,
        "timeout.first_byte",
        "first_byte",
        timeout=SHORT,
    ),
)


@pytest.mark.parametrize("fault", ROWS, ids=str)
def test_every_fault_of_transport_has_its_verdict(fault: Fault, record_property: Callable[[str, object], None]) -> None:
    row = Row(fault.id, fault.what)
    with ExitStack() as stack:
        probe = fault.staging(stack)
        threads = threading.active_count()
        try:
            row.begin()
            finding = ask(probe, fault.timeout)
            row.seen(finding.outcome.name, finding.cause)
        finally:
            keep(row, record_property)
        assert threading.active_count() == threads
    assert (finding.outcome, finding.cause, finding.blame) == (fault.outcome, fault.cause, Blame.SERVICE)
    assert (finding.message == "") == (fault.outcome is OK)
    assert not fault.phase or finding.details["phase"] == fault.phase
    assert finding.details.get("errno") == fault.errno


RACES = 108
IDLE = 0.05
"""Seconds after which the server ends a connection over which nothing more is asked."""


async def end_when_idle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Keeps a connection for the next request, for a moment."""
    await read_head(reader)
    with contextlib.suppress(TimeoutError):
        while True:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
            async with asyncio.timeout(IDLE):
                await read_head(reader)
    await hang_up(reader, writer)


def test_a_server_that_ends_idle_connections_is_never_seen_to_fail(
    record_property: Callable[[str, object], None],
) -> None:
    """Each check comes when the connection of the one before is just being ended, had it been kept."""
    row = Row("A7", f"the server ends idle connections after {IDLE * 1000:.0f} ms, {RACES} checks at that moment")

    async def race(probe: Http) -> list[Finding]:
        before, given, findings = descriptors(), means(5.0), []
        for number in range(RACES):
            with in_time(5.0):
                findings.append(await probe.check(given))
            await asyncio.sleep(0.045 + number % 11 / 1000)
        await nothing_is_left(before)
        return findings

    with RawServer(end_when_idle) as server:
        findings = asyncio.run(race(Http(f"http://127.0.0.1:{server.port}/", contains="x")))
    row.seen(", ".join({finding.outcome.name for finding in findings}), ", ".join({each.cause for each in findings}))
    keep(row, record_property)
    assert [finding.message for finding in findings] == [""] * RACES
    assert {finding.outcome for finding in findings} == {OK}
