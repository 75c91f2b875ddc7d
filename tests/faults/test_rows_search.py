"""Search domains: a name is asked for as it is configured, and what is meant for it goes nowhere else (found-T5)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.faults.namespaces import Namespace, in_thread, own_file
from tests.faults.table import Property, row
from tests.probes.asking import means
from tests.probes.real.dnsmasq import Dnsmasq
from tests.servers import HttpServer
from trayapp.core.words import Finding, Outcome
from trayapp.monitor.absolute import became, look_up, search_domains
from trayapp.monitor.resolver import Resolver
from trayapp.probes.http import Http

WILD = "192.0.2.66"
"""Where everything below the search domain leads, as with many a company's wildcard."""


class NameServer(Dnsmasq):
    user = "root"  # its port is 53

    def __init__(self) -> None:
        super().__init__(
            f"--address=/corp.example/{WILD}",
            f"--host-record=real.test,{WILD}",
            "--cname=alias.test,real.test",
            "--cname=aliased.corp.example,real.test",
            "--local=/test/",
            "--log-queries",
        )
        self.port = 53


@contextlib.contextmanager
def office(folder: Path) -> Iterator[tuple[NameServer, HttpServer]]:
    """A network with a search domain, a name server, a web server, and a name of its own in /etc/hosts."""
    resolv, hosts = folder / "resolv.conf", folder / "hosts"
    resolv.write_text("nameserver 127.0.0.1\nsearch corp.example\n")
    hosts.write_text(f"127.0.0.1 localhost\n{WILD} vm\n{WILD} printer.lan scanner\n")
    namespace = Namespace()
    namespace.enter()
    namespace.ip("address", "add", f"{WILD}/32", "dev", "lo")
    with (
        contextlib.closing(namespace),
        own_file("/etc/resolv.conf", resolv),
        own_file("/etc/hosts", hosts),
        NameServer() as names,
        HttpServer(host=WILD, port=80) as site,
    ):
        yield names, site


def check(url: str) -> Finding:
    async def once() -> Finding:
        resolver = Resolver()
        try:
            return await Http(url, headers={"X-Secret": "hunter2"}).check(means(5.0, resolver.resolve))
        finally:
            resolver.close()

    return asyncio.run(once())


def test_a_name_that_is_gone_is_not_found_in_a_search_domain(tmp_path: Path, record_property: Property) -> None:
    def story() -> None:
        with office(tmp_path) as (names, site):
            before = socket.getaddrinfo("gone.test", 80, type=socket.SOCK_STREAM)
            assert before[0][4][0] == WILD  # what the system would do
            with row("found-T5", "gone.test, known as gone.test.corp.example alone", record_property) as seen:
                asked = len(names.log)
                gone = check("http://gone.test/")
                seen.seen(gone.outcome.name, gone.cause)
            assert (gone.outcome, gone.cause) == (Outcome.CRITICAL, "dns.nxdomain")
            assert site.requests == []
            assert "gone.test from" in names.log[asked:]
            assert "corp.example" not in names.log[asked:]

    in_thread(story)


@pytest.mark.parametrize(
    ("host", "name_became"),
    [
        ("intra", "intra.corp.example"),
        ("aliased", "real.test"),
        ("real.test", None),
        ("real.test.", None),
        ("alias.test", None),
        ("host.corp.example", None),
        ("vm", None),
        ("printer.lan", None),
        ("scanner", "printer.lan"),
        ("localhost", None),
    ],
)
def test_every_name_that_is_there_is_found_where_it_was(
    host: str, name_became: str | None, tmp_path: Path, record_property: Property
) -> None:
    def story() -> None:
        with office(tmp_path), row("found-T5", f"{host}, with a search domain", record_property) as seen:
            local = HttpServer(port=80) if host == "localhost" else contextlib.nullcontext()
            with local:
                finding = check(f"http://{host}/")
            seen.seen(finding.outcome.name, str(finding.details.get("name_became", finding.cause)))
            assert (finding.outcome, finding.details.get("name_became")) == (Outcome.OK, name_became), finding

    in_thread(story)


def test_a_change_of_the_name_servers_is_noticed_between_two_lookups(tmp_path: Path, record_property: Property) -> None:
    def find(host: str) -> str:
        try:
            return str(look_up(host, 80, 0, socket.SOCK_STREAM)[0][4][0])
        except socket.gaierror as error:
            return str(error.errno)

    def story() -> None:
        with office(tmp_path), row("found-T5", "resolv.conf is written anew between lookups", record_property) as seen:
            found = [find("gone.test"), find("intra"), find("gone.test"), find("real.test")]
            (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\nsearch test\n")
            found += [find("gone.test"), find("real"), find("gone.corp.example"), find("real.test")]
            seen.seen(", ".join(found), "")
            gone = str(socket.EAI_NONAME)
            assert found == [gone, WILD, gone, WILD, gone, WILD, WILD, WILD]

    in_thread(story)


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("", []),
        ("nameserver 192.0.2.1\n", []),
        ("search corp.example Lab.Example.\n", ["corp.example", "lab.example"]),
        ("search corp.example\ndomain home.arpa\n", ["home.arpa"]),
        ("search\n\udcff x\nsearch .\n", [""]),
    ],
)
def test_search_domains_are_read_as_the_system_reads_them(text: str, domains: Sequence[str], tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_bytes(text.encode(errors="surrogateescape"))
    assert search_domains(tmp_path / "resolv.conf") == domains
    assert search_domains(tmp_path / "none") == ()


def test_an_answer_says_of_which_name_it_is() -> None:
    at: list[Any] = [(2, 1, 6, "", ("192.0.2.1", 0)), (2, 1, 6, "Gone.test.corp.example.", ("192.0.2.1", 0))]
    assert became("gone.test", at) == "gone.test.corp.example"
    assert became("gone.test", at[:1]) == "gone.test"
