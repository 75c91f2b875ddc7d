"""`dns`: what a name server says, and what it may not do to us."""

from __future__ import annotations

import asyncio
import resource
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.table import Row, keep
from tests.probes.asking import ask, means
from tests.probes.cases.dns import reply
from tests.probes.datagrams import UdpServer, silence
from tests.probes.real.dnsmasq import Dnsmasq
from tests.probes.test_contract import assert_typed
from tests.servers import RawServer, closed_port
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.answered import read
from trayapp.probes.answers import judge
from trayapp.probes.base import AddrInfo
from trayapp.probes.causes import CheckEnded
from trayapp.probes.dns import Dns
from trayapp.probes.lookup import Asking, name_servers, place_of
from trayapp.probes.phases import Phases

Change = Callable[[dns.message.Message], object]


@pytest.fixture(scope="module")
def known() -> Iterator[str]:
    """A real name server that knows a few names."""
    many = [f"--host-record=many.test,10.0.{number // 250}.{number % 250 + 1}" for number in range(300)]
    with Dnsmasq(
        "--local=/test/",
        "--host-record=site.test,192.0.2.7,2001:db8::7",
        "--mx-host=site.test,mail.site.test,10",
        "--txt-record=site.test,v=spf1 -all",
        "--txt-record=_dmarc.site.test,v=DMARC1; p=none",
        "--srv-host=_sip._tcp.site.test,sip.site.test,5060,1,2",
        "--caa-record=site.test,0,issue,authority.test",
        "--cname=www.site.test,site.test",
        *many,
    ) as server:
        yield f"127.0.0.1:{server.port}"


@pytest.mark.parametrize(
    ("name", "record", "expect", "answers"),
    [
        ("site.test", "A", ("192.0.2.7",), ["192.0.2.7"]),
        ("SITE.test.", "A", ("192.0.2.7",), ["192.0.2.7"]),
        ("site.test", "AAAA", ("2001:DB8:0::7",), ["2001:db8::7"]),
        ("site.test", "MX", ("mail.site.test",), ["10 mail.site.test"]),
        ("site.test", "MX", ("10 Mail.site.test.",), ["10 mail.site.test"]),
        ("site.test", "TXT", ("v=spf1 -all",), ["v=spf1 -all"]),
        ("_dmarc.site.test", "TXT", (), ["v=DMARC1; p=none"]),
        ("_sip._tcp.site.test", "SRV", ("sip.site.test",), ["1 2 5060 sip.site.test"]),
        ("site.test", "CAA", ("authority.test",), ['0 issue "authority.test"']),
        ("www.site.test", "A", ("192.0.2.7",), ["192.0.2.7"]),
        ("www.site.test", "CNAME", ("site.test",), ["site.test"]),
        ("192.0.2.7", "PTR", ("site.test",), ["site.test"]),
        ("2001:db8::7", "PTR", ("site.test",), ["site.test"]),
    ],
)
def test_what_a_real_name_server_knows_is_well(
    known: str, name: str, record: str, expect: tuple[str, ...], answers: list[str]
) -> None:
    finding = ask(Dns(name, record, known, expect))
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert finding.details["answers"] == answers
    assert finding.details["server"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("probe", "cause", "message"),
    [
        (Dns("gone.test"), "dns.nxdomain", "gone.test does not exist (NXDOMAIN)"),
        (Dns("site.test", "SSHFP"), "dns.no_data", "site.test has no record SSHFP"),
        (Dns("elsewhere.example"), "dns.refused", "the name server refuses to answer (REFUSED)"),
        (
            Dns("site.test", expect=("192.0.2.7", "192.0.2.9")),
            "dns.wrong",
            "A is 192.0.2.7, without the expected 192.0.2.9",
        ),
        (
            Dns("site.test", "TXT", expect=("-all",)),
            "dns.wrong",
            "TXT is v=spf1 -all, without the expected -all",
        ),
        (Dns("site.test", rcode="NXDOMAIN"), "dns.rcode", "site.test: the name server says NOERROR, not NXDOMAIN"),
    ],
)
def test_what_a_real_name_server_does_not_know_has_its_own_cause(
    known: str, probe: Dns, cause: str, message: str
) -> None:
    finding = ask(Dns(probe.name, probe.record, known, probe.expect, probe.rcode))
    assert_typed(finding)
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)
    assert finding.answered


