"""What a check may cost this machine, and what it says when the machine has nothing left."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import textwrap
from collections.abc import Callable

from tests.faults.table import Row, keep
from tests.probes.certificates import self_signed
from tests.probes.stages_web import reset_after, stall
from tests.servers import HttpServer, RawServer, closed_port, saying

PREPARED = """
    import asyncio, os, resource, socket, ssl, sys
    from trayapp.core.words import Outcome
    from trayapp.probes.base import Means
    from trayapp.probes.encryption import verifying
    from trayapp.probes.http import Http
    from trayapp.probes.tcp import Tcp

    good, hostile = int(sys.argv[1]), int(sys.argv[2])

    async def resolve(host, port):
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))]

    async def reveal(text):
        return text

    means = Means(5.0, reveal, resolve, verifying())

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
"""


def run(script: str, *arguments: int) -> str:
    """What a Python of its own prints that runs the prepared part and then the script."""
    command = [sys.executable, "-c", textwrap.dedent(PREPARED) + textwrap.dedent(script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_body_without_end_costs_no_more_than_four_megabytes(record_property: Callable[[str, object], None]) -> None:
    row = Row("A12", "five pages without end, as fast as they come")

    async def flood(reader, writer):  # type: ignore[no-untyped-def]
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in itertools.repeat(None):
            writer.write(b"z" * 262_144)
            await writer.drain()

    with HttpServer(body=b"ok") as good, RawServer(flood) as hostile:
        printed = run(
            """
            async def main():
                for _ in range(20):
                    await Http(f"http://127.0.0.1:{good}/", contains="ok").check(means)
                before = peak()
                for _ in range(5):
                    finding = await Http(f"http://127.0.0.1:{hostile}/", not_contains="y").check(means)
                    assert finding.outcome is Outcome.OK and finding.details["truncated"], finding
                    assert finding.details["bytes"] == 1024 * 1024
                print(peak() - before)

            asyncio.run(main())
            """,
            good.port,
            hostile.port,
        )
    row.seen("OK", "")
    row.what += f": {int(printed)} kB more memory"
    keep(row, record_property)
    assert int(printed) <= 4096


def test_a_full_table_of_files_is_our_own_trouble_and_nobodys_outage() -> None:
    with HttpServer() as good:
        printed = run(
            """
            async def main():
                web, port = Http(f"http://127.0.0.1:{good}/"), Tcp("127.0.0.1", good)
                assert (await web.check(means)).outcome is Outcome.OK
                resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
                held = []
                try:
                    while True:
                        held.append(os.open("/dev/null", os.O_RDONLY))
                except OSError:
                    pass
                for probe in (web, port):
                    finding = await probe.check(means)
                    print(finding.outcome, finding.blame, finding.cause)
                for descriptor in held:
                    os.close(descriptor)
                print((await web.check(means)).outcome, (await port.check(means)).outcome)

            asyncio.run(main())
            """,
            good.port,
            0,
        )
    assert printed.splitlines() == ["UNKNOWN self self.files"] * 2 + ["OK OK"]


def test_a_check_leaves_nothing_for_the_garbage_collector_whatever_comes_of_it() -> None:
    """The program collects rarely, and by a timer of the screen: what waits for that may hold sockets and pages."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok"
    behaviours = {
        "reads": saying(head + b" and more"),
        "cut": saying(head),
        "garbled": saying(b"SSH-2.0\r\n\r\n"),
        "reset": reset_after(head),
        "silent": stall,
        "packed": saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nok"),
        "around": saying(b"HTTP/1.1 302 Go\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
    }
    with contextlib.ExitStack() as stack:
        plain = {name: stack.enter_context(RawServer(behave)).port for name, behave in behaviours.items()}
        wrong = stack.enter_context(HttpServer(tls=self_signed())).port
        closed = stack.enter_context(closed_port())
        printed = run(
            f"""
            import gc
            pages = {{name: f"http://127.0.0.1:{{port}}/" for name, port in {plain!r}.items()}}
            pages |= {{"wrong": "https://127.0.0.1:{wrong}/", "closed": "http://127.0.0.1:{closed}/"}}
            pages |= {{"no tls": "https://127.0.0.1:{plain["garbled"]}/"}}

            async def main():
                quick = Means(1.0, reveal, resolve, verifying())
                for name, page in pages.items():
                    probe = Http(page, contains="ok")
                    proxied = Http("https://site.test/", proxy=page.replace("https", "http"))
                    for _ in range(2):
                        found = [(await probe.check(quick)).cause, (await proxied.check(quick)).cause]
                        left = gc.collect()
                        gc.disable()
                    gc.enable()
                    print(name, *found, left)

            asyncio.run(main())
            """,
            0,
            0,
        )
    assert printed.splitlines() == [
        "reads http.protocol proxy 0",
        "cut http.protocol proxy 0",
        "garbled http.protocol proxy 0",
        "reset reset proxy 0",
        "silent timeout.first_byte proxy 0",
        "packed http.encoding proxy 0",
        "around http.redirects proxy 0",
        "wrong tls.self_signed proxy 0",
        "closed refused proxy 0",
        "no tls timeout.tls proxy 0",
    ]


def test_the_http_client_is_loaded_by_the_first_http_check_and_not_before() -> None:
    printed = run(
        """
        from trayapp.probes import probe_for
        probe_for("https://example.org/")
        print([name for name in ("httpx", "h11", "re2", "jmespath") if name in sys.modules])
        """,
        0,
        0,
    )
    assert printed == "[]\n"
