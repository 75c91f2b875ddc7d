"""`mysql`: greetings, logins of every kind, and servers that are not what they say."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from hashlib import sha1, sha256
from typing import Self

import pytest

from tests.faults.table import Row, keep
from tests.probes.asking import ask
from tests.probes.certificates import pem, trusting
from tests.probes.certificates import server as certified
from tests.probes.real.mariadb import MariadbServer
from tests.servers import RawServer, until
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes import probe_for
from trayapp.probes.mysql import Mysql

SECRET = "open-sesame"
SCRAMBLE = b"abcdefghijklmnopqrst"
NATIVE, SHA2 = b"mysql_native_password", b"caching_sha2_password"


def packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


def greeting(version: bytes = b"8.4.0", plugin: bytes = NATIVE, capabilities: int = 0xDFFF_FFFF) -> bytes:
    low, high = (capabilities & 0xFFFF).to_bytes(2, "little"), (capabilities >> 16).to_bytes(2, "little")
    first = b"\x0a" + version + b"\0\7\0\0\0" + SCRAMBLE[:8] + b"\0" + low + b"\x2d\2\0" + high + b"\x15" + bytes(10)
    return packet(0, first + SCRAMBLE[8:] + b"\0" + plugin + b"\0")


def error(code: int, words: str = "so it is", number: int = 2, state: bytes = b"#28000") -> bytes:
    return packet(number, b"\xff" + code.to_bytes(2, "little") + state + words.encode())


def fine(number: int = 2) -> bytes:
    return packet(number, b"\0\0\0\2\0\0\0")


ONE = (
    packet(1, b"\1")
    + packet(2, b"\3def\0\0\0\x011\0\x0c\x3f\0\1\0\0\0\x08\x81\0\0\0\0")
    + packet(3, b"\xfe\0\0\2\0")
    + packet(4, b"\x011")
    + packet(5, b"\xfe\0\0\2\0")
)


async def heard_from(reader: asyncio.StreamReader) -> bytes:
    """The next packet of a client with its head; empty at the end."""
    with contextlib.suppress(asyncio.IncompleteReadError):
        head = await reader.readexactly(4)
        return head + await reader.readexactly(int.from_bytes(head[:3], "little"))
    return b""


class Saying:
    """Greets, answers one packet after the other, and is silent after the last. `heard` is what was said to it."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = answers
        self.heard: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, answer in enumerate(self._answers):
            if number:
                self.heard.append(await heard_from(reader))
            writer.write(answer)
            await writer.drain()
        while said := await heard_from(reader):
            self.heard.append(said)


def patience(cause: str) -> float:
    """Seconds for a check that ends so: few where the deadline is to end it, plenty where a busy machine must not."""
    return 0.5 if cause.startswith("timeout") else 5.0


def answered(*answers: bytes, seconds: float = 5.0, **keys: object) -> Finding:
    with RawServer(Saying(*answers)) as server:
        return ask(Mysql("127.0.0.1", server.port, **keys), seconds)  # type: ignore[arg-type]


WRONG = [
    (error(1040, "Too many connections", 0, b""), "mysql.connections", "it has too many connections"),
    (error(1129, "Host is blocked", 0, b""), "mysql.blocked", "it blocks this machine after too many broken"),
    (error(1053, "Server shutdown in progress", 0), "mysql.stopping", "it is shutting down"),
    (error(3032, "offline", 0), "mysql.offline", "it is in offline mode"),
    (error(1135, "\x1b[31mno thread\u202e\n", 0), "mysql.error", 'it answered with error 1135: "no thread"'),
    (packet(0, b"\xff"), "protocol", "is not MySQL"),
    (packet(0, b"\xff\x15\x04"), "auth", "wrong user or password"),
    (b"HTTP/1.1 400 Bad Request\r\n", "protocol", 'is not MySQL: it began with "HTTP/"'),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol", 'is not MySQL: it began with "SSH-2"'),
    (b"220 ready\r\n", "protocol", 'is not MySQL: it began with "220 r"'),
    (b"\xff\xff\xff\0\x0a", "protocol", "is not MySQL"),
    (b"\0\0\0\0\x0a", "protocol", "is not MySQL"),
    (packet(0, b"\x09" + b"x" * 60), "protocol", "from before MySQL 4.1"),
    (packet(0, b"\x0a8.4.0\0" + b"x" * 20), "protocol", "its greeting is cut short"),
    (packet(0, b"\x0a" + b"8" * 200), "protocol", "its greeting is cut short"),
    (greeting()[:30], "timeout.answer", "waiting for the rest of the answer"),
]