@pytest.mark.parametrize(("name", "rcode"), [("gone.test", "NXDOMAIN"), ("elsewhere.example", "REFUSED")])
def test_a_name_that_must_not_be_known_is_well_when_it_is_not(known: str, name: str, rcode: str) -> None:
    assert ask(Dns(name, server=known, rcode=rcode)).outcome is Outcome.OK


def test_what_is_too_long_for_a_datagram_is_asked_over_tcp(known: str) -> None:
    finding = ask(Dns("many.test", server=known, expect=("10.0.1.50",)))
    assert finding.outcome is Outcome.OK
    assert finding.details["records"] == 300
    assert len(finding.details["answers"]) == 20
    assert "connect" in finding.phases_ms
    assert "first_byte" not in finding.phases_ms  # which would prove that the internet is there


def changed(change: Change) -> Callable[[bytes], Iterable[bytes]]:
    """The right answer, changed before it is sent."""

    def answer(question: bytes) -> Iterable[bytes]:
        message = dns.message.from_wire(next(iter(reply(question))))
        replaced = change(message)
        yield replaced if isinstance(replaced, bytes) else message.to_wire()

    return answer


def code(rcode: dns.rcode.Rcode) -> Change:
    def change(message: dns.message.Message) -> None:
        message.answer.clear()
        message.set_rcode(rcode)

    return change


def answering(*lines: str, section: str = "answer", flags: int = dns.flags.QR | dns.flags.RA) -> Change:
    def change(message: dns.message.Message) -> None:
        message.answer.clear()
        message.flags = dns.flags.Flag(flags)
        for line in lines:
            name, record, value = line.split(" ", 2)
            getattr(message, section).append(dns.rrset.from_text(name, 60, "IN", record, value))

    return change


CIRCLE = ("example.org. CNAME b.test.", "b.test. CNAME c.test.", "c.test. CNAME example.org.")
LONG_CHAIN = ("example.org. CNAME 0.test.", *(f"{n}.test. CNAME {n + 1}.test." for n in range(30)))


@pytest.mark.parametrize(
    ("change", "cause", "message"),
    [
        (code(dns.rcode.SERVFAIL), "dns.servfail", "the name server could not find out (SERVFAIL)"),
        (code(dns.rcode.REFUSED), "dns.refused", "the name server refuses to answer (REFUSED)"),
        (code(dns.rcode.NXDOMAIN), "dns.nxdomain", "example.org does not exist (NXDOMAIN)"),
        (code(dns.rcode.NOTIMP), "dns.rcode", "the name server says NOTIMP"),
        (code(dns.rcode.YXRRSET), "dns.rcode", "the name server says YXRRSET"),
        (answering(), "dns.no_data", "example.org has no record A"),
        (
            answering("example.org. CNAME b.test."),
            "dns.no_data",
            "example.org has no record A: it is an alias of b.test",
        ),
        (answering("other.test. A 192.0.2.7"), "dns.no_data", "example.org has no record A"),
        (
            answering("org. NS a.test.", section="authority", flags=dns.flags.QR),
            "dns.lame",
            "the name server does not know: it refers to others",
        ),
        (answering(*CIRCLE), "dns.answer", "its aliases (CNAME) go in a circle, or on for too long"),
        (answering(*LONG_CHAIN), "dns.answer", "its aliases (CNAME) go in a circle, or on for too long"),
        (
            lambda message: message.to_wire()[:34] + b"\3" + message.to_wire()[35:],
            "dns.no_data",
            "example.org has no record A",
        ),
        (lambda message: message.to_wire() + b"more", "dns.answer", "its answer is malformed"),
        (lambda message: message.to_wire()[:-2], "dns.answer", "its answer is malformed"),
        (
            # a name that points at itself
            lambda message: message.to_wire()[:29] + b"\xc0\x1d" + message.to_wire()[31:],
            "dns.answer",
            "its answer is malformed",
        ),
    ],
)
def test_each_wrong_answer_has_its_own_cause(change: Change, cause: str, message: str) -> None:
    with UdpServer(changed(change)) as server:
        finding = ask(Dns("example.org", server=f"127.0.0.1:{server.port}"), 0.5)
    assert_typed(finding)
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def forged(**wrong: int) -> Change:
    """A right answer to something else."""

    def change(message: dns.message.Message) -> bytes:
        wire = bytearray(message.to_wire())
        for at, value in wrong.items():
            wire[int(at.removeprefix("byte_"))] ^= value
        return bytes(wire)

    return change


