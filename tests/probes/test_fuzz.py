"""No answer, however it is made, brings a probe to anything but one typed finding in time.

    make fuzz        draws many more, for as long as one likes

WATCHBELL_EXAMPLES says how many answers are drawn for each kind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.probes.asking import ask
from tests.probes.cases import CASES, STREAMS
from tests.probes.datagrams import UdpServer
from tests.probes.mangling import CHANGES, NASTY, Change, Mangler
from tests.probes.test_contract import assert_typed
from tests.servers import RawServer
from trayapp.core.words import Outcome

EXAMPLES = int(os.environ.get("WATCHBELL_EXAMPLES", "40"))
TIMEOUT = 0.1
MOST_DATAGRAM = 60_000
DATAGRAMS = [kind for kind, its in CASES.items() if its.reply is not None]

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.timeout(0 if EXAMPLES > 1000 else 120)
@pytest.mark.parametrize("kind", STREAMS)
def test_right_answers_made_wrong(kind: str) -> None:
    right = CASES[kind].answer
    assert right is not None
    mangler = Mangler(right)
    with RawServer(mangler) as server:
        probe = CASES[kind].at("127.0.0.1", server.port)
        assert ask(probe).outcome is Outcome.OK

        @fuzzed
        @given(CHANGES)
        def draw(changes: Sequence[Change]) -> None:
            mangler.changes = changes
            assert_typed(ask(probe, TIMEOUT))

        draw()


@pytest.mark.timeout(0 if EXAMPLES > 1000 else 120)
@pytest.mark.parametrize("kind", STREAMS)
def test_anything_at_all(kind: str) -> None:
    words: list[bytes] = []

    async def say(reader: object, writer: object) -> None:
        for word in words:
            writer.write(word)  # type: ignore[attr-defined]
        await writer.drain()  # type: ignore[attr-defined]

    with RawServer(say) as server:
        probe = CASES[kind].at("127.0.0.1", server.port)

        @fuzzed
        @given(st.lists(st.binary(max_size=200) | st.sampled_from(NASTY), max_size=6))
        def draw(drawn: list[bytes]) -> None:
            words[:] = drawn
            assert_typed(ask(probe, TIMEOUT))

        draw()


@pytest.mark.timeout(0 if EXAMPLES > 1000 else 120)
@pytest.mark.parametrize("kind", DATAGRAMS)
def test_right_datagrams_made_wrong(kind: str) -> None:
    with mangled(kind) as (server, changes):
        probe = CASES[kind].at("127.0.0.1", server.port)
        assert ask(probe).outcome is Outcome.OK

        @fuzzed
        @given(CHANGES)
        def draw(drawn: Sequence[Change]) -> None:
            changes[:] = drawn
            assert_typed(ask(probe, TIMEOUT))

        draw()


@contextmanager
def mangled(kind: str) -> Iterator[tuple[UdpServer, list[Change]]]:
    """A server of datagrams whose right answers go through these changes."""
    changes: list[Change] = []
    right = CASES[kind].reply
    assert right is not None

    def reply(datagram: bytes) -> Iterator[bytes]:
        for message in right(datagram):
            changed = message
            for change in changes:
                changed = change.apply(changed)
            yield changed[:MOST_DATAGRAM]

    with UdpServer(reply) as server:
        yield server, changes