@pytest.mark.parametrize(("said", "cause", "words"), WRONG, ids=[repr(said[:32]) for said, _, _ in WRONG])
def test_every_wrong_greeting_has_its_cause(
    said: bytes, cause: str, words: str, record_property: Callable[[str, object], None]
) -> None:
    row = Row("D8", f"mysql: {words[:60]}")
    finding = answered(said, user="ann", password=SECRET, seconds=patience(cause))
    row.seen(finding.outcome.name, finding.cause)
    keep(row, record_property)
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.CRITICAL, Blame.SERVICE, cause)
    assert words in finding.message
    assert len(finding.message) < 200


@pytest.mark.parametrize(
    ("said", "details"),
    [
        ([greeting(), error(1045)], {"version": "8.4.0", "refused": 1045}),
        ([greeting(b"5.5.5-10.11.19-MariaDB"), error(1698)], {"version": "10.11.19-MariaDB", "refused": 1698}),
        ([greeting(), error(3159)], {"version": "8.4.0", "refused": 3159}),
        ([greeting(), fine()], {"version": "8.4.0"}),
        ([greeting(plugin=SHA2), error(1045)], {"version": "8.4.0", "refused": 1045}),
        ([error(1130, "Host is not allowed", 0, b"")], {"refused": 1130}),
        ([greeting(), packet(2, b"\xfedialog\0x"), error(1045, number=4)], {"version": "8.4.0", "refused": 1045}),
        ([greeting(), packet(2, b"\xfedialog\0x"), error(1043, number=4)], {"version": "8.4.0", "refused": 1043}),
        ([greeting(b"v" * 500), error(1045)], {"version": "v" * 59 + "…", "refused": 1045}),
    ],
)
def test_a_refused_login_is_a_sign_of_life(said: list[bytes], details: dict[str, object]) -> None:
    finding = answered(*said)
    assert (finding.outcome, finding.details) == (Outcome.OK, details)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ([greeting(), error(1040)], "mysql.connections"),
        ([greeting(), error(1815)], "mysql.error"),
        ([greeting(), packet(2, b"\xfedialog\0x"), error(1040, number=4)], "mysql.connections"),
        ([greeting()], "timeout.first_byte"),
        ([greeting(), packet(2, b"\x05")], "protocol"),
    ],
)
def test_a_server_that_is_not_well_is_no_sign_of_life(said: list[bytes], cause: str) -> None:
    finding = answered(*said, seconds=patience(cause))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)


def test_who_has_no_login_makes_a_right_attempt_and_hears_its_end() -> None:
    behave = Saying(greeting(), packet(2, b"\xfe" + SHA2 + b"\0" + SCRAMBLE + b"\0"), fine(4))
    with RawServer(behave) as server:
        assert ask(Mysql("127.0.0.1", server.port)).outcome is Outcome.OK
        until(lambda: len(behave.heard) == 3)
    assert b"watchbell\0\0mysql_native_password\0" in behave.heard[0]
    assert behave.heard[1:] == [packet(3, b""), packet(0, b"\x01")]


