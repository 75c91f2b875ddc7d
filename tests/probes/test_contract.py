"""What every kind of probe owes its caller, whatever answers: one typed finding in time, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tests.probes.asking import ask, descriptors, in_time, means, nothing_is_left
from tests.probes.cases import CASES, RESOLVING, STREAMS
from tests.servers import RawServer, closed_port, pause, reset, saying, silent_port
from trayapp.core.keys import declared_keys
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes import PROBES, probe_for
from trayapp.probes.base import AddrInfo, Kind
from trayapp.probes.encryption import verifying

TIMEOUT = 0.4
KINDS = pytest.mark.parametrize("kind", PROBES)
OF_STREAMS = pytest.mark.parametrize("kind", STREAMS)
OF_NAMES = pytest.mark.parametrize("kind", RESOLVING)


async def stay_silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(1024):
        pass


async def be_slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await pause(reader, 5)
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")


async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in itertools.chain(b"HTTP/1.1 200 OK\r\nX: ", itertools.repeat(120)):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def cut_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 2")


async def cut_with_reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def talk_garbage(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(bytes(range(256)) * 64)
    await writer.drain()


async def never_end(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"z" * 65536)
        await writer.drain()


async def speak_ssh(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await reader.read()


BEHAVIOURS: dict[str, Callable[..., Any]] = {
    "accepts in silence": stay_silent,
    "is slow": be_slow,
    "drips": drip,
    "cuts": cut_off,
    "resets": cut_with_reset,
    "talks garbage": talk_garbage,
    "never ends": never_end,
    "speaks another protocol": speak_ssh,
    "echoes a web page": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
}


def probe_at(kind: str, port: int, host: str = "127.0.0.1") -> Kind:
    return CASES[kind].at(host, port)


def assert_typed(finding: Finding) -> None:
    assert isinstance(finding, Finding)
    assert finding.cause != "self.bug"
    assert (finding.outcome is Outcome.OK) == (finding.cause == "") == (finding.message == "")
    assert finding.message.isprintable()
    assert len(finding.message) <= 200
    assert all(duration >= 0 for duration in finding.phases_ms.values())


@contextlib.contextmanager
def behaving(how: str) -> Iterator[int]:
    with RawServer(BEHAVIOURS[how]) as server:
        yield server.port


@OF_STREAMS
@pytest.mark.parametrize("how", BEHAVIOURS)
def test_whatever_answers_there_is_one_typed_finding_in_time(kind: str, how: str) -> None:
    with behaving(how) as port:
        assert_typed(ask(probe_at(kind, port), TIMEOUT))


@OF_STREAMS
def test_a_right_answer_is_ok(kind: str) -> None:
    behave = CASES[kind].answer
    assert behave is not None
    with RawServer(behave) as server:
        finding = ask(probe_at(kind, server.port))
    assert_typed(finding)
    assert finding.outcome is Outcome.OK, finding.message
    assert finding.answered


@OF_STREAMS
def test_a_refused_port_is_critical_with_errno_111(kind: str) -> None:
    with closed_port() as port:
        finding = ask(probe_at(kind, port), TIMEOUT)
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.CRITICAL, "refused", Blame.SERVICE)
    assert finding.message == "connection refused"
    assert finding.details["errno"] == 111


@OF_STREAMS
def test_a_port_that_drops_every_packet_is_a_timeout_of_connect(kind: str) -> None:
    with silent_port() as port:
        finding = ask(probe_at(kind, port), TIMEOUT)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "timeout.connect")
    assert finding.message == "no answer within 0.4 s (connecting)"


@OF_NAMES
def test_a_name_that_hangs_is_a_timeout_of_dns(kind: str) -> None:
    async def hang(_host: str, _port: int) -> Sequence[AddrInfo]:
        await asyncio.Event().wait()
        return []

    finding = ask(probe_at(kind, 1, "hung.test"), TIMEOUT, resolve=hang)
    assert finding.cause == "timeout.dns"
    assert finding.message == "no answer within 0.4 s (looking up the name)"


@OF_NAMES
@pytest.mark.parametrize(
    ("number", "cause", "message"),
    [
        (socket.EAI_NONAME, "dns.nxdomain", "name not found: gone.test"),
        (socket.EAI_NODATA, "dns.no_address", "name has no address: gone.test"),
        (socket.EAI_AGAIN, "dns.failed", "name not resolved: gone.test (the name server did not answer)"),
        (socket.EAI_FAIL, "dns.failed", "name not resolved: gone.test (the name server failed)"),
    ],
)
def test_a_name_that_does_not_resolve_says_why(kind: str, number: int, cause: str, message: str) -> None:
    async def fail(_host: str, _port: int) -> Sequence[AddrInfo]:
        raise socket.gaierror(number, "as the test wants it")

    finding = ask(probe_at(kind, 1, "gone.test"), resolve=fail)
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


@OF_NAMES
def test_a_name_without_an_address_is_said_to_have_none(kind: str) -> None:
    async def nothing(_host: str, _port: int) -> Sequence[AddrInfo]:
        return []

    assert ask(probe_at(kind, 1, "empty.test"), resolve=nothing).cause == "dns.no_address"


@OF_NAMES
def test_a_bug_of_ours_is_unknown_and_logged_and_nobodys_outage(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    async def buggy(_host: str, _port: int) -> Sequence[AddrInfo]:
        raise ZeroDivisionError("a bug")

    finding = ask(probe_at(kind, 1, "any.test"), resolve=buggy)
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.UNKNOWN, Blame.SELF, "self.bug")
    assert "ZeroDivisionError: a bug" in caplog.text


@OF_STREAMS
@pytest.mark.parametrize("how", ["accepts in silence", "drips", "never ends"])
def test_a_cancelled_check_passes_the_cancellation_on_and_leaves_nothing(kind: str, how: str) -> None:
    async def cancel(port: int) -> None:
        before = descriptors()
        for delay in (0.0, 0.001, 0.02):
            task = asyncio.create_task(probe_at(kind, port).check(means(30)))
            await asyncio.sleep(delay)
            task.cancel()
            outcome = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(outcome[0], asyncio.CancelledError | Finding)
        await nothing_is_left(before)

    with behaving(how) as port:
        asyncio.run(cancel(port))


@OF_STREAMS
def test_fifty_checks_at_once_of_a_silent_server_all_end_in_time(kind: str) -> None:
    async def fifty(port: int) -> list[Finding]:
        before = descriptors()
        given = means(TIMEOUT)
        with in_time(TIMEOUT):
            findings = await asyncio.gather(*(probe_at(kind, port).check(given) for _ in range(50)))
        await nothing_is_left(before)
        return findings

    with behaving("accepts in silence") as port:
        for finding in asyncio.run(fifty(port)):
            assert_typed(finding)


@OF_STREAMS
@pytest.mark.parametrize("scheme", ["", "https://"])
def test_a_connection_reset_at_once_is_a_reset_whenever_it_is_noticed(kind: str, scheme: str) -> None:
    with behaving("resets") as port:
        probe = probe_for(f"{scheme}127.0.0.1:{port}") if scheme else probe_at(kind, port)
        for _ in range(50):
            finding = ask(probe)
            assert_typed(finding)
            # Whether it was accepted before it was cut is a race, in which tcp may see either.
            assert finding.cause == "reset" or (finding.outcome is Outcome.OK and probe.kind == "tcp")


@OF_STREAMS
def test_where_every_address_of_a_name_fails_differently_the_most_telling_failure_is_told(kind: str) -> None:
    async def two(_host: str, port: int) -> Sequence[AddrInfo]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("255.255.255.255", port)),
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port)),
        ]

    with closed_port() as port:
        finding = ask(probe_at(kind, port, "two.test"), 2.0, resolve=two)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "refused")


@OF_STREAMS
def test_an_address_that_is_dead_costs_a_quarter_second_when_another_is_alive(kind: str) -> None:
    behave = CASES[kind].answer
    assert behave is not None
    with RawServer(behave) as alive, silent_port() as dead:

        async def two(_host: str, _port: int) -> Sequence[AddrInfo]:
            addresses = [("127.0.0.1", dead), ("127.0.0.1", alive.port)]
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", at) for at in addresses]

        finding = ask(probe_at(kind, alive.port, "two.test"), resolve=two)
    assert finding.outcome is Outcome.OK
    assert 200 < finding.phases_ms["connect"] < 1500


@KINDS
def test_each_kind_understands_its_own_example_and_declares_its_keys(kind: str) -> None:
    probe = probe_for(PROBES[kind].example)
    assert probe.kind == kind
    keys = declared_keys(type(probe))
    assert keys
    for declared in keys.values():
        assert declared.key.label
        assert declared.key.help
        if declared.key.check is not None:
            declared.key.check(getattr(probe, declared.name))


def test_the_contract_is_kept_over_tls_too() -> None:
    probe = PROBES["http"].from_target("https://site.test/")
    assert probe is not None
    for behave in BEHAVIOURS.values():
        with RawServer(behave) as server:

            async def there(_host: str, _port: int, port: int = server.port) -> Sequence[AddrInfo]:
                return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]

            finding = ask(probe, TIMEOUT, resolve=there, tls=verifying())
            assert_typed(finding)
            assert finding.outcome is Outcome.CRITICAL
