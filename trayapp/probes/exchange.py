"""The conversation of one `http` check: ask, follow where that is allowed, and have the answer judged."""

from __future__ import annotations

import re
import ssl
from functools import lru_cache
from typing import TYPE_CHECKING

import httpx

from trayapp import __version__
from trayapp.core.words import Finding, Outcome
from trayapp.probes.authentication import bearer, credentials
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved, Misconfigured
from trayapp.probes.cookies import Jar
from trayapp.probes.course import Course
from trayapp.probes.encryption import Papers, context_with
from trayapp.probes.judging import judge
from trayapp.probes.login import Login
from trayapp.probes.phases import Phases
from trayapp.probes.proxy import Proxy, chosen
from trayapp.probes.proxy_word import Answer, Word, believed
from trayapp.probes.redirects import leads_on, onward, same_origin
from trayapp.probes.transport import DEFAULT_PORTS, FreshTransport

if TYPE_CHECKING:
    from trayapp.probes.http import Http

STANDARD = httpx.Headers(
    {
        "User-Agent": f"Watchbell/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
)

_NOT_IN_A_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_REFUSALS = frozenset({"http.status", "auth"})
_URL = lru_cache(maxsize=1024)(httpx.URL)
"""Parsing one takes as long as a tenth of a check."""


async def exchange(http: Http, means: Means, phases: Phases) -> Finding:
    """Asks and judges. Raises what the transport raises, and CheckEnded for a broken rule."""
    request = await _first_request(http, means)
    login = await _login(http, request.url, means) if http.auth or "@" in http.url else None
    jar = Jar(request.headers.get("cookie", "").encode() if http.headers else b"")
    own = True
    course = phases.heard = Course()
    transport = FreshTransport(means, phases, http.ip)
    for followed in range(http.max_redirects + 1):
        transport.proxy = await _proxy(http, request.url, means) if http.proxy else None
        if request.url.scheme == "https":
            transport.tls = await _tls(http, means, own=own)
        request, response = await _answer(transport, course, jar, request, login if own else None)
        between = transport.proxy if request.url.scheme == "http" else None
        try:
            if between is not None and between.speaks_http:
                await _doubt(between, request, response, None, means, phases)
            if http.follow == "none" or http.expects(response.status_code) or not leads_on(response):
                finding = await judge(http, response, phases, course, transport.proxy, followed, own=own)
                if finding.outcome is Outcome.CRITICAL:
                    phases.leave()
                    await course.glimpse(means.timeout - phases.spent)
                    if between is not None and between.speaks_http:
                        await _doubt(between, request, response, course.beginning, means, phases)
                    if http.turned_away == "unknown" and finding.cause in _REFUSALS:
                        finding = course.unjudged(finding)
                return finding
        finally:
            await response.aclose()
        before, request = request.url, onward(request, response, http.follow, STANDARD)
        own = own and same_origin(before, request.url)
    raise Misbehaved("http.redirects", f"more than {http.max_redirects} redirects")


async def _answer(
    transport: FreshTransport, course: Course, jar: Jar, request: httpx.Request, login: Login | None
) -> tuple[httpx.Request, httpx.Response]:
    """What was asked in the end, and the response to it: a server may say first how it wants to know who we are."""
    asked = request if login is None else login.first(request)
    while True:
        asked = jar.onto(asked)
        course.asked(asked)
        response = await transport.handle_async_request(asked)
        course.answered(response)
        if b"set-cookie" in response.extensions["heads"]:
            jar.keep(asked.url, response.headers)
        if login is None:
            return asked, response
        try:
            again = login.again(request, asked, response)
        except BaseException:
            await response.aclose()
            raise
        if again is None:
            return asked, response
        await response.aclose()
        asked = again


async def _doubt(
    proxy: Proxy, request: httpx.Request, response: httpx.Response, page: str | None, means: Means, phases: Phases
) -> None:
    """Raises what the proxy's own word means, where this is one. `page` is how it begins; None: not read yet, so that
    only what is certain counts.
    """
    headers = [(name.lower(), value) for name, value in response.headers.multi_items()]
    word = Answer(response.status_code, headers, beginning=page or "").word()
    if word is None or (page is None and word is Word.UNCLEAR):
        return
    phases.leave()
    phases.answered = False  # it was not the service that spoke
    host, port = request.url.raw_host.decode("ascii"), request.url.port or DEFAULT_PORTS["http"]
    status, known = response.status_code, bool(proxy.user)
    raise await believed(word, status, means, place=proxy.place, known=known, host=host, port=port)


async def _first_request(http: Http, means: Means) -> httpx.Request:
    if not (http.headers or http.body or http.auth or "@" in http.url):
        return _plain_request(http.method, http.url)
    url = _parsed(http.url, http.target)
    headers = {name.lower(): (name, value) for name, value in STANDARD.raw}
    if who := await bearer(http.auth, means):
        headers[b"authorization"] = _header("Authorization", who)
    for key, text in http.headers.items():
        name, value = _header(key, (await means.reveal(text)).strip())
        headers[name.lower()] = name, value
    content = _encoded(await means.reveal(http.body), "content") if http.body else None
    return httpx.Request(http.method, url, headers=list(headers.values()), content=content)


@lru_cache(maxsize=4096)
def _plain_request(method: str, url: str) -> httpx.Request:
    """A request that holds nothing of the user's, kept for the next check: making it takes as long as reading it."""
    return httpx.Request(method, _parsed(url, url), headers=STANDARD)


def _parsed(written: str, shown: str) -> httpx.URL:
    try:
        return _URL(written)
    except httpx.InvalidURL as error:
        raise Misconfigured("config.invalid", f"not a URL: {shown}") from error


def _header(name: str, value: str) -> tuple[bytes, bytes]:
    """As it is sent: what is not ASCII in UTF-8, which servers that know of it take it for (RFC 9110, 5.5)."""
    if _NOT_IN_A_HEADER.search(value):
        raise Misconfigured("config.invalid", f"the value of header {name} has characters that no header may have")
    return name.encode("ascii"), _encoded(value, f"value of header {name}")


def _encoded(text: str, what: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:  # halves of characters, as a file or a keyring may hold
        raise Misconfigured("config.invalid", f"the {what} is not text") from error


async def _login(http: Http, url: httpx.URL, means: Means) -> Login | None:
    user, password = await credentials(http.auth, means, url.userinfo)
    return Login(url, user, password) if user or password else None


async def _proxy(http: Http, url: httpx.URL, means: Means) -> Proxy | None:
    user, password = await credentials(http.proxy_auth, means)
    return chosen(http.proxy, url, user, password)


async def _tls(http: Http, means: Means, *, own: bool) -> ssl.SSLContext:
    """To another origin our own certificate is not shown."""
    if own:
        papers = Papers(http.verify, http.ca_file, http.client_certificate, http.client_key)
    else:
        papers = Papers(http.verify, http.ca_file)
    return await context_with(papers, http.client_passphrase, means)
