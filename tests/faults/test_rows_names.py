"""The faults of names: what of them is a service's own, what is everybody's, and what is only written wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from tests.faults.cast import (
    BY_NUMBER,
    ENCRYPTED,
    PLAIN,
    PORTS,
    VICTIM_PAGE,
    all_checked_again,
    all_up,
    nothing_was_told_of,
    stays,
)
from tests.faults.scenes import Scene, Scenes
from tests.faults.table import Row, keep
from tests.faults.world import NAMES, ROUTER, SERVICES, World
from tests.probes.certificates import server as certified
from tests.probes.datagrams import UdpServer
from tests.servers import HttpServer, until
from trayapp.config.load import parse
from trayapp.core.words import Outcome, Status

# A loop that ends while a line is dead may leave a connection to the garbage; descriptors are counted elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SCENES = Scenes()
NAMED = [*ENCRYPTED[:2], *PLAIN[:2], *PORTS[:2]]
THEY = {each.id for each in NAMED}
NUMBERED = {each.id for each in BY_NUMBER[:2]}
EIGHT = [*NAMED, *BY_NUMBER[:2]]
VICTIM_NAME = "victim.test"
ADVERTISEMENTS = "198.51.100.70"


HOSTS = {
    "an emoji": ("💥.test", False),
    "punycode that means nothing": ("xn--\u00e9\u00e9.test", False),
    "a label of 64": (f"{'a' * 64}.test", False),
    "254 characters": (f"{'a' * 63}." * 3 + "a" * 62, False),
    "an empty label": ("a..test", False),
    "a blank": ("a b.test", False),
    "a control character": ("a\x07.test", False),
    "German": ("b\u00fccher.test", True),
    "253 characters": (f"{'a' * 63}." * 3 + "a" * 61, True),
    "127 labels": ("a." * 126 + "a", True),
}


class Answering(UdpServer):
    """The router's name server in our own words. It says `code` of those in `spoilt`, or of everything for None.

    `once`: only to the first of two lookups, each of which asks for A and AAAA. `lie`: in place of the code, and of
    NXDOMAIN, this address.
    """

    def __init__(self, code: str = "NOERROR") -> None:
        super().__init__(self._answer, host=ROUTER, port=53)
        self.code = code
        self.spoilt: Collection[str] | None = ()
        self.refused: Counter[str] = Counter()
        self.once = False
        self.lie = ""
        self._asked: Counter[tuple[str, int]] = Counter()
        self._known = {**NAMES, **{f"s{n}.test": SERVICES for n in range(20)}}

    def _answer(self, datagram: bytes) -> Iterable[bytes]:
        query = dns.message.from_wire(datagram)
        answer = dns.message.make_response(query, recursion_available=True)
        (question,) = query.question
        name = question.name.to_text().rstrip(".")
        self._asked[name, question.rdtype] += 1
        spoilt = self._is_spoilt(name, self._asked[name, question.rdtype])
        self.refused[name] += spoilt
        address = self.lie if spoilt else self._known.get(name, self.lie)
        if not address:
            answer.set_rcode(dns.rcode.from_text(self.code if spoilt else "NXDOMAIN"))
        elif question.rdtype == dns.rdatatype.A:
            answer.answer.append(dns.rrset.from_text(question.name, 0, "IN", "A", address))
        yield answer.to_wire()

    def _is_spoilt(self, name: str, time: int) -> bool:
        if self.once and time % 2 == 0:
            return False
        return self.spoilt is None or name in self.spoilt


@pytest.mark.timeout(180)
@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_a_fault_of_names_is_told_if_it_is_theirs(scene: Scene, played: Callable[[], None]):
    played()


@SCENES.scene("B3", "one name is unknown, the others are not")
def unknown(world: World, row: Row) -> None:
    names = Answering("NXDOMAIN")
    world.answer_names(names)
    watching = all_up(world.watch([*EIGHT, VICTIM_PAGE]))
    row.begin()
    names.spoilt = {VICTIM_NAME}
    watching.until_all(Status.DOWN, {"victim"})
    row.seen("DOWN", watching.cause_of("victim"))
    until(lambda: watching.told)
    assert watching.cause_of("victim") == "dns.nxdomain"
    assert "name not found: victim.test" in watching.told[0].body
    stays(watching, Status.UP, {*THEY, *NUMBERED}, 2)
    nothing_was_told_of(watching, {*THEY, *NUMBERED})


@SCENES.scene("B4", "SERVFAIL for all names, then for one", code="SERVFAIL")
@SCENES.scene("B4", "REFUSED for all names, then for one", code="REFUSED")
@SCENES.scene("B4", "NOTIMP for all names, then for one", code="NOTIMP")
def failing(world: World, row: Row, code: str) -> None:
    names = Answering(code)
    world.answer_names(names)
    watching = all_up(world.watch([*EIGHT, VICTIM_PAGE]))
    names.spoilt = None
    watching.until_all(Status.UNKNOWN, {*THEY, "victim"})
    assert watching.reasons({*THEY, "victim"}) == {"network.dns"}
    stays(watching, Status.UP, NUMBERED, 2)
    nothing_was_told_of(watching, {*THEY, *NUMBERED, "victim"})
    names.spoilt = ()
    watching.until_all(Status.UP)
    row.begin()
    names.spoilt = {VICTIM_NAME}
    watching.until_all(Status.DOWN, {"victim"})
    row.seen("UNKNOWN, then DOWN", f"network.dns, then {watching.cause_of('victim')}")
    assert watching.cause_of("victim") == "dns.failed"
    nothing_was_told_of(watching, {*THEY, *NUMBERED})


@SCENES.scene("B4", "NXDOMAIN for all names, from a router without a way out")
def denying(world: World, row: Row) -> None:
    names = Answering("NXDOMAIN")
    world.answer_names(names)
    watching = all_up(world.watch([*EIGHT, VICTIM_PAGE]))
    names.spoilt = {VICTIM_NAME}  # the control targets are asked, and answer: where they never did they prove nothing
    watching.until_all(Status.DOWN, {"victim"})
    names.spoilt = ()
    watching.until_all(Status.UP)
    row.begin()
    world.cut_uplink("silent")
    names.spoilt = None
    watching.until_all(Status.UNKNOWN)
    row.seen("UNKNOWN", ", ".join(sorted(watching.reasons())))
    all_checked_again(watching, THEY)
    nothing_was_told_of(watching, {*THEY, *NUMBERED})


@SCENES.scene("B5", "every other lookup fails for the moment (EAI_AGAIN)")
def failing_once(world: World, row: Row) -> None:
    names = Answering()
    world.answer_names(names)
    watching = all_up(world.watch([*EIGHT, VICTIM_PAGE]))
    names.code, names.once, names.spoilt = "SERVFAIL", True, {VICTIM_NAME}
    all_checked_again(watching, {"victim"}, 8)
    row.seen("UP", "")
    row.what += f": {names.refused[VICTIM_NAME] // 2} lookups of {VICTIM_NAME}"
    assert names.refused[VICTIM_NAME] >= 10
    assert watching.statuses() == {Status.UP}
    nothing_was_told_of(watching, {*THEY, *NUMBERED, "victim"})


@SCENES.scene("B6", "every name leads to one address, where nobody is")
def lying(world: World, row: Row) -> None:
    names = Answering()
    world.answer_names(names)
    watching = all_up(world.watch([*EIGHT, VICTIM_PAGE]))
    named = {*THEY, "victim"}
    row.begin()
    names.lie, names.spoilt = "10.0.0.1", None
    watching.until_all(Status.UNKNOWN, named)
    row.seen("UNKNOWN", ", ".join(sorted(watching.reasons(named))))
    before = len(watching.results)
    all_checked_again(watching, named)
    assert not any(each.finding.outcome is Outcome.OK for each in watching.results[before:] if each.service in named)
    nothing_was_told_of(watching, {*named, *NUMBERED})


@SCENES.scene("B6", "names that there are not lead to a page of advertisements")
def hijacked(world: World, row: Row) -> None:
    names = Answering()
    world.answer_names(names)
    world.outside.ip("address", "add", f"{ADVERTISEMENTS}/32", "dev", "lo")
    for server in (
        HttpServer(host=ADVERTISEMENTS, port=80),
        HttpServer(host=ADVERTISEMENTS, port=443, tls=certified("ads.test")),
    ):
        world.start(server, world.outside)
    watching = all_up(world.watch([*EIGHT, VICTIM_PAGE]))
    row.begin()
    names.lie, names.spoilt = ADVERTISEMENTS, {VICTIM_NAME}
    watching.until_all(Status.DOWN, {"victim"})
    row.seen("DOWN", watching.cause_of("victim"))
    assert watching.cause_of("victim") == "tls.hostname"
    stays(watching, Status.UP, {*THEY, *NUMBERED}, 2)
    nothing_was_told_of(watching, {*THEY, *NUMBERED})


@pytest.mark.parametrize("kind", ["tcp", "http", "dns"])
@pytest.mark.parametrize("what", HOSTS)
def test_a_host_that_cannot_be_is_refused_before_it_is_asked(
    kind: str, what: str, record_property: Callable[[str, object], None]
) -> None:
    host, right = HOSTS[what]
    row = Row("B12", f"a host of {kind}: {what}")
    keys = {"tcp": {"host": host, "port": 1}, "http": {"url": f"http://{host}/"}, "dns": {"name": host}}[kind]
    lines = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items())
    loaded = parse(f"[services.x.{kind}]\n{lines}")
    row.seen("read" if right else "refused", "" if right else "config")
    keep(row, record_property)
    assert loaded.settings is not None
    assert [each.id for each in loaded.settings.services] == ["x"] * right
    assert len(loaded.faults) == (not right)
    assert loaded.left_out == (() if right else ("x",))
