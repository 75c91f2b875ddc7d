"""`memcached`: a right answer, a value that comes back, and everything that is neither."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator

import pytest

from tests.faults.table import Row, keep
from tests.probes.asking import ask
from tests.probes.real.memcached import MemcachedServer
from tests.servers import Behaviour, RawServer, until
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.memcached import Memcached


def lines(*answers: bytes | Callable[[bytes], bytes]) -> Behaviour:
    """Answers one command line after the other, and is silent after the last; a set brings its value in a second."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            asked = await reader.readline()
            if asked.startswith(b"set "):
                asked += await reader.readline()
            writer.write(answer if isinstance(answer, bytes) else answer(asked))
            await writer.drain()
        await reader.read()

    return behave


VERSION = b"VERSION 1.6.18\r\n"
STORED = b"STORED\r\n"


def same_key(value: bytes) -> Callable[[bytes], bytes]:
    """Answers a get with this value under the key that was asked for."""
    return lambda asked: b"VALUE %b 0 %d\r\n%b\r\nEND\r\n" % (asked.split()[1], len(value), value)


def patience(cause: str) -> float:
    """Seconds for a check that ends so: few where the deadline is to end it, plenty where a busy machine must not."""
    return 0.5 if cause.startswith("timeout") else 5.0


def answered(*answers: bytes | Callable[[bytes], bytes], seconds: float = 5.0, **keys: object) -> Finding:
    with RawServer(lines(*answers)) as server:
        return ask(Memcached("127.0.0.1", server.port, **keys), seconds)  # type: ignore[arg-type]


def stats(uptime: int = 36_000, evictions: int = 0, hits: int = 0, misses: int = 0) -> bytes:
    counters = {"pid": 7, "uptime": uptime, "get_hits": hits, "get_misses": misses, "evictions": evictions}
    return b"".join(f"STAT {name} {value}\r\n".encode() for name, value in counters.items()) + b"END\r\n"


@pytest.mark.parametrize(
    ("said", "cause", "words"),
    [
        (b"ERROR\r\n", "protocol", 'what answers there is not memcached: it said "ERROR"'),
        (b"-ERR unknown command 'version'\r\n", "protocol", 'is not memcached: it said "-ERR unknown command'),
        (b"HTTP/1.1 400 Bad Request\r\n", "protocol", 'it said "HTTP/1.1 400 Bad Request"'),
        (b"CLIENT_ERROR unauthenticated\r\n", "auth", "it wants a login before it answers"),
        (b"ERROR Too many open connections\r\n", "memcached.connections", "it has too many connections"),
        (b"SERVER_ERROR out of memory\r\n", "protocol", 'it said "SERVER_ERROR out of memory"'),
        (b"\x1b[31mVERSION\x00\xff \xe2\x80\xae\r\n", "protocol", "is not memcached"),
        (b"V" * 70_000 + b"\r\n", "protocol", "it sent more than 2048 bytes"),
        (b"VERSION 1.6", "timeout.answer", "waiting for the rest of the answer"),
    ],
)
def test_what_is_not_its_version_is_told(
    said: bytes, cause: str, words: str, record_property: Callable[[str, object], None]
) -> None:
    row = Row("D8", f"memcached says {said[:24]!r}")
    finding = answered(said, seconds=patience(cause))
    row.seen(finding.outcome.name, finding.cause)
    keep(row, record_property)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)
    assert words in finding.message


@pytest.mark.parametrize(
    ("said", "cause", "words"),
    [
        ((b"SERVER_ERROR out of memory storing object\r\n",), "memcached.not_stored", "out of memory storing object"),
        ((b"NOT_STORED\r\n",), "memcached.not_stored", 'it said "NOT_STORED"'),
        ((STORED, b"END\r\n"), "memcached.lost", "stored a value, but it did not come back"),
        ((STORED, same_key(b"0" * 32)), "memcached.lost", "stored a value, but another one came back"),
        ((STORED, same_key(b"0" * 31)), "memcached.lost", "stored a value, but another one came back"),
        ((STORED, b"VALUE other 0 32\r\n"), "memcached.lost", "stored a value, but another one came back"),
        ((STORED, b"VALUE k 0 999999999999\r\n"), "memcached.lost", "another one came back"),
        ((STORED, b"VALUE\r\n"), "protocol", 'asked for a value, it said "VALUE"'),
        ((STORED, b"VALUE \r\n"), "memcached.lost", "another one came back"),
        ((STORED, b"SERVER_ERROR busy\r\n"), "protocol", 'asked for a value, it said "SERVER_ERROR busy"'),
    ],
)
def test_a_value_that_does_not_come_back_is_told(
    said: tuple[bytes | Callable[[bytes], bytes], ...], cause: str, words: str
) -> None:
    finding = answered(VERSION, *said, roundtrip=True)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)
    assert words in finding.message


class Keeping:
    """A memcached of three commands, which says what was asked of it."""

    def __init__(self, delete: bytes) -> None:
        self.asked: list[bytes] = []
        self._delete = delete
        self._value = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while command := await reader.readline():
            self.asked.append(command)
            word = command.split()[0]
            if word == b"set":
                self._value = await reader.readline()
            value = b"VALUE %b 0 32\r\n%bEND\r\n" % (command.split()[-1], self._value)
            writer.write({b"version": VERSION, b"set": STORED, b"get": value}.get(word, self._delete))


