"""What the kinds that speak UDP owe their caller, whatever comes: the contract of the wire, as streams have it."""

from __future__ import annotations

import asyncio
import importlib
import itertools
import socket
from collections.abc import Callable, Iterable, Sequence

import pytest

from tests.probes.asking import ask, descriptors, in_time, means, nothing_is_left
from tests.probes.datagrams import Reply, UdpServer, closed_udp_port, silence
from tests.probes.test_contract import assert_typed
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.base import AddrInfo, Kind

TIMEOUT = 0.4
SPOKEN = ("dns", "ntp")
KINDS = pytest.mark.parametrize("kind", SPOKEN)


def probe_at(kind: str, port: int, host: str = "127.0.0.1") -> Kind:
    probe = importlib.import_module(f"tests.probes.cases.{kind}").at(host, port)
    assert isinstance(probe, Kind)
    return probe


def right(kind: str) -> Reply:
    reply: Reply = importlib.import_module(f"tests.probes.cases.{kind}").reply
    return reply


def places(*places: tuple[str, int]) -> Callable[[str, int], object]:
    async def resolve(_host: str, _port: int) -> Sequence[AddrInfo]:
        families = (socket.AF_INET6 if ":" in address else socket.AF_INET for address, _ in places)
        return [(family, socket.SOCK_STREAM, 6, "", place) for family, place in zip(families, places, strict=True)]

    return resolve


def garbage(_question: bytes) -> Iterable[bytes]:
    yield bytes(range(256))


def nothing_in_it(_question: bytes) -> Iterable[bytes]:
    yield b""


def the_largest(_question: bytes) -> Iterable[bytes]:
    yield bytes(65_507)


def echo(question: bytes) -> Iterable[bytes]:
    yield question


def flood(_question: bytes) -> Iterable[bytes]:
    return itertools.repeat(b"z" * 1000, 5000)


BEHAVIOURS: dict[str, Callable[[Reply], Reply]] = {
    "is silent": lambda _: silence,
    "talks garbage": lambda _: garbage,
    "sends nothing in a datagram": lambda _: nothing_in_it,
    "sends the largest datagram": lambda _: the_largest,
    "echoes": lambda _: echo,
    "floods": lambda _: flood,
    "cuts": lambda right: lambda question: [answer[: len(answer) // 2] for answer in right(question)],
    "cuts its last byte": lambda right: lambda question: [answer[:-1] for answer in right(question)],
    "sends a header alone": lambda right: lambda question: [answer[:12] for answer in right(question)],
    "says more than its answer": lambda right: lambda question: [answer + bytes(9) for answer in right(question)],
    "has every bit wrong": lambda right: (
        lambda question: [bytes(255 - b for b in answer) for answer in right(question)]
    ),
}
ASKED = [(kind, how) for kind in SPOKEN for how in BEHAVIOURS]


@pytest.mark.parametrize(("kind", "how"), ASKED)
def test_whatever_comes_is_one_typed_finding_in_time(kind: str, how: str) -> None:
    with UdpServer(BEHAVIOURS[how](right(kind))) as server:
        assert_typed(ask(probe_at(kind, server.port), TIMEOUT))


@KINDS
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_right_answer_is_ok(kind: str, host: str) -> None:
    with UdpServer(right(kind), host=host) as server:
        finding = ask(probe_at(kind, server.port, host), resolve=places((host, server.port)))
    assert_typed(finding)
    assert finding.outcome is Outcome.OK, finding.message
    assert finding.answered
    assert finding.address == host
    assert list(finding.phases_ms) == ["dns", "reply"]


@KINDS
def test_a_refused_port_is_critical_with_errno_111(kind: str) -> None:
    with closed_udp_port() as port:
        finding = ask(probe_at(kind, port), TIMEOUT)
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.CRITICAL, "refused", Blame.SERVICE)
    assert finding.message == "connection refused"
    assert finding.details["errno"] == 111


@KINDS
def test_silence_is_a_timeout(kind: str) -> None:
    with UdpServer(silence) as server:
        finding = ask(probe_at(kind, server.port), TIMEOUT)
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.CRITICAL, "timeout.connect", Blame.SERVICE)
    assert finding.message.startswith("no answer within 0.4 s")
    assert not finding.answered


@KINDS
@pytest.mark.parametrize("what", [garbage, echo, flood, the_largest])
def test_what_only_talks_nonsense_is_told_from_what_is_silent(kind: str, what: Reply) -> None:
    with UdpServer(what) as server:
        finding = ask(probe_at(kind, server.port), TIMEOUT)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "protocol")
    assert finding.message == f"what answers there does not speak {kind.upper()}"
    assert not finding.answered


