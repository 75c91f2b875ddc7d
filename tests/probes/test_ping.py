"""`ping`: which replies count, what is lost, and who may ask at all.

Replies are forged over UDP on loopback, where everybody may write any packet from any address of this machine;
the loopback's own replies, and what the kernel says of errors, are real where the test may ping.
"""

from __future__ import annotations

import asyncio
import math
import os
import socket
import struct
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.table import Row, keep
from tests.probes.asking import GRACE, ask, descriptors, means, nothing_is_left
from tests.probes.datagrams import Reply, UdpServer, silence
from tests.probes.test_contract import assert_typed
from tests.servers import until
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.base import AddrInfo
from trayapp.probes.icmp import FORBIDDEN, Train, Trouble, Wire, checksum, may_ping, open_wire
from trayapp.probes.ping import Ping, drive, patience

HEAD = struct.Struct("!BBHHH")


async def literally(host: str, port: int) -> Sequence[AddrInfo]:
    """Addresses alone."""
    if ":" in host:
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (host, port, 0, 0))]
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]


def right(request: bytes) -> bytes:
    """The reply to an echo request."""
    kind, code, _, number, place = HEAD.unpack_from(request)
    assert (kind, code) == (8, 0)
    return HEAD.pack(0, 0, 0, number, place) + request[HEAD.size :]


def changed(at: int, by: int = 1) -> Callable[[bytes], bytes]:
    def change(request: bytes) -> bytes:
        reply = bytearray(right(request))
        reply[at] ^= by
        return bytes(reply)

    return change


FORGERIES: dict[str, Callable[[bytes], bytes]] = {
    "it is the request": lambda request: request,
    "it is of another kind": changed(0, 3),
    "its code is not 0": changed(1),
    "its number is another's": changed(5),
    "its place comes later": changed(7, 0x40),
    "its place is 0": lambda request: right(request)[:6] + bytes(2) + right(request)[8:],
    "its content is another's": changed(-1),
    "it is cut": lambda request: right(request)[:-1],
    "it is a header alone": lambda request: right(request)[:8],
    "it is less than a header": lambda request: right(request)[:7],
    "it is empty": lambda _: b"",
    "it goes on": lambda request: right(request) + b"z",
    "it is an IP header": lambda _: b"\x45" + bytes(19),
    "it is a short IP header": lambda _: b"\x4f",
}


def ride(reply: Reply, count: int = 3, timeout: float = 5.0, stranger: Reply | None = None) -> tuple[Train, Finding]:
    """What a train over UDP to such a machine comes to."""

    async def send(port: int) -> Train:
        carrier = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        carrier.bind(("127.0.0.1", 0))
        carrier.setblocking(False)
        place: AddrInfo = (socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", port))
        end = asyncio.get_running_loop().time() + timeout
        return await drive(Wire(carrier, place, 4660), place, count, end, time.monotonic)

    with UdpServer(reply, stranger=stranger) as machine:
        train = asyncio.run(send(machine.port))
    return train, Ping("127.0.0.1").judge(train)


def test_every_reply_in_its_place_is_well() -> None:
    train, finding = ride(lambda request: [right(request)])
    assert finding.outcome is Outcome.OK
    assert sorted(train.answered) == [1, 2, 3]
    assert finding.details["sent"] == finding.details["received"] == 3
    assert finding.details["loss_percent"] == 0
    assert finding.details["rtt_min_ms"] <= finding.details["rtt_avg_ms"] <= finding.details["rtt_max_ms"]


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_reply_does_not_count(how: str, record_property: Callable[[str, object], None]) -> None:
    row = Row("D9", f"a reply to a ping: {how}")
    train, finding = ride(lambda request: [FORGERIES[how](request)], 1, 0.3)
    row.seen(finding.outcome.name, finding.cause)
    keep(row, record_property)
    assert not train.answered
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, "ping.lost", "no answer to a ping")


def test_a_reply_from_another_machine_does_not_count(record_property: Callable[[str, object], None]) -> None:
    row = Row("D9", "a reply to a ping: it is another machine's")
    train, finding = ride(silence, 1, 0.3, stranger=lambda request: [right(request)])
    row.seen(finding.outcome.name, finding.cause)
    keep(row, record_property)
    assert not train.answered


