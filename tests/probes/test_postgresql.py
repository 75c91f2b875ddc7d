"""`postgresql`: a sign of life, logins of every kind, and servers that are not what they say."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from hashlib import md5

import pytest
from scramp import ScramMechanism

from tests.faults.table import Row, keep
from tests.probes.asking import ask, means
from tests.probes.certificates import pem, trusting
from tests.probes.certificates import server as certified
from tests.probes.dialogue import encrypted
from tests.probes.real.postgres import PostgresServer
from tests.servers import Behaviour, RawServer, until
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes import probe_for
from trayapp.probes.causes import CheckEnded
from trayapp.probes.conversation import conversation
from trayapp.probes.pg_login import log_in
from trayapp.probes.pg_messages import PgTalk
from trayapp.probes.phases import Phases
from trayapp.probes.postgresql import Postgresql

SECRET = "open-sesame"


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + (len(body) + 4).to_bytes(4) + body


def login(method: int, body: bytes = b"") -> bytes:
    return message(b"R", method.to_bytes(4) + body)


def error(state: str, words: str = "so it is", severity: str = "FATAL") -> bytes:
    fields = {"S": severity, "V": severity, "C": state, "M": words, "F": "miscinit.c", "L": "1", "R": "where"}
    return message(b"E", b"".join(f"{name}{value}\0".encode() for name, value in fields.items()) + b"\0")


LET_IN = login(0)
READY = message(b"S", b"server_version\x0015.18 (Debian)\0") + message(b"K", b"12345678") + message(b"Z", b"I")
ROW = message(b"D", b"\0\1\0\0\0\x011")
ONE = message(b"T", b"\0\1?column?\0" + b"\0" * 18) + ROW + message(b"C", b"SELECT 1\0") + message(b"Z", b"I")


async def heard_from(reader: asyncio.StreamReader, kinds: int = 1) -> bytes:
    """The next message of a client, with `kinds` bytes before its length; empty at the end."""
    with contextlib.suppress(asyncio.IncompleteReadError):
        kind = await reader.readexactly(kinds)
        return kind + await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
    return b""


def saying(*answers: bytes) -> Behaviour:
    """Answers the start and then one message after the other, and is silent after the last."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, answer in enumerate(answers):
            await heard_from(reader, min(number, 1))
            writer.write(answer)
            await writer.drain()
        await reader.read()

    return behave


def patience(cause: str) -> float:
    """Seconds for a check that ends so: few where the deadline is to end it, plenty where a busy machine must not."""
    return 0.5 if cause.startswith("timeout") else 5.0


def answered(*answers: bytes, seconds: float = 5.0, **keys: object) -> Finding:
    with RawServer(saying(*answers)) as server:
        return ask(Postgresql("127.0.0.1", server.port, **keys), seconds)  # type: ignore[arg-type]


STARTING = error("57P03", "the database system is starting up")

WRONG = [
    (STARTING, "postgresql.starting", 'it is starting up or shutting down: "the database system is starting up"'),
    (error("57P03", "the database system is shutting down"), "postgresql.stopping", '"the database system is shutting'),
    (error("57P01", "terminating connection"), "postgresql.stopping", "it is shutting down"),
    (error("53300", "sorry, too many clients already"), "postgresql.connections", "it has too many connections"),
    (error("53200", "out of memory"), "postgresql.resources", 'it has run out of memory or disk: "out of memory"'),
    (error("58030", "could not read file"), "postgresql.error", 'SQLSTATE 58030: "could not read file"'),
    (error("XX001", "\x1b[31mbroken\u202e\n"), "postgresql.error", '"broken"'),
    (error("28p01"), "postgresql.error", 'it failed: "so it is"'),
    (error("280000"), "postgresql.error", 'it failed: "so it is"'),
    (message(b"E", b""), "postgresql.error", "it failed"),
    (message(b"E", b"\0" * 500), "postgresql.error", "it failed"),
    (b"Ecould not fork new process for connection\n\0", "postgresql.error", 'it said "could not fork new process'),
    (b"E" + b"x" * 70_000, "protocol", "it sent more than 2000 bytes"),
    (b"HTTP/1.1 400 Bad Request\r\n", "protocol", 'is not PostgreSQL: it began with "HTTP/"'),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol", 'is not PostgreSQL: it began with "SSH-2"'),
    (b"-ERR unknown command\r\n", "protocol", 'is not PostgreSQL: it began with "-ERR"'),
    (b"R\xff\xff\xff\xff", "protocol", "it said more than 65536 bytes"),
    (b"R\0\0\0\0", "protocol", "a message without a length"),
    (b"R\0\0\0\4", "protocol", "it asked for no login where it should"),
    (b"R\0\1\0\0", "protocol", "it said more than 65536 bytes"),
    (login(99), "protocol", "a login of a kind that there is not (99)"),
    (message(b"N", b"x") * 20_000, "protocol", "it said more than 65536 bytes"),
    (message(b"N", b"x") + message(b"Z", b"I"), "protocol", "it asked for no login where it should"),
    (b"R\0\0\0\x08\0\0", "timeout.answer", "waiting for the rest of the answer"),
]


