"""The laptop's network as it truly is from moment to moment, and whether a service can be seen through it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.simulation.cast import Subject, Where
from tests.simulation.stretches import Course
from tests.simulation.trace import Happening, Kind, Trace

HOME = "home"


@dataclass(frozen=True, slots=True)
class Net:
    """One state of it; the words are those of `trace.Kind`, and empty where all is well."""

    place: str = HOME
    link: str = ""
    uplink: str = ""
    names: str = ""
    portal: str = ""
    tunnel: str = ""
    loss: int = 0

    @property
    def outside(self) -> bool:
        """The internet is there."""
        return not (self.link or self.uplink or self.portal)

    def shows(self, subject: Subject) -> bool:
        """Whether a service can be seen for what it is."""
        match subject.where:
            case Where.HERE:
                return True
            case Where.HOME:
                return not self.link and self.place == HOME
            case Where.TUNNEL:
                return self.outside and not self.tunnel
            case Where.INTERNET:
                return self.outside and not (subject.named and self.names)

    def way(self, where: Where) -> Net | None:
        """What a conversation that goes on depends on: when this becomes another, it breaks off."""
        match where:
            case Where.HERE:
                return None
            case Where.HOME:
                return Net(self.place, self.link)
            case Where.TUNNEL:
                return replace(self, names="", loss=0)
            case Where.INTERNET:
                return replace(self, names="", tunnel="", loss=0)


def course_of(trace: Trace) -> Course[Net]:
    """The network from beginning to end."""
    return Course(_states(trace))


def _states(trace: Trace) -> Iterator[tuple[int, Net]]:
    kinds = (Kind.RETURN, Kind.RADIO, Kind.UPLINK, Kind.NAMES, Kind.LOSS, Kind.TUNNEL, Kind.AWAY, Kind.PORTAL)
    edges: defaultdict[int, tuple[list[Happening], list[Happening]]] = defaultdict(lambda: ([], []))
    for happening in trace.of(*kinds):
        edges[happening.since][0].append(happening)
        edges[happening.until][1].append(happening)
    now: list[Happening] = []
    yield 0, Net()
    for moment in sorted(edges):
        began, ended = edges[moment]
        now += began
        for happening in ended:
            now.remove(happening)
        yield moment, _state(now)


def _state(happenings: list[Happening]) -> Net:
    """All that happens at once, put together: of two of a kind the later one, but nothing outdoes a lost link."""
    net = Net()
    for happening in sorted(happenings):
        how = happening.how
        match happening.kind:
            case Kind.RADIO:
                net = replace(net, link=net.link if net.link == "gone" else how)
            case Kind.RETURN if how == "gone":
                net = replace(net, link=how)
            case Kind.RETURN | Kind.UPLINK:
                net = replace(net, uplink=how)
            case Kind.NAMES:
                net = replace(net, names=how)
            case Kind.LOSS:
                net = replace(net, loss=int(how))
            case Kind.TUNNEL:
                net = replace(net, tunnel=net.tunnel if net.tunnel == "gone" else how)
            case Kind.AWAY:
                net = replace(net, place=how)
            case Kind.PORTAL:
                net = replace(net, portal=how)
    return net