def test_forgeries_change_nothing_of_what_the_right_replies_say(
    record_property: Callable[[str, object], None],
) -> None:
    row = Row("D9", f"{len(FORGERIES)} forged replies before and after each right one")

    def all_of_them(request: bytes) -> Iterable[bytes]:
        yield from (forge(request) for forge in FORGERIES.values())
        yield right(request)
        yield from (forge(request) for forge in FORGERIES.values())

    train, finding = ride(all_of_them, stranger=lambda request: [right(request)])
    row.seen(finding.outcome.name, finding.cause)
    keep(row, record_property)
    assert (finding.outcome, finding.details["received"]) == (Outcome.OK, 3)
    assert sorted(train.answered) == [1, 2, 3]


def test_the_first_of_two_replies_counts_and_the_second_is_nothing() -> None:
    train = Train(socket.AF_INET, "192.0.2.7", 7)
    request = train.request(10.0)
    assert train.hear(right(request), "192.0.2.7", 10.5)
    assert not train.hear(right(request), "192.0.2.7", 11.0)
    assert train.answered == {1: 0.5}


def test_replies_out_of_order_find_their_requests() -> None:
    train = Train(socket.AF_INET, "192.0.2.7", 7)
    first, second = train.request(1.0), train.request(2.0)
    assert train.hear(right(second), "192.0.2.7", 2.5)
    assert train.hear(right(first), "192.0.2.7", 4.0)
    assert train.answered == {2: 0.5, 1: 3.0}
    assert train.settled


def test_a_reply_after_an_error_counts_all_the_same() -> None:
    train = Train(socket.AF_INET, "192.0.2.7", 7)
    request = train.request(1.0)
    train.told(Trouble(1, 113, "192.0.2.1", quoted=train.content))
    assert train.settled
    assert train.hear(right(request), "192.0.2.7", 1.5)
    assert Ping("192.0.2.7").judge(train).outcome is Outcome.OK


def test_an_error_of_nothing_that_was_sent_is_nothing() -> None:
    train = Train(socket.AF_INET, "192.0.2.7", 7)
    train.request(1.0)
    for place in (0, 2, 65_535):
        train.told(Trouble(place, 113, "192.0.2.1"))
    assert not train.settled


@pytest.mark.parametrize(("answered", "seconds"), [({}, math.inf), ({1: 0.001}, 1.0), ({1: 0.2, 2: 3.0, 3: 1.0}, 6.0)])
def test_the_last_requests_are_waited_for_as_long_as_the_slowest_answer_makes_likely(
    answered: dict[int, float], seconds: float
) -> None:
    train = Train(socket.AF_INET, "192.0.2.7", 7, answered=answered)
    assert patience(train) == seconds


@given(st.binary(max_size=100), st.sampled_from(["192.0.2.7", "192.0.2.8", ""]))
def test_whatever_comes_counts_only_if_it_is_the_reply(packet: bytes, source: str) -> None:
    train = Train(socket.AF_INET, "192.0.2.7", 7)
    train.request(1.0)
    assert not train.hear(packet, source, 2.0)
    assert not train.hear(packet + train.content, source, 2.0)


def losing(*lost: int) -> Reply:
    def reply(request: bytes) -> Iterable[bytes]:
        if HEAD.unpack_from(request)[4] not in lost:
            yield right(request)

    return reply


@pytest.mark.parametrize(
    ("lost", "above", "outcome", "message"),
    [
        ((2,), 50, Outcome.OK, ""),
        ((1, 3), 50, Outcome.WARNING, "2 of 3 pings lost"),
        ((1,), 33, Outcome.WARNING, "1 of 3 pings lost"),
        ((1,), 0, Outcome.WARNING, "1 of 3 pings lost"),
        ((), 0, Outcome.OK, ""),
        ((1, 2), 100, Outcome.OK, ""),
    ],
)
def test_some_lost_is_a_warning_above_the_limit(
    lost: tuple[int, ...], above: int, outcome: Outcome, message: str
) -> None:
    train, _ = ride(losing(*lost), timeout=20.0)
    finding = Ping("127.0.0.1", loss_above=above).judge(train)
    assert (finding.outcome, finding.message) == (outcome, message)
    assert finding.details["received"] == 3 - len(lost)
    assert finding.cause == ("ping.loss" if message else "")