@KINDS
def test_nonsense_before_the_right_answer_is_ignored(kind: str) -> None:
    reply = right(kind)
    with UdpServer(lambda question: [b"", b"z", question, bytes(600), *reply(question), b"z"]) as server:
        finding = ask(probe_at(kind, server.port))
        assert len(server.asked) == 1
    assert finding.outcome is Outcome.OK


@KINDS
def test_the_right_answer_from_another_machine_does_not_count(kind: str) -> None:
    with UdpServer(silence, stranger=right(kind)) as server:
        finding = ask(probe_at(kind, server.port), TIMEOUT)
        assert server.asked
    assert finding.cause == "timeout.connect"


@KINDS
def test_yesterdays_answer_does_not_count(kind: str) -> None:
    yesterdays: list[bytes] = []
    reply = right(kind)
    with UdpServer(lambda question: yesterdays.extend(reply(question)) or ()) as server:
        ask(probe_at(kind, server.port), TIMEOUT)
    assert yesterdays
    with UdpServer(lambda _: yesterdays) as server:
        finding = ask(probe_at(kind, server.port), TIMEOUT)
    assert (finding.outcome, finding.answered) == (Outcome.CRITICAL, False)


@KINDS
def test_a_question_that_gets_lost_twice_is_asked_again(kind: str) -> None:
    reply, asked = right(kind), itertools.count()
    with UdpServer(lambda question: reply(question) if next(asked) == 2 else ()) as server:
        finding = ask(probe_at(kind, server.port), 10.0)
        assert len(server.asked) == 3
    assert finding.outcome is Outcome.OK


@KINDS
def test_addresses_that_are_silent_refuse_or_cannot_be_reached_give_way_to_one_that_answers(kind: str) -> None:
    with UdpServer(silence) as silent, closed_udp_port() as closed, UdpServer(right(kind)) as alive:
        nowhere = ("255.255.255.255", silent.port)
        at = [nowhere, ("127.0.0.1", silent.port), ("127.0.0.1", closed), ("127.0.0.1", alive.port)]
        finding = ask(probe_at(kind, alive.port, "many.test"), 10.0, resolve=places(*at))  # type: ignore[arg-type]
    assert finding.outcome is Outcome.OK


@KINDS
def test_where_addresses_fail_differently_the_most_telling_failure_is_told(kind: str) -> None:
    with closed_udp_port() as port:
        at = [("255.255.255.255", port), ("127.0.0.1", port)]
        finding = ask(probe_at(kind, port, "two.test"), 5.0, resolve=places(*at))  # type: ignore[arg-type]
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "refused")


@KINDS
def test_nonsense_is_no_reason_to_ask_again_at_once(kind: str) -> None:
    with UdpServer(garbage) as server:
        ask(probe_at(kind, server.port), 0.8)
        assert len(server.asked) == 1


@KINDS
def test_where_this_machine_has_no_way_that_is_not_the_services_doing(kind: str) -> None:
    finding = ask(probe_at(kind, 1, "far.test"), TIMEOUT, resolve=places(("255.255.255.255", 1)))  # type: ignore[arg-type]
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "unreachable", Blame.NETWORK)


@KINDS
def test_a_cancelled_check_passes_the_cancellation_on_and_leaves_nothing(kind: str) -> None:
    async def cancel(port: int) -> None:
        before = descriptors()
        for delay in (0.0, 0.0001, 0.001, 0.02):
            task = asyncio.create_task(probe_at(kind, port).check(means(30)))
            await asyncio.sleep(delay)
            task.cancel()
            outcome = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(outcome[0], asyncio.CancelledError)
        await nothing_is_left(before)

    with UdpServer(silence) as server:
        asyncio.run(cancel(server.port))


@KINDS
def test_fifty_checks_at_once_of_a_silent_server_all_end_in_time(kind: str) -> None:
    async def fifty(port: int) -> list[Finding]:
        before = descriptors()
        given = means(TIMEOUT)
        with in_time(TIMEOUT):
            findings = await asyncio.gather(*(probe_at(kind, port).check(given) for _ in range(50)))
        await nothing_is_left(before)
        return findings

    with UdpServer(silence) as server:
        for finding in asyncio.run(fifty(server.port)):
            assert_typed(finding)


@KINDS
def test_fifty_checks_at_once_each_hear_their_own_answer(kind: str) -> None:
    async def fifty(port: int) -> list[Finding]:
        given = means(10.0)
        return await asyncio.gather(*(probe_at(kind, port).check(given) for _ in range(50)))

    with UdpServer(right(kind)) as server:
        for finding in asyncio.run(fifty(server.port)):
            assert finding.outcome is Outcome.OK
