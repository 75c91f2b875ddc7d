"""`ldap`: whom a directory lets in, what it tells, and what else may answer in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.asking import ask
from tests.probes.cases.ldap import message, question, result
from tests.probes.certificates import trusting
from tests.probes.real.slapd import ADMIN, SUFFIX, Slapd
from tests.probes.test_contract import assert_typed
from tests.servers import Behaviour, RawServer
from trayapp.core.keys import Reference
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.ber import ENUMERATED, OCTETS, SEQUENCE, SET, element, elements, integer, number
from trayapp.probes.ldap import Ldap

SECRET = "correct-horse"
BOUND = message(2, 0x61, *result(0))
DONE = message(3, 0x65, *result(0))


@pytest.fixture(scope="module")
def directory() -> Iterator[Slapd]:
    with Slapd(password=SECRET) as server:
        yield server


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_a_real_directory_that_tells_of_itself_is_well(directory: Slapd, tls: str) -> None:
    port = directory.tls_port if tls == "implicit" else directory.port
    finding = ask(Ldap("127.0.0.1", port, tls=tls), tls=trusting())
    assert_typed(finding)
    assert (finding.outcome, finding.message, finding.answered) == (Outcome.OK, "", True)
    assert finding.details["naming_contexts"] == [SUFFIX]
    assert finding.details.get("tls", "").startswith("TLSv1." if tls != "none" else "")
    assert ("tls" in finding.phases_ms) == (tls != "none")


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_real_directorys_certificate_is_verified_unless_told_otherwise(directory: Slapd, tls: str) -> None:
    port = directory.tls_port if tls == "implicit" else directory.port
    assert ask(Ldap("127.0.0.1", port, tls=tls)).cause == "tls.unknown_ca"
    assert ask(Ldap("127.0.0.1", port, tls=tls, verify=False)).outcome is Outcome.OK


def test_a_real_directory_lets_the_right_login_in(directory: Slapd) -> None:
    finding = ask(Ldap("127.0.0.1", directory.port, ADMIN, SECRET))
    assert (finding.outcome, finding.details) == (Outcome.OK, {})


@pytest.mark.parametrize(("dn", "password"), [(ADMIN, "wrong"), (f"cn=nobody,{SUFFIX}", SECRET)])
def test_a_real_directory_lets_nobody_in_with_a_wrong_login(directory: Slapd, dn: str, password: str) -> None:
    finding = ask(Ldap("127.0.0.1", directory.port, dn, password))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.CRITICAL, "auth", Blame.SERVICE)
    assert finding.message == "it refuses to log in: code 49, invalid credentials"


def test_a_name_that_is_no_name_is_the_directorys_to_refuse(directory: Slapd) -> None:
    finding = ask(Ldap("127.0.0.1", directory.port, "no name", SECRET))
    assert finding.message == "it refuses to log in: code 34, which says little"


@pytest.mark.parametrize(
    ("option", "cause", "message"),
    [
        (
            "disallow bind_anon",
            "auth",
            'it refuses to log in: code 48, inappropriate authentication, saying "anonymous bind disallowed"',
        ),
        (
            "security tls=128",
            "ldap.encryption",
            'it refuses to log in: code 13, confidentiality required, saying "TLS confidentiality required"',
        ),
        (
            "require authc",
            "ldap.unwilling",
            'it refuses to tell of itself: code 53, unwilling to perform, saying "authentication required"',
        ),
    ],
)
def test_a_real_directory_that_asks_for_more_says_so(option: str, cause: str, message: str) -> None:
    with Slapd(option) as server:
        finding = ask(Ldap("127.0.0.1", server.port))
        encrypted = ask(Ldap("127.0.0.1", server.port, tls="starttls"), tls=trusting())
    assert_typed(finding)
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)
    assert (encrypted.outcome is Outcome.OK) == option.startswith("security")


def saying(*answers: bytes) -> Behaviour:
    """Answers one message after the other, and is silent after the last."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await question(reader)
            writer.write(answer)
            await writer.drain()
        await reader.read()

    return behave


def answered(*answers: bytes, **keys: str) -> Finding:
    with RawServer(saying(*answers)) as server:
        finding = ask(Ldap("127.0.0.1", server.port, **keys), 1.0)  # type: ignore[arg-type]
    assert_typed(finding)
    return finding


