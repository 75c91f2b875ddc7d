"""Stages for rows of faults that take more than a server that says its lines: who is asked, and what then holds."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.probes.certificates import AUTHORITY, STRANGER, moment, pem, self_signed, server, trusting
from tests.probes.papers import authority_file, client_files, old_certificate, revocations, rsa, weak_group
from tests.probes.proxies import HttpProxy
from tests.probes.real.openssl import OpenSslServer
from tests.servers import Behaviour, HttpServer, Nginx, RawServer, closed_port, pause, reset, saying
from trayapp.probes.http import Http

OLD = {"not_before": moment(2025, 5, 3), "not_after": moment(2026, 5, 3)}
YOUNG = {"not_before": moment(2091, 1, 31), "not_after": moment(2092, 1, 1)}
SECRETS = {"Authorization": "Bearer hush", "X-Token": "hush", "Cookie": "id=hush"}


@dataclass(frozen=True)
class Stage:
    """`probes` are asked one after the other; `afterwards` fails where something else happened that must not."""

    probes: Sequence[Http]
    tls: ssl.SSLContext | None = None
    afterwards: Callable[[], None] = field(default=lambda: None)


Staging = Callable[[ExitStack, Mapping[str, Any]], Stage]
"""Sets a stage up with what the rules of its row say; the servers end with the stack."""


def says(answer: bytes) -> Staging:
    """A server that gives this answer to whatever request."""
    return behaves(saying(answer))


def behaves(behave: Behaviour, scheme: str = "http") -> Staging:
    def staging(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
        port = stack.enter_context(RawServer(behave)).port
        return Stage([Http(f"{scheme}://127.0.0.1:{port}/", **rules)])

    return staging


def leads_to(location: str, delay: float = 0.0) -> Staging:
    def staging(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
        page = HttpServer(302, b"", headers={"Location": location}, delay=delay)
        return Stage([Http(stack.enter_context(page).url, **rules)])

    return staging


def nothing_of_the_user_crosses(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
    other = stack.enter_context(HttpServer())
    # Another name, for cookies are by host: RFC 6265, 8.5, has them cross to another port.
    there = f"http://other.test:{other.port}/"
    first = stack.enter_context(HttpServer(302, b"", headers={"Location": there, "Set-Cookie": "id=hush"}))

    def afterwards() -> None:
        (asked,) = other.requests
        assert set(asked.headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert (asked.method, asked.body) == ("GET", b"")

    return Stage([Http(first.url, method="POST", body="hush", headers=SECRETS, **rules)], afterwards=afterwards)


def no_client_certificate_crosses(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
    folder = Path(stack.enter_context(TemporaryDirectory()))
    authority = authority_file(folder)
    certificate, key = client_files(folder)
    wish = f"ssl_client_certificate {authority}; ssl_verify_client optional;"
    folder.chmod(0o755)
    say = f'{wish} location / {{ return 200 "[$ssl_client_s_dn]"; }}'
    other = stack.enter_context(Nginx(say, tls=pem("127.0.0.1")))
    first = stack.enter_context(Nginx(f"{wish} location / {{ return 302 {other.url}; }}", tls=pem("127.0.0.1")))
    papers = {"client_certificate": str(certificate), "client_key": str(key), "ca_file": str(authority)}
    return Stage([Http(first.url, contains="[]", **papers, **rules)])  # type: ignore[arg-type]


def from_outside_in(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
    """A name that only the proxy knows sends us to this machine."""
    inner = stack.enter_context(HttpServer())
    site = stack.enter_context(HttpServer(302, b"", headers={"Location": inner.url}))
    proxy = stack.enter_context(HttpProxy())

    def afterwards() -> None:
        assert inner.accepted == 0
        assert proxy.asked == [f"site.test:{site.port}"]

    return Stage([Http(f"http://site.test:{site.port}/", proxy=proxy.url, **rules)], afterwards=afterwards)


def from_https_to_http(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
    plain = stack.enter_context(HttpServer())
    first = stack.enter_context(HttpServer(302, b"", headers={"Location": plain.url}, tls=server()))

    def afterwards() -> None:
        assert plain.accepted == 0

    return Stage([Http(first.url, **rules)], trusting(), afterwards)


def cookies(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
    sites = [stack.enter_context(HttpServer(headers={"Set-Cookie": "id=1; Path=/"})) for _ in range(2)]

    def afterwards() -> None:
        seen = [asked for site in sites for asked in site.requests]
        assert len(seen) == 4
        assert all("cookie" not in asked.headers for asked in seen)

    return Stage([Http(site.url, **rules) for site in (*sites, *sites)], afterwards=afterwards)


def dead_proxy(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
    proxy = f"http://127.0.0.1:{stack.enter_context(closed_port())}"
    pages = ("http://one.test/", "https://two.test/")
    return Stage([Http(page, proxy=proxy, **rules) for page in pages])


def certified(make: Callable[[], ssl.SSLContext]) -> Staging:
    def staging(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
        return Stage([Http(stack.enter_context(HttpServer(tls=make())).url, **rules)], trusting())

    return staging


CERTIFICATES: Mapping[str, Staging] = {
    "expired": certified(lambda: server(**OLD)),
    "not yet valid": certified(lambda: server(**YOUNG)),
    "for another host": certified(lambda: server("other.test")),
    "self-signed": certified(self_signed),
    "of an unknown authority": certified(lambda: server(authority=STRANGER)),
    "ends in 5 days": certified(
        lambda: server(not_before=moment(2026, 1, 1), not_after=datetime.now(UTC) + timedelta(days=5, hours=1))
    ),
}


def revoked(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
    chain, key = pem("127.0.0.1")
    listed = Path(stack.enter_context(TemporaryDirectory())) / "listed.pem"
    listed.write_bytes(AUTHORITY.cert_pem.bytes() + revocations(chain))
    site = stack.enter_context(Nginx(tls=(chain, key)))
    return Stage([Http(site.url, ca_file=str(listed), **rules)])


def outdated(*options: str) -> Staging:
    def staging(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
        site = stack.enter_context(OpenSslServer(*rsa("127.0.0.1"), *options))
        return Stage([Http(site.url, **rules)], trusting())

    return staging


def weak_diffie_hellman(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
    group = weak_group(Path(stack.enter_context(TemporaryDirectory())))
    return outdated("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-dhparam", str(group))(stack, rules)


def signed_with_sha1(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
    old = old_certificate(Path(stack.enter_context(TemporaryDirectory())), "sha1", 2048)
    site = stack.enter_context(OpenSslServer(*old, "-cipher", "ALL:@SECLEVEL=0"))
    return Stage([Http(site.url, **rules)], trusting())


def pages(*texts: str) -> Staging:
    """All of them, on a real nginx that says 200 to each."""

    def staging(stack: ExitStack, rules: Mapping[str, Any]) -> Stage:
        places = "".join(f'location = /{n} {{ return 200 "{text}"; }}' for n, text in enumerate(texts))
        site = stack.enter_context(Nginx(places))
        return Stage([Http(f"{site.url}{n}", **rules) for n in range(len(texts))])

    return staging


async def stall(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(1024):
        pass


async def stall_after_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1024)
    # A record that says it holds 122 bytes of a ServerHello, and holds six.
    writer.write(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03")
    await stall(reader, writer)


async def drip_a_handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + bytes(100):
        writer.write(bytes((byte,)))
        await pause(reader, 0.05)


def bomb(megabytes: int = 400) -> bytes:
    """A gzip that unpacks to so much, a thousandth of it long."""
    squeezer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    begin, *rest = [squeezer.compress(bytes(4_000_000)) + squeezer.flush(zlib.Z_FULL_FLUSH) for _ in range(3)]
    return begin + rest[-1] * (megabytes // 4 - 1) + squeezer.flush()


def reset_after(words: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        await writer.drain()
        reset(writer)

    return behave
