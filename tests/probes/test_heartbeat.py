"""`heartbeat`: who called when, what follows from it, and a small HTTP server that nobody can hurt."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.probes.asking import descriptors, literally, means, nothing_is_left
from tests.servers import free_port, until
from tests.test_engine import Stage
from trayapp.config.load import parse
from trayapp.config.places import Places
from trayapp.core.keys import Duration, Reference, Text
from trayapp.core.wording import clock
from trayapp.core.words import Blame, Finding, Outcome, Service, Status
from trayapp.engine.listening import MOST_HEAD, Listening
from trayapp.monitor.clock import SystemClock
from trayapp.probes import probe_for
from trayapp.probes.base import SecretUnavailable
from trayapp.probes.calls import Call, Says
from trayapp.probes.heartbeat import Heartbeat
from trayapp.probes.heartbeats import Heard, Heartbeats, Line, Place

TOKEN = "a-token-of-twenty-four-c"
OTHER = "another-token-of-the-same"
HOUR = 3600.0
NOON = 1_800_000_000_000
PLACE = Place("127.0.0.1", 8737)
HOURLY = Heartbeat(Duration(3_600_000), TOKEN, Duration(300_000))


class Clocks:
    """Seconds since the beginning; `sleep` lets only boot time pass."""

    def __init__(self) -> None:
        self._awake = 1000.0
        self._asleep = 0.0

    def now(self) -> int:
        return NOON + round(self.boot() * 1000)

    def monotonic(self) -> float:
        return self._awake

    def boot(self) -> float:
        return self._awake + self._asleep

    def wait(self, seconds: float) -> None:
        self._awake += seconds

    def sleep(self, seconds: float) -> None:
        self._asleep += seconds


class World:
    """A board on which HOURLY is expected, where somebody listens."""

    def __init__(self, *probes: Heartbeat) -> None:
        self.clocks = Clocks()
        self.board = Heartbeats(self.clocks)
        self.board.keep({probe.line for probe in probes or (HOURLY,)})
        self.board.opened(PLACE)

    def found(
        self, probe: Heartbeat = HOURLY, reveal: Callable[[Text], Coroutine[Any, Any, str]] = literally
    ) -> Finding:
        return asyncio.run(probe.check(replace(means(), heartbeats=self.board, reveal=reveal)))

    def clock(self, seconds: float) -> str:
        """The time of day, so many seconds from now."""
        return clock(self.clocks.now() + round(seconds * 1000), self.clocks.now())

    def call(self, token: str = TOKEN, *, failed: bool = False) -> Heard:
        return self.board.call(PLACE, Call(token.encode(), Says.FAILURE if failed else Says.SUCCESS))


# What follows from calls


def test_a_call_in_time_is_ok_and_says_when_it_came() -> None:
    world = World()
    world.found()
    assert world.call() is Heard.EXPECTED
    world.clocks.wait(HOUR + 299)
    finding = world.found()
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.OK, "", "")
    assert finding.details == {"calls": 1, "last_call_s": 3899}
    assert finding.latency_ms is None
    assert not finding.answered


def test_a_call_that_does_not_come_is_critical_with_how_long_it_is_missed() -> None:
    world = World()
    world.found()
    world.call()
    world.clocks.wait(2 * HOUR + 180)
    finding = world.found()
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.CRITICAL, "heartbeat.missed", Blame.SERVICE)
    assert finding.message == f"no call since {world.clock(-2 * HOUR - 180)}, expected every 1 h"
    world.call()
    assert world.found().outcome is Outcome.OK


def test_until_its_time_has_passed_since_we_listen_nobody_knows() -> None:
    world = World()
    world.clocks.wait(HOUR)
    finding = world.found()
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "heartbeat.waiting", Blame.SELF)
    began = f"since Watchbell began to listen at {world.clock(-HOUR)}"
    assert finding.message == f"no call yet {began}, expected every 1 h"
    world.clocks.wait(301)
    finding = world.found()
    assert (finding.outcome, finding.message) == (Outcome.CRITICAL, f"no call {began}, expected every 1 h")


def test_a_call_that_tells_of_a_failure_is_critical_at_once_until_one_tells_of_success() -> None:
    world = World()
    world.found()
    assert world.call(failed=True) is Heard.EXPECTED
    world.clocks.wait(60)
    finding = world.found()
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "heartbeat.failed")
    assert finding.message == f"it said that it failed, at {world.clock(-60)}"
    world.call()
    assert world.found().outcome is Outcome.OK


def test_what_was_missed_while_the_machine_slept_is_nobodys_outage() -> None:
    world = World()
    world.found()
    world.call()
    world.clocks.wait(HOUR / 2)
    world.clocks.sleep(8 * HOUR)
    finding = world.found()
    assert (finding.outcome, finding.cause) == (Outcome.UNKNOWN, "heartbeat.waiting")
    world.clocks.wait(HOUR + 301)
    finding = world.found()
    since = world.clock(-9.5 * HOUR - 301)
    assert (finding.outcome, finding.message) == (Outcome.CRITICAL, f"no call since {since}, expected every 1 h")


def test_a_short_sleep_within_the_time_changes_nothing() -> None:
    world = World()
    world.found()
    world.call()
    world.clocks.sleep(HOUR / 2)
    assert world.found().details["last_call_s"] == 1800


def test_a_place_that_cannot_be_opened_is_our_own_fault_and_waiting_begins_when_it_is() -> None:
    world = World()
    world.board.closed(PLACE, "nobody can call port 8737 of 127.0.0.1: Address already in use")
    world.clocks.wait(5 * HOUR)
    finding = world.found()
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "self.listen", Blame.SELF)
    assert finding.message == "nobody can call port 8737 of 127.0.0.1: Address already in use"
    world.board.opened(PLACE)
    assert world.found().cause == "heartbeat.waiting"


def test_where_nobody_listens_nothing_is_claimed() -> None:
    finding = asyncio.run(HOURLY.check(means()))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "heartbeat.elsewhere", Blame.SELF)
    world = World()
    assert world.found(replace(HOURLY, token=OTHER)).cause == "heartbeat.elsewhere"


def test_a_new_time_between_calls_is_no_other_caller_and_a_new_token_is() -> None:
    world = World()
    world.found()
    world.call()
    patient = replace(HOURLY, every=Duration(7_200_000))
    world.board.keep({patient.line})
    assert world.found(patient).outcome is Outcome.OK
    world.board.keep({replace(HOURLY, token=OTHER).line})
    assert world.call() is not Heard.EXPECTED
    assert world.found().cause == "heartbeat.elsewhere"


# Tokens


def test_only_the_right_token_at_the_right_place_is_heard() -> None:
    world = World(HOURLY, replace(HOURLY, token=OTHER))
    world.found()
    world.found(replace(HOURLY, token=OTHER))
    for wrong in ("", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "a" * 24):
        assert world.call(wrong) is Heard.UNKNOWN
    assert world.board.call(Place("127.0.0.1", 9), Call(TOKEN.encode())) is Heard.UNKNOWN
    assert world.found().cause == "heartbeat.waiting"
    world.call(OTHER)
    assert world.found().cause == "heartbeat.waiting"
    assert world.found(replace(HOURLY, token=OTHER)).outcome is Outcome.OK


def test_who_calls_before_the_token_is_at_hand_is_told_to_call_again() -> None:
    world = World()
    assert world.call() is Heard.EARLY
    world.found()
    assert world.call() is Heard.EXPECTED


def test_a_token_in_the_keyring_is_revealed_and_appears_nowhere() -> None:
    kept = replace(HOURLY, token=Reference("secret", "backup"))

    async def reveal(text: Text) -> str:
        assert text == Reference("secret", "backup")
        return TOKEN

    world = World(kept)
    world.found(kept, reveal)
    assert world.call() is Heard.EXPECTED
    assert TOKEN not in repr((world.found(kept, reveal), kept.target))

    async def wrong(text: Text) -> str:
        return "too short"

    finding = world.found(kept, wrong)
    assert (finding.outcome, finding.cause) == (Outcome.UNKNOWN, "config.invalid")
    assert "too short" not in repr(finding)

    async def locked(text: Text) -> str:
        raise SecretUnavailable("config.secret_locked", "the keyring is locked")

    assert world.found(kept, locked).cause == "config.secret_locked"


def test_a_heartbeat_that_is_typed_gets_a_token_of_its_own() -> None:
    typed = [probe_for("heartbeat:2h") for _ in range(2)]
    assert all(isinstance(probe, Heartbeat) and probe.every == 7_200_000 for probe in typed)
    assert typed[0] != typed[1]
    assert typed[0].target == "http://127.0.0.1:8737/beat/…"


@pytest.mark.parametrize(
    "target", ["heartbeat:", "heartbeat:http://x/", "heartbeat:0s", "heartbeat:x", "heartbeat:-1h"]
)
def test_asking_a_heartbeat_makes_no_sense_and_a_sentence_says_so(target: str) -> None:
    with pytest.raises(ValueError, match="a heartbeat is called, not asked"):
        probe_for(target)


@pytest.mark.parametrize(
    "keys",
    [
        'every = "1h"',
        'every = "0s"\ntoken = "aaaaaaaaaaaaaaaaaaaa"',
        'every = "1h"\ntoken = "short"',
        'every = "1h"\ntoken = "with/slash/aaaaaaaaaaaa"',
        'every = "1h"\ntoken = "aaaaaaaaaaaaaaaaaaaa"\nlisten = "localhost"',
        'every = "1h"\ntoken = "aaaaaaaaaaaaaaaaaaaa"\nport = 0',
        'every = "1000d"\ntoken = "aaaaaaaaaaaaaaaaaaaa"',
    ],
)
def test_a_table_that_cannot_be_is_a_fault_that_quotes_no_token(keys: str) -> None:
    loaded = parse(f"[services.backup.heartbeat]\n{keys}\n")
    assert not loaded.right
    assert not any("aaaa" in str(fault) or "short" in str(fault) for fault in loaded.faults)


# Letting callers in


class Office:
    """A loop with somebody who listens at free ports, and answers whatever is sent there."""

    def __init__(self, *probes: Heartbeat) -> None:
        self.port = free_port()
        self.probes = [replace(probe, port=self.port) for probe in probes or (HOURLY,)]
        self.board = Heartbeats(SystemClock())
        self.services = [Service(id=f"s{index}", probe=probe) for index, probe in enumerate(self.probes)]

    def run(self, visit: Callable[[Office], Coroutine[Any, Any, None]]) -> None:
        async def live() -> None:
            before = descriptors()
            tasks: set[asyncio.Task[None]] = set()

            def supervised(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
                task = asyncio.create_task(work, name=name)
                tasks.add(task)
                return task

            self.listening = Listening(self.board, supervised)
            self.listening.keep(self.services)
            for probe in self.probes:
                await self.check(probe)
            try:
                await visit(self)
            finally:
                self.listening.close()
                ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ended)
            await nothing_is_left(before)

        asyncio.run(live())

    async def check(self, probe: Heartbeat) -> Finding:
        return await probe.check(replace(means(), heartbeats=self.board))

    async def send(self, words: bytes, host: str = "127.0.0.1") -> bytes:
        reader, writer = await asyncio.open_connection(host, self.port)
        try:
            writer.write(words)
            return await asyncio.wait_for(reader.read(), 10)
        finally:
            writer.close()

    async def get(self, path: str, method: str = "GET") -> bytes:
        return await self.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_a_call_is_heard_by_get_post_and_head(method: str) -> None:
    async def visit(office: Office) -> None:
        answer = await office.get(f"/beat/{TOKEN}", method)
        assert status(answer) == 200
        assert answer.endswith(b"\r\n\r\n" if method == "HEAD" else b"\r\n\r\nheard\n")
        assert (await office.check(office.probes[0])).outcome is Outcome.OK

    Office().run(visit)


def test_a_call_may_tell_of_a_failure() -> None:
    async def visit(office: Office) -> None:
        assert status(await office.get(f"/beat/{TOKEN}/fail?why=disk")) == 200
        assert (await office.check(office.probes[0])).cause == "heartbeat.failed"

    Office().run(visit)


def test_one_place_serves_many() -> None:
    async def visit(office: Office) -> None:
        assert status(await office.get(f"/beat/{OTHER}")) == 200
        assert [(await office.check(probe)).outcome for probe in office.probes] == [Outcome.UNKNOWN, Outcome.OK]

    Office(HOURLY, replace(HOURLY, token=OTHER)).run(visit)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 404),
        (b"GET /beat/ HTTP/1.1\r\n\r\n", 404),
        (b"GET /beat/%s HTTP/1.1\r\n\r\n" % OTHER.encode(), 404),
        (b"GET /beat/%s/other HTTP/1.1\r\n\r\n" % TOKEN.encode(), 400),
        (b"GET /%s HTTP/1.1\r\n\r\n" % TOKEN.encode(), 404),
        (b"GET /beat/%s\0 HTTP/1.1\r\n\r\n" % TOKEN.encode(), 404),
        (b"DELETE /beat/%s HTTP/1.1\r\n\r\n" % TOKEN.encode(), 405),
        (b"GET /beat/%s\r\n\r\n" % TOKEN.encode(), 400),
        (b"\r\n\r\n", 400),
        (b"SSH-2.0-x\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET /" + b"x" * 6_500 + b" HTTP/1.1\r\n\r\n", 400),
    ],
)
def test_whatever_else_is_asked_is_refused_and_counts_for_nothing(words: bytes, expected: int) -> None:
    async def visit(office: Office) -> None:
        assert status(await office.send(words)) == expected
        assert (await office.check(office.probes[0])).cause == "heartbeat.waiting"

    Office().run(visit)


def test_a_head_without_an_end_is_cut_off() -> None:
    async def visit(office: Office) -> None:
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            assert await office.send(b"GET / HTTP/1.1\r\nX: " + b"x" * 4 * MOST_HEAD) == b""

    Office().run(visit)


def test_crowds_that_say_nothing_are_bounded_and_gone_when_listening_ends() -> None:
    async def visit(office: Office) -> None:
        crowd = [await asyncio.open_connection("127.0.0.1", office.port) for _ in range(60)]
        turned_away = 0
        for reader, _ in crowd:
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                turned_away += await asyncio.wait_for(reader.read(), 0.02) == b""
        assert turned_away >= 28
        for _, writer in crowd:
            writer.transport.abort()
        await asyncio.sleep(0.1)
        assert status(await office.get(f"/beat/{TOKEN}")) == 200

    Office().run(visit)


def test_a_body_does_not_cost_the_caller_its_answer() -> None:
    async def visit(office: Office) -> None:
        head = b"POST /beat/%s HTTP/1.1\r\nContent-Length: 50000\r\n\r\n" % TOKEN.encode()
        assert status(await office.send(head + b"x" * 50_000)) == 200

    Office().run(visit)


def test_a_real_curl_calls() -> None:
    async def visit(office: Office) -> None:
        for more in ([], ["-d", "all is well"], ["-I"]):
            command = ["curl", "-fsS", *more, f"http://127.0.0.1:{office.port}/beat/{TOKEN}"]
            called = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=20, check=False)
            assert called.returncode == 0, called.stderr
        assert (await office.check(office.probes[0])).details["calls"] == 3
        command = ["curl", "-fsS", f"http://127.0.0.1:{office.port}/beat/{OTHER}"]
        called = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=20, check=False)
        assert called.returncode == 22

    Office().run(visit)


def test_only_this_machine_can_call_unless_others_are_let_in() -> None:
    async def visit(office: Office) -> None:
        with pytest.raises(OSError):
            await office.send(b"GET / HTTP/1.1\r\n\r\n", host="127.0.0.2")  # another address than the one listened on

    async def anybody(office: Office) -> None:
        assert status(await office.send(b"GET / HTTP/1.1\r\n\r\n", host="127.0.0.2")) == 404
        assert status(await office.send(b"GET / HTTP/1.1\r\n\r\n", host="127.0.0.1")) == 404

    Office().run(visit)
    Office(replace(HOURLY, listen="0.0.0.0")).run(anybody)
    if socket.has_dualstack_ipv6():
        Office(replace(HOURLY, listen="::")).run(anybody)


def test_a_port_that_is_taken_is_told_and_tried_again() -> None:
    async def visit(office: Office) -> None:
        (probe,) = office.probes
        assert (await office.check(probe)).cause == "heartbeat.waiting"
        office.listening.keep(())
        await asyncio.sleep(0.05)
        with socket.create_server(("127.0.0.1", office.port)):
            office.listening.keep(office.services)
            finding = await office.check(probe)
            assert (finding.cause, finding.blame) == ("self.listen", Blame.SELF)
            assert finding.message == f"nobody can call port {office.port} of 127.0.0.1: {os.strerror(98)}"
        office.listening.keep(office.services)
        assert (await office.check(probe)).cause == "heartbeat.waiting"
        assert status(await office.get(f"/beat/{TOKEN}")) == 200

    Office().run(visit)


def test_nobody_listens_any_more_once_the_service_is_gone_or_switched_off() -> None:
    async def visit(office: Office) -> None:
        office.listening.keep([replace(service, enabled=False) for service in office.services])
        await asyncio.sleep(0.05)
        with pytest.raises(ConnectionRefusedError):
            await office.get(f"/beat/{TOKEN}")

    Office().run(visit)


# The whole of it


def test_the_running_program_hears_calls_and_says_so(tmp_path: Path) -> None:
    stage = Stage(Places.under(tmp_path / "home"))
    port = free_port()
    stage.configure(
        f'[services.backup]\ninterval = "200ms"\ntimeout = "200ms"\n'
        f'[services.backup.heartbeat]\nevery = "1h"\ntoken = "{TOKEN}"\nport = {port}\n'
    )
    with stage.running():
        until(lambda: [check["cause"] for check in stage.checks("backup")][:1] == ["heartbeat.waiting"])
        command = ["curl", "-fsS", f"http://127.0.0.1:{port}/beat/{TOKEN}"]
        assert subprocess.run(command, capture_output=True, timeout=20, check=True).stdout == b"heard\n"
        until(lambda: stage.status_of("backup") is Status.UP)
        subprocess.run([*command[:-1], f"{command[-1]}/fail"], capture_output=True, timeout=20, check=True)
        until(lambda: stage.checks("backup")[-1]["cause"] == "heartbeat.failed")
    assert TOKEN not in repr((stage.events, stage.snapshots[-1].services[0].belief))
    assert stage.faults.count == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)
    assert Line(Place("127.0.0.1", port), TOKEN) == replace(HOURLY, port=port).line
