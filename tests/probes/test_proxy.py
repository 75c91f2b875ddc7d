"""Pages behind a proxy: what it is told, who looks names up, and that its failures are never the service's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx
import pytest

from tests.probes.asking import ask
from tests.probes.certificates import moment, trusting
from tests.probes.certificates import server as certified
from tests.probes.proxies import HttpProxy, SocksProxy, Tunnels
from tests.servers import Asked, HttpServer, Nginx, RawServer, Reply, closed_port, saying, silent_port
from trayapp.core.keys import Reference
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.base import AddrInfo
from trayapp.probes.http import Http
from trayapp.probes.proxies import check_proxy
from trayapp.probes.proxy import Proxy, chosen

ME = {"user": "me", "password": "hush"}
KINDS = pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])


async def no_names(host: str, port: int) -> Sequence[AddrInfo]:
    """Looks nothing up but the proxy's own address: the rest is the proxy's business."""
    assert host == "127.0.0.1", f"looked up {host}"
    return [(2, 1, 6, "", (host, port))]


def ask_through(url: str, proxy: str, timeout: float = 3.0, **keys: object) -> Finding:
    return ask(Http(url, proxy=proxy, **keys), timeout, no_names, trusting())  # type: ignore[arg-type]


def assert_of_the_network(finding: Finding) -> None:
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.UNKNOWN, Blame.NETWORK, "proxy")
    assert not finding.answered


@KINDS
def test_a_page_is_asked_for_through_the_proxy_which_looks_the_name_up(kind: type[Tunnels]) -> None:
    with HttpServer(body=b"fine") as page, kind() as proxy:
        finding = ask_through(f"http://inside.test:{page.port}/x?y=1", proxy.url, contains="fine")  # type: ignore[attr-defined]
        assert proxy.asked == [f"inside.test:{page.port}"]
        (asked,) = page.requests
    assert finding.outcome is Outcome.OK, finding.message
    assert asked.path == "/x?y=1"
    assert asked.headers["host"] == f"inside.test:{page.port}"
    assert finding.details["proxy"] == f"127.0.0.1:{proxy.port}"


def test_a_real_nginx_fetches_a_page_for_us() -> None:
    forward = 'location / { proxy_pass http://127.0.0.1:$server_port_of; add_header X-Asked "$host$request_uri"; }'
    with HttpServer(body=b"fine") as page:
        with Nginx(forward.replace("$server_port_of", str(page.port))) as nginx:
            rules = {"contains": "fine", "expect_header": {"X-Asked": "inside.test/x?y=1"}}
            finding = ask_through(f"http://inside.test:{page.port}/x?y=1", f"http://127.0.0.1:{nginx.port}", **rules)
            dead = ask_through("https://inside.test/", f"http://127.0.0.1:{nginx.port}")
        assert [asked.path for asked in page.requests] == ["/x?y=1"]
    assert finding.outcome is Outcome.OK, finding.message
    assert_of_the_network(dead)
    assert "cannot do it (HTTP 4" in dead.message  # nginx makes no tunnels


@KINDS
def test_an_encrypted_page_is_read_through_a_tunnel_and_its_certificate_is_its_own(kind: type[Tunnels]) -> None:
    with HttpServer(body=b"fine", tls=certified("site.test")) as page, kind() as proxy:
        right = ask_through(f"https://site.test:{page.port}/", proxy.url, contains="fine")  # type: ignore[attr-defined]
        wrong = ask_through(f"https://other.test:{page.port}/", proxy.url)  # type: ignore[attr-defined]
    assert right.outcome is Outcome.OK, right.message
    assert list(right.phases_ms) == ["dns", "connect", "tls", "first_byte", "body"]
    assert (wrong.outcome, wrong.message) == (Outcome.CRITICAL, "certificate is not for other.test")


@KINDS
def test_an_expired_certificate_behind_a_proxy_is_the_services_fault(kind: type[Tunnels]) -> None:
    tls = certified("site.test", not_before=moment(2025, 5, 3), not_after=moment(2026, 5, 3))
    with HttpServer(tls=tls) as page, kind() as proxy:
        finding = ask_through(f"https://site.test:{page.port}/", proxy.url)  # type: ignore[attr-defined]
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "tls.expired")


@KINDS
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_credentials_go_to_the_proxy_alone(kind: type[Tunnels], scheme: str) -> None:
    tls = certified("site.test") if scheme == "https" else None
    with HttpServer(body=b"fine", tls=tls) as page, kind("me", "hush") as proxy:
        url = f"{scheme}://site.test:{page.port}/"
        right = ask_through(url, proxy.url, proxy_auth=ME)  # type: ignore[attr-defined]
        wrong = ask_through(url, proxy.url, proxy_auth={**ME, "password": "xyzzy"})  # type: ignore[attr-defined]
        none = ask_through(url, proxy.url)  # type: ignore[attr-defined]
        assert len(page.requests) == 1
        # A plain page's header passes through our simple proxy; a real one takes it away.
        assert scheme == "http" or "proxy-authorization" not in page.requests[0].headers
        assert "authorization" not in page.requests[0].headers
    assert right.outcome is Outcome.OK, right.message
    for finding in (wrong, none):
        assert (finding.outcome, finding.blame, finding.cause) == (Outcome.UNKNOWN, Blame.CONFIG, "proxy")
        assert "hush" not in repr(finding)
        assert "xyzzy" not in repr(finding)
    assert "refuses these credentials" in wrong.message
    assert "wants credentials" in none.message


def test_a_secret_of_the_proxy_that_is_missing_is_the_configurations_fault() -> None:
    with HttpProxy() as proxy:
        auth = {"user": "me", "password": Reference("secret", "proxy")}
        finding = ask_through("http://site.test/", proxy.url, proxy_auth=auth)
        assert proxy.accepted == 0
    assert finding.cause == "config.secret_missing"
    assert "hush" not in repr(Proxy("http", "proxy", 1, "me", "hush"))


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("page", ["http://site.test/", "https://site.test/"])
def test_a_dead_proxy_is_the_networks_fault_and_nobodys_outage(scheme: str, page: str) -> None:
    with closed_port() as port:
        refused = ask_through(page, f"{scheme}://127.0.0.1:{port}")
    assert_of_the_network(refused)
    assert refused.message == f"the proxy 127.0.0.1:{port} does not work: connection refused"
    with silent_port() as port:
        late = ask_through(page, f"{scheme}://127.0.0.1:{port}", 0.4)
    assert_of_the_network(late)
    assert "no answer within 0.4 s" in late.message


def test_a_proxy_whose_name_is_not_found_is_no_outage() -> None:
    async def fail(_host: str, _port: int) -> Sequence[AddrInfo]:
        return []

    assert_of_the_network(ask(Http("http://site.test/", proxy="http://proxy.test"), resolve=fail))


async def hold_still(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(1024):
        pass


async def leave(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


SENSELESS = {
    "silence": hold_still,
    "an end": leave,
    "another protocol": saying(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "a head without end": saying(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000),
    "words before their time": saying(b"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03"),
    "no status": saying(b"HTTP/1.1 huh\r\n\r\n"),
    "a redirect": saying(b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1/\r\n\r\n"),
    "SOCKS 4": saying(b"\x00\x5a" + bytes(6)),
}


@pytest.mark.parametrize("how", SENSELESS)
def test_a_proxy_that_makes_no_sense_is_the_networks_fault(how: str) -> None:
    with RawServer(SENSELESS[how]) as proxy:
        assert_of_the_network(ask_through("https://site.test/", f"http://127.0.0.1:{proxy.port}", 0.5))


SENSELESS_SOCKS = {
    "silence": [],
    "HTTP": [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
    "half an answer": [b"\x05"],
    "another version": [b"\x04\x00"],
    "a bad reply": [b"\x05\x00", b"\x04\x00\x00\x01" + bytes(6)],
    "a reply of no form": [b"\x05\x00", b"\x05\x00\x00\x09" + bytes(6)],
    "an end": [b"\x05\x00", b""],
}


@pytest.mark.parametrize("how", SENSELESS_SOCKS)
def test_a_socks_proxy_that_makes_no_sense_is_the_networks_fault(how: str) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in SENSELESS_SOCKS[how]:
            await reader.read(1024)
            writer.write(part)
            await writer.drain()
            if not part:
                return
        await hold_still(reader, writer)

    with RawServer(behave) as proxy:
        assert_of_the_network(ask_through("http://site.test/", f"socks5://127.0.0.1:{proxy.port}", 0.5))


@pytest.mark.parametrize(
    ("reply", "outcome", "cause"),
    [
        (1, Outcome.UNKNOWN, "proxy"),
        (2, Outcome.UNKNOWN, "proxy"),
        (3, Outcome.UNKNOWN, "proxy"),
        (4, Outcome.CRITICAL, "unreachable"),
        (5, Outcome.CRITICAL, "refused"),
        (6, Outcome.CRITICAL, "unreachable"),
        (7, Outcome.UNKNOWN, "proxy"),
        (200, Outcome.UNKNOWN, "proxy"),
    ],
)
def test_what_a_socks_proxy_found_of_the_target_is_believed(reply: int, outcome: Outcome, cause: str) -> None:
    with SocksProxy(refuse=reply) as proxy:
        finding = ask_through("http://site.test/", proxy.url)
    assert (finding.outcome, finding.cause) == (outcome, cause)
    assert f"127.0.0.1:{proxy.port}" in finding.message


@pytest.mark.parametrize(
    ("status", "outcome", "cause", "blame"),
    [
        (502, Outcome.CRITICAL, "unreachable", Blame.SERVICE),
        (503, Outcome.UNKNOWN, "proxy", Blame.NETWORK),  # it may have too much to do itself
        (504, Outcome.CRITICAL, "unreachable", Blame.SERVICE),
        (403, Outcome.UNKNOWN, "proxy", Blame.CONFIG),
        (407, Outcome.UNKNOWN, "proxy", Blame.CONFIG),
        (400, Outcome.UNKNOWN, "proxy", Blame.NETWORK),
        (500, Outcome.UNKNOWN, "proxy", Blame.NETWORK),
    ],
)
def test_what_an_http_proxy_answers_to_connect(status: int, outcome: Outcome, cause: str, blame: Blame) -> None:
    with HttpProxy(refuse=status) as proxy:
        finding = ask_through("https://site.test/", proxy.url)
    assert (finding.outcome, finding.cause, finding.blame) == (outcome, cause, blame)
    assert f"HTTP {status}" in finding.message


def test_a_socks_proxy_that_waits_for_the_target_waits_for_the_target() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(b"\x05\x00")
        await hold_still(reader, writer)

    with RawServer(behave) as proxy:
        finding = ask_through("http://site.test/", f"socks5://127.0.0.1:{proxy.port}", 0.4)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "timeout.connect")


def test_a_tunnel_in_which_the_target_says_nothing_is_the_targets_silence() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await hold_still(reader, writer)

    with RawServer(behave) as proxy:
        finding = ask_through("https://site.test/", f"http://127.0.0.1:{proxy.port}", 0.4)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "timeout.tls")


@pytest.mark.parametrize("inner", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "169.254.169.254", "x.localhost"])
def test_a_redirect_through_a_proxy_does_not_lead_inside(inner: str) -> None:
    with HttpServer(302, headers={"Location": f"http://{inner}:9/"}) as page, HttpProxy() as proxy:
        finding = ask_through(f"http://site.test:{page.port}/", proxy.url)
        assert len(proxy.asked) == 1
    assert finding.cause == "http.redirects"


def test_redirects_go_on_through_the_proxy() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(302, headers={"Location": "/end"}) if asked.path == "/" else Reply(body=b"end")

    with HttpServer(answer=answer) as page, HttpProxy() as proxy:
        assert ask_through(f"http://site.test:{page.port}/", proxy.url, contains="end").outcome is Outcome.OK
        assert len(proxy.asked) == 2


def test_the_environments_proxy_is_used_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    page = httpx.URL("http://site.test:81/")
    assert chosen("system", page) is None
    monkeypatch.setenv("all_proxy", "socks5h://127.0.0.1")
    assert chosen("system", page) == Proxy("socks5", "127.0.0.1", 1080)
    monkeypatch.setenv("http_proxy", "me:pa%3Ass@127.0.0.1:3128/")
    assert chosen("system", page) == Proxy("http", "127.0.0.1", 3128, "me", "pa:ss")
    assert chosen("system", httpx.URL("https://site.test/")) == Proxy("socks5", "127.0.0.1", 1080)
    monkeypatch.setenv("no_proxy", "example.org,.test")
    assert chosen("system", page) is None
    assert chosen("http://127.0.0.1:1", page) == Proxy("http", "127.0.0.1", 1)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", "htp://hush@nowhere")
    finding = ask_through("http://site.test/", "system")
    assert (finding.cause, finding.message) == ("config.invalid", "the environment names a proxy that is none")


@pytest.mark.parametrize(
    "text",
    [
        "proxy",
        "proxy:3128",
        "ftp://x",
        "http://",
        "http://a b",
        "http://x/path",
        "http://x:0",
        "http://x:99999",
        "SYSTEM",
    ],
)
def test_what_is_no_proxy_is_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=f'not a proxy: "{text}"'):
        check_proxy(text)