@pytest.mark.parametrize(("said", "cause", "words"), WRONG, ids=[repr(said[:32]) for said, _, _ in WRONG])
@pytest.mark.parametrize("user", ["", "ann"])
def test_every_wrong_answer_has_its_cause(
    said: bytes, cause: str, words: str, user: str, record_property: Callable[[str, object], None]
) -> None:
    row = Row("D8", f"postgresql: {words[:60]}")
    finding = answered(said, user=user, seconds=patience(cause))
    row.seen(finding.outcome.name, finding.cause)
    if not user:
        keep(row, record_property)
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.CRITICAL, Blame.SERVICE, cause)
    assert words in finding.message
    assert len(finding.message) < 200


@pytest.mark.parametrize(
    ("said", "details"),
    [
        (login(10, b"SCRAM-SHA-256\0\0"), {"login": "scram-sha-256"}),
        (login(5, b"salt"), {"login": "md5"}),
        (login(3), {"login": "password"}),
        (LET_IN + READY, {"login": "trust"}),
        (error("28000"), {"refused": "28000"}),
        (error("28P01"), {"refused": "28P01"}),
        (error("3D000"), {"refused": "3D000"}),
        (error("08P01", "no such user"), {"refused": "08P01"}),
        (message(b"v", b"\0\3\0\0\0\0\0\0") + message(b"N", b"x") + login(3), {"login": "password"}),
    ],
)
def test_a_refused_login_is_a_sign_of_life(said: bytes, details: dict[str, str]) -> None:
    finding = answered(said)
    assert (finding.outcome, finding.details) == (Outcome.OK, details)


@pytest.mark.parametrize(
    ("said", "outcome", "cause", "words"),
    [
        ([LET_IN + READY, ONE], "OK", "", ""),
        ([error("28P01")], "CRITICAL", "auth", "wrong user or password"),
        ([error("28000")], "CRITICAL", "auth", "it does not let this user in from here, or not without encryption"),
        ([error("3D000", 'database "x" does not exist')], "CRITICAL", "postgresql.database", 'database "x" does not'),
        ([error("42501")], "CRITICAL", "auth", "its user may not use that database"),
        ([login(7)], "UNKNOWN", "config.invalid", "it wants a login by gss"),
        ([login(10, b"SCRAM-SHA-512\0\0")], "UNKNOWN", "config.invalid", "another mechanism than SCRAM-SHA-256"),
        ([login(10, b"")], "UNKNOWN", "config.invalid", "another mechanism than SCRAM-SHA-256"),
        ([login(5, b"sal")], "CRITICAL", "protocol", "it sent a salt that is none"),
        ([login(5, b"salt"), login(5, b"salt")], "CRITICAL", "protocol", "it asked for a second login"),
        ([login(3), login(3)], "CRITICAL", "protocol", "it asked for a second login"),
        ([LET_IN + message(b"D")], "CRITICAL", "protocol", "what does not belong there"),
        ([LET_IN + message(b"S", b"a\0b\0") * 9000], "CRITICAL", "protocol", "it said more than 65536 bytes"),
        ([LET_IN + READY, ONE.replace(ROW, b"")], "CRITICAL", "postgresql.answer", "its answer to SELECT 1 is not 1"),
        ([LET_IN + READY, ONE.replace(ROW, ROW * 2)], "CRITICAL", "postgresql.answer", "is not 1"),
        ([LET_IN + READY, ROW * 9000], "CRITICAL", "protocol", "it said more than 65536 bytes"),
        ([LET_IN + READY, error("57014")], "CRITICAL", "postgresql.error", "it failed with SQLSTATE 57014"),
    ],
)
def test_a_login_goes_right_or_says_how_it_went_wrong(said: list[bytes], outcome: str, cause: str, words: str) -> None:
    finding = answered(*said, user="ann", password=SECRET)
    assert (finding.outcome, finding.cause) == (outcome, cause)
    assert words in finding.message
    assert SECRET not in finding.message