@pytest.mark.parametrize(
    "change",
    [
        forged(byte_0=1),  # its number
        forged(byte_1=1),
        forged(byte_2=0x80),  # a question
        forged(byte_2=0x08),  # of another kind
        forged(byte_13=0x02),  # another name
        forged(byte_26=0x10),  # another record
        forged(byte_28=0x02),  # another class
        forged(byte_5=0x01),  # no question, but an answer
    ],
)
def test_an_answer_to_something_else_is_none(change: Change) -> None:
    with UdpServer(changed(change)) as server:
        finding = ask(Dns("example.org", server=f"127.0.0.1:{server.port}"), 0.5)
    assert finding.outcome is Outcome.CRITICAL
    assert finding.cause in ("protocol", "dns.answer")
    assert "answers" not in finding.details


def addresses(count: int) -> Change:
    def change(message: dns.message.Message) -> bytes:
        record = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4)
        head = message.to_wire()[: 12 + len("\x07example\x03org\x00") + 4]
        return (
            head[:6]
            + struct.pack("!3H", count, 0, 0)
            + head[12:]
            + b"".join(record + struct.pack("!I", 0x0A000000 + number) for number in range(count))
        )

    return change


class LongAnswers:
    """A name server that answers over TCP only, whatever `answer` makes of the right answer."""

    def __init__(self, answer: Change, *, length: int | None = None) -> None:
        self._answer = answer
        self._length = length

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        question = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        (wire,) = changed(self._answer)(question)
        writer.write(len(wire if self._length is None else bytes(self._length)).to_bytes(2) + wire)
        await writer.drain()
        await reader.read()


def cut_short(message: dns.message.Message) -> None:
    message.answer.clear()
    message.flags |= dns.flags.TC


def ask_over_tcp(answer: Change, *, timeout: float = 5.0, length: int | None = None) -> Finding:
    with (
        RawServer(LongAnswers(answer, length=length).talk) as tcp,
        UdpServer(changed(cut_short), port=tcp.port) as udp,
    ):
        return ask(Dns("example.org", server=f"127.0.0.1:{udp.port}"), timeout)


def test_four_thousand_addresses_are_too_many_and_cost_nothing(
    record_property: Callable[[str, object], None],
) -> None:
    row = Row("B8", "4,000 addresses, over TCP")
    ask_over_tcp(addresses(300))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    row.begin()
    finding = ask_over_tcp(addresses(4000))
    row.seen(finding.outcome.name, finding.cause)
    keep(row, record_property)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "dns.answer")
    assert finding.message == "its answer has 4000 records, where 400 are read at most"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before <= 2048


