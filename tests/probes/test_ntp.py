"""`ntp`: whose clock is right is not known, that they differ is."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.asking import ask
from tests.probes.cases.ntp import PACKET, SINCE_1900, reply
from tests.probes.datagrams import Reply, UdpServer
from tests.probes.real.chrony import Chronyd
from tests.probes.test_contract import assert_typed
from trayapp.core.keys import Duration
from trayapp.core.words import Finding, Outcome
from trayapp.probes.causes import CheckEnded
from trayapp.probes.ntp import Answer, Asking, Ntp

SECOND = 1_000_000_000
NOW = 1_795_000_000 * SECOND


@pytest.fixture(scope="module")
def clock() -> Iterator[int]:
    with Chronyd("local stratum 5") as server:
        yield server.port


def test_a_real_time_server_that_is_synchronised_is_well(clock: int) -> None:
    finding = ask(Ntp("127.0.0.1", clock))
    assert_typed(finding)
    assert (finding.outcome, finding.answered) == (Outcome.OK, True)
    assert finding.details["stratum"] == 5
    assert finding.details["leap"] == 0
    assert abs(finding.details["offset_ms"]) < 1000  # both read the clock of this machine
    assert finding.details["delay_ms"] < 5000


def test_a_real_time_server_that_knows_no_time_is_not_synchronised() -> None:
    with Chronyd() as server:
        finding = ask(Ntp("127.0.0.1", server.port))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "ntp.unsynchronised")
    assert finding.message == "its clock is not synchronised"
    assert finding.answered


def ask_one_that(answer: Reply, offset_above: int = 1000, timeout: float = 5.0) -> Finding:
    with UdpServer(answer) as server:
        finding = ask(Ntp("127.0.0.1", server.port, offset_above=Duration(offset_above)), timeout)
    assert_typed(finding)
    return finding


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (30.0, "its clock is 30 s ahead of this machine's"),
        (-30.0, "its clock is 30 s behind this machine's"),
        (86_400.0 * 365 * 30, "its clock is 10950 d ahead of this machine's"),  # in the next era
    ],
)
def test_a_clock_that_is_not_ours_is_a_warning(ahead: float, said: str) -> None:
    finding = ask_one_that(partial(reply, ahead=ahead + 0.3 * (1 if ahead > 0 else -1)))
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.WARNING, "ntp.offset", said)
    assert finding.details["offset_ms"] == pytest.approx(ahead * 1000, rel=0.05)


@pytest.mark.parametrize(("limit", "outcome"), [(40_000, Outcome.OK), (20_000, Outcome.WARNING)])
def test_how_far_apart_clocks_may_be_is_ones_own_choice(limit: int, outcome: Outcome) -> None:
    assert ask_one_that(partial(reply, ahead=30), limit).outcome is outcome


@pytest.mark.parametrize(
    ("said", "outcome", "cause", "message"),
    [
        ({"leap": 3}, Outcome.CRITICAL, "ntp.unsynchronised", "its clock is not synchronised"),
        ({"stratum": 16}, Outcome.CRITICAL, "ntp.unsynchronised", "its clock is not synchronised"),
        ({"stratum": 255}, Outcome.CRITICAL, "ntp.unsynchronised", "its clock is not synchronised"),
        (
            {"stratum": 0, "leap": 3, "reference": b"INIT"},
            Outcome.CRITICAL,
            "ntp.unsynchronised",
            "its clock is not synchronised (INIT)",
        ),
        (
            {"stratum": 0, "reference": b"\x1b[2J"},
            Outcome.CRITICAL,
            "ntp.unsynchronised",
            "its clock is not synchronised",
        ),
        (
            {"stratum": 0, "leap": 3, "reference": b"DENY"},
            Outcome.CRITICAL,
            "ntp.denied",
            "it does not serve this machine (DENY)",
        ),
        (
            {"stratum": 0, "reference": b"RSTR"},
            Outcome.CRITICAL,
            "ntp.denied",
            "it does not serve this machine (RSTR)",
        ),
        (
            {"stratum": 0, "leap": 3, "reference": b"RATE"},
            Outcome.WARNING,
            "ntp.rate",
            "it wants to be asked less often (RATE)",
        ),
        ({"stratum": 1, "reference": b"GPS\0"}, Outcome.OK, "", ""),
        ({"stratum": 15}, Outcome.OK, "", ""),
        ({"leap": 1}, Outcome.OK, "", ""),
    ],
)
def test_what_a_server_says_of_itself_is_believed(
    said: dict[str, int | bytes], outcome: Outcome, cause: str, message: str
) -> None:
    finding = ask_one_that(partial(reply, **said))  # type: ignore[arg-type]
    assert (finding.outcome, finding.cause, finding.message) == (outcome, cause, message)
    assert finding.answered


def test_what_the_time_comes_from_is_shown() -> None:
    assert ask_one_that(partial(reply, stratum=1, reference=b"GPS\0")).details["reference"] == "GPS"
    assert ask_one_that(reply).details["reference"] == "192.0.2.1"


def changed(at: int, by: int) -> Reply:
    def answer(asked: bytes) -> Iterable[bytes]:
        right = bytearray(next(iter(reply(asked))))
        right[at] ^= by
        return [bytes(right)]

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        changed(0, 7),  # a client's, not a server's
        changed(0, 4),
        changed(24, 1),  # the answer to another request
        changed(31, 1),
        lambda asked: [asked],
        lambda asked: [next(iter(reply(asked)))[:47]],
        lambda _: [bytes(48)],
        # Time of the server's own choice in place of the number that was sent
        lambda asked: [next(iter(reply(asked)))[:24] + bytes(8) + next(iter(reply(asked)))[32:]],
    ],
)
def test_an_answer_to_something_else_is_none(answer: Reply) -> None:
    finding = ask_one_that(answer, timeout=3.0)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "protocol")
    assert finding.message == "what answers there does not speak NTP"


@pytest.mark.parametrize(("received", "sent"), [(5, 4), (0, 60)])
def test_times_that_contradict_each_other_are_no_time(received: int, sent: int) -> None:
    def answer(asked: bytes) -> Iterable[bytes]:
        right = next(iter(reply(asked)))
        (now,) = struct.unpack("!Q", right[32:40])
        yield right[:32] + struct.pack("!2Q", now + (received << 32), now + (sent << 32))

    finding = ask_one_that(answer)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "ntp.times")


def test_offset_and_delay_are_those_of_the_four_times() -> None:
    answer = Answer(0, 2, b"\xc0\0\2\1", 0, 0, asked=1000, received=5150, sent=5160, heard=1300)
    assert answer.delay == 290
    assert answer.offset == pytest.approx(4005)


def test_an_offset_that_a_slow_way_may_have_made_is_not_told() -> None:
    far = Answer(0, 2, b"\xc0\0\2\1", 0, 0, NOW, NOW + 3 * SECOND, NOW + 3 * SECOND, NOW + 4 * SECOND)
    assert far.offset == SECOND
    assert Ntp("far.test", offset_above=Duration(500)).judge(far).outcome is Outcome.OK
    near = Answer(0, 2, b"\xc0\0\2\1", 0, 0, NOW, NOW + SECOND, NOW + SECOND, NOW + 1000)
    assert Ntp("near.test", offset_above=Duration(500)).judge(near).outcome is Outcome.WARNING


@pytest.mark.parametrize("year", [1999, 2036, 2037, 2106])
def test_times_of_every_era_are_understood(year: int) -> None:
    wall = (year - 1970) * 31_556_952 * SECOND + 123_456_789
    asking = Asking(lambda: 50.0, lambda: wall)
    request = asking.request()
    stamp = ((wall // SECOND + SINCE_1900) % 2**32 << 32) + (123_456_789 * 2**32 // SECOND)
    number = struct.unpack("!Q", request[40:48])[0]
    answer = asking.read(PACKET.pack(0x24, 2, 0, 0, 0, 0, bytes(4), 0, number, stamp, stamp))
    assert answer is not None
    assert abs(answer.received - wall) <= 1
    assert abs(answer.offset) <= 1


def test_a_clock_that_is_set_while_the_answer_is_awaited_changes_nothing() -> None:
    wall, steady = iter([NOW, NOW + 3600 * SECOND]), iter([100.0, 100.5])
    asking = Asking(lambda: next(steady), lambda: next(wall))
    number = struct.unpack("!Q", asking.request()[40:48])[0]
    stamp = (NOW // SECOND + SINCE_1900) % 2**32 << 32
    answer = asking.read(PACKET.pack(0x24, 2, 0, 0, 0, 0, bytes(4), 0, number, stamp, stamp))
    assert answer is not None
    assert answer.heard - answer.asked == SECOND // 2


def test_a_request_says_nothing_of_our_clock_and_is_never_the_same() -> None:
    asking = Asking(lambda: 0.0, lambda: NOW)
    requests = [asking.request() for _ in range(3)]
    assert len({request[40:48] for request in requests}) == 3
    assert {request[:40] for request in requests} == {b"\x23" + bytes(39)}


@given(st.binary(max_size=80), st.binary(min_size=24, max_size=24))
def test_whatever_comes_is_an_answer_or_none_or_typed(garbage: bytes, times: bytes) -> None:
    asking = Asking(lambda: 0.0, lambda: NOW)
    number = asking.request()[40:48]
    assert asking.read(garbage) is None
    answer = asking.read(b"\x24" + (garbage + bytes(23))[:23] + number + times[8:] + garbage)
    assert answer is not None
    try:
        assert_typed(Ntp("any.test").judge(answer))
    except CheckEnded as ended:
        assert ended.cause in ("ntp.unsynchronised", "ntp.times", "ntp.denied")


@pytest.mark.parametrize(
    ("typed", "probe"),
    [
        ("ntp:time.test", Ntp("time.test")),
        ("ntp://time.test:1123", Ntp("time.test", 1123)),
        ("time.test:123", Ntp("time.test")),
    ],
)
def test_an_address_means_a_time_server(typed: str, probe: Ntp) -> None:
    assert Ntp.from_target(typed) == probe
