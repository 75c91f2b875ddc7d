"""`redis`: its answers, its refusals, values that come back, and whether it is in step."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator

import pytest

from tests.faults.table import Row, keep
from tests.probes.asking import ask
from tests.probes.certificates import pem, trusting
from tests.probes.real.redis import RedisServer
from tests.servers import Behaviour, RawServer, until
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes import probe_for
from trayapp.probes.redis import Redis

PONG = b"+PONG\r\n"
SECRET = "correct-horse"


def bulk(text: bytes) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(text), text)


ABOUT = bulk(b"# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n")


async def command_from(reader: asyncio.StreamReader) -> list[bytes]:
    """The next command of a client; empty at the end."""
    head = await reader.readline()
    words = []
    for _ in range(int(head[1:] or b"0")):
        length = int((await reader.readline())[1:])
        words.append((await reader.readexactly(length + 2))[:-2])
    return words


def saying(*answers: bytes) -> Behaviour:
    """Answers one command after the other, and is silent after the last."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await command_from(reader)
            writer.write(answer)
            await writer.drain()
        await reader.read()

    return behave


def patience(cause: str) -> float:
    """Seconds for a check that ends so: few where the deadline is to end it, plenty where a busy machine must not."""
    return 0.5 if cause.startswith("timeout") else 5.0


def answered(*answers: bytes, seconds: float = 5.0, **keys: object) -> Finding:
    with RawServer(saying(*answers)) as server:
        return ask(Redis("127.0.0.1", server.port, **keys), seconds)  # type: ignore[arg-type]


WRONG = [
    (b"HTTP/1.1 400 Bad Request\r\n", "protocol", 'what answers there is not Redis: it said "HTTP/1.1 400'),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol", 'what answers there is not Redis: it said "SSH-2.0-OpenSSH_9.2"'),
    (b"ERROR\r\n", "protocol", 'what answers there is not Redis: it said "ERROR"'),
    (b"\r\n", "protocol", "what answers there is not Redis"),
    (b"+OK\r\n", "protocol", "it did not answer PING with PONG"),
    (b":1\r\n", "protocol", "it did not answer PING with PONG"),
    (b"-ERR unknown command\r\n", "redis.error", 'it refused PING: "ERR unknown command"'),
    (b"-\r\n", "redis.error", 'it refused PING: ""'),
    (b"-NOAUTH Authentication required.\r\n", "auth", "it wants a password"),
    (b"-LOADING Redis is loading the dataset in memory\r\n", "redis.loading", "it is still loading its data"),
    (b"-MASTERDOWN Link with MASTER is down\r\n", "redis.masterdown", "its link to its master is down"),
    (b"-MISCONF Redis is configured to save\r\n", "redis.misconf", "it cannot save its data to disk"),
    (b"-BUSY Redis is busy running a script.\r\n", "redis.busy", "a script keeps it from answering"),
    (b"-DENIED Redis is running in protected mode\r\n", "redis.protected", "protected mode"),
    (b"-ERR max number of clients reached\r\n", "redis.connections", "it has too many connections"),
    (b"$999999999999\r\n", "protocol", "it announced 999999999999 bytes where 65536 are the most"),
    (b"$65536\r\n", "protocol", "it announced 65536 bytes"),
    (b"$-2\r\n", "protocol", "it announced -2 bytes"),
    (b"$" + b"9" * 400 + b"\r\n", "protocol", "it announced a number that is none"),
    (b"$\r\n", "protocol", "it announced a number that is none"),
    (b"$4\r\nPONGXX", "protocol", "it sent more than the length it announced"),
    (b"*1\r\n*1\r\n*1\r\n+PONG\r\n", "protocol", "it answered with a list where one value belongs"),
    (b"*999999999\r\n", "protocol", "it answered with a list where one value belongs"),
    (b"*1\r\n" * 20_000, "protocol", "it answered with a list where one value belongs"),
    (b"+" + b"P" * 70_000, "protocol", "it sent more than 4096 bytes"),
    (b"$4\r\nPO", "timeout.answer", "waiting for the rest of the answer"),
]


@pytest.mark.parametrize(("said", "cause", "words"), WRONG, ids=[repr(said[:24]) for said, _, _ in WRONG])
def test_every_wrong_answer_has_its_cause(
    said: bytes, cause: str, words: str, record_property: Callable[[str, object], None]
) -> None:
    row = Row("D8", f"redis says {said[:24]!r}")
    finding = answered(said, seconds=patience(cause))
    row.seen(finding.outcome.name, finding.cause)
    keep(row, record_property)
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.CRITICAL, Blame.SERVICE, cause)
    assert words in finding.message
    assert len(finding.message) < 200


