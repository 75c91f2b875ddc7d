"""User and password are said as the server asks for them, and readable only where it asks for nothing better."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.request import parse_http_list, parse_keqv_list

import pytest

from tests.faults.table import Property, row
from tests.probes import certificates
from tests.probes.asking import ask
from tests.servers import Asked, HttpServer, Reply
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.http import Http
from trayapp.probes.login import challenges

HASHES: Mapping[str, Callable[[bytes], object]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
USER, PASSWORD = "änn", 'pä:"ss hush'
ME = {"user": USER, "password": PASSWORD}
READABLE = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@dataclass
class Guard:
    """Lets in who knows the password, by Digest as RFC 7616 has it (section 3.4.1), by Basic, or by either."""

    algorithms: tuple[str, ...] = ("MD5",)
    qop: str = 'qop="auth,auth-int", '
    basic: bool = False
    said: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        said = asked.headers.get("authorization", "")
        self.said.append(said)
        if self.basic and said == f"Basic {READABLE}":
            return Reply(200, b"inside")
        if said.startswith("Digest ") and self.is_right(asked, said):
            return Reply(200, b"inside " + asked.body)
        offers = [f'Digest realm="staff, only", {self.qop}nonce="n1", algorithm={name}' for name in self.algorithms]
        return Reply(401, b"out", {"WWW-Authenticate": ", ".join((*offers, *['Basic realm="x"'] * self.basic))})

    def is_right(self, asked: Asked, said: str) -> bool:
        parts = parse_keqv_list(parse_http_list(said.encode("latin-1").decode()[7:]))
        assert parts["algorithm"] in self.algorithms
        assert parts["uri"] == asked.path

        def h(*words: str) -> str:
            return str(HASHES[parts["algorithm"]](":".join(words).encode()).hexdigest())  # type: ignore[attr-defined]

        a1, a2 = h(USER, "staff, only", PASSWORD), h(asked.method, asked.path)
        middle = (parts["nc"], parts["cnonce"], parts["qop"]) if self.qop else ()
        return parts["response"] == h(a1, "n1", *middle, a2) and parts["nonce"] == "n1"


def asked_of(guard: Guard, **keys: object) -> tuple[Finding, list[str]]:
    guard.said.clear()
    with HttpServer(answer=guard) as server:
        finding = ask(Http(f"{server.url}page?x=1", auth=ME, **keys))  # type: ignore[arg-type]
    return finding, [said.partition(" ")[0] for said in guard.said]


@pytest.mark.parametrize(
    ("what", "guard", "said"),
    [
        ("Digest, MD5", Guard(), ["", "Digest"]),
        ("Digest, SHA-256", Guard(("SHA-256",)), ["", "Digest"]),
        ("Digest, MD5 and SHA-256", Guard(("MD5", "SHA-256")), ["", "Digest"]),
        ("Digest as in 1997, without qop", Guard(qop=""), ["", "Digest"]),
        ("Digest and Basic", Guard(basic=True), ["", "Digest"]),
        ("Basic", Guard((), basic=True), ["", "Basic"]),
    ],
)
def test_the_right_credentials_are_right_in_the_way_that_the_server_asks_for(
    what: str, guard: Guard, said: list[str], record_property: Property
) -> None:
    with row("found-T17", f"right credentials against {what}", record_property) as seen:
        finding, schemes = asked_of(guard, contains="inside")
        seen.seen(finding.outcome.name, ", ".join(filter(None, schemes)))
    assert finding.outcome is Outcome.OK, finding.message
    assert schemes == said
    if "Digest" in what:
        assert not any(READABLE in words or "hush" in words for words in guard.said)
    if "SHA-256" in what:
        assert "algorithm=SHA-256" in guard.said[-1]


def test_the_content_is_for_those_alone_who_asked_who_we_are() -> None:
    guard, bodies = Guard(), []

    def answer(asked: Asked) -> Reply:
        bodies.append(asked.body)
        return guard(asked)

    with HttpServer(answer=answer) as server:
        finding = ask(Http(server.url, method="POST", body="order", auth=ME, contains="inside order"))
    assert finding.outcome is Outcome.OK, finding.message
    assert bodies == [b"", b"order"]


def test_wrong_credentials_are_refused_by_digest_after_one_try() -> None:
    with HttpServer(answer=Guard()) as server:
        finding = ask(Http(server.url, auth={"user": USER, "password": "xyzzy"}))
        assert len(server.requests) == 2
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "auth")
    assert finding.message == "HTTP 401: it refuses these credentials"


@pytest.mark.parametrize(
    ("challenge", "wanted"),
    [
        ("NTLM", "NTLM"),
        ("Negotiate, NTLM TlRMTVNTUAAC==", "Negotiate"),
        ('Bearer realm="x"', "Bearer"),
        ('Digest realm="x", nonce="y", algorithm=SHA-512-256', "Digest with SHA-512-256"),
        ('Digest realm="x", nonce="y", qop="auth-int"', "Digest with auth-int"),
    ],
)
def test_what_we_cannot_speak_is_named_and_nobody_hears_the_password(
    challenge: str, wanted: str, record_property: Property
) -> None:
    with HttpServer(401, headers={"WWW-Authenticate": challenge}) as server:
        with row("found-T17", challenge[:50], record_property) as seen:
            finding = ask(Http(server.url, auth=ME))
            seen.seen(finding.outcome.name, finding.cause)
        assert all("authorization" not in asked.headers for asked in server.requests)
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.UNKNOWN, Blame.CONFIG, "config.invalid")
    assert finding.message == f"it wants {wanted}, which Watchbell cannot speak"


@pytest.mark.parametrize(
    "junk", ['Digest ", nonce=,,,qop="', "Digest", 'Digest realm="x"', "Digest a", "Digest =,=\x80"]
)
def test_a_challenge_of_junk_is_a_refusal_and_no_fault_of_ours(junk: str) -> None:
    with HttpServer(401, headers={"WWW-Authenticate": junk}) as server:
        finding = ask(Http(server.url, auth=ME))
        assert all(READABLE not in asked.headers.get("authorization", "") for asked in server.requests)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "auth")


def test_a_site_that_asks_for_nothing_gets_basic_and_from_then_on_at_once() -> None:
    def answer(asked: Asked) -> Reply:  # as interfaces do that hide what is not for strangers
        return Reply(200 if "authorization" in asked.headers else 404)

    with HttpServer(answer=answer) as server:
        for _ in range(3):
            assert ask(Http(server.url, auth=ME)).outcome is Outcome.OK
        assert ["authorization" in asked.headers for asked in server.requests] == [False, True, True, True]


def test_a_site_that_turned_to_digest_is_followed() -> None:
    guard = Guard((), basic=True)
    with HttpServer(answer=guard) as server:
        assert ask(Http(server.url, auth=ME)).outcome is Outcome.OK
        guard.algorithms, guard.basic = ("MD5",), False
        guard.said.clear()
        for _ in range(2):
            assert ask(Http(server.url, auth=ME)).outcome is Outcome.OK
    assert [said.partition(" ")[0] for said in guard.said] == ["Basic", "Digest", "", "Digest"]


def test_a_redirect_within_the_site_is_answered_anew() -> None:
    guard = Guard()

    def answer(asked: Asked) -> Reply:
        reply = guard(asked)
        return Reply(302, b"", {"Location": "/there"}) if reply.status == 200 and asked.path == "/" else reply

    with HttpServer(answer=answer) as server:
        assert ask(Http(server.url, auth=ME, contains="inside")).outcome is Outcome.OK


def test_several_challenges_are_told_apart() -> None:
    said = ['Basic realm="a, b", Digest realm="x", nonce="y=,", NTLM', "Negotiate abc==", "", ",", 'realm="x"']
    assert [scheme for scheme, _ in challenges(said)] == ["basic", "digest", "ntlm", "negotiate"]
    assert list(challenges(said))[1][1] == 'Digest realm="x", nonce="y=,"'
    assert list(challenges(["x" * 100_000])) == []


def test_a_401_after_a_redirect_to_https_says_what_became_of_the_credentials(record_property: Property) -> None:
    tls = certificates.server("127.0.0.1")
    with HttpServer(401, headers={"WWW-Authenticate": "Basic"}, tls=tls) as inside:
        with (
            HttpServer(302, headers={"Location": inside.url}) as first,
            row("found-T25", "a bare 401 after http -> https", record_property) as seen,
        ):
            finding = ask(Http(first.url, auth=ME), tls=certificates.trusting())
            seen.seen(finding.outcome.name, finding.message)
        assert all("authorization" not in asked.headers for asked in inside.requests)
    assert finding.message == (
        "HTTP 401: it redirects to https, where the credentials are not sent; begin url with https://"
    )