@pytest.mark.parametrize(
    ("code", "cause", "words"),
    [
        (7, "auth", "authentication method not supported"),
        (8, "ldap.encryption", "stronger authentication required"),
        (10, "ldap.referral", "it refers to another server"),
        (48, "auth", "inappropriate authentication"),
        (49, "auth", "invalid credentials"),
        (51, "ldap.busy", "busy"),
        (52, "ldap.unavailable", "unavailable"),
        (53, "ldap.unwilling", "unwilling to perform"),
        (80, "ldap.code", "other"),
        (123, "ldap.code", "which says little"),
        (-1, "ldap.code", "which says little"),
    ],
)
def test_each_result_has_its_cause(code: int, cause: str, words: str) -> None:
    refusal = (element(ENUMERATED, code.to_bytes(2, signed=True)), element(OCTETS), element(OCTETS))
    finding = answered(message(2, 0x61, *refusal))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)
    assert finding.message == f"it refuses to log in: code {code}, {words}"
    finding = answered(BOUND, message(3, 0x65, *refusal))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)
    assert finding.message == f"it refuses to tell of itself: code {code}, {words}"
    notice = answered(message(0, 0x78, *refusal, element(0x8A, b"1.3.6.1.4.1.1466.20036")))
    assert (notice.outcome, notice.cause) == (Outcome.CRITICAL, cause)
    assert notice.message == f"it refuses to go on: code {code}, {words}"


def test_what_a_directory_says_of_its_refusal_is_shown_short_and_safe() -> None:
    finding = answered(message(2, 0x61, *result(53, b"\x1b[2Jtoo \xe2\x80\xae many\n\xff" + b"z" * 500)))
    assert finding.message.startswith('it refuses to log in: code 53, unwilling to perform, saying "')
    assert "\x1b" not in finding.message


WRONG = [
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "protocol", 'what answers there is not LDAP: it said "HTTP/1.1 400'),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol", 'what answers there is not LDAP: it said "SSH-2.0-OpenSSH_9.2"'),
    (b"\x30\x00", "protocol", "its answer is malformed"),
    (b"\x30\x80", "protocol", "it announced a length that is none"),
    (b"\x30\x85\x00\x00\x00\x00\x05", "protocol", "it announced a length that is none"),
    (b"\x30\x84\xff\xff\xff\xff", "protocol", "it announced 4294967295 bytes where 65536 are the most"),
    (element(SEQUENCE, integer(2)), "protocol", "its answer is malformed"),
    (element(SEQUENCE, element(OCTETS, b"\x02"), element(0x61, *result(0))), "protocol", "its answer is malformed"),
    (element(SEQUENCE, element(0x02, bytes(9)), element(0x61, *result(0))), "protocol", "its answer is malformed"),
    (element(SEQUENCE, element(0x02), element(0x61, *result(0))), "protocol", "its answer is malformed"),
    (element(SEQUENCE, b"\x02\x01\x02\x61\x7f"), "protocol", "its answer is malformed"),
    (message(2, 0x61), "protocol", "its answer is malformed"),
    (message(2, 0x61, *result(0)[:2]), "protocol", "its answer is malformed"),
    (message(2, 0x61, element(OCTETS, b"\0"), *result(0)[1:]), "protocol", "its answer is malformed"),
    (message(7, 0x61, *result(0)), "protocol", "it answered what was not asked"),
    (message(0, 0x61, *result(0)), "protocol", "it answered what was not asked"),
    (message(2, 0x65, *result(0)), "protocol", "it did not answer whether it lets us in"),
    (b"\x30\x0c\x02\x01", "timeout.answer", "waiting for the rest of the answer"),
]


@pytest.mark.parametrize(("said", "cause", "words"), WRONG, ids=[repr(said[:24]) for said, _, _ in WRONG])
def test_what_is_no_answer_has_its_cause(said: bytes, cause: str, words: str) -> None:
    finding = answered(said)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)
    assert words in finding.message


def entry(*attributes: tuple[bytes, list[bytes]]) -> bytes:
    """A search result entry."""
    listed = [
        element(SEQUENCE, element(OCTETS, word), element(SET, *(element(OCTETS, value) for value in values)))
        for word, values in attributes
    ]
    return message(3, 0x64, element(OCTETS), element(SEQUENCE, *listed))


