"""`mqtt`: whom a broker lets in, and what else may answer in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.probes.asking import ask
from tests.probes.certificates import server as certified
from tests.probes.certificates import trusting
from tests.probes.real.mosquitto import Mosquitto
from tests.probes.test_contract import assert_typed
from tests.servers import Behaviour, RawServer
from trayapp.core.keys import Reference
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.mqtt import Mqtt, connect

SECRET = "correct-horse"
IN, PONG = b"\x20\x02\x00\x00", b"\xd0\x00"


@pytest.fixture(scope="module")
def open_to_all() -> Iterator[Mosquitto]:
    with Mosquitto() as broker:
        yield broker


@pytest.fixture(scope="module")
def guarded() -> Iterator[Mosquitto]:
    with Mosquitto(ann=SECRET) as broker:
        yield broker


def test_a_real_broker_that_lets_everybody_in_is_well(open_to_all: Mosquitto) -> None:
    finding = ask(Mqtt("127.0.0.1", open_to_all.port))
    assert_typed(finding)
    assert (finding.outcome, finding.answered, finding.details) == (Outcome.OK, True, {})
    assert {"dns", "connect", "first_byte"} <= finding.phases_ms.keys()


def test_a_check_ends_in_order_and_leaves_no_session(open_to_all: Mosquitto) -> None:
    for _ in range(3):
        ask(Mqtt("127.0.0.1", open_to_all.port))
    ended = [line for line in open_to_all.log.splitlines() if "watchbell" in line]
    assert ended
    assert not [line for line in ended if "error" in line or "exceeded" in line]


def test_a_real_broker_is_well_when_encrypted(open_to_all: Mosquitto) -> None:
    finding = ask(Mqtt("127.0.0.1", open_to_all.tls_port, tls="implicit"), tls=trusting())
    assert finding.outcome is Outcome.OK
    assert finding.details["tls"].startswith("TLSv1.")
    assert "tls" in finding.phases_ms


def test_a_real_brokers_certificate_is_verified_unless_told_otherwise(open_to_all: Mosquitto) -> None:
    assert ask(Mqtt("127.0.0.1", open_to_all.tls_port, tls="implicit")).cause == "tls.unknown_ca"
    assert ask(Mqtt("127.0.0.1", open_to_all.tls_port, tls="implicit", verify=False)).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("user", "password", "message"),
    [
        ("", "", "it wants a user and a password"),
        ("ann", "wrong", "it does not let this user in"),
        ("bob", SECRET, "it does not let this user in"),
        ("ann", "", "it does not let this user in"),
    ],
)
def test_a_real_broker_lets_nobody_in_with_a_wrong_login(
    guarded: Mosquitto, user: str, password: str, message: str
) -> None:
    finding = ask(Mqtt("127.0.0.1", guarded.port, user, password))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.CRITICAL, "auth", Blame.SERVICE)
    assert finding.message == message


def test_a_real_broker_lets_the_right_login_in(guarded: Mosquitto) -> None:
    assert ask(Mqtt("127.0.0.1", guarded.port, "ann", SECRET)).outcome is Outcome.OK


def saying(*answers: bytes) -> Behaviour:
    """Answers one packet after the other, and is silent after the last."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readexactly((await reader.readexactly(2))[1])
            writer.write(answer)
            await writer.drain()
        await reader.read()

    return behave


def answered(*answers: bytes, timeout: float = 1.0, **keys: str) -> Finding:
    with RawServer(saying(*answers)) as server:
        finding = ask(Mqtt("127.0.0.1", server.port, **keys), timeout)  # type: ignore[arg-type]
    assert_typed(finding)
    return finding


@pytest.mark.parametrize(
    ("said", "cause", "message"),
    [
        (b"\x20\x02\x00\x01", "mqtt.version", "it does not speak MQTT 3.1.1"),
        (b"\x20\x02\x00\x02", "mqtt.identifier", "it does not accept our client identifier"),
        (b"\x20\x02\x00\x03", "mqtt.unavailable", "it says that it is not available"),
        (b"\x20\x02\x00\x04", "auth", "it does not accept this user and password"),
        (b"\x20\x02\x00\x05", "auth", "it wants a user and a password"),
        (b"\x20\x02\x00\x06", "protocol", "it refuses with a code that there is not: 6"),
        (b"\x20\x03\x00\x84\x00", "mqtt.version", "it does not speak MQTT 3.1.1"),
        (b"\x20\x02\x01\x00", "protocol", "it goes on with a session that was not asked for"),
        (b"\x20\x00", "protocol", "what answers there is not MQTT"),
        (b"\x20\xff\xff\xff\xff", "protocol", "what answers there is not MQTT"),
        (
            b"SSH-2.0-OpenSSH_9.2\r\n",
            "protocol",
            'what answers there is not MQTT: it said "SSH-2.0-OpenSSH_9.2"',
        ),
        (b"\x20\x02\x00", "timeout.answer", "no answer within 1 s (connected, waiting for the rest of the answer)"),
    ],
)
def test_each_way_of_not_being_let_in_has_its_cause(said: bytes, cause: str, message: str) -> None:
    finding = answered(said)
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


