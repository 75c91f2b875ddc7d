"""Names that hang delay nobody else, and nobody waits for them."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from tests.faults.table import Row, keep
from tests.servers import until
from trayapp.monitor.resolver import KEPT, MOST, Resolver
from trayapp.probes.base import AddrInfo
from trayapp.probes.causes import Impaired

ANSWER: AddrInfo = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("192.0.2.1", 0))


class Names:
    """A lookup that a test can hold: names beginning with "hung" wait until `let_go` is called."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failures: list[socket.gaierror] = []
        self.hold = lambda name: name.startswith("hung")
        self._free = threading.Event()

    def __call__(self, host: str, port: int, family: int, type: int, /) -> Sequence[Any]:  # noqa: A002
        held = self.hold(host)
        self.asked.append(host)
        if held:
            self._free.wait()
        if self.failures:
            raise self.failures.pop(0)
        return [ANSWER]

    def let_go(self) -> None:
        self._free.set()


def lookup_threads() -> int:
    return sum(thread.name == "lookup" for thread in threading.enumerate())


def run(story: Callable[[Resolver, Names], Coroutine[Any, Any, None]], **settings: Any) -> None:
    """The story in a loop of its own; afterwards all threads end."""
    names = Names()
    resolver = Resolver(names, **settings)

    async def tell() -> None:
        try:
            await story(resolver, names)
        finally:
            resolver.close()
            names.let_go()

    asyncio.run(tell())
    until(lambda: lookup_threads() == 0)


async def start(resolver: Resolver, *hosts: str) -> list[asyncio.Task[Sequence[AddrInfo]]]:
    tasks = [asyncio.create_task(resolver.resolve(host, 80)) for host in hosts]
    await asyncio.sleep(0)
    return tasks


