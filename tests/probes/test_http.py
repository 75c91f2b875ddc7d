"""`http` against servers that behave: statuses, rules on the page, what is sent, what is told."""

from __future__ import annotations

import base64
import os
import signal
import socket
from collections.abc import Sequence

import pytest

from tests.probes.asking import Resolve, ask
from tests.servers import Asked, HttpServer, Nginx, RawServer, Reply, reset, saying
from trayapp import __version__
from trayapp.core.keys import Reference
from trayapp.core.words import Blame, Outcome
from trayapp.probes.base import AddrInfo, Kind
from trayapp.probes.http import Http
from trayapp.probes.http_keys import check_headers, check_statuses

PAGE = b"<p>What are you doing?</p>"


def test_a_page_that_answers_is_ok_with_an_empty_message_and_its_details() -> None:
    with HttpServer(body=PAGE) as server:
        finding = ask(Http(server.url))
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.OK, "", "")
    assert finding.details == {"status": 200, "http": "1.1", "bytes": len(PAGE)}
    assert finding.address == "127.0.0.1"
    assert finding.answered
    assert finding.latency_ms is not None
    assert list(finding.phases_ms) == ["dns", "connect", "first_byte", "body"]
    assert sum(finding.phases_ms.values()) == pytest.approx(finding.latency_ms, abs=0.1)


def test_a_real_nginx_is_ok() -> None:
    with Nginx('location / { return 200 "hello"; } location /gone { return 410; }') as nginx:
        assert ask(Http(nginx.url, contains="hello")).details == {"status": 200, "http": "1.1", "bytes": 5}
        assert ask(Http(nginx.url + "gone")).message == "HTTP 410"


@pytest.mark.parametrize("status", [403, 404, 500, 503, 999])
def test_an_unexpected_status_is_critical_and_said_in_two_words(status: int) -> None:
    with HttpServer(status) as server:
        finding = ask(Http(server.url))
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.CRITICAL, Blame.SERVICE, "http.status")
    assert finding.message == f"HTTP {status}"
    assert finding.details["status"] == status
    assert finding.answered


@pytest.mark.parametrize(
    ("expected", "status", "ok"),
    [
        (("404",), 404, True),
        (("404",), 200, False),
        (("200-299", "401"), 401, True),
        (("200-299", "401"), 204, True),
        (("200-299", "401"), 300, False),
        (("301",), 301, True),
    ],
)
def test_the_expected_status_is_a_number_or_a_range(expected: tuple[str, ...], status: int, ok: bool) -> None:
    with HttpServer(status, b"") as server:
        assert (ask(Http(server.url, expect_status=expected)).outcome is Outcome.OK) == ok


@pytest.mark.parametrize("text", ["", "20", "99", "1000", "200-", "299-200", "2xx", "200 - 299", "٢٠٠"])
def test_a_status_that_is_none_is_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=f'not a status .*: "{text}"'):
        check_statuses((text,))


def test_a_page_must_contain_and_must_not_contain() -> None:
    with HttpServer(body=PAGE) as server:
        assert ask(Http(server.url, contains="What are you doing?")).outcome is Outcome.OK
        assert ask(Http(server.url, contains="What are you doing?", not_contains="rror")).outcome is Outcome.OK
        server.body = b"Database error"
        missing = ask(Http(server.url, contains="What are you doing?"))
        present = ask(Http(server.url, not_contains="Database error"))
    assert (missing.cause, missing.message) == ("http.body", 'the page does not contain "What are you doing?"')
    assert (present.cause, present.message) == ("http.body", 'the page contains "Database error"')
    assert missing.details["bytes"] == len(b"Database error")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("charset", ["utf-8", "x-unknown", "rot13", "zlib", "idna", "undefined", "\x00", "utf-7"])
def test_words_are_found_in_any_usual_encoding_whatever_the_server_calls_it(encoding: str, charset: str) -> None:
    with HttpServer(body="Grüße aus Köln".encode(encoding)) as server:
        server.headers = {"Content-Type": f"text/html; charset={charset}"} if charset != "\x00" else {}
        assert ask(Http(server.url, contains="Grüße")).outcome is Outcome.OK
        assert ask(Http(server.url, contains="Grüsse")).cause == "http.body"
        assert ask(Http(server.url, contains="日本")).cause == "http.body"