def test_every_check_uses_a_key_and_a_value_of_its_own_that_expires_by_itself() -> None:
    server = Keeping(b"DELETED\r\n")
    with RawServer(server) as raw:
        for _ in range(2):
            assert ask(Memcached("127.0.0.1", raw.port, roundtrip=True)).outcome is Outcome.OK
    first, second = ([word.split() for word in server.asked[at : at + 4]] for at in (0, 4))
    for version, stored, found, deleted in (first, second):
        assert (version, stored[0], found[0], deleted[0]) == ([b"version"], b"set", b"get", b"delete")
        assert stored[1] == found[1] == deleted[1]
        assert stored[1].startswith(b"watchbell-")
        assert stored[3] == b"60"
    assert first[1][1] != second[1][1]


def test_a_value_that_was_gone_before_we_deleted_it_is_no_failure_but_a_refusal_is() -> None:
    outcomes = []
    for said in (b"NOT_FOUND\r\n", b"SERVER_ERROR no\r\n"):
        with RawServer(Keeping(said)) as raw:
            outcomes.append(ask(Memcached("127.0.0.1", raw.port, roundtrip=True)).cause)
    assert outcomes == ["", "memcached.not_deleted"]


@pytest.mark.parametrize(
    ("said", "keys", "outcome", "message"),
    [
        (stats(evictions=11), {"evictions_above": 1}, Outcome.WARNING, "throws out 1.1 items an hour on average"),
        (stats(evictions=10), {"evictions_above": 1}, Outcome.OK, ""),
        (stats(evictions=1), {"evictions_above": 0}, Outcome.WARNING, "more than 0"),
        (stats(uptime=1, evictions=5), {"evictions_above": 5}, Outcome.OK, ""),
        (stats(hits=799, misses=201), {"hit_ratio_below": 80}, Outcome.WARNING, "79.9 % of reads find something"),
        (stats(hits=800, misses=200), {"hit_ratio_below": 80}, Outcome.OK, ""),
        (stats(hits=0, misses=999), {"hit_ratio_below": 80}, Outcome.OK, ""),
        (stats(), {"hit_ratio_below": 80}, Outcome.OK, ""),
    ],
)
def test_its_counters_are_judged_by_what_was_asked(
    said: bytes, keys: dict[str, float], outcome: Outcome, message: str
) -> None:
    finding = answered(VERSION, said, **keys)
    assert finding.outcome is outcome
    assert message in finding.message
    assert finding.details["version"] == "1.6.18"
    assert "evictions_per_hour" in finding.details


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"END\r\n", "it said nothing of uptime"),
        (b"ERROR\r\n", 'asked for its counters, it said "ERROR"'),
        (stats().replace(b"evictions 0", b"evictions -1"), "it said nothing of evictions"),
        (stats().replace(b"evictions 0", b"evictions " + b"9" * 500), "it said nothing of evictions"),
        (b"STAT a b\r\n" * 20_000, "asked for its counters"),
        (b"STAT\r\n" * 3, "no answer within"),
    ],
)
def test_counters_that_are_none_are_told(said: bytes, words: str) -> None:
    finding = answered(VERSION, said, evictions_above=1, seconds=0.5 if words == "no answer within" else 5.0)
    assert finding.outcome is Outcome.CRITICAL
    assert words in finding.message


@pytest.fixture(scope="module")
def server() -> Iterator[MemcachedServer]:
    with MemcachedServer() as started:
        yield started


def test_a_real_one_keeps_a_value_and_its_counters_are_there(server: MemcachedServer) -> None:
    probe = Memcached("127.0.0.1", server.port, roundtrip=True, evictions_above=0, hit_ratio_below=50)
    finding = ask(probe)
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert finding.details["version"].startswith("1.")
    assert finding.details["evictions_per_hour"] == 0
    with socket.create_connection(("127.0.0.1", server.port)) as asking:
        asking.sendall(b"stats\r\n")
        left = asking.recv(65536)
    assert b"STAT curr_items 0\r\n" in left


def test_a_real_one_with_many_misses_is_a_warning(server: MemcachedServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as asking:
        for _ in range(1200):
            asking.sendall(b"get nothing\r\n")
            assert asking.recv(100) == b"END\r\n"
    finding = ask(Memcached("127.0.0.1", server.port, hit_ratio_below=50))
    assert (finding.outcome, finding.cause) == (Outcome.WARNING, "memcached.hit_ratio")


def test_a_real_one_that_is_stopped_is_a_timeout_and_back_afterwards(server: MemcachedServer) -> None:
    with server.stopped():
        finding = ask(Memcached("127.0.0.1", server.port), 0.5)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "timeout.first_byte")
    assert ask(Memcached("127.0.0.1", server.port)).outcome is Outcome.OK


def test_a_real_one_that_wants_a_login_says_so() -> None:
    with MemcachedServer("-Y", "logins") as server:
        finding = ask(Memcached("127.0.0.1", server.port))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.CRITICAL, "auth", Blame.SERVICE)


def test_a_real_one_with_too_many_connections_says_so() -> None:
    with MemcachedServer("-c", "64", "-o", "maxconns_fast") as server:
        held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(80)]
        probe = Memcached("127.0.0.1", server.port)
        until(lambda: ask(probe).cause == "memcached.connections")  # as soon as it has let in the others
        for connection in held:
            connection.close()
