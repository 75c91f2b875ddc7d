"""Control targets: what may be one, and what their answers mean, with real servers in their places."""

from __future__ import annotations

import asyncio
import socket
import ssl

import pytest

from tests.probes.certificates import self_signed, server, trusting
from tests.servers import HttpServer, RawServer, closed_port, saying
from trayapp.core.keys import Text
from trayapp.monitor.ground import Names
from trayapp.monitor.ground_portable import PortableGround
from trayapp.monitor.nameserver import read as read_names
from trayapp.probes.base import Means
from trayapp.probes.controls import WELL_KNOWN, Answer, check_controls, control

TRUSTING = trusting()


async def no_secret(text: Text) -> str:
    assert isinstance(text, str)
    return text


def ground(tls: ssl.SSLContext = TRUSTING, error: int | None = None) -> PortableGround:
    """All names are this machine, or fail in the given way."""

    async def resolve(host: str, port: int):
        if error is not None:
            raise socket.gaierror(error, "as the test wants it")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]

    return PortableGround(lambda seconds: Means(seconds, no_secret, resolve, tls))


def ask(target: str) -> Answer:
    return asyncio.run(ground().ask(control(target), 2.0))


def test_a_page_whose_words_do_not_matter_is_not_waited_for():
    unending = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\nx", hold=True)
    with RawServer(unending) as there:
        assert ask(f"http://127.0.0.1:{there.port}/") is Answer.ANSWERED


def test_those_that_come_with_the_program_are_right():
    check_controls(WELL_KNOWN)
    assert {control(target).target.partition(":")[0] for target in WELL_KNOWN} == {"http", "https", "dns"}


@pytest.mark.parametrize("target", ["ftp://x.test", "x.test", "tcp://x.test", "https://", "dns:", "dns:-x-", ""])
def test_what_is_none_is_refused_with_a_sentence(target: str):
    with pytest.raises(ValueError, match=r"\S+ \S+"):
        check_controls((target,))


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (204, b"", {}, Answer.ANSWERED),
        (200, b"<h1>Please log in</h1>", {}, Answer.STRANGER),
        (302, b"", {"Location": "http://login.test/"}, Answer.STRANGER),
        (511, b"", {}, Answer.STRANGER),
        (503, b"", {}, Answer.SILENT),
        (404, b"", {}, Answer.SILENT),
    ],
)
def test_a_page_that_says_nothing_betrays_whoever_says_something(status, body, headers, expected: Answer):
    with HttpServer(status, body, headers=headers) as http:
        assert ask(f"{http.url}generate_204") is expected


@pytest.mark.parametrize(
    ("body", "expected"), [(b"success\n", Answer.ANSWERED), (b"<h1>Please log in</h1>", Answer.STRANGER)]
)
def test_a_page_whose_words_are_known_betrays_whoever_says_others(body: bytes, expected: Answer):
    with HttpServer(body=body) as http:
        assert ask(f"{http.url}success.txt") is expected


def test_a_right_certificate_is_enough_and_a_wrong_one_is_a_strangers():
    for tls, expected in ((server(), Answer.ANSWERED), (self_signed(), Answer.STRANGER)):
        with HttpServer(503, tls=tls) as https:
            assert ask(https.url) is expected


def test_a_port_answers_by_accepting_and_a_closed_one_is_silence():
    with HttpServer() as http:
        assert ask(f"tcp://127.0.0.1:{http.port}") is Answer.ANSWERED
    with closed_port() as port:
        assert ask(f"tcp://127.0.0.1:{port}") is Answer.SILENT
    assert ask("dns:zone.test") is Answer.SILENT


def test_only_answers_that_nobody_else_gives_are_genuine():
    genuine = {
        target: control(target).genuine
        for target in ("http://a.test/generate_204", "http://a.test/success.txt", "http://a.test/", "https://a.test")
    }
    assert list(genuine.values()) == [True, True, False, True]
    assert not control("tcp://a.test:443").genuine


def test_the_certificate_that_is_shown_has_a_fingerprint_right_or_wrong_and_a_closed_port_has_none():
    async def look(port: int) -> str:
        return await ground().certificate("shop.test", port, 2.0)

    with HttpServer(tls=self_signed()) as https:
        shown = {asyncio.run(look(https.port)) for _ in range(2)}
    assert [len(fingerprint) for fingerprint in shown] == [64]
    with closed_port() as port:
        assert asyncio.run(look(port)) == ""


@pytest.mark.parametrize(
    ("error", "expected"),
    [(socket.EAI_NONAME, Names.OUTSIDE), (socket.EAI_AGAIN, Names.SILENT), (None, Names.LIED)],
)
def test_where_only_the_systems_resolver_can_be_asked_its_errors_tell(error: int | None, expected: Names):
    assert asyncio.run(ground(error=error).names("zone.test", 2.0)) is expected


@pytest.mark.parametrize(
    ("server", "flags", "answers", "expected"),
    [
        ("192.168.7.1", 0x8183, 0, Names.OUTSIDE),
        ("192.168.7.1", 0x8180, 0, Names.OUTSIDE),
        ("192.168.7.1", 0x8180, 1, Names.LIED),
        ("192.168.7.1", 0x8182, 0, Names.SPOKE),
        ("127.0.0.53", 0x8185, 0, Names.SPOKE),
        ("fe80::1%eth0", 0x8185, 0, Names.SPOKE),
        ("203.0.113.53", 0x8185, 0, Names.OUTSIDE),
    ],
)
def test_what_an_answer_of_a_name_server_means_depends_on_where_it_is(server, flags, answers, expected: Names):
    head = b"\x12\x34" + flags.to_bytes(2) + b"\0\1" + answers.to_bytes(2) + bytes(4)
    assert read_names(head, server) is expected
