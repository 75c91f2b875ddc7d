"""Through a proxy: which one is meant, and what is said to it before the target can be spoken to.

HTTP (RFC 9110, section 9.3.6) and SOCKS 5 (RFC 1928, 1929). The proxy looks the target's name up, for it may see
another world than we do. Whatever is wrong with a proxy is never the service's fault.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

import httpx

from trayapp import __version__
from trayapp.probes.addresses import check_host, join_port
from trayapp.probes.base import Means
from trayapp.probes.causes import CheckEnded, Misbehaved, Misconfigured, Obstructed
from trayapp.probes.connection import Connection
from trayapp.probes.dial import dial
from trayapp.probes.phases import Phases
from trayapp.probes.proxies import DEFAULT_PORTS, check_proxy
from trayapp.probes.proxy_word import Answer, Word, believed

MOST_HEAD = 16 * 1024
"""Bytes of a proxy's answer, at most."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d\d\d)[ \r\n]")

_SOCKS_REPLIES: dict[int, tuple[type[CheckEnded], str, str]] = {
    # RFC 1928, section 6. What the proxy found of the target is believed; what it says of itself is not the target's.
    2: (Misconfigured, "proxy", "the proxy {proxy} does not allow it"),
    4: (Misbehaved, "unreachable", "host unreachable, says the proxy {proxy}"),
    5: (Misbehaved, "refused", "connection refused, says the proxy {proxy}"),
    6: (Misbehaved, "unreachable", "no answer on the way, says the proxy {proxy}"),
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it listens, how it is spoken to ("http" or "socks5"), and who we are to it."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        return join_port(self.host, self.port)

    @property
    def speaks_http(self) -> bool:
        return self.scheme == "http"


def chosen(written: str, url: httpx.URL, user: str = "", password: str = "") -> Proxy | None:
    """The proxy to use for this URL: what the key says, or where it says "system" what the environment does."""
    if written != "system":
        return _proxy(written, user, password) if written else None
    # The host stands without brackets there, and with its port where one is named.
    if proxy_bypass_environment(url.host) or proxy_bypass_environment(url.netloc.decode("ascii")):
        return None
    named = getproxies_environment()
    text = named.get(url.scheme) or named.get("all") or ""
    if not text:
        return None
    text = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(text)
        check_proxy(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/"))
    except ValueError as error:
        raise Misconfigured("config.invalid", "the environment names a proxy that is none") from error
    return _proxy(text, user or unquote(parts.username or ""), password or unquote(parts.password or ""))


def _proxy(text: str, user: str, password: str) -> Proxy:
    parts = urlsplit(text)
    scheme = "socks5" if parts.scheme.startswith("socks5") else "http"
    return Proxy(scheme, check_host(parts.hostname or ""), parts.port or DEFAULT_PORTS[scheme], user, password)


def authorization(proxy: Proxy) -> Sequence[tuple[bytes, bytes]]:
    """The header that says to an HTTP proxy who we are; none where that is not known (RFC 7617)."""
    if not proxy.user:
        return ()
    return ((b"Proxy-Authorization", b"Basic " + b64encode(f"{proxy.user}:{proxy.password}".encode(errors="replace"))),)


async def through(proxy: Proxy, means: Means, phases: Phases, host: str, port: int, *, tunnel: bool) -> Connection:
    """A connection on which the target may be spoken to. Without `tunnel` an HTTP proxy is left to fetch by itself.

    Raises OSError and Obstructed for the proxy's failures, Misbehaved for what it found of the target.
    """
    phases.proxy = proxy.place
    wire = Connection(await dial(means, phases, proxy.host, proxy.port))
    try:
        if not proxy.speaks_http:
            phases.enter("connect", doing="proxy")
            await _socks(_Talk(wire, proxy), proxy, phases, host, port)
        elif tunnel:
            phases.enter("connect", doing="proxy")
            await _connect(_Talk(wire, proxy), proxy, means, host, port)
    except BaseException:
        wire.cut()
        raise
    phases.proxy = ""
    phases.host = host
    return wire


async def _connect(talk: _Talk, proxy: Proxy, means: Means, host: str, port: int) -> None:
    place = join_port(host, port)
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}", f"User-Agent: Watchbell/{__version__}"]
    credentials = b"".join(name + b": " + value + b"\r\n" for name, value in authorization(proxy))
    talk.say("\r\n".join(lines).encode("ascii") + b"\r\n" + credentials + b"\r\n")
    head, rest = await talk.head()
    found = _STATUS.match(head)
    if found is None:
        raise Obstructed("proxy", f"what answers at {proxy.place} is no HTTP proxy")
    status = int(found[1])
    if 200 <= status < 300:
        if rest:  # the target speaks second; these would be taken for its words
            raise Obstructed("proxy", f"what the proxy {proxy.place} says makes no sense")
        return
    fields = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    answer = Answer(status, [(name.strip().lower(), value.strip()) for name, _, value in fields], connect=True)
    word = answer.word() or Word.UNCLEAR
    raise await believed(word, status, means, place=proxy.place, known=bool(proxy.user), host=host, port=port)


async def _socks(talk: _Talk, proxy: Proxy, phases: Phases, host: str, port: int) -> None:
    talk.say(b"\x05\x02\x00\x02" if proxy.user else b"\x05\x01\x00")
    version, method = await talk.exactly(2)
    if version != 5:
        raise Obstructed("proxy", f"what answers at {proxy.place} is no SOCKS 5 proxy")
    if method == 2 and proxy.user:
        user, password = (text.encode(errors="replace")[:255] for text in (proxy.user, proxy.password))
        talk.say(bytes((1, len(user))) + user + bytes((len(password),)) + password)
        if (await talk.exactly(2))[1] != 0:
            raise Misconfigured("proxy", f"the proxy {proxy.place} refuses these credentials")
    elif method != 0:
        raise Misconfigured("proxy", f"the proxy {proxy.place} wants credentials")
    talk.say(b"\x05\x01\x00" + _socks_address(host) + port.to_bytes(2, "big"))
    phases.proxy = ""  # it is alive: what is waited for now is the target
    phases.host = host
    phases.enter("connect")
    version, reply, _, form = await talk.exactly(4)
    if version != 5 or form not in (1, 3, 4):
        raise Obstructed("proxy", f"what answers at {proxy.place} is no SOCKS 5 proxy")
    if reply != 0:
        kind, cause, message = _SOCKS_REPLIES.get(
            reply, (Obstructed, "proxy", f"the proxy {{proxy}} cannot do it (reply {reply})")
        )
        raise kind(cause, message.format(proxy=proxy.place))
    await talk.exactly({1: 4, 4: 16}.get(form) or (await talk.exactly(1))[0])
    await talk.exactly(2)


def _socks_address(host: str) -> bytes:
    with suppress(ValueError):
        address = ip_address(host)
        return bytes((1 if address.version == 4 else 4,)) + address.packed
    name = host.encode("ascii")
    return bytes((3, len(name))) + name


class _Talk:
    """What is said to the proxy itself; it ends in Obstructed where the proxy does."""

    def __init__(self, wire: Connection, proxy: Proxy) -> None:
        self._wire = wire
        self._proxy = proxy
        self._heard = b""

    def say(self, words: bytes) -> None:
        self._wire.send(words)

    async def exactly(self, count: int) -> bytes:
        while len(self._heard) < count:
            await self._more()
        taken, self._heard = self._heard[:count], self._heard[count:]
        return taken

    async def head(self) -> tuple[bytes, bytes]:
        """The head of an HTTP answer, and what came after it."""
        while b"\r\n\r\n" not in self._heard and len(self._heard) <= MOST_HEAD:
            await self._more()
        head, end, rest = self._heard.partition(b"\r\n\r\n")
        if not end:
            raise Obstructed("proxy", f"what the proxy {self._proxy.place} says makes no sense")
        return head + end, rest

    async def _more(self) -> None:
        closed = f"the proxy {self._proxy.place} closed the connection"
        try:
            received = await self._wire.receive()
        except OSError as error:
            raise Obstructed("proxy", closed) from error
        if not received:
            raise Obstructed("proxy", closed)
        self._heard += received