@pytest.mark.parametrize(
    "said", [error("28P01", SECRET), error("XX000", SECRET), error(SECRET, SECRET), b"E" + f"{SECRET}\0".encode()]
)
def test_once_the_password_was_sent_nothing_that_it_says_is_repeated(said: bytes) -> None:
    for answers in ([login(3), said], [login(3), LET_IN + READY, said]):
        finding = answered(*answers, user="ann", password=SECRET)
        assert finding.outcome is Outcome.CRITICAL
        assert "sesame" not in repr(finding)
    version = message(b"S", f"server_version\0{SECRET}\0".encode())
    finding = answered(login(3), LET_IN + version + READY[-6:], ONE, user="ann", password=SECRET)
    assert (finding.outcome, finding.details) == (Outcome.OK, {})


def test_passwords_are_hashed_as_the_server_keeps_them() -> None:
    heard = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await heard_from(reader, 0))
        writer.write(login(5, b"salt"))
        heard.append(await heard_from(reader))

    with RawServer(listen) as server:
        ask(Postgresql("127.0.0.1", server.port, user="änn", password=SECRET, database="things"))
    assert heard[0].startswith("\0\3\0\0user\0änn\0database\0things\0".encode())
    kept = md5(SECRET.encode() + "änn".encode()).hexdigest()
    assert heard[1] == b"pmd5" + md5(kept.encode() + b"salt").hexdigest().encode() + b"\0"


class Scram:
    """A server's half of SCRAM for one password, which may be changed on its way by `spoil`."""

    def __init__(self, password: str, spoil: Callable[[int, bytes], bytes] = lambda step, said: said) -> None:
        mechanism = ScramMechanism("SCRAM-SHA-256")
        kept = mechanism.make_auth_info(password, iteration_count=4096)
        self._server = mechanism.make_server(lambda _user: kept)
        self._spoil = spoil
        self.proved = False

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard_from(reader, 0)
        writer.write(login(10, b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"))
        first = (await heard_from(reader)).removeprefix(b"pSCRAM-SHA-256\0")
        self._server.set_client_first(first[4:].decode())
        writer.write(self._spoil(11, login(11, self._server.get_server_first().encode())))
        self._server.set_client_final((await heard_from(reader))[1:].decode())
        self.proved = True
        writer.write(self._spoil(12, login(12, self._server.get_server_final().encode())) + LET_IN + READY)
        assert await heard_from(reader) == b"QSELECT 1\0"
        writer.write(ONE)
        assert await heard_from(reader) == b"X"


def test_both_sides_of_scram_prove_that_they_know_the_password() -> None:
    behave = Scram(SECRET)
    with RawServer(behave) as server:
        finding = ask(Postgresql("127.0.0.1", server.port, user="ann", password=SECRET))
    assert (finding.outcome, finding.details) == (Outcome.OK, {"version": "15.18"})
    assert behave.proved


def replacing(step: int, old: bytes, new: bytes) -> Callable[[int, bytes], bytes]:
    def spoil(now: int, said: bytes) -> bytes:
        return login(now, said[9:].replace(old, new)) if now == step else said

    return spoil


@pytest.mark.parametrize(
    ("spoil", "cause", "words"),
    [
        (replacing(11, b"i=4096", b"i=10000000"), "protocol", "hashed more than 100000 times"),
        (replacing(11, b"i=4096", b"i=" + b"9" * 5000), "protocol", "hashed more than 100000 times"),
        (replacing(11, b"i=4096", b""), "protocol", "or not at all"),
        (replacing(11, b"r=", b"r=x"), "auth", "it could not prove that it knows the password"),
        (replacing(11, b"r=", b"\xff="), "protocol", "what is no text"),
        (replacing(12, b"v=", b"v=AAAA"), "auth", "it could not prove that it knows the password"),
        (replacing(12, b"v=", b"e="), "auth", "it could not prove that it knows the password"),
        (lambda step, said: b"" if step == 12 else said, "auth", "it could not prove that it knows the password"),
        (lambda step, said: LET_IN if step == 11 else said, "auth", "it could not prove that it knows the password"),
    ],
)
def test_a_server_that_does_not_know_the_password_is_not_believed(
    spoil: Callable[[int, bytes], bytes], cause: str, words: str
) -> None:
    with RawServer(Scram(SECRET, spoil)) as server:
        finding = ask(Postgresql("127.0.0.1", server.port, user="ann", password=SECRET))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)
    assert words in finding.message


@pytest.mark.parametrize(
    ("password", "words"),
    [("a\0b", "a character in it that ends it"), ("\udcff", "not text in UTF-8"), ("bell\x07", "SCRAM does not allow")],
)
def test_a_password_that_cannot_be_sent_is_the_users_fault(password: str, words: str) -> None:
    finding = answered(login(10, b"SCRAM-SHA-256\0\0"), user="ann", password=password)
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.UNKNOWN, Blame.CONFIG, "config.invalid")
    assert words in finding.message


