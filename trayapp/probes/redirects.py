"""Where a redirect may lead, and what may travel along. Stricter than a browser: nobody looks on.

To another origin go our own standard headers alone: no Authorization, no header the user set, no
body. Never from https to http, never to another scheme.
"""

from __future__ import annotations

import httpx

from trayapp.probes.addresses import check_url, without_password
from trayapp.probes.causes import Misbehaved

STANDARD = ("User-Agent", "Accept", "Accept-Encoding", "Connection")
"""The headers that are ours and say nothing of the user."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def leads_on(response: httpx.Response) -> bool:
    """Whether the response asks to look elsewhere (RFC 9110, section 15.4). Without a Location it does not."""
    return response.status_code in _REDIRECTS and "location" in response.headers


def onward(request: httpx.Request, response: httpx.Response, policy: str, standard: httpx.Headers) -> httpx.Request:
    """The request that a redirect asks for. Misbehaved `http.redirects`: it may not be followed.

    `policy` is same-origin or any; `standard` are the values of our own STANDARD headers.
    """
    url = _destination(request, response.headers["location"])
    if (request.url.scheme, url.scheme) == ("https", "http"):
        raise Misbehaved("http.redirects", f"redirects from https to plain http{_shown(url, request)}")
    method, body = request.method, request.content
    if response.status_code == 303 or (response.status_code in (301, 302) and method == "POST"):
        method, body = ("HEAD" if method == "HEAD" else "GET"), b""
    if same_origin(url, request.url):
        headers = request.headers.copy()
        if not body:
            for name in ("Content-Length", "Content-Type"):
                headers.pop(name, None)
        return httpx.Request(method, url, headers=headers, content=body or None)
    if policy == "same-origin":
        raise Misbehaved("http.redirects", f"redirects to another site{_shown(url, request)}")
    if body:
        raise Misbehaved("http.redirects", f"redirects a {method} with its content to another site")
    return httpx.Request(method, url, headers=standard)


def _destination(request: httpx.Request, location: str) -> httpx.URL:
    """The absolute URL, without credentials and fragment."""
    try:
        url = request.url.copy_with(userinfo=b"").join(location).copy_with(userinfo=b"", fragment=None)
        check_url(str(url))
    except (httpx.InvalidURL, ValueError) as error:
        shown = "" if confides(request) else f": {location.partition('?')[0][:100]}"
        raise Misbehaved("http.redirects", f"redirects to what is no web address{shown}") from error
    return url


def same_origin(url: httpx.URL, other: httpx.URL) -> bool:
    """Whether what belongs to the one may travel to the other."""
    return _origin(url) == _origin(other)


def _origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    """Scheme, host and port (RFC 6454); httpx leaves a port out where it is the scheme's own."""
    return url.scheme, url.raw_host, url.port


def _shown(url: httpx.URL, request: httpx.Request) -> str:
    """Without the query: it may be a ticket to somebody's session, and is another one each time."""
    return "" if confides(request) else f" ({without_password(str(url.copy_with(query=None)))[:100]})"


def confides(request: httpx.Request) -> bool:
    """Whether something of the user's was sent, which the server might repeat anywhere."""
    ours = {"host", *(name.lower() for name in STANDARD)}
    return bool(request.content) or not ours.issuperset(request.headers)