@pytest.mark.parametrize(("plugin", "length"), [(b"client_ed25519", 64), (b"dialog", 1), (b"never_heard_of", 1)])
def test_a_login_by_another_plugin_is_left_with_a_proof_of_its_shape(plugin: bytes, length: int) -> None:
    behave = Saying(greeting(), packet(2, b"\xfe" + plugin + b"\0" + bytes(32)), error(1045, number=4))
    with RawServer(behave) as server:
        finding = ask(Mysql("127.0.0.1", server.port))
    assert (finding.outcome, finding.details["refused"]) == (Outcome.OK, 1045)
    assert behave.heard[1] == packet(3, bytes(length))


LOGIN = [greeting(), fine()]


@pytest.mark.parametrize(
    ("said", "outcome", "cause", "words"),
    [
        ([*LOGIN, ONE], "OK", "", ""),
        ([greeting(), error(1045)], "CRITICAL", "auth", "wrong user or password"),
        ([greeting(), error(1049)], "CRITICAL", "mysql.database", "it has no database of that name"),
        ([greeting(), error(3159)], "CRITICAL", "auth", "it lets nobody in without encryption"),
        ([greeting(), error(1862)], "CRITICAL", "auth", "its user's password has expired"),
        ([greeting(), packet(2, b"\xfe")], "CRITICAL", "timeout.first_byte", ""),
        ([greeting(), packet(2, b"\xfe"), error(1045, number=4)], "UNKNOWN", "config.invalid", "by another plugin"),
        (
            [greeting(), packet(2, b"\xfedialog\0x"), error(1045, number=4)],
            "UNKNOWN",
            "config.invalid",
            "it wants this user's login by dialog",
        ),
        ([greeting(plugin=SHA2), packet(2, b"\1\4")], "UNKNOWN", "config.invalid", "set encryption to starttls"),
        ([greeting(plugin=SHA2), packet(2, b"\1\3") + fine(3), ONE], "OK", "", ""),
        ([greeting(), packet(2, b"\1\3")], "CRITICAL", "protocol", "neither lets the user in nor refuses"),
        ([greeting(plugin=SHA2), packet(2, b"\1\2rsa")], "CRITICAL", "protocol", "neither lets the user in nor"),
        ([greeting(), packet(3, b"\0\0")], "CRITICAL", "protocol", "its packets are out of order"),
        ([greeting(), packet(2, b"")], "CRITICAL", "protocol", "or nothing"),
        ([greeting(), b"\xff\xff\xff\2"], "CRITICAL", "protocol", "it said more than 65536 bytes"),
        ([*LOGIN, ONE.replace(b"\x011", b"\x012")], "CRITICAL", "mysql.answer", "its answer to SELECT 1 is not 1"),
        ([*LOGIN, fine(1) * 2], "CRITICAL", "protocol", "out of order"),
        ([*LOGIN, b"".join(packet(n, b"\1") for n in range(1, 40))], "CRITICAL", "mysql.answer", "is not 1"),
        ([*LOGIN, packet(1, b"x" * 60_000) + packet(2, b"x" * 60_000)], "CRITICAL", "protocol", "more than 65536"),
        ([*LOGIN, error(1317, number=1)], "CRITICAL", "mysql.error", "it answered with error 1317"),
    ],
)
def test_a_login_goes_right_or_says_how_it_went_wrong(said: list[bytes], outcome: str, cause: str, words: str) -> None:
    finding = answered(*said, user="ann", password=SECRET, seconds=patience(cause))
    assert (finding.outcome, finding.cause) == (outcome, cause)
    assert words in finding.message


@pytest.mark.parametrize(
    "said", [error(1045, SECRET), error(9999, SECRET), packet(2, b"\xfe" + SECRET.encode() + b"\0x")]
)
def test_once_the_password_was_sent_nothing_that_it_says_is_repeated(said: bytes) -> None:
    finding = answered(greeting(), said, error(9999, SECRET, 4), user="ann", password=SECRET)
    assert finding.outcome is not Outcome.OK
    assert "sesame" not in repr(finding)
    finding = answered(*LOGIN, error(9999, SECRET, 1), user="ann", password=SECRET)
    assert finding.message == "it answered with error 9999"