@pytest.mark.parametrize(
    ("troubles", "cause", "message"),
    [
        ((), "ping.lost", "no answer to 2 pings"),
        ((Trouble(1, 113, "192.0.2.1"),), "unreachable", "192.0.2.1 says that it cannot be reached"),
        (
            (Trouble(1, 113), Trouble(2, 113, "192.0.2.1", expired=True)),
            "ping.ttl",
            "its way goes in a circle, or is too long: 192.0.2.1 gave it up",
        ),
        ((Trouble(1, 90),), "ping.lost", "no answer to 2 pings"),
    ],
)
def test_where_all_are_lost_it_is_told_who_said_why(troubles: Sequence[Trouble], cause: str, message: str) -> None:
    train = Train(socket.AF_INET, "192.0.2.7", 7)
    train.request(1.0)
    train.request(2.0)
    for trouble in troubles:
        train.told(trouble)
    finding = Ping("192.0.2.7").judge(train)
    assert_typed(finding)
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_what_this_machine_could_not_send_is_an_error_of_its_own() -> None:
    train = Train(socket.AF_INET, "192.0.2.7", 7)
    train.request(1.0)
    train.told(Trouble(1, 101))
    with pytest.raises(OSError, match="101"):
        Ping("192.0.2.7").judge(train)


def test_the_checksum_is_that_of_the_internet() -> None:
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF ^ 0xDDF2  # the example of RFC 1071, section 3
    packet = Train(socket.AF_INET, "192.0.2.7", 7).request(0.0)
    assert checksum(packet) == 0


# What follows is real: this machine's loopback, and what it permits.


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_loopback_answers_whoever_may_ask(host: str) -> None:
    finding = ask(Ping(host), resolve=literally)
    if not may_ping():
        assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "config.icmp", Blame.CONFIG)
        return
    assert_typed(finding)
    assert (finding.outcome, finding.address, finding.answered) == (Outcome.OK, host, True)
    assert finding.details["received"] == 3
    assert list(finding.phases_ms) == ["dns", "reply"]
    assert finding.phases_ms["reply"] == finding.details["rtt_avg_ms"]
    assert finding.latency_ms == pytest.approx(sum(finding.phases_ms.values()))