def test_a_page_that_came_encoded_is_not_searched() -> None:
    with HttpServer(body=b"\x1f\x8b junk", headers={"Content-Encoding": "gzip"}) as server:
        assert ask(Http(server.url)).outcome is Outcome.OK
        finding = ask(Http(server.url, contains="junk"))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "http.encoding")
    assert "gzip" in finding.message


def test_thirty_stacked_encodings_are_one_refusal() -> None:
    with HttpServer(headers={"Content-Encoding": ", ".join(["gzip"] * 30)}) as server:
        assert ask(Http(server.url, contains="ok")).cause == "http.encoding"


def test_the_request_names_us_asks_for_plain_text_and_closes() -> None:
    with HttpServer() as server:
        ask(Http(server.url))
        (asked,) = server.requests
    assert asked.method == "GET"
    assert asked.headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": f"Watchbell/{__version__}",
        "accept": "*/*",
        "accept-encoding": "identity",
        "connection": "close",
    }


def test_method_headers_and_body_are_sent() -> None:
    with HttpServer() as server:
        ask(Http(server.url + "x?y=1", method="POST", headers={"X-One": " 1 ", "User-Agent": "me"}, body="täst"))
        (asked,) = server.requests
    assert (asked.method, asked.path, asked.body) == ("POST", "/x?y=1", "täst".encode())
    assert asked.headers["x-one"] == "1"
    assert asked.headers["user-agent"] == "me"


def test_head_needs_no_page() -> None:
    with HttpServer(body=PAGE) as server:
        assert ask(Http(server.url, method="HEAD")).outcome is Outcome.OK


def test_credentials_in_the_url_are_sent_and_never_shown() -> None:
    with HttpServer(503) as server:
        probe = Http(f"http://us%40er:pa%3Ass@127.0.0.1:{server.port}/")
        finding = ask(probe)
        (_, asked) = server.requests
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"us@er:pa:ss").decode()
    assert probe.target == server.url
    assert "pa" not in finding.message


def test_a_missing_secret_is_unknown_and_the_fault_of_the_configuration() -> None:
    with HttpServer() as server:
        finding = ask(Http(server.url, headers={"Authorization": Reference("secret", "token")}))
        assert server.requests == []
    assert (finding.outcome, finding.blame) == (Outcome.UNKNOWN, Blame.CONFIG)
    assert (finding.cause, finding.message) == ("config.secret_missing", "no secret is called token")
    assert finding.latency_ms is None


def test_a_secret_with_a_line_break_inside_is_refused_without_being_told() -> None:
    with HttpServer() as server:
        finding = ask(Http(server.url, headers={"X-Key": "hush\r\nX-Evil: 1"}))
        assert server.requests == []
    assert (finding.cause, finding.blame) == ("config.invalid", Blame.CONFIG)
    assert "hush" not in finding.message


@pytest.mark.parametrize("value", ["Grüße", "日本", "\x80", "a\tb", "😀", ""])
def test_a_header_may_say_what_is_not_ascii(value: str) -> None:
    with HttpServer() as server:
        assert ask(Http(server.url, headers={"X-One": value})).outcome is Outcome.OK
        assert server.requests[0].headers["x-one"].encode("latin-1").decode() == value


def test_half_a_character_is_the_configurations_fault_and_no_bug() -> None:
    for keys in ({"headers": {"X-One": "\ud800"}}, {"body": "\ud800"}, {"auth": {"token": "\ud800"}}):
        finding = ask(Http("http://site.test/", **keys))
        assert (finding.cause, finding.blame) == ("config.invalid", Blame.CONFIG)


def test_a_host_of_ones_own_is_asked_for() -> None:
    with HttpServer() as server:
        ask(Http(server.url, headers={"host": "other.test"}))
        assert server.requests[0].headers["host"] == "other.test"


def test_what_is_secret_is_not_shown_where_a_probe_is() -> None:
    secret = {"user": "me", "password": "hush"}
    probe = Http(
        "https://site.test/",
        headers={"X-Key": "hush"},
        body="hush",
        auth=secret,
        proxy="http://proxy.test",
        proxy_auth=secret,
        client_passphrase="hush",
    )
    assert "hush" not in repr(probe)


def both_kinds(four: str = "127.0.0.1", six: str = "::1") -> Resolve:
    async def resolve(_host: str, port: int) -> Sequence[AddrInfo]:
        found: list[AddrInfo] = []
        if six:
            found.append((socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (six, port, 0, 0)))
        if four:
            found.append((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (four, port)))
        return found

    return resolve