async def give_up(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_a_name_is_answered_with_the_port_that_was_asked_for() -> None:
    async def story(resolver: Resolver, _names: Names) -> None:
        assert (await resolver.resolve("site.test", 8080))[0][4] == ("192.0.2.1", 8080)

    run(story)


def test_a_lookup_that_was_under_way_already_fails_only_for_those_who_began_it() -> None:
    """The network may have come back since it began."""

    async def story(resolver: Resolver, names: Names) -> None:
        names.failures = [socket.gaierror(socket.EAI_NONAME, "unknown")]
        (early,) = await start(resolver, "hung.test")
        await asyncio.sleep(0.01)
        (late,) = await start(resolver, "hung.test")
        names.let_go()
        with pytest.raises(socket.gaierror):
            await early
        assert (await late)[0][4] == ("192.0.2.1", 80)
        assert names.asked == ["hung.test", "hung.test"]

    run(story)


@pytest.mark.parametrize(
    ("literal", "family", "address"),
    [
        ("127.0.0.1", socket.AF_INET, ("127.0.0.1", 80)),
        ("::1", socket.AF_INET6, ("::1", 80, 0, 0)),
    ],
)
def test_an_address_is_answered_without_a_thread(literal: str, family: int, address: tuple[Any, ...]) -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        (found,) = await resolver.resolve(literal, 80)
        assert (found[0], found[4]) == (family, address)
        assert names.asked == []
        assert lookup_threads() == 0

    run(story)


def test_an_address_with_a_zone_is_left_to_the_system() -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        await resolver.resolve("fe80::1%lo", 80)
        assert names.asked == ["fe80::1%lo"]

    run(story)


def test_a_name_asked_for_many_times_at_once_is_looked_up_once() -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        tasks = await start(resolver, *["hung.test"] * 20, "HUNG.test")
        names.let_go()
        assert len(await asyncio.gather(*tasks)) == 21
        assert names.asked == ["hung.test"]

    run(story)


def test_an_answer_is_not_kept_for_the_next_question() -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        await resolver.resolve("site.test", 80)
        await resolver.resolve("site.test", 80)
        assert names.asked == ["site.test"] * 2
        assert lookup_threads() == 1

    run(story)


def test_a_name_server_that_says_try_again_is_tried_again_once() -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        names.failures = [socket.gaierror(socket.EAI_AGAIN, "once")]
        assert await resolver.resolve("site.test", 80)
        names.failures = [socket.gaierror(socket.EAI_AGAIN, "once"), socket.gaierror(socket.EAI_AGAIN, "twice")]
        with pytest.raises(socket.gaierror, match="twice"):
            await resolver.resolve("site.test", 80)
        assert len(names.asked) == 4

    run(story)


def test_a_name_that_does_not_exist_is_not_tried_again() -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        names.failures = [socket.gaierror(socket.EAI_NONAME, "none")]
        with pytest.raises(socket.gaierror, match="none"):
            await resolver.resolve("gone.test", 80)
        assert len(names.asked) == 1

    run(story)


@pytest.mark.parametrize("hung", [6, 40, 500])
def test_a_good_name_is_answered_at_once_however_many_others_hang(hung: int) -> None:
    async def story(resolver: Resolver, _names: Names) -> None:
        await resolver.resolve("good.test", 80)
        tasks = await start(resolver, *(f"hung-{n}.test" for n in range(hung)))
        for _ in range(3):
            async with asyncio.timeout(2):
                assert await resolver.resolve("good.test", 80)
        assert lookup_threads() <= MOST
        await give_up(tasks)

    run(story)


def test_a_new_name_is_answered_once_those_that_hang_are_known() -> None:
    async def story(resolver: Resolver, _names: Names) -> None:
        hosts = [f"hung-{n}.test" for n in range(30)]
        await give_up(await start(resolver, *hosts))
        # Known to hang, they may hold half of all threads, and new names three quarters.
        await give_up(await start(resolver, *hosts, *(f"hung-again-{n}.test" for n in range(2))))
        async with asyncio.timeout(2):
            assert await resolver.resolve("new.test", 80)

    run(story)


def test_without_a_free_thread_a_lookup_ends_as_our_own_trouble() -> None:
    async def story(resolver: Resolver, _names: Names) -> None:
        tasks = await start(resolver, *(f"hung-{n}.test" for n in range(100)))
        with pytest.raises(Impaired) as caught:
            async with asyncio.timeout(5):
                await resolver.resolve("new.test", 80)
        assert caught.value.cause == "self.lookups"
        await give_up(tasks)

    run(story)


def test_a_lookup_that_waits_gets_the_first_thread_that_comes_free() -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        tasks = await start(resolver, *(f"hung-{n}.test" for n in range(MOST)))
        (waiting,) = await start(resolver, "new.test")
        names.let_go()
        assert await waiting
        await asyncio.gather(*tasks)
        until(lambda: lookup_threads() <= KEPT)

    run(story)


def test_a_hung_name_is_tried_once_more_and_then_not_again() -> None:
    now = [0.0]

    async def story(resolver: Resolver, names: Names) -> None:
        tasks = []
        for _ in range(5):
            tasks += await start(resolver, "hung.test", "hung.test")
            now[0] += 10.0
        until(lambda: len(names.asked) >= 2)
        assert names.asked == ["hung.test"] * 2
        await give_up(tasks)

    run(story, patience=5.0, clock=lambda: now[0])


def test_a_second_try_answers_while_the_first_still_hangs() -> None:
    now = [0.0]

    async def story(resolver: Resolver, names: Names) -> None:
        (first,) = await start(resolver, "hung.test")
        until(lambda: names.asked == ["hung.test"])
        names.hold = lambda _name: False
        now[0] += 10.0
        async with asyncio.timeout(2):
            assert await resolver.resolve("hung.test", 80)
        assert not first.done()
        await give_up([first])

    run(story, patience=5.0, clock=lambda: now[0])


def test_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        first, second = await start(resolver, "hung.test", "hung.test")
        await give_up([first])
        names.let_go()
        assert await second

    run(story)


def test_a_failure_that_nobody_waits_for_any_more_disturbs_nobody() -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        names.failures = [socket.gaierror(socket.EAI_NONAME, "none")]
        tasks = await start(resolver, "hung.test")
        await give_up(tasks)
        names.let_go()
        until(lambda: names.failures == [])
        await asyncio.sleep(0.01)

    run(story)


def test_a_fault_of_the_lookup_itself_reaches_whoever_asked() -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        def break_down(_name: str) -> bool:
            raise ZeroDivisionError

        names.hold = break_down
        with pytest.raises(ZeroDivisionError):
            await resolver.resolve("site.test", 80)
        names.hold = lambda _name: False
        assert await resolver.resolve("site.test", 80)

    run(story)


def test_a_name_too_long_for_the_wire_does_not_exist() -> None:
    async def tell() -> None:
        resolver = Resolver()
        with pytest.raises(socket.gaierror):
            await resolver.resolve("a" * 300 + ".test", 80)
        resolver.close()

    asyncio.run(tell())
    until(lambda: lookup_threads() == 0)


def test_localhost_is_found_by_the_real_lookup() -> None:
    async def tell() -> None:
        resolver = Resolver()
        assert "127.0.0.1" in {address[4][0] for address in await resolver.resolve("localhost", 80)}
        resolver.close()

    asyncio.run(tell())
    until(lambda: lookup_threads() == 0)


def test_a_closed_resolver_begins_nothing() -> None:
    async def story(resolver: Resolver, names: Names) -> None:
        resolver.close()
        with pytest.raises(Impaired):
            await resolver.resolve("site.test", 80)
        assert names.asked == []

    run(story)


def test_quitting_does_not_wait_for_lookups_that_hang(record_property: Callable[[str, object], None]) -> None:
    row = Row("B11", "the program ends while 20 lookups hang")
    script = """
        import asyncio, contextlib, threading
        from trayapp.monitor.resolver import Resolver

        def hang(*_arguments):
            threading.Event().wait()

        async def main():
            resolver = Resolver(hang)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await asyncio.gather(*(resolver.resolve(f"hung-{n}.test", 80) for n in range(20)))
            assert threading.active_count() == 21
            resolver.close()

        asyncio.run(main())
        print("done")
    """
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=20, check=False
    )
    row.seen("ended", "")
    keep(row, record_property)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert time.monotonic() - started < 10
