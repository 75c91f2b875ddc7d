"""Datagrams that anyone can write: they turn no right answer that comes later into an outage."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import socket
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from tests.faults.table import Property, row
from tests.probes.asking import ask, means
from tests.probes.datagrams import Reply, UdpServer, closed_udp_port, silence
from tests.probes.test_contract_datagrams import KINDS, probe_at, right
from trayapp.core.words import Finding, Outcome
from trayapp.probes.icmp import Train, Trouble

LATER = 1.3
"""Seconds after which the right answer comes; whoever waits for one second more has given up by then."""


def unreadable(question: bytes) -> bytes:
    """The number and the question are right, the record behind them is cut."""
    return question[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12 : question.index(b"\0", 12) + 5] + b"\xc0\x0c\0"


FORGED: dict[str, Reply] = {
    "one byte": lambda _: [b"x"],
    "nothing": lambda _: [b""],
    "the question itself": lambda question: [question],
    "random bytes": lambda question: [secrets.token_bytes(len(question))],
    "another number": lambda question: [bytes(255 - byte for byte in question[:2]) + b"\x81\x83" + question[4:]],
    "a header alone": lambda question: [question[:2] + b"\x85\x00" + question[4:12]],
    "an answer that cannot be read": lambda question: [unreadable(question)],
    "a hundred and fifty": lambda _: [b"x"] * 150,
}


def later(first: Reply, then: Reply, again: Reply) -> Reply:
    """What is forged at once, and the right answer a good second later; `again` answers every other question."""
    asked = itertools.count()

    def answer(question: bytes) -> Iterable[bytes]:
        if next(asked) == 0:
            yield from first(question)
            time.sleep(LATER)
            yield from then(question)
        else:
            yield from again(question)

    return answer


@KINDS
def test_a_right_answer_counts_however_much_was_forged_before_it(kind: str, record_property: Property) -> None:
    def asked(how: str) -> Finding:
        # After a flood we listen on another port, and so to the answer to what was asked from there.
        again = right(kind) if how == "a hundred and fifty" else silence
        with UdpServer(later(FORGED[how], right(kind), again)) as server:
            return ask(probe_at(kind, server.port), 6.0)

    with row("found-T7", f"forged datagrams 1.3 s before the right answer, {kind}", record_property) as seen:
        with ThreadPoolExecutor(len(FORGED)) as several:
            findings = dict(zip(FORGED, several.map(asked, FORGED), strict=True))
        wrong = {how: finding.message for how, finding in findings.items() if finding.outcome is not Outcome.OK}
        seen.seen(", ".join(sorted({one.outcome.name for one in findings.values()})), "; ".join(wrong) or "none")
    assert wrong == {}


@KINDS
def test_one_refusal_is_a_datagram_too_and_ends_nothing(kind: str, record_property: Property) -> None:
    with row("found-T7", f"refused once, then the server is there, {kind}", record_property) as seen:
        with closed_udp_port() as port, UdpServer(right(kind), port=port) as late:
            pass
        waits = threading.Timer(0.3, late.__enter__)
        waits.start()
        try:
            finding = asyncio.run(probe_at(kind, port).check(means(6.0)))
        finally:
            waits.join()
            late.__exit__(None, None, None)
        seen.seen(finding.outcome.name, finding.cause)
    assert finding.outcome is Outcome.OK


def test_of_a_ping_only_who_saw_the_request_ends_the_waiting(record_property: Property) -> None:
    train = Train(socket.AF_INET, "192.0.2.1", 7)
    train.request(0.0)
    with row("found-T7", "ICMP errors for a ping, forged and real", record_property) as seen:
        train.told(Trouble(1, 113, "203.0.113.9", quoted=bytes(48)))
        assert train.troubles == {}
        train.told(Trouble(1, 113, "203.0.113.9"))  # it may be true: RFC 792 lets routers repeat so little
        forged = train.settled
        train.told(Trouble(1, 113, "192.0.2.254", quoted=train.content[:28]))
        assert train.settled
        train.told(Trouble(1, 113, "203.0.113.9"))
        seen.seen("settled" if forged else "waits", train.troubles[1].router)
    assert not forged
    assert train.troubles[1].router == "192.0.2.254"