@pytest.mark.parametrize(
    ("record", "value"),
    [
        ("SOA", b"\xc0\x0c\xc0\x0c" + bytes(20)),
        ("CNAME", b"\xc0\x0c"),
        ("MX", b"\0\1\xc0\x0c"),
        ("A", bytes(4)),
        ("TXT", bytes(140)),
    ],
)
def test_the_longest_names_and_values_hold_nobody_up(
    record: str, value: bytes, record_property: Callable[[str, object], None]
) -> None:
    row = Row("B8", f"a name of 126 labels and 400 records {record}")
    name = "a." * 125 + "a"
    question = dns.message.make_query(name, record).to_wire()[12:]
    question = question[: len(name) + 2 + 4]
    line = struct.pack("!HHHIH", 0xC00C, dns.rdatatype.from_text(record), 1, 60, len(value)) + value

    def change(message: dns.message.Message) -> bytes:
        return message.to_wire()[:6] + struct.pack("!3H", 400, 0, 0) + question + line * 400

    with (
        RawServer(LongAnswers(change).talk) as tcp,
        UdpServer(changed(cut_short), port=tcp.port) as udp,
    ):
        row.begin()
        finding = ask(Dns(name, record, f"127.0.0.1:{udp.port}"), 1.0)
        row.seen(finding.outcome.name, finding.cause)
    keep(row, record_property)
    assert (finding.outcome, finding.details["records"]) == (Outcome.OK, 400)


def test_the_longest_answer_of_all_is_read(record_property: Callable[[str, object], None]) -> None:
    row = Row("B8", "an answer of 64 kB over TCP")

    text = b"\xff" + b"z" * 255

    def change(message: dns.message.Message) -> bytes:
        head = message.to_wire()[: 12 + len("\x07example\x03org\x00") + 4]
        strings = text * 255 + b"\x64" + b"z" * 100
        records = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + bytes(4)
        records += struct.pack("!HHHIH", 0xC00C, 16, 1, 60, len(strings)) + strings
        wire = head[:6] + struct.pack("!3H", 2, 0, 0) + head[12:] + records
        assert 65_300 < len(wire) < 65_536
        return wire

    finding = ask_over_tcp(change)
    row.seen(finding.outcome.name, finding.cause)
    keep(row, record_property)
    assert finding.details["answers"] == ["0.0.0.0"]


@pytest.mark.parametrize(
    ("answer", "length", "cause"),
    [
        (lambda _: b"", None, "dns.answer"),
        (lambda _: b"z" * 500, None, "dns.answer"),
        (forged(byte_0=1), None, "dns.answer"),
        (cut_short, None, "dns.answer"),  # there, too
        (lambda message: message.to_wire()[:-3], None, "dns.answer"),
        (lambda message: message.to_wire(), 65_535, "timeout.answer"),
    ],
)
def test_nonsense_over_tcp_is_typed(answer: Change, length: int | None, cause: str) -> None:
    finding = ask_over_tcp(answer, timeout=1.0, length=length)
    assert_typed(finding)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, cause)


def test_a_server_that_refuses_tcp_though_its_answer_is_too_long_is_told_so() -> None:
    with closed_port() as port, UdpServer(changed(cut_short), port=port):
        finding = ask(Dns("example.org", server=f"127.0.0.1:{port}"))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "refused")
    assert finding.message == "its answer is too long for UDP, and over TCP it refuses the connection"


def test_a_server_too_old_for_edns_is_asked_without() -> None:
    def old(question: bytes) -> Iterable[bytes]:
        asked = dns.message.from_wire(question)
        if asked.edns < 0:
            return reply(question)
        refused = dns.message.make_response(asked)
        refused.use_edns(False)
        refused.question.clear()
        refused.set_rcode(dns.rcode.FORMERR)
        return [refused.to_wire()]

    with UdpServer(old) as server:
        assert ask(Dns("example.org", server=f"127.0.0.1:{server.port}")).outcome is Outcome.OK
        assert len(server.asked) == 2