@pytest.mark.parametrize(
    ("said", "contexts"),
    [
        (DONE, []),
        (entry() + DONE, []),
        (entry((b"NamingContexts", [b"dc=a", b"dc=b"]), (b"other", [b"z"])) + DONE, ["dc=a", "dc=b"]),
        (message(3, 0x73, element(OCTETS, b"ldap://other.test/")) + DONE, []),
        (entry((b"namingContexts", [b"dc=%d" % n for n in range(3000)])) + DONE, [f"dc={n}" for n in range(5)]),
        (entry((b"namingContexts", [b"\x1b[31m\xff"])) + DONE, ["\\xff"]),
    ],
)
def test_what_a_directory_holds_is_shown_where_it_tells(said: bytes, contexts: list[str]) -> None:
    finding = answered(BOUND, said)
    assert (finding.outcome, finding.details) == (Outcome.OK, {"naming_contexts": contexts})


@pytest.mark.parametrize(
    ("said", "cause", "words"),
    [
        (message(3, 0x64), "protocol", "its answer is malformed"),
        (message(3, 0x64, element(OCTETS), b"\x30\x7f"), "protocol", "its answer is malformed"),
        (message(3, 0x64, element(OCTETS), element(SEQUENCE, b"\x30\x03\x04\x01")), "protocol", "malformed"),
        (entry() * 30, "protocol", "it goes on and on about its root entry"),
        (message(3, 0x6B, *result(0)), "protocol", "it did not answer what was asked"),
        (entry(), "timeout.answer", "waiting for the rest of the answer"),
    ],
)
def test_what_is_no_entry_has_its_cause(said: bytes, cause: str, words: str) -> None:
    finding = answered(BOUND, said)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)
    assert words in finding.message


@pytest.mark.parametrize(
    "said",
    [
        [message(2, 0x61, *result(49, SECRET.encode()))],
        [SECRET.encode() + b"\r\n"],
        [BOUND, entry((b"namingContexts", [SECRET.encode()])) + DONE],
        [BOUND, message(3, 0x65, *result(53, SECRET.encode()))],
        [message(0, 0x78, *result(52, SECRET.encode()))],
    ],
)
def test_once_the_password_was_sent_nothing_that_it_says_is_repeated(said: list[bytes]) -> None:
    finding = answered(*said, dn=ADMIN, password=SECRET)
    assert "correct" not in repr(finding)


@pytest.mark.parametrize(("dn", "password"), [(ADMIN, ""), ("", SECRET)])
def test_a_name_and_a_password_go_together(dn: str, password: str) -> None:
    with pytest.raises(ValueError, match="a name needs a password, and a password a name"):
        Ldap("127.0.0.1", dn=dn, password=password)


def test_a_secret_that_is_missing_is_nobodys_outage() -> None:
    finding = ask(Ldap("127.0.0.1", 1, ADMIN, Reference("secret", "directory")))
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.UNKNOWN, Blame.CONFIG, "config.secret_missing")


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, 65_535, 2**31 - 1])
def test_numbers_are_read_as_they_were_written(value: int) -> None:
    assert [(tag, number(content)) for tag, content in elements(integer(value))] == [(0x02, value)]


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), max_size=5))
def test_elements_are_read_as_they_were_written(written: list[tuple[int, bytes]]) -> None:
    assert list(elements(b"".join(element(tag, content) for tag, content in written))) == written


@pytest.mark.parametrize(
    "encoded", [b"\x30", b"\x30\x80", b"\x30\x80\0\0", b"\x04\x85\0\0\0\0\1z", b"\x04\x82\1", b"\x04\2z", b"\x04\xff"]
)
def test_a_length_that_is_none_or_too_long_is_wrong(encoded: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut short|a length that is none"):
        list(elements(encoded))


@given(st.binary(max_size=60))
def test_whatever_stands_where_elements_belong_is_read_or_wrong(encoded: bytes) -> None:
    try:
        read = list(elements(encoded))
    except ValueError:
        return
    assert sum(len(content) + 2 for _, content in read) <= len(encoded)


@pytest.mark.parametrize(
    ("typed", "probe"),
    [
        ("ldap:directory.test", Ldap("directory.test")),
        ("ldap://directory.test:1389/", Ldap("directory.test", 1389)),
        ("ldaps://directory.test", Ldap("directory.test", 636, tls="implicit")),
        ("directory.test:389", Ldap("directory.test")),
        ("directory.test:636", Ldap("directory.test", 636, tls="implicit")),
    ],
)
def test_an_address_means_a_directory(typed: str, probe: Ldap) -> None:
    assert Ldap.from_target(typed) == probe