@pytest.mark.parametrize(
    ("said", "cause", "message"),
    [
        (b"-WRONGPASS invalid username-password pair\r\n", "auth", "wrong user or password"),
        (b"-ERR invalid password\r\n", "auth", "wrong user or password"),
        (b"-ERR Client sent AUTH, but no password is set\r\n", "auth", "it asks for no password, but one is set here"),
        (
            b"-ERR AUTH <password> called without any password configured for the default user.\r\n",
            "auth",
            "it asks for no password, but one is set here",
        ),
        (b"-ERR max number of clients reached\r\n", "redis.connections", "it has too many connections"),
        (b"-LOADING Redis is loading the dataset in memory\r\n", "redis.loading", "it is still loading its data"),
        (b"-ERR correct-horse is wrong\r\n", "auth", "it refused AUTH"),
        (b"-correct-horse\r\n", "auth", "it refused AUTH"),
        (b"correct-horse\r\n", "protocol", "what answers there is not Redis"),
        (b"+OK\r\n-ERR correct-horse\r\n", "redis.error", "it refused PING"),
        (b"+OK\r\n+correct-horse\r\n", "protocol", "it did not answer PING with PONG"),
    ],
)
def test_once_the_password_was_sent_nothing_that_it_says_is_repeated(said: bytes, cause: str, message: str) -> None:
    finding = answered(said, password=SECRET)
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_a_version_that_is_the_password_is_not_taken_for_one() -> None:
    finding = answered(b"+OK\r\n", PONG, bulk(b"redis_version:correct-horse\r\n"), password=SECRET)
    assert (finding.outcome, finding.details) == (Outcome.OK, {})