@pytest.mark.parametrize(("host", "ip", "address"), [("127.0.0.1", "4", "127.0.0.1"), ("::1", "6", "::1")])
def test_a_kind_of_address_is_insisted_on(host: str, ip: str, address: str) -> None:
    with HttpServer(host=host) as server:
        url = f"http://site.test:{server.port}/"
        finding = ask(Http(url, ip=ip), resolve=both_kinds())
        assert (finding.outcome, finding.address) == (Outcome.OK, address)
        assert ask(Http(url), resolve=both_kinds()).outcome is Outcome.OK
        other = "4" if ip == "6" else "6"
        assert ask(Http(url, ip=other), resolve=both_kinds()).cause == "refused"


def test_a_name_without_that_kind_of_address_is_told_so() -> None:
    finding = ask(Http("http://site.test/", ip="6"), resolve=both_kinds(six=""))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "dns.no_address")
    assert finding.message == "site.test has no IPv6 address"
    assert ask(Http("http://site.test/", ip="4"), resolve=both_kinds("", "")).cause == "dns.no_address"


@pytest.mark.parametrize("name", ["", "a b", "a:b", "Content-Length", "transfer-encoding", "Connection", "é"])
def test_a_header_that_is_none_or_frames_the_message_is_quoted(name: str) -> None:
    with pytest.raises(ValueError, match=f'not a header.*: "{name}"'):
        check_headers({name: "x"})


def test_a_slow_first_byte_says_what_was_waited_for() -> None:
    with HttpServer(delay=5) as server:
        finding = ask(Http(server.url), 0.3)
    assert finding.cause == "timeout.first_byte"
    assert finding.message == "no answer within 0.3 s (connected, waiting for the first byte)"
    assert finding.latency_ms is None


@pytest.mark.parametrize(
    ("parts", "cause"),
    [
        ((b"HTTP/1.1 200 OK\r\n", *([b"X: 1\r\n", 0.05] * 40)), "timeout.headers"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n", *([b"x", 0.05] * 40)), "timeout.body"),
    ],
)
def test_dripping_headers_and_bodies_end_at_the_deadline(parts: tuple[bytes | float, ...], cause: str) -> None:
    with RawServer(saying(*parts)) as server:
        assert ask(Http(f"http://127.0.0.1:{server.port}/", contains="y"), 0.4).cause == cause


def test_a_reset_names_what_was_waited_for() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
    for sent, where in (
        (b"", "waiting for the first byte"),
        (head, "waiting for the rest of the page: 3 of 10 bytes came"),
    ):

        async def send_and_reset(reader, writer, sent=sent):  # type: ignore[no-untyped-def]
            await reader.readuntil(b"\r\n\r\n")
            writer.write(sent)
            await writer.drain()
            reset(writer)

        with RawServer(send_and_reset) as server:
            finding = ask(Http(f"http://127.0.0.1:{server.port}/", contains="x"))
        assert (finding.cause, finding.message) == ("reset", f"connection reset ({where})")
        assert finding.answered == bool(sent)


def test_no_cookie_travels_from_one_check_to_another() -> None:
    with HttpServer(headers={"Set-Cookie": "id=1; Path=/"}) as server:
        ask(Http(server.url))
        ask(Http(server.url))
        assert all("cookie" not in asked.headers for asked in server.requests)


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with HttpServer() as server:
        assert ask(Http(server.url)).outcome is Outcome.OK


def test_a_server_that_is_dead_behind_its_open_port_is_critical_until_it_lives_again() -> None:
    with Nginx() as nginx:
        (worker,) = nginx.workers
        os.kill(worker, signal.SIGSTOP)
        try:
            assert ask(Http(nginx.url), 0.4).cause == "timeout.first_byte"
        finally:
            os.kill(worker, signal.SIGCONT)
        assert ask(Http(nginx.url)).outcome is Outcome.OK


def test_every_check_opens_a_connection_of_its_own() -> None:
    def answer(_asked: Asked) -> Reply:
        return Reply(200, b"ok", {"Connection": "keep-alive"})

    probe: Kind
    with HttpServer(answer=answer) as server:
        probe = Http(server.url, contains="ok")
        for _ in range(5):
            assert ask(probe).outcome is Outcome.OK
        assert server.accepted == 5