def of_the_system(*ports: int) -> Finding | str:
    """What a probe hears that asks these servers one after the other, as those of the system."""
    places: list[AddrInfo] = [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", port)) for port in ports]

    async def look() -> str:
        phases = Phases(time.monotonic)
        said, place = await Asking(Dns("example.org"), "dns").answer(means(10.0), phases, places)
        return f"{said.rcode} from {ports.index(place[4][1])}"

    try:
        return asyncio.run(look())
    except CheckEnded as ended:
        return ended.cause


def test_of_the_systems_name_servers_the_next_is_asked_where_one_cannot_find_out() -> None:
    with UdpServer(changed(code(dns.rcode.SERVFAIL))) as ill, UdpServer(reply) as well, UdpServer(silence) as silent:
        assert of_the_system(ill.port, well.port) == "NOERROR from 1"
        assert of_the_system(silent.port, well.port) == "NOERROR from 1"
        assert of_the_system(well.port, ill.port) == "NOERROR from 0"
        assert of_the_system(ill.port, ill.port) == "SERVFAIL from 0"


def test_a_name_that_no_server_of_the_system_answers_for_counts_as_one_that_cannot_be_looked_up() -> None:
    async def look(port: int) -> str:
        place: AddrInfo = (socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", port))
        with pytest.raises(CheckEnded) as ended:
            await Asking(Dns("example.org"), "dns").answer(means(0.4), Phases(time.monotonic), [place])
        return ended.value.cause

    with UdpServer(silence) as silent:
        assert asyncio.run(look(silent.port)) == "timeout.dns"


def test_the_systems_name_servers_are_read_as_its_own_resolver_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text(
        "# generated\nsearch example.org\nnameserver 192.0.2.1\n nameserver\t2001:db8::1 # second\n"
        "nameserver\nnameservers 1.2.3.4\nnameserver fe80::1%lo\nnameserver 192.0.2.4\n"
    )
    assert name_servers(file) == ["192.0.2.1", "2001:db8::1", "fe80::1%lo"]
    file.write_text("options edns0\n")
    assert name_servers(file) == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("server", "at"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("2001:db8::1", ("2001:db8::1", 53, 0, 0)),
        ("fe80::1%lo", ("fe80::1", 53, 0, socket.if_nametoindex("lo"))),
    ],
)
def test_a_name_server_listens_at_its_address(server: str, at: tuple[object, ...]) -> None:
    place = place_of(server)
    assert place is not None
    assert place[4] == at


@pytest.mark.parametrize("server", ["fe80::1%gone0", "resolver.test", ""])
def test_a_name_server_that_cannot_be_one_is_left_out(server: str) -> None:
    assert place_of(server) is None


@pytest.mark.parametrize(
    ("typed", "probe"),
    [
        ("dns:example.org", Dns("example.org")),
        ("dns://example.org", Dns("example.org")),
        ("DNS:example.org?record=mx", Dns("example.org", "MX")),
        ("dns:example.org?type=MX", Dns("example.org", "MX")),
        ("dns:example.org?record=MX&server=127.0.0.1:5353", Dns("example.org", "MX", "127.0.0.1:5353")),
        ("dns://127.0.0.1:5353/example.org?record=MX", Dns("example.org", "MX", "127.0.0.1:5353")),
        ("dns://[::1]/example.org", Dns("example.org", "A", "[::1]")),
        ("dns://ns.test/example.org/", Dns("example.org", "A", "ns.test")),
        ("dns:example.org?expect=192.0.2.7&expect=192.0.2.8", Dns("example.org", expect=("192.0.2.7", "192.0.2.8"))),
        ("dns:gone.example.org?rcode=nxdomain", Dns("gone.example.org", rcode="NXDOMAIN")),
        ("dns:192.0.2.7", Dns("192.0.2.7", "PTR")),
        ("dns:2001:db8::7", Dns("2001:db8::7", "PTR")),
        ("dns:.?record=NS", Dns(".", "NS")),
        ("dns:_dmarc.example.org?record=TXT", Dns("_dmarc.example.org", "TXT")),
    ],
)
def test_an_address_means_a_name_and_what_to_ask_of_it(typed: str, probe: Dns) -> None:
    assert Dns.from_target(typed) == probe


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("dns:", 'not a host name: ""'),
        ("dns:a b", 'not a host name: "a b"'),
        ("dns://ns.test:99999/example.org", 'not a port from 1 to 65535: "99999"'),
        ("dns:ns.test/example.org", 'not a name: "ns.test/example.org"; a name server goes before it as in dns://…'),
        ("dns:example.org?recrod=MX", 'dns knows no "recrod" in an address, but record, server, expect and rcode'),
        ("dns:192.0.2.7?record=MX", '"192.0.2.7" is an address: its name is in record "PTR"'),
        ("dns:example.org?expect=twelve", 'expect: a record A is never "twelve"'),
        ("dns:example.org?record=AAAA&expect=192.0.2.7", 'expect: a record AAAA is never "192.0.2.7"'),
        ("dns:example.org?rcode=NXDOMAIN&expect=192.0.2.7", "with NXDOMAIN there are no values to expect"),
        ("dns:example.org?record=ANY", 'not a record that can be asked for: "ANY"'),
        ("dns:example.org?rcode=OK", 'not a code that a name server says: "OK"'),
    ],
)
def test_a_wrong_address_says_what_is_wrong_with_it(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError) as wrong:
        Dns.from_target(typed)
    assert str(wrong.value).startswith(sentence.removesuffix("dns://…"))