@pytest.mark.parametrize(
    ("user", "password", "sent"),
    [
        ("", "", [b"PING"]),
        ("", SECRET, [b"AUTH", b"correct-horse"]),
        ("ann", SECRET, [b"AUTH", b"ann", b"correct-horse"]),
        ("ann", "pä\r\n$3\r\n", [b"AUTH", b"ann", "pä\r\n$3\r\n".encode()]),
    ],
)
def test_a_login_is_sent_as_it_is_written(user: str, password: str, sent: list[bytes]) -> None:
    heard = []

    async def listen(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        heard.append(await command_from(reader))

    with RawServer(listen) as server:
        ask(Redis("127.0.0.1", server.port, user=user, password=password))
    assert heard == [sent]


STORED = b"+OK\r\n"


@pytest.mark.parametrize(
    ("said", "outcome", "cause", "words"),
    [
        ([b"-READONLY You can't write against a read only replica.\r\n"], "CRITICAL", "redis.readonly", "is only read"),
        ([b"-OOM command not allowed\r\n"], "CRITICAL", "redis.full", "its memory is full"),
        ([b"-NOREPLICAS Not enough good replicas to write.\r\n"], "CRITICAL", "redis.replicas", "too few replicas"),
        ([b"-CLUSTERDOWN Hash slot not served\r\n"], "CRITICAL", "redis.cluster", "its cluster is down"),
        ([b"-NOPERM this user has no permissions\r\n"], "CRITICAL", "auth", "its user may not do what was asked"),
        ([b"-MOVED 3999 127.0.0.1:6381\r\n"], "UNKNOWN", "config.invalid", "switch the round trip off"),
        ([b"$-1\r\n"], "CRITICAL", "redis.not_stored", "it did not say that it stored"),
        ([STORED, b"$-1\r\n"], "CRITICAL", "redis.lost", "stored a value, but it did not come back"),
        ([STORED, bulk(b"0" * 32)], "CRITICAL", "redis.lost", "stored a value, but another one came back"),
        ([STORED, b":7\r\n"], "CRITICAL", "redis.lost", "stored a value, but another one came back"),
    ],
)
def test_a_value_that_does_not_come_back_is_told(said: list[bytes], outcome: str, cause: str, words: str) -> None:
    finding = answered(PONG, ABOUT, *said, roundtrip=True)
    assert (finding.outcome, finding.cause) == (outcome, cause)
    assert words in finding.message


MASTER = b"role:master\r\n"
FOLLOWED = MASTER + b"slave0:ip=::1,port=1,state=online,offset=5,lag=1\r\n"
LINKED = b"role:slave\r\nmaster_link_status:up\r\nmaster_last_io_seconds_ago:20\r\n"
CUT = b"role:slave\r\nmaster_link_status:down\r\nmaster_link_down_since_seconds:90\r\nmaster_last_io_seconds_ago:-1\r\n"


@pytest.mark.parametrize(
    ("info", "keys", "outcome", "cause", "words"),
    [
        (MASTER, {"replication": True}, "WARNING", "redis.replicas", "no replica follows it"),
        (MASTER, {"replication_lag_above": 15_000}, "OK", "", ""),
        (FOLLOWED, {"replication": True, "replication_lag_above": 15_000}, "OK", "", ""),
        (
            FOLLOWED.replace(b"lag=1", b"lag=16"),
            {"replication_lag_above": 15_000},
            "WARNING",
            "redis.lag",
            "silent for 16 s",
        ),
        (FOLLOWED.replace(b"lag=1", b"lag=15"), {"replication_lag_above": 15_000}, "OK", "", ""),
        (FOLLOWED.replace(b"lag=1", b"lag=x"), {"replication": True}, "CRITICAL", "protocol", "nothing of lag"),
        (
            FOLLOWED + FOLLOWED.replace(b"slave0", b"slave1").replace(b"online", b"wait_bgsave"),
            {"replication": True},
            "WARNING",
            "redis.replicas",
            "1 of 2 replicas do not follow yet",
        ),
        (LINKED, {"replication": True}, "OK", "", ""),
        (LINKED, {"replication_lag_above": 15_000}, "WARNING", "redis.lag", "its master was silent for 20 s"),
        (CUT, {"replication": True}, "CRITICAL", "redis.link", "its link to its master is down for 1 min"),
        (CUT, {"replication_lag_above": 15_000}, "OK", "", ""),
        (
            CUT.replace(b":90", b":-1"),
            {"replication": True},
            "CRITICAL",
            "redis.link",
            "its link to its master is down",
        ),
        (CUT + b"master_sync_in_progress:1\r\n", {"replication": True}, "CRITICAL", "redis.link", "still copying"),
        (b"role:sentinel\r\n", {"replication": True}, "CRITICAL", "protocol", "neither master nor replica"),
        (b"", {"replication": True}, "CRITICAL", "protocol", "neither master nor replica"),
        (
            b"role:slave\r\nmaster_link_status:up\r\nmaster_last_io_seconds_ago:" + b"9" * 60_000,
            {"replication": True},
            "CRITICAL",
            "protocol",
            "nothing of master_last_io_seconds_ago",
        ),
    ],
)
def test_replication_is_judged_by_what_was_asked(
    info: bytes, keys: dict[str, int], outcome: str, cause: str, words: str
) -> None:
    finding = answered(PONG, ABOUT, bulk(info), **keys)
    assert (finding.outcome, finding.cause) == (outcome, cause)
    assert words in finding.message
    if outcome != "CRITICAL":
        assert finding.details["version"] == "7.0.15"


@pytest.mark.parametrize(
    ("said", "outcome"), [(b"-NOPERM no\r\n", "OK"), (b"-ERR unknown command\r\n", "OK"), (b":1\r\n", "CRITICAL")]
)
def test_who_may_not_see_its_version_may_still_see_it_is_there(said: bytes, outcome: str) -> None:
    finding = answered(PONG, said)
    assert (finding.outcome, finding.details) == (outcome, {})


@pytest.mark.parametrize(
    ("target", "probe"),
    [
        ("redis://cache", Redis("cache")),
        ("redis:cache:7000", Redis("cache", 7000)),
        ("cache:6379", Redis("cache")),
        ("rediss://cache:6380/0", Redis("cache", 6380, tls="implicit")),
        ("redis://ann@[::1]/", Redis("::1", user="ann")),
    ],
)
def test_addresses_as_people_write_them(target: str, probe: Redis) -> None:
    assert probe_for(target) == probe


def test_its_password_is_in_no_text_that_it_makes_of_itself() -> None:
    probe = Redis("db", user="ann", password=SECRET)
    assert SECRET not in repr(probe)
    assert probe.target == "db:6379"


@pytest.mark.parametrize(
    "target", ["redis://ann:correct-horse@cache", "redis://:correct-horse@cache", "rediss://u:correct-horse/@x@cache"]
)
def test_a_password_in_an_address_is_refused_and_never_repeated(target: str) -> None:
    with pytest.raises(ValueError, match="no password belongs into an address") as refused:
        Redis.from_target(target)
    assert "horse" not in str(refused.value)


def test_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match=r'only database 0 is asked, not "/3"'):
        Redis.from_target("redis://cache/3")


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer("--requirepass", SECRET, "--maxclients", "20") as started:
        yield started