def test_the_password_as_it_is_goes_to_nobody_who_asks_from_afar() -> None:
    heard = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(login(3))
        heard.append(await reader.read())

    async def far(port: int) -> None:
        async with conversation(means(), Phases(lambda: 0.0), "127.0.0.1", port) as connection:
            await log_in(PgTalk(connection), "ann", SECRET, plainly=False)

    with RawServer(listen) as server:
        with pytest.raises(CheckEnded, match="set encryption to starttls"):
            asyncio.run(far(server.port))
        until(lambda: heard == [b""])


def before_tls(answer: bytes, then: Callable[..., Awaitable[None]] | None = None) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(8) == b"\0\0\0\x08\x04\xd2\x16\x2f"
        writer.write(answer)
        await writer.drain()
        if then is not None:
            reader, writer = await encrypted(writer, certified())
            try:
                await then(reader, writer)
            finally:
                writer.transport.abort()
        await reader.read()

    return behave


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"N", "tls.starttls"),
        (b"X", "protocol"),
        (b"S" + login(0), "protocol"),
        (b"S", "timeout.tls"),
        (b"", "timeout.first_byte"),
    ],
)
def test_a_server_that_does_not_go_on_encrypted_is_told(answer: bytes, cause: str) -> None:
    with RawServer(before_tls(answer)) as server:
        finding = ask(Postgresql("127.0.0.1", server.port, tls="starttls", user="ann", password=SECRET), 0.5)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)


def test_the_password_as_it_is_goes_through_tls() -> None:
    heard = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard_from(reader, 0)
        writer.write(login(3))
        heard.append(await heard_from(reader))

    with RawServer(before_tls(b"S", listen)) as server:
        ask(Postgresql("127.0.0.1", server.port, tls="starttls", user="ann", password=SECRET), tls=trusting())
    assert heard == [f"p{SECRET}\0".encode()]


@pytest.mark.parametrize(
    ("target", "probe"),
    [
        ("postgresql://db", Postgresql("db")),
        ("postgres://db:6432/", Postgresql("db", 6432)),
        ("db:5432", Postgresql("db")),
        ("postgresql://a%20b@db/things", Postgresql("db", user="a b", database="things")),
        ("postgresql:db:7000", Postgresql("db", 7000)),
    ],
)
def test_addresses_as_people_write_them(target: str, probe: Postgresql) -> None:
    assert probe_for(target) == probe


def test_its_password_is_in_no_text_that_it_makes_of_itself() -> None:
    probe = Postgresql("db", user="ann", password=SECRET)
    assert SECRET not in repr(probe)
    assert probe.target == "db:5432"


@pytest.mark.parametrize("target", ["postgresql://ann:open-sesame@db/x", "postgres://ann:open-sesame/@db"])
def test_a_password_in_an_address_is_refused_and_never_repeated(target: str) -> None:
    with pytest.raises(ValueError, match="no password belongs into an address") as refused:
        Postgresql.from_target(target)
    assert "sesame" not in str(refused.value)