@pytest.mark.parametrize(
    ("said", "cause", "message"),
    [
        (b"\x20\x02\x00\x00", "protocol", "it did not answer a ping"),
        (b"\xd0\x01\x00", "protocol", "it did not answer a ping"),
        (b"\xd0\x80\x80\x80\x80", "protocol", "it sent a length that is none"),
        (b"\x30\xff\xff\xff\x7f", "protocol", "it announced 268435455 bytes where 65536 are the most"),
        (b"\x30\x01z" * 30, "protocol", "it did not answer a ping, but went on talking"),
        (b"\xd0", "timeout.answer", "no answer within 1 s (connected, waiting for the rest of the answer)"),
        (b"\xe0\x00", "protocol", "it did not answer a ping"),
    ],
)
def test_a_broker_that_lets_in_and_does_not_answer_is_not_well(said: bytes, cause: str, message: str) -> None:
    finding = answered(IN, said)
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_a_broker_that_sends_messages_of_its_own_accord_is_well_all_the_same() -> None:
    assert answered(IN + b"\x30\x81\x01" + bytes(129), b"\x32\x02zz" + PONG).outcome is Outcome.OK


@pytest.mark.parametrize("said", [SECRET.encode() + b"\r\n", b"\x20\x02\x00" + b"c", b"\x20" + SECRET.encode()])
def test_once_a_password_was_sent_nothing_that_it_says_is_repeated(said: bytes) -> None:
    finding = answered(said, user="ann", password=SECRET)
    assert finding.outcome is Outcome.CRITICAL
    assert "correct" not in finding.message
    assert SECRET not in repr(finding)


def test_a_packet_says_what_was_given_and_nothing_else() -> None:
    packet = connect("", b"")
    assert packet[:12] == b"\x10\x23\x00\x04MQTT\x04\x02\x00\x3c"
    assert packet[12:14] == b"\x00\x17"
    assert packet[14:23] == b"watchbell"
    assert len(packet) == 37
    assert connect("", b"") != packet
    packet = connect("ann", b"p\x00\xff")
    assert packet[9] == 0xC2
    assert packet.endswith(b"\x00\x03ann\x00\x03p\x00\xff")
    assert connect("ann", b"")[9] == 0x82
    long = connect("ann", b"z" * 1000)
    assert long[1] & 0x7F | (long[2] << 7) == len(long) - 3


def test_a_secret_that_is_missing_is_nobodys_outage() -> None:
    finding = ask(Mqtt("127.0.0.1", 1, "ann", Reference("secret", "broker")))
    assert (finding.outcome, finding.blame, finding.cause) == (
        Outcome.UNKNOWN,
        Blame.CONFIG,
        "config.secret_missing",
    )


def test_a_password_that_no_packet_can_hold_is_said_to_be_wrong() -> None:
    finding = ask(Mqtt("127.0.0.1", 1, "ann", "z" * 70_000))
    assert (finding.outcome, finding.cause) == (Outcome.UNKNOWN, "config.invalid")


def test_a_password_without_a_user_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="a password needs a user"):
        Mqtt("127.0.0.1", password=SECRET)


def test_a_certificate_of_another_host_is_refused() -> None:
    with RawServer(saying(IN, PONG), tls=certified("other.test")) as server:
        finding = ask(Mqtt("127.0.0.1", server.port, tls="implicit"), tls=trusting())
    assert finding.cause == "tls.hostname"


@pytest.mark.parametrize(
    ("typed", "probe"),
    [
        ("mqtt:broker.test", Mqtt("broker.test")),
        ("mqtt://broker.test:1884/", Mqtt("broker.test", 1884)),
        ("mqtts://broker.test", Mqtt("broker.test", 8883, tls="implicit")),
        ("mqtts:broker.test:443", Mqtt("broker.test", 443, tls="implicit")),
        ("broker.test:1883", Mqtt("broker.test")),
        ("broker.test:8883", Mqtt("broker.test", 8883, tls="implicit")),
    ],
)
def test_an_address_means_a_broker(typed: str, probe: Mqtt) -> None:
    assert Mqtt.from_target(typed) == probe
