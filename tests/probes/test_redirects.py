"""Where redirects may lead, and that nothing of the user's crosses to another origin."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import pytest

from tests.probes.asking import ask
from tests.probes.certificates import server as certified
from tests.probes.certificates import trusting
from tests.servers import Asked, HttpServer, RawServer, Reply, saying
from trayapp.core.words import Outcome
from trayapp.probes.base import AddrInfo
from trayapp.probes.http import Http
from trayapp.probes.transport import inward

SECRETS = {"Authorization": "Bearer hush", "X-Token": "hush", "Cookie": "id=hush"}


def to(location: str, status: int = 302) -> HttpServer:
    return HttpServer(status, b"", headers={"Location": location})


def assert_nothing_of_the_user_in(asked: Asked) -> None:
    assert set(asked.headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert asked.body == b""
    assert "hush" not in repr(asked)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_of_the_user_crosses_to_another_origin(status: int) -> None:
    with HttpServer() as other, to(other.url, status) as first:
        url = f"http://user:hush@127.0.0.1:{first.port}/"
        finding = ask(Http(url, headers=SECRETS))
        (asked,) = other.requests
    assert finding.outcome is Outcome.OK
    assert finding.details["redirects"] == 1
    assert_nothing_of_the_user_in(asked)


def test_what_was_left_behind_at_the_border_does_not_come_back() -> None:
    with HttpServer() as first, to(first.url + "end") as other:
        ends = {"/": Reply(302, headers={"Location": other.url}), "/end": Reply()}
        first.answer = lambda asked: ends[asked.path]
        assert ask(Http(first.url, headers=SECRETS)).outcome is Outcome.OK
        assert_nothing_of_the_user_in(first.requests[-1])


@pytest.mark.parametrize("status", [307, 308])
def test_content_is_never_sent_on_to_another_origin(status: int) -> None:
    with HttpServer() as other, to(other.url, status) as first:
        finding = ask(Http(first.url, method="POST", body="hush"))
        assert other.accepted == 0
    assert (finding.cause, finding.outcome) == ("http.redirects", Outcome.CRITICAL)


def test_a_post_answered_with_a_redirect_goes_on_as_get() -> None:
    with HttpServer() as other, to(other.url, 303) as first:
        assert ask(Http(first.url, method="POST", body="hush")).outcome is Outcome.OK
        (asked,) = other.requests
    assert asked.method == "GET"
    assert_nothing_of_the_user_in(asked)


def test_within_the_same_origin_everything_goes_along() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(307, headers={"Location": "end?x=1#part"}) if asked.path == "/dir/begin" else Reply()

    with HttpServer(answer=answer) as server:
        probe = Http(server.url + "dir/begin", method="PUT", body="hush", headers=SECRETS, follow="same-origin")
        assert ask(probe).outcome is Outcome.OK
        asked = server.requests[-1]
    assert (asked.method, asked.path, asked.body) == ("PUT", "/dir/end?x=1", b"hush")
    assert asked.headers["authorization"] == "Bearer hush"


def test_same_origin_does_not_follow_elsewhere() -> None:
    with HttpServer() as other, to(other.url) as first:
        finding = ask(Http(first.url, follow="same-origin"))
        assert other.accepted == 0
    assert finding.cause == "http.redirects"
    assert finding.message == f"redirects to another site ({other.url})"


def test_the_query_of_a_redirect_that_is_not_followed_is_told_to_nobody() -> None:
    with HttpServer() as other, to(other.url + "login?ticket=hush") as first:
        finding = ask(Http(first.url, follow="same-origin"))
    assert finding.message == f"redirects to another site ({other.url}login)"
    with to("htp://elsewhere/login?ticket=hush") as first:
        assert ask(Http(first.url)).message == "redirects to what is no web address: htp://elsewhere/login"


def test_where_a_redirect_leads_is_told_to_nobody_once_a_secret_was_sent() -> None:
    for location in ("http://hush.test/hush", "htp://hush/", "https://127.0.0.1:1/hush"):
        with to(location) as first:
            for keys in ({"headers": {"X-Token": "hush"}}, {"auth": {"token": "hush"}}, {"body": "hush"}):
                finding = ask(Http(first.url, follow="same-origin", method="PUT", **keys))
                assert finding.cause == "http.redirects"
                assert "hush" not in repr(finding)


def test_a_redirect_is_the_answer_itself_when_none_are_followed_or_it_is_expected() -> None:
    with HttpServer() as other, to(other.url) as first:
        assert ask(Http(first.url, follow="none")).message == "HTTP 302"
        assert ask(Http(first.url, follow="none", expect_status=("302",))).outcome is Outcome.OK
        assert ask(Http(first.url, expect_status=("302",))).outcome is Outcome.OK
        assert other.accepted == 0


def test_https_never_leads_to_plain_http() -> None:
    with HttpServer() as plain, HttpServer(302, b"", headers={"Location": plain.url}, tls=certified()) as encrypted:
        finding = ask(Http(encrypted.url), tls=trusting())
        assert plain.accepted == 0
    assert finding.cause == "http.redirects"
    assert "from https to plain http" in finding.message


def test_a_redirect_loop_ends_after_the_most_that_are_allowed() -> None:
    with to("/again") as server:
        finding = ask(Http(server.url, max_redirects=3))
        assert len(server.requests) == 4
    assert (finding.cause, finding.message) == ("http.redirects", "more than 3 redirects")


def test_slow_redirects_share_one_deadline() -> None:
    with HttpServer(302, b"", headers={"Location": "/"}, delay=0.2) as server:
        finding = ask(Http(server.url, max_redirects=20), 0.7)
    assert finding.cause == "timeout.first_byte"


def test_without_a_location_a_redirect_is_just_a_status() -> None:
    with HttpServer(302, b"") as server:
        assert ask(Http(server.url)).message == "HTTP 302"


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ftp://127.0.0.1/",
        "data:text/html,x",
        "http://[::1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "http://127.0.0.1:0/",
        "http://a..b/",
        f"http://{'a' * 64}.test/",
        f"http://{'a.' * 150}test/",
        "http://\x7f/",
        "http://x y/",
        "http:///nowhere",
        "http://💩.test/",
        "http://xn--\u00e9.test/",
        "//",
        "http://\u2100.test/",
        "x" * 20_000,
    ],
)
def test_a_location_that_is_no_web_address_is_a_fault_of_the_redirect(location: str) -> None:
    raw = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location.encode() + b"\r\n\r\n"
    with RawServer(saying(raw)) as server:
        finding = ask(Http(f"http://127.0.0.1:{server.port}/"), 2.0)
    assert finding.outcome is Outcome.CRITICAL
    assert finding.cause in ("http.redirects", "http.protocol")
    assert finding.message.isprintable()


def test_credentials_in_a_location_are_neither_sent_nor_shown() -> None:
    with HttpServer() as other:
        location = f"http://evil:hush@127.0.0.1:{other.port}/"
        with to(location) as first:
            assert ask(Http(first.url)).outcome is Outcome.OK
            assert_nothing_of_the_user_in(other.requests[0])
            assert "hush" not in ask(Http(first.url, follow="same-origin")).message


@pytest.mark.parametrize(
    ("before", "after", "forbidden"),
    [
        ("8.8.8.8", "127.0.0.1", True),
        ("8.8.8.8", "192.168.1.1", True),
        ("8.8.8.8", "169.254.169.254", True),
        ("2606:4700::1111", "::1", True),
        ("2606:4700::1111", "fe80::1%eth0", True),
        ("192.168.1.1", "127.0.0.1", True),
        ("192.168.1.1", "0.0.0.0", True),
        ("fd00::1", "::", True),
        ("192.168.1.1", "::ffff:127.0.0.1", True),
        ("8.8.8.8", "::ffff:10.0.0.1", True),
        ("8.8.8.8", "::ffff:1.1.1.1", False),
        ("192.168.1.1", "192.168.1.2", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("127.0.0.1", "8.8.8.8", False),
        ("8.8.8.8", "2606:4700::1111", False),
    ],
)
def test_a_redirect_may_not_lead_from_outside_in(before: str, after: str, forbidden: bool) -> None:
    assert inward(before, after) == forbidden


def test_a_redirect_from_this_network_to_this_machine_is_refused_before_anything_is_dialled() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        try:
            route.connect(("192.0.2.200", 9))  # sends nothing: asks which address this machine has outside loopback
        except OSError:
            pytest.skip("this machine has no address but loopback")
        outside = route.getsockname()[0]

    async def resolve(host: str, port: int) -> Sequence[AddrInfo]:
        address = outside if host == "site.test" else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))]

    with HttpServer() as inner, HttpServer(302, b"", headers={"Location": inner.url}, host="0.0.0.0") as site:
        finding = ask(Http(f"http://site.test:{site.port}/"), resolve=resolve)
        assert inner.accepted == 0
    assert (finding.cause, finding.message) == ("http.redirects", "redirects into a private network (127.0.0.1)")


def test_phases_of_several_hops_add_up() -> None:
    with HttpServer(302, b"", headers={"Location": "/"}, delay=0.1) as server:
        finding = ask(Http(server.url, max_redirects=2))
    assert finding.phases_ms["first_byte"] > 280
    assert finding.cause == "http.redirects"