def test_who_may_not_ping_is_told_what_allows_it() -> None:
    script = """
        import os, socket, sys
        from tests.probes.asking import ask
        from trayapp.probes.ping import Ping

        finding = ask(Ping("127.0.0.1"))
        print(finding.outcome, finding.blame, finding.cause, finding.message)
        print(*os.getgroups(), os.getegid())
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    if os.geteuid() == 0:  # stays root, and may no longer write raw packets
        without = ["--bounding-set=-net_raw", "--inh-caps=-net_raw", "--regid=65534", "--clear-groups"]
        command = ["setpriv", *without, "--", *command]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=root, check=False)
    assert done.returncode == 0, done.stderr
    said, groups = done.stdout.splitlines()
    least, most = map(int, Path("/proc/sys/net/ipv4/ping_group_range").read_text().split())
    if any(least <= int(group) <= most for group in groups.split()):
        assert said.strip() == "OK service"
    else:
        assert said == f"UNKNOWN config config.icmp {FORBIDDEN}"
        assert 'sudo sysctl net.ipv4.ping_group_range="0 2147483647"' in said


def forge(packet: bytes, source: str = "127.0.0.1", to: str = "127.0.0.1") -> bool:
    """Sends any ICMP packet; False where that is forbidden, as it should be to all but root."""
    try:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    except PermissionError:
        return False
    with raw:
        raw.bind((source, 0))
        raw.sendto(packet[:2] + checksum(packet + bytes(len(packet) % 2)).to_bytes(2) + packet[4:], (to, 0))
    return True


def test_on_a_real_socket_forgeries_do_not_count_either() -> None:
    place: AddrInfo = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))
    if not forge(b""):
        return  # nobody can, then: neither can this test
    wire = open_wire(place)
    train = Train(socket.AF_INET, "127.0.0.1", wire.number)
    request = train.request(0.0)
    for how, forged in FORGERIES.items():
        if how != "it is the request":  # the machine would answer it
            assert forge(forged(request)[:2] + bytes(2) + forged(request)[4:])
    forge(right(request)[:2] + bytes(2) + right(request)[4:], "127.0.0.2")
    wire.send(request)
    heard: list[bool] = []

    def answered() -> bool:
        heard.extend(train.hear(packet, source, 1.0) for packet, source in wire.heard())
        return bool(train.answered)

    until(answered)
    wire.close()
    assert heard.count(True) == 1


@pytest.mark.parametrize(
    ("kind", "code", "expired"),
    [(11, 0, True), (3, 1, False), (3, 0, False), (3, 13, False)],
)
def test_what_a_router_says_is_heard_of_the_system(kind: int, code: int, expired: bool) -> None:
    if not forge(b""):
        return  # routers alone can say so, and none is here
    wire = open_wire((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)))
    train = Train(socket.AF_INET, "127.0.0.1", wire.number)
    request = train.request(0.0)
    wire.send(request)
    around = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(request), 0, 0, 1, 1, 0, *[b"\x7f\0\0\1"] * 2)
    of_others = request[:4] + (wire.number ^ 1).to_bytes(2) + request[6:8]
    forge(HEAD.pack(kind, code, 0, 0, 0) + around + of_others, "127.0.0.3")
    forge(HEAD.pack(kind, code, 0, 0, 0) + around + request[:8], "127.0.0.3")
    heard: list[Trouble] = []
    until(lambda: heard.extend(wire.troubles()) or heard)
    wire.close()
    assert [(trouble.place, trouble.router, trouble.expired) for trouble in heard] == [(1, "127.0.0.3", expired)]
    for trouble in heard:
        train.told(trouble)
    assert Ping("127.0.0.1").judge(train).cause == ("ping.ttl" if expired else "unreachable")


def test_a_cancelled_ping_leaves_nothing() -> None:
    async def cancel() -> None:
        before = descriptors()
        for delay in (0.0, 0.001, 0.02):
            task = asyncio.create_task(Ping("127.0.0.1", count=20).check(means(30)))
            await asyncio.sleep(delay)
            task.cancel()
            outcome = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(outcome[0], asyncio.CancelledError | Finding)
        await nothing_is_left(before)

    asyncio.run(cancel())


def test_fifty_pings_at_once_each_hear_their_own_replies() -> None:
    async def fifty() -> list[Finding]:
        before = descriptors()
        given = means(10.0)
        findings = await asyncio.gather(*(Ping("127.0.0.1").check(given) for _ in range(50)))
        await nothing_is_left(before)
        return findings

    for finding in asyncio.run(fifty()):
        assert finding.outcome is (Outcome.OK if may_ping() else Outcome.UNKNOWN)


def test_a_check_with_little_time_ends_in_time_all_the_same() -> None:
    async def hurry() -> Finding:
        started = asyncio.get_running_loop().time()
        finding = await Ping("127.0.0.1", count=20).check(means(0.2))
        assert asyncio.get_running_loop().time() - started <= 0.2 + GRACE
        return finding

    assert asyncio.run(hurry()).outcome is (Outcome.OK if may_ping() else Outcome.UNKNOWN)


def test_a_name_without_an_address_of_that_kind_is_not_found() -> None:
    finding = ask(Ping("four.test", ip="6"))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "dns.nxdomain")


@pytest.mark.parametrize(
    ("typed", "probe"),
    [
        ("ping:example.org", Ping("example.org")),
        ("ping://example.org/", Ping("example.org")),
        ("PING:::1", Ping("::1")),
        ("ping:[::1]", Ping("::1")),
        ("ping:192.0.2.7", Ping("192.0.2.7")),
    ],
)
def test_an_address_means_a_machine(typed: str, probe: Ping) -> None:
    assert Ping.from_target(typed) == probe


@pytest.mark.parametrize("typed", ["example.org", "192.0.2.7", "ping.example.org", "tcp:ping:22"])
def test_what_others_mean_is_no_ping(typed: str) -> None:
    assert Ping.from_target(typed) is None


@pytest.mark.parametrize("typed", ["ping:", "ping:a b", "ping:example.org:22"])
def test_a_wrong_address_is_said_to_be_wrong(typed: str) -> None:
    with pytest.raises(ValueError, match="not a host name"):
        Ping.from_target(typed)