def combined(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


def test_passwords_are_proved_as_servers_check_them() -> None:
    """A server keeps a hash of a hash, takes the hash out of the proof, and hashes it once more."""
    other = b"ABCDEFGHIJKLMNOPQRST"
    behave = Saying(greeting(), packet(2, b"\xfe" + SHA2 + b"\0" + other + b"\0"), packet(4, b"\1\3") + fine(5), ONE)
    with RawServer(behave) as server:
        probe = Mysql("127.0.0.1", server.port, user="änn", password=SECRET, database="things")
        assert ask(probe).outcome is Outcome.OK
        until(lambda: len(behave.heard) == 4)
    login = behave.heard[0]
    name = "änn".encode() + b"\0\x14"
    at = login.index(name) + len(name)
    kept = sha1(sha1(SECRET.encode()).digest()).digest()
    assert sha1(combined(login[at : at + 20], sha1(SCRAMBLE + kept).digest())).digest() == kept
    assert login[at + 20 :] == b"things\0" + NATIVE + b"\0"
    kept = sha256(sha256(SECRET.encode()).digest()).digest()
    assert sha256(combined(behave.heard[1][4:], sha256(kept + other).digest())).digest() == kept
    assert behave.heard[2:] == [packet(0, b"\x03SELECT 1"), packet(0, b"\x01")]


class BeforeTls:
    """Greets, goes on encrypted when asked to, and then answers. The handshake follows the request without a pause, so
    that not a byte more than the request may be read before: a plain socket in a thread does that.
    """

    def __init__(self, *answers: bytes) -> None:
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.port = self._listener.getsockname()[1]
        self.heard: list[bytes] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(10)
        with connection:
            connection.sendall(greeting(plugin=SHA2))
            self.heard.append(self._packet(connection))
            with certified().wrap_socket(connection, server_side=True, suppress_ragged_eofs=True) as secured:
                for answer in self._answers:
                    self.heard.append(self._packet(secured))
                    secured.sendall(answer)
                with contextlib.suppress(OSError):
                    secured.recv(1000)

    @staticmethod
    def _packet(connection: socket.socket) -> bytes:
        said = b""
        while len(said) < 4 or len(said) < 4 + int.from_bytes(said[:3], "little"):
            wanted = 4 - len(said) if len(said) < 4 else 4 + int.from_bytes(said[:3], "little") - len(said)
            said += connection.recv(wanted) or b"\0" * wanted
        return said


def test_the_password_itself_goes_through_tls_where_the_server_does_not_remember_it() -> None:
    with BeforeTls(packet(3, b"\1\4"), fine(5), ONE) as server:
        probe = Mysql("127.0.0.1", server.port, user="ann", password=SECRET, tls="starttls")
        assert ask(probe, tls=trusting()).outcome is Outcome.OK
    request, login, password, question = server.heard
    assert len(request) == 36
    assert request[3] == 1
    assert b"ann" not in request
    assert login[3] == 2
    assert login[4:36] == request[4:]
    assert password == packet(4, SECRET.encode() + b"\0")
    assert question == packet(0, b"\x03SELECT 1")


def test_a_server_without_tls_is_told_so_and_left_as_one_leaves() -> None:
    behave = Saying(greeting(capabilities=0xDFFF_F7FF), error(1045))
    with RawServer(behave) as server:
        finding = ask(Mysql("127.0.0.1", server.port, user="ann", password=SECRET, tls="starttls"))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "tls.starttls")
    assert finding.message == "it offers no encryption"
    assert b"watchbell\0\0" in behave.heard[0]


def test_what_is_said_before_tls_is_not_taken_for_what_comes_after() -> None:
    with RawServer(Saying(greeting() + fine(2))) as server:
        finding = ask(Mysql("127.0.0.1", server.port, user="ann", password=SECRET, tls="starttls"))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "protocol")
    assert "before the encryption began" in finding.message