@pytest.mark.parametrize("typed", ["example.org", "example.org:53", "tcp:example.org:53", "https://dns.test/"])
def test_what_others_mean_is_not_a_name_server(typed: str) -> None:
    assert Dns.from_target(typed) is None


@pytest.mark.parametrize(
    ("probe", "target"),
    [
        (Dns("example.org"), "example.org"),
        (Dns("example.org", "MX"), "example.org?record=MX"),
        (Dns("example.org", "MX", "192.0.2.53"), "dns://192.0.2.53/example.org?record=MX"),
        (Dns("example.org", server="[2001:db8::53]:5353"), "dns://[2001:db8::53]:5353/example.org"),
        (Dns("2001:db8::7", "PTR"), "2001:db8::7?record=PTR"),
    ],
)
def test_its_target_says_who_is_asked_for_what_and_may_be_typed_again(probe: Dns, target: str) -> None:
    assert probe.target == target
    assert Dns.from_target(f"dns:{target.removeprefix('dns:')}") == probe


def test_a_name_that_cannot_be_looked_up_is_that_of_the_server() -> None:
    async def gone(_host: str, _port: int) -> list[AddrInfo]:
        raise socket.gaierror(socket.EAI_NONAME, "as the test wants it")

    finding = ask(Dns("example.org", server="ns.test"), resolve=gone)
    assert (finding.outcome, finding.message, finding.blame) == (
        Outcome.CRITICAL,
        "name not found: ns.test",
        Blame.SERVICE,
    )


QUERY = dns.message.make_query("example.org", "A", id=4660)
RIGHT = next(iter(reply(QUERY.to_wire())))


@given(st.binary(max_size=600), st.lists(st.tuples(st.integers(2, len(RIGHT) - 1), st.integers(0, 255)), max_size=6))
def test_whatever_a_datagram_holds_is_an_answer_or_none_or_typed(
    garbage: bytes, changes: list[tuple[int, int]]
) -> None:
    changed = bytearray(RIGHT)
    for at, value in changes:
        changed[at] = value
    for wire in (garbage, RIGHT[:2] + b"\x80" + garbage, bytes(changed), bytes(changed) + garbage):
        try:
            said = read(wire, QUERY)
            if said is not None:
                assert_typed(judge(Dns("example.org"), said, "127.0.0.1"))
        except CheckEnded as ended:
            assert ended.cause == "dns.answer"
