"""Cookies live within one check, go back to whom RFC 6265 says, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.faults.table import Property, row
from tests.probes.asking import ask
from tests.servers import Asked, HttpServer, Reply
from trayapp.core.words import Outcome
from trayapp.probes.cookies import MOST_BYTES, MOST_COOKIES, MOST_SENT, Jar
from trayapp.probes.http import Http

PAGE = "http://shop.example.org/a/b?c=d"
SECURE = PAGE.replace("http:", "https:")


def heard(said: str | list[str], asked: str, by: str = PAGE, date: str = "") -> str:
    """The Cookie header of a request to `asked` after `by` said these."""
    jar = Jar(b"")
    lines = [said] if isinstance(said, str) else said
    headers = [("Set-Cookie", line) for line in lines] + ([("Date", date)] if date else [])
    jar.keep(httpx.URL(by), httpx.Headers(headers))
    words: str = jar.onto(httpx.Request("GET", asked)).headers.get("cookie", "")
    return words


def consent(asked: Asked) -> Reply:
    if "ok=1" in asked.headers.get("cookie", ""):
        return Reply(200, b"the page")
    return Reply(302, b"", {"Location": asked.path, "Set-Cookie": "ok=1; Path=/"})


def login(asked: Asked) -> Reply:
    if asked.method == "POST":
        session = "s=7; HttpOnly; SameSite=Lax" if asked.body == b"user=ann&password=hush" else "s="
        return Reply(303, b"", {"Location": "/inside", "Set-Cookie": session})
    return Reply(200, b"inside" if "s=7" in asked.headers.get("cookie", "") else b"who are you?")


@pytest.mark.parametrize(
    ("what", "answer", "keys"),
    [
        ("a 302 that sets a cookie and leads to the page that wants it", consent, {"contains": "the page"}),
        (
            "a login by POST",
            login,
            {"method": "POST", "body": "user=ann&password=hush", "contains": "inside"},
        ),
    ],
)
def test_a_page_behind_a_cookie_is_reached_in_every_check_anew(
    what: str, answer: Callable[[Asked], Reply], keys: dict[str, str], record_property: Property
) -> None:
    with HttpServer(answer=answer) as server, row("found-T16", what, record_property) as seen:
        for _ in range(2):
            finding = ask(Http(server.url, **keys))  # type: ignore[arg-type]
            seen.seen(finding.outcome.name, finding.message or f"{len(server.requests)} requests")
            assert finding.outcome is Outcome.OK, finding.message
        assert ["cookie" in asked.headers for asked in server.requests] == [False, True, False, True]


def test_the_users_own_cookie_stays_with_its_site_beside_those_that_were_set() -> None:
    with HttpServer(answer=consent) as server:
        ask(Http(server.url, headers={"Cookie": "mine=1"}))
        assert [asked.headers["cookie"] for asked in server.requests] == ["mine=1", "mine=1; ok=1"]


def test_another_site_hears_no_cookie_of_this_one(record_property: Property) -> None:
    with HttpServer() as other:
        elsewhere = other.url.replace("127.0.0.1", "other.test")
        headers = {"Location": elsewhere, "Set-Cookie": "s=7; Path=/"}
        with (
            HttpServer(302, headers=headers) as first,
            row("found-T16", "a redirect to another site", record_property) as seen,
        ):
            finding = ask(Http(first.url, headers={"Cookie": "mine=1"}))
            seen.seen(finding.outcome.name, other.requests[0].headers.get("cookie", "no cookie sent"))
        assert "cookie" not in other.requests[0].headers
    assert finding.outcome is Outcome.OK


@pytest.mark.parametrize(
    ("said", "asked", "words"),
    [
        ("s=7", "http://shop.example.org/a/", "s=7"),
        ("s=7", "http://shop.example.org/a", "s=7"),
        ("s=7", "http://shop.example.org/ab", ""),
        ("s=7", "http://shop.example.org/", ""),
        ("s=7; Path=/", "http://shop.example.org:8080/", "s=7"),
        ("s=7; path=nonsense", "http://shop.example.org/a/z", "s=7"),
        ("s=7; Path=/", "http://www.shop.example.org/", ""),
        ("s=7; Path=/", "http://example.org/", ""),
        ("s=7; Path=/; Domain=example.org", "http://login.example.org/", "s=7"),
        ("s=7; Path=/; Domain=.Example.ORG", "https://example.org/", "s=7"),
        ("s=7; Path=/; Domain=shop.example.org", "http://a.shop.example.org/", "s=7"),
        ("s=7; Path=/; Domain=example.org", "http://badexample.org/", ""),
        ("s=7; Path=/; Domain=org", "http://shop.example.org/", ""),
        ("s=7; Path=/; Domain=other.org", "http://shop.example.org/", ""),
        ("s=7; Path=/; Domain=a.shop.example.org", "http://shop.example.org/", ""),
        ("s=7; Path=/; Secure", "http://shop.example.org/", ""),
        ("s=7; Path=/; Secure", "https://shop.example.org/", "s=7"),
        ("s=7; Path=/; Max-Age=0", "http://shop.example.org/", ""),
        ("s=7; Path=/; Max-Age=-1", "http://shop.example.org/", ""),
        ("s=7; Path=/; Max-Age=" + "9" * 400, "http://shop.example.org/", "s=7"),
        ("s=7; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://shop.example.org/", ""),
        ("s=7; Path=/; Expires=junk", "http://shop.example.org/", "s=7"),
        (["s=7; Path=/", "s=8; Path=/"], "http://shop.example.org/", "s=8"),
        (["s=7; Path=/", "s=; Path=/; Max-Age=0"], "http://shop.example.org/", ""),
        (["a=1; Path=/", "b=2; Path=/a"], "http://shop.example.org/a", "b=2; a=1"),
        ("=7; Path=/", "http://shop.example.org/", ""),
        ("junk", "http://shop.example.org/a/", ""),
        ("", "http://shop.example.org/a/", ""),
        ("s=a\x01b; Path=/", "http://shop.example.org/", ""),
        ("__Host-s=7; Path=/; Secure", "https://shop.example.org/", ""),
        ("s=" + "x" * MOST_BYTES + "; Path=/", "http://shop.example.org/", ""),
    ],
)
def test_a_cookie_goes_where_the_rules_say(said: str | list[str], asked: str, words: str) -> None:
    assert heard(said, asked) == words


def test_prefixes_that_promise_security_are_held_to_it() -> None:
    assert heard("__Host-s=7; Path=/; Secure", SECURE, by=SECURE) == "__Host-s=7"
    assert heard("__Host-s=7; Path=/; Secure; Domain=example.org", SECURE, by=SECURE) == ""
    assert heard("__Secure-s=7; Path=/", SECURE, by=SECURE) == ""


def test_hosts_that_are_numbers_and_whole_countries_share_nothing() -> None:
    assert heard("s=7; Domain=0.0.1; Path=/", "http://9.0.0.1/", by="http://127.0.0.1/") == ""
    assert heard("s=7; Domain=127.0.0.1; Path=/", "http://127.0.0.1/", by="http://127.0.0.1/") == "s=7"
    assert heard("s=7; Domain=co.uk; Path=/", "http://b.co.uk/", by="http://a.co.uk/") == ""
    assert heard("s=7; Path=/", "http://[::1]/", by="http://[::1]/") == "s=7"


def test_a_cookie_is_over_by_the_servers_own_clock_and_not_by_ours() -> None:
    ends = "s=7; Path=/; Expires=Mon, 01 Jan 2001 00:00:00 GMT"
    assert heard(ends, PAGE) == ""
    assert heard(ends, PAGE, date="Sun, 31 Dec 2000 23:00:00 GMT") == "s=7"


def test_no_server_fills_our_memory_or_our_requests() -> None:
    many = [f"c{n}={'x' * 300}; Path=/" for n in range(3 * MOST_COOKIES)]
    words = heard(many, PAGE)
    assert 1 < words.count("c") <= MOST_COOKIES
    assert len(words) <= MOST_SENT


def test_what_a_cookie_says_is_in_no_evidence_though_the_page_repeats_it() -> None:
    def answer(asked: Asked) -> Reply:
        if "cookie" in asked.headers:
            return Reply(500, b"broken for " + asked.headers["cookie"].encode(), {"X-Echo": asked.headers["cookie"]})
        return Reply(302, b"", {"Location": "/", "Set-Cookie": "sid=tangerine-4711-velvet; Path=/"})

    with HttpServer(answer=answer) as server:
        finding = ask(Http(server.url))
    assert finding.exhibit["body"].startswith("broken for")
    assert "tangerine" not in repr(dict(finding.exhibit)) + repr(finding)
