"""Whose answer it is that comes through a proxy, over http and https alike."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

import pytest

from tests.faults.namespaces import Namespace, in_thread, own_file
from tests.faults.table import Property, row
from tests.probes.asking import ask, means
from tests.probes.certificates import server as certified
from tests.probes.certificates import trusting
from tests.probes.real.dnsmasq import Dnsmasq
from tests.probes.real.squid import Squid
from tests.probes.test_proxy import ask_through, assert_of_the_network
from tests.servers import Asked, HttpServer, RawServer, Reply, closed_port, saying
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.monitor.resolver import Resolver
from trayapp.probes.http import Http
from trayapp.probes.proxy_word import Answer, Word


class Names(Dnsmasq):
    user = "root"  # its port is 53

    def __init__(self) -> None:
        super().__init__("--local=/test/", "--address=/known.test/127.0.0.1")
        self.port = 53


CASES = {
    "a page that is well": ("known.test:{page}", Outcome.OK, ""),
    "a page that says 403": ("known.test:{page}/403", Outcome.CRITICAL, "http.status"),
    "a page that says 404": ("known.test:{page}/404", Outcome.CRITICAL, "http.status"),
    "a page that says 503": ("known.test:{page}/503", Outcome.CRITICAL, "http.status"),
    "a port that refuses": ("closed.test:9", Outcome.CRITICAL, "refused"),
    "a name that is not there": ("gone.test", Outcome.CRITICAL, "dns.nxdomain"),
    "a name of which the name server does not say": ("elsewhere.example", Outcome.UNKNOWN, "proxy"),
    "a place that the proxy does not allow": ("forbidden.test", Outcome.UNKNOWN, "proxy"),
}


def by_its_path(asked: Asked) -> Reply:
    return Reply(int(asked.path.strip("/") or 200))


@pytest.fixture(scope="module")
def through_squid(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Finding]:
    """What checks find that ask through a real Squid; names are looked up by it and, if need be, by us."""
    resolv_conf = tmp_path_factory.mktemp("squid") / "resolv.conf"
    resolv_conf.write_text("nameserver 127.0.0.1\n")

    async def check_all(proxy: str, pages: Mapping[str, int]) -> dict[tuple[str, str], Finding]:
        resolver = Resolver()
        given = means(6.0, resolver.resolve, trusting())
        asked = [(what, scheme) for what in CASES for scheme in pages]
        urls = [f"{scheme}://{CASES[what][0].format(page=pages[scheme])}" for what, scheme in asked]
        try:
            findings = await asyncio.gather(*(Http(url, proxy=proxy).check(given) for url in urls))
        finally:
            resolver.close()
        return dict(zip(asked, findings, strict=True))

    def story() -> Mapping[tuple[str, str], Finding]:
        namespace = Namespace()
        with contextlib.closing(namespace):
            namespace.enter()
            with (
                own_file("/etc/resolv.conf", resolv_conf),
                Names(),
                Squid() as squid,
                HttpServer(answer=by_its_path) as plain,
                HttpServer(answer=by_its_path, tls=certified("known.test")) as encrypted,
            ):
                return asyncio.run(check_all(squid.url, {"http": plain.port, "https": encrypted.port}))

    return in_thread(story)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("what", CASES)
def test_what_a_real_squid_says_is_told_from_what_the_service_says(
    through_squid: Mapping[tuple[str, str], Finding], scheme: str, what: str, record_property: Property
) -> None:
    finding = through_squid[what, scheme]
    with row("found-T14", f"{what}, {scheme} through Squid", record_property) as seen:
        seen.seen(finding.outcome.name, finding.cause)
    _, outcome, cause = CASES[what]
    assert (finding.outcome, finding.cause) == (outcome, cause), finding.message
    assert finding.answered is (outcome is Outcome.OK or cause == "http.status")


SQUID = (("server", "squid/5.7"), ("via", "1.1 vm (squid/5.7)"))
NGINX = (("server", "nginx"), ("via", "1.1 vm (squid/5.7)"))
TWO = (("server", "squid/5.7"), ("via", "1.1 theirs (squid/5.7), 1.1 vm (squid/5.7)"))


def squid(error: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (*SQUID, ("x-squid-error", error), *more)


def told(value: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (("proxy-status", value), *more)


@pytest.mark.parametrize(
    ("status", "headers", "page", "word"),
    [
        (407, (), "", Word.CREDENTIALS),
        (503, squid("ERR_DNS_FAIL 0"), "", Word.PERHAPS_NAMELESS),
        (503, squid("ERR_CONNECT_FAIL 111"), "", Word.REFUSED),
        (503, squid("ERR_CONNECT_FAIL 113"), "", Word.UNREACHED),
        (503, squid("ERR_CONNECT_FAIL 101"), "", Word.FAILED),  # the proxy has no way out
        (503, squid("ERR_CONNECT_FAIL nonsense"), "", Word.FAILED),
        (403, squid("ERR_ACCESS_DENIED 0"), "", Word.DENIED),
        (200, squid("ERR_ACCESS_DENIED 0"), "", Word.DENIED),
        (302, squid("302:http://blocked.test/ 0"), "", Word.FAILED),
        (403, SQUID, "", Word.DENIED),
        (404, SQUID, "", None),
        (503, (*TWO, ("x-squid-error", "ERR_CONNECT_FAIL 111")), "", Word.UNCLEAR),
        (503, TWO, "", Word.UNCLEAR),
        (503, NGINX, "", None),
        (503, NGINX[1:], "", None),
        (503, (("via", "1.1 vm"),), "", Word.UNCLEAR),
        (403, NGINX, "", None),
        (503, (), "", Word.UNCLEAR),
        (403, (), "", Word.UNCLEAR),
        (500, (("server", "nginx"),), "", Word.UNCLEAR),
        (500, (), "<p>Generated by <a href='x'>tinyproxy</a> version 1.11", Word.FAILED),
        (403, (("via", "1.1 x"), ("server", "y")), "<body id=ERR_ACCESS_DENIED>", Word.DENIED),
        (404, (), "", None),
        (401, (), "", None),
        (429, (), "", None),
        (502, told('vm; error=dns_error; rcode="NXDOMAIN"'), "", Word.NAMELESS),
        (502, told('vm; error=dns_error; rcode="SERVFAIL"'), "", Word.FAILED),
        (502, told("vm; error=dns_timeout"), "", Word.FAILED),
        (502, told("origin-cdn; error=connection_timeout, vm; received-status=502"), "", None),
        (503, told('vm; error=connection_refused; details="a, b; error=x"'), "", Word.REFUSED),
        (403, told("vm; error=http_request_denied"), "", Word.DENIED),
        (502, told("cdn; error=connection_refused", ("via", "1.1 cdn, 1.1 vm")), "", Word.UNCLEAR),
        (502, told(", ;;=\"\\"), "", Word.UNCLEAR),
    ],
)  # fmt: skip
def test_whose_word_it_is(
    status: int, headers: tuple[tuple[str, str], ...], page: str, word: Word | None, record_property: Property
) -> None:
    with row("found-T14", f"HTTP {status} {dict(headers)} {page}"[:100], record_property) as seen:
        said = Answer(status, headers, beginning=page).word()
        seen.seen("the service" if said is None else said.value, "")
    assert said is word


@pytest.mark.parametrize(
    ("status", "outcome", "cause"),
    [
        (200, Outcome.OK, ""),
        (404, Outcome.CRITICAL, "http.status"),
        (403, Outcome.UNKNOWN, "proxy"),
        (503, Outcome.UNKNOWN, "proxy"),
    ],
)
def test_a_proxy_that_leaves_no_trace_is_not_taken_for_the_service(
    status: int, outcome: Outcome, cause: str, record_property: Property
) -> None:
    with (
        row("found-T14", f"HTTP {status} through a proxy without a trace", record_property) as seen,
        RawServer(saying(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)) as proxy,
    ):
        finding = ask_through("http://site.test/", f"http://127.0.0.1:{proxy.port}")
        seen.seen(finding.outcome.name, finding.cause)
    assert (finding.outcome, finding.cause) == (outcome, cause)


def test_a_denial_of_the_proxy_satisfies_nobody_who_expects_one() -> None:
    head = b"HTTP/1.1 403 X\r\nServer: squid/5.7\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\nContent-Length: 0\r\n\r\n"
    with RawServer(saying(head)) as proxy:
        finding = ask_through("http://site.test/", f"http://127.0.0.1:{proxy.port}", expect_status=("403",))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "proxy", Blame.CONFIG)
    assert not finding.answered


def test_without_a_proxy_such_an_answer_is_the_services() -> None:
    with HttpServer(503, headers={"X-Squid-Error": "ERR_ACCESS_DENIED 0"}) as page:
        assert ask(Http(page.url)).cause == "http.status"


def test_a_proxy_that_cannot_do_it_is_the_networks() -> None:
    with closed_port() as port:
        assert_of_the_network(ask_through("http://site.test/", f"http://127.0.0.1:{port}"))