def test_what_follows_the_database_is_not_silently_dropped() -> None:
    with pytest.raises(ValueError, match="nothing is understood behind the name of a database"):
        Postgresql.from_target("postgresql://db/x?sslmode=require")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    methods = [f"host all {method} 127.0.0.1/32 {method}" for method in ("md5", "password", "trust")]
    with PostgresServer(
        "max_connections=8", "superuser_reserved_connections=1", methods=methods, tls=pem("127.0.0.1")
    ) as started:
        started.sql(
            f"create role password login password '{SECRET}'",
            "create role trust login",
            "set password_encryption to md5",
            f"create role md5 login password '{SECRET}'",
        )
        yield started


@pytest.mark.parametrize("tls", ["none", "starttls"])
@pytest.mark.parametrize(
    ("user", "password"), [("owner", SECRET), ("md5", SECRET), ("password", SECRET), ("trust", "")]
)
def test_a_real_one_lets_every_kind_of_user_in(server: PostgresServer, user: str, password: str, tls: str) -> None:
    before = server.log
    probe = Postgresql("127.0.0.1", server.port, user=user, password=password, database="postgres", tls=tls)
    finding = ask(probe, tls=trusting())
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert finding.details["version"][0].isdigit()
    assert server.log == before  # nothing that its administrator must read


@pytest.mark.parametrize("tls", ["none", "starttls"])
def test_a_real_one_shows_that_it_is_alive_to_who_has_no_login(server: PostgresServer, tls: str) -> None:
    finding = ask(Postgresql("127.0.0.1", server.port, tls=tls), tls=trusting())
    assert (finding.outcome, finding.details) == (Outcome.OK, {"refused": "28000"})
    assert ("tls" in finding.phases_ms) == (tls == "starttls")


@pytest.mark.parametrize(
    ("keys", "cause", "message"),
    [
        ({"user": "owner", "password": "wrong"}, "auth", "wrong user or password"),
        ({"user": "password", "password": "wrong"}, "auth", "wrong user or password"),
        ({"user": "owner"}, "auth", "it wants a password"),
        ({"user": "who", "password": "x"}, "auth", "it does not let this user in from here, or not without encryption"),
        ({"user": "owner", "password": SECRET}, "postgresql.database", "it has no database of that name"),
    ],
)
def test_a_real_one_refuses_a_wrong_login(
    server: PostgresServer, keys: dict[str, str], cause: str, message: str
) -> None:
    finding = ask(Postgresql("127.0.0.1", server.port, **keys))  # type: ignore[arg-type]
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)
    assert finding.answered


def test_a_real_one_whose_certificate_nobody_knows_is_told(server: PostgresServer) -> None:
    assert ask(Postgresql("127.0.0.1", server.port, tls="starttls")).cause == "tls.unknown_ca"
    assert ask(Postgresql("127.0.0.1", server.port, tls="starttls", verify=False)).outcome is Outcome.OK


def test_a_real_one_that_is_stopped_is_a_timeout_and_back_afterwards(server: PostgresServer) -> None:
    with server.stopped():
        assert ask(Postgresql("127.0.0.1", server.port), 0.5).cause == "timeout.first_byte"
    assert ask(Postgresql("127.0.0.1", server.port)).outcome is Outcome.OK


@contextlib.contextmanager
def logged_in(port: int, sessions: int) -> Iterator[None]:
    """So many sessions of the user "trust", which are cut at the end."""
    with contextlib.ExitStack() as stack:
        for _ in range(sessions):
            session = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            words = b"\0\3\0\0user\0trust\0database\0postgres\0\0"
            session.sendall((len(words) + 4).to_bytes(4) + words)
            until(lambda session=session: message(b"Z", b"I") in session.recv(65536))  # type: ignore[misc]
        yield


def test_a_real_one_with_too_many_connections_says_so(server: PostgresServer) -> None:
    probe = Postgresql("127.0.0.1", server.port, user="trust", database="postgres")
    with logged_in(server.port, 7):
        finding = ask(probe)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "postgresql.connections")
    until(lambda: ask(probe).outcome is Outcome.OK)


def test_a_real_one_that_is_shutting_down_says_so() -> None:
    with PostgresServer(methods=["host all trust 127.0.0.1/32 trust"]) as server:
        server.sql("create role trust login")
        with logged_in(server.port, 1):
            server.terminate()
            until(lambda: ask(Postgresql("127.0.0.1", server.port)).cause == "postgresql.stopping")
            finding = ask(Postgresql("127.0.0.1", server.port))
            assert "the database system is shutting down" in finding.message