@pytest.mark.parametrize(
    ("target", "probe"),
    [
        ("mysql://db", Mysql("db")),
        ("mariadb://db:3307/", Mysql("db", 3307)),
        ("db:3306", Mysql("db")),
        ("mysql://a%20b@db/things", Mysql("db", user="a b", database="things")),
    ],
)
def test_addresses_as_people_write_them(target: str, probe: Mysql) -> None:
    assert probe_for(target) == probe


def test_its_password_is_in_no_text_that_it_makes_of_itself() -> None:
    probe = Mysql("db", user="ann", password=SECRET)
    assert SECRET not in repr(probe)
    assert probe.target == "db:3306"


def test_a_password_in_an_address_is_refused_and_never_repeated() -> None:
    with pytest.raises(ValueError, match="no password belongs into an address") as refused:
        Mysql.from_target(f"mysql://ann:{SECRET}@db")
    assert "sesame" not in str(refused.value)


@pytest.fixture(scope="module")
def server() -> Iterator[MariadbServer]:
    with MariadbServer(
        "--max-connections=10",
        "--extra-max-connections=5",
        "--plugin-load-add=auth_ed25519",
        statements=[
            f"create user ann identified by '{SECRET}'",
            "create user open",
            f"create user ed identified via ed25519 using password('{SECRET}')",
        ],
        tls=pem("127.0.0.1"),
    ) as started:
        yield started


@pytest.mark.parametrize("tls", ["none", "starttls"])
@pytest.mark.parametrize(("user", "password"), [("ann", SECRET), ("open", "")])
def test_a_real_one_lets_its_users_in(server: MariadbServer, user: str, password: str, tls: str) -> None:
    before = server.log
    finding = ask(Mysql("127.0.0.1", server.port, user=user, password=password, tls=tls), tls=trusting())
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert "MariaDB" in finding.details["version"]
    assert ("tls" in finding.phases_ms) == (tls == "starttls")
    assert server.log == before  # nothing that its administrator must read


@pytest.mark.parametrize(
    ("keys", "outcome", "cause", "words"),
    [
        ({"user": "ann", "password": "wrong"}, Outcome.CRITICAL, "auth", "wrong user or password"),
        ({"user": "ann"}, Outcome.CRITICAL, "auth", "wrong user or password"),
        (
            {"user": "ann", "password": SECRET, "database": "mysql"},
            Outcome.CRITICAL,
            "auth",
            "may not use that database",
        ),
        ({"user": "ed", "password": SECRET}, Outcome.UNKNOWN, "config.invalid", "this user's login by client_ed25519"),
    ],
)
def test_a_real_one_refuses_a_wrong_login(
    server: MariadbServer, keys: dict[str, str], outcome: Outcome, cause: str, words: str
) -> None:
    finding = ask(Mysql("127.0.0.1", server.port, **keys))  # type: ignore[arg-type]
    assert (finding.outcome, finding.cause) == (outcome, cause)
    assert words in finding.message
    assert finding.answered


def test_a_real_one_whose_certificate_nobody_knows_is_told(server: MariadbServer) -> None:
    assert ask(Mysql("127.0.0.1", server.port, tls="starttls")).cause == "tls.unknown_ca"
    assert ask(Mysql("127.0.0.1", server.port, tls="starttls", verify=False)).outcome is Outcome.OK


def test_a_real_one_that_is_stopped_is_a_timeout_and_back_afterwards(server: MariadbServer) -> None:
    with server.stopped():
        assert ask(Mysql("127.0.0.1", server.port), 0.5).cause == "timeout.first_byte"
    assert ask(Mysql("127.0.0.1", server.port)).outcome is Outcome.OK


def test_a_real_one_with_too_many_connections_says_so(server: MariadbServer) -> None:
    probe = Mysql("127.0.0.1", server.port, user="ann", password=SECRET)
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(14)]
    until(lambda: ask(probe).cause == "mysql.connections")
    for connection in held:
        connection.close()
    until(lambda: ask(probe).outcome is Outcome.OK)
