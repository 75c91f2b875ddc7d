"""The demo world as the real probes see it: configuration parsed, sockets dialled, findings judged."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from trayapp.config.load import parse
from trayapp.core.keys import Text
from trayapp.core.verdict import judge
from trayapp.core.words import Finding, Outcome, Service
from trayapp.demo.town import CLOSED, OPEN_AT_FIRST
from trayapp.demo.world import World, services_toml
from trayapp.desktop.resources import resource
from trayapp.probes.base import Means


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ports(clock: Clock) -> Iterator[Mapping[str, int]]:
    world = World(resource("demo", "post-office.pem"), clock)
    yield world.start()
    world.stop()


def services(ports: Mapping[str, int]) -> dict[str, Service]:
    loaded = parse(services_toml(ports))
    assert loaded.faults == ()
    assert loaded.settings is not None
    return {service.id: service for service in loaded.settings.services}


async def reveal(text: Text) -> str:
    return str(text)


async def resolve(host: str, port: int) -> Sequence[Any]:
    return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)


def check(service: Service) -> Finding:
    means = Means(timeout=20, reveal=reveal, resolve=resolve, tls=ssl.create_default_context())
    return judge(service, asyncio.run(service.probe.check(means)))


def test_its_configuration_has_no_fault_and_a_service_for_every_inhabitant(ports: Mapping[str, int]) -> None:
    assert list(services(ports)) == list(ports)


@pytest.mark.parametrize(
    ("id_", "outcome", "cause"),
    [
        ("town-clock", Outcome.OK, ""),
        ("lighthouse", Outcome.OK, ""),
        ("slow-library", Outcome.WARNING, "slow"),
        ("self-sealed-post-office", Outcome.CRITICAL, "tls.self_signed"),
        ("ferry-timetable", Outcome.CRITICAL, "http.body"),
    ],
)
def test_everybody_answers_as_the_note_says(ports: Mapping[str, int], id_: str, outcome: Outcome, cause: str) -> None:
    finding = check(services(ports)[id_])
    assert (finding.outcome, finding.cause) == (outcome, cause)


def test_the_bakery_closes_and_opens_again(ports: Mapping[str, int], clock: Clock) -> None:
    bakery = services(ports)["flaky-bakery"]
    seen = []
    for clock.now in (0, OPEN_AT_FIRST, OPEN_AT_FIRST + CLOSED - 1, OPEN_AT_FIRST + CLOSED):
        seen.append(check(bakery).outcome)
    assert seen == [Outcome.OK, Outcome.CRITICAL, Outcome.CRITICAL, Outcome.OK]


def test_many_visits_at_once_are_all_answered(ports: Mapping[str, int]) -> None:
    async def visit() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", ports["town-clock"])
        writer.write(b"GET / HTTP/1.1\r\nHost: town\r\n\r\n")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    async def visits() -> list[bytes]:
        return await asyncio.gather(*(visit() for _ in range(50)))

    assert all(answer.endswith(b"Tick, tock.\n") for answer in asyncio.run(visits()))


def test_visitors_who_say_nothing_or_nonsense_do_not_disturb(ports: Mapping[str, int]) -> None:
    with socket.create_connection(("127.0.0.1", ports["town-clock"])):
        with socket.create_connection(("127.0.0.1", ports["flaky-bakery"])) as rude:
            rude.sendall(b"\x00" * 200_000)
        with socket.create_connection(("127.0.0.1", ports["self-sealed-post-office"])) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert check(services(ports)["town-clock"]).outcome is Outcome.OK


def test_it_ends_at_once_whatever_is_going_on() -> None:
    world = World(resource("demo", "post-office.pem"))
    ports = world.start()
    with (
        socket.create_connection(("127.0.0.1", ports["slow-library"])) as waiting,
        socket.create_connection(("127.0.0.1", ports["town-clock"])),
        socket.create_connection(("127.0.0.1", ports["self-sealed-post-office"])),
    ):
        waiting.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert check(services(ports)["lighthouse"]).outcome is Outcome.OK  # by now all of them are let in
        begun = time.monotonic()
        world.stop()
        assert time.monotonic() - begun < 5
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ports["town-clock"]))


def test_without_its_certificate_it_says_so_and_leaves_nothing_behind() -> None:
    world = World(resource("watchbell.svg"))
    with pytest.raises(ssl.SSLError):
        world.start()