def test_a_real_one_keeps_a_value(server: RedisServer) -> None:
    finding = ask(Redis("127.0.0.1", server.port, password=SECRET, roundtrip=True))
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert set(finding.details) == {"version"}
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"AUTH {SECRET}\r\nDBSIZE\r\n".encode())
        until(lambda: connection.recv(100).endswith(b":0\r\n"))


@pytest.mark.parametrize(
    ("login", "message"),
    [
        ({}, "it wants a password"),
        ({"password": "wrong"}, "wrong user or password"),
        ({"user": "nobody", "password": SECRET}, "wrong user or password"),
    ],
)
def test_a_real_one_refuses_the_wrong_password(server: RedisServer, login: dict[str, str], message: str) -> None:
    finding = ask(Redis("127.0.0.1", server.port, **login))  # type: ignore[arg-type]
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, "auth", message)
    assert finding.answered


def test_a_real_one_that_is_stopped_is_a_timeout_and_back_afterwards(server: RedisServer) -> None:
    probe = Redis("127.0.0.1", server.port, password=SECRET)
    with server.stopped():
        assert ask(probe, 0.5).cause == "timeout.first_byte"
    assert ask(probe).outcome is Outcome.OK


def test_a_real_one_with_too_many_connections_says_so(server: RedisServer) -> None:
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    finding = ask(Redis("127.0.0.1", server.port, password=SECRET))
    for connection in held:
        connection.close()
    assert finding.outcome is Outcome.CRITICAL
    assert finding.cause in ("redis.connections", "reset")  # it does not wait for what we have to say
    until(lambda: ask(Redis("127.0.0.1", server.port, password=SECRET)).outcome is Outcome.OK)


def test_a_real_one_without_a_password_says_that_it_needs_none() -> None:
    with RedisServer() as server:
        finding = ask(Redis("127.0.0.1", server.port, password=SECRET))
        assert (finding.cause, finding.message) == ("auth", "it asks for no password, but one is set here")


def test_a_real_replica_is_linked_is_only_read_and_tells_when_its_master_is_gone() -> None:
    with RedisServer() as master, RedisServer("--replicaof", "127.0.0.1", str(master.port)) as replica:

        def told(port: int) -> tuple[Outcome, str]:
            finding = ask(Redis("127.0.0.1", port, replication=True))
            return finding.outcome, finding.cause

        until(lambda: told(replica.port) == (Outcome.OK, ""))
        until(lambda: told(master.port) == (Outcome.OK, ""))
        finding = ask(Redis("127.0.0.1", replica.port, roundtrip=True))
        assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "redis.readonly")
        details = ask(Redis("127.0.0.1", master.port, replication=True)).details
        assert (details["role"], details["replicas"]) == ("master", 1)
        replica.tell("CONFIG", "SET", "replica-serve-stale-data", "no")
        replica.tell("REPLICAOF", "127.0.0.1", "1")
        until(lambda: told(replica.port) == (Outcome.CRITICAL, "redis.masterdown"))
        replica.tell("CONFIG", "SET", "replica-serve-stale-data", "yes")
        assert told(replica.port) == (Outcome.CRITICAL, "redis.link")
        until(lambda: told(master.port) == (Outcome.WARNING, "redis.replicas"))


def test_a_real_user_with_few_rights_is_told_what_it_may_not() -> None:
    with RedisServer() as server:
        server.tell("ACL", "SETUSER", "ann", "on", f">{SECRET}", "+ping")
        asked = Redis("127.0.0.1", server.port, user="ann", password=SECRET)
        assert ask(asked).outcome is Outcome.OK
        finding = ask(Redis("127.0.0.1", server.port, user="ann", password=SECRET, roundtrip=True))
    assert (finding.cause, finding.message) == ("auth", "its user may not do what was asked")


def test_a_real_one_over_tls_is_ok_and_its_certificate_is_looked_at() -> None:
    with RedisServer(tls=pem("127.0.0.1")) as server:
        probe = probe_for(f"rediss://127.0.0.1:{server.port}")
        assert ask(probe, tls=trusting()).outcome is Outcome.OK
        assert ask(probe).cause == "tls.unknown_ca"
        assert ask(Redis("127.0.0.1", server.port, tls="implicit", verify=False)).outcome is Outcome.OK
        assert ask(Redis("127.0.0.1", server.port)).outcome is Outcome.CRITICAL
        assert ask(Redis("127.0.0.1", server.plain_port, tls="implicit"), 0.5, tls=trusting()).cause == "timeout.tls"
