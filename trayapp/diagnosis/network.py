"""What there is to tell, after a failure, whether our own network failed: this machine's account, and whom to ask."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence

from trayapp.asking import Asking
from trayapp.config.load import load_file
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.config.surroundings import Network
from trayapp.diagnosis.row import Row
from trayapp.monitor.clock import SystemClock
from trayapp.monitor.evidence import ANY_ZONE, PATIENCE
from trayapp.monitor.ground import Answer, Ground, Names
from trayapp.monitor.ground_here import ground_here
from trayapp.monitor.scene import Link, Scene
from trayapp.probes import bounded
from trayapp.probes.controls import Control, control

_SAID = {
    Answer.ANSWERED: "answers",
    Answer.STRANGER: "somebody else answers in its place, such as a login page",
    Answer.SILENT: "no answer",
}
_NAMES_SAID = {
    Names.OUTSIDE: "answer, and know the world",
    Names.SPOKE: "answer, and know nothing of the world",
    Names.LIED: "answer with an address for a name that cannot exist",
    Names.SILENT: "no answer",
}


def rows(places: Places) -> Iterator[Row]:
    """What is known without asking anybody."""
    asking = Asking(Secrets(places.keyring_service), SystemClock())
    try:
        scene = ground_here(asking.about_the_network).scene()
    finally:
        asking.close()
    yield _links(scene)
    yield from _name_servers(scene)
    yield _changes()
    yield _evidence(_settings(places))


def asked(places: Places) -> Sequence[Row]:
    """Ask everybody who would be asked after a failure."""
    asking = Asking(Secrets(places.keyring_service), SystemClock())
    try:
        return bounded.run(ask_all(ground_here(asking.about_the_network), _settings(places)))
    finally:
        asking.close()


def _settings(places: Places) -> Network:
    settings = load_file(places.services_toml).settings
    return settings.network if settings is not None else Network()


def _links(scene: Scene) -> Row:
    up = [link for link in scene.links if link.up and not link.inner]
    found = "; ".join(map(_in_words, up))
    if scene.ways_out:
        return Row("Network", True, found)
    advice = "what lies beyond cannot be told from down, and stays unknown"
    return Row("Network", False, f"no way out{f': {found}' if found else ', no connection at all'}", advice)


def _in_words(link: Link) -> str:
    addresses = ", ".join(str(own.ip) for own in link.addresses) or "no address"
    if not link.way_out:
        return f"{link.name} ({addresses})"
    return f"{link.name} ({addresses}), out by way of {', '.join(link.gateways) or 'it'}"


def _name_servers(scene: Scene) -> Iterator[Row]:
    """Only Linux says which they are."""
    if scene.resolvers:
        yield Row("Name servers", True, ", ".join(scene.resolvers))
    elif sys.platform == "linux":
        yield Row("Name servers", False, "none in /etc/resolv.conf", "services can be dialled by their numbers only")


def _changes() -> Row:
    slower = "looked at every few seconds"
    if sys.platform != "linux":
        return Row("Network changes", True, slower)
    from trayapp.monitor import rtnetlink  # noqa: PLC0415 - there is none elsewhere

    try:
        rtnetlink.listener().close()
        rtnetlink.links()
    except OSError as error:
        advice = f"the kernel tells of none here ({error.strerror or error}), as in some sandboxes"
        return Row("Network changes", True, slower, advice)
    return Row("Network changes", True, "the kernel tells of links, addresses and routes at once (rtnetlink)")


def _evidence(network: Network) -> Row:
    asked = ["the name servers", *["the router"] * network.gateway, *network.control]
    found = f"asked after a failure only: {', '.join(asked)}"
    if network.control:
        return Row("Network evidence", True, found)
    advice = "with no control target named in [network], a login page or a firewall is harder to tell from an outage"
    return Row("Network evidence", True, found, advice)


async def ask_all(ground: Ground, network: Network) -> Sequence[Row]:
    """The same, of this ground: all at once."""
    known = tuple(map(control, network.control))
    zone = next((each.name for each in known if each.probe is None), ANY_ZONE)
    routers = [(link.name, at) for link in ground.scene().ways_out for at in link.gateways] if network.gateway else []
    return await asyncio.gather(
        _ask_names(ground, zone),
        *(_ask_router(ground, link, address) for link, address in routers),
        *(_ask_control(ground, each) for each in known if each.probe is not None),
    )


async def _ask_names(ground: Ground, zone: str) -> Row:
    said = await ground.names(zone, PATIENCE)
    return Row("Name servers now", said in (Names.OUTSIDE, Names.SPOKE), _NAMES_SAID[said])


async def _ask_router(ground: Ground, link: str, address: str) -> Row:
    there = await ground.neighbour(link, address, PATIENCE)
    return Row("Router now", there, f"{address} {'answers' if there else 'does not answer'}")


async def _ask_control(ground: Ground, asked: Control) -> Row:
    answer = await ground.ask(asked, PATIENCE)
    return Row("Control target now", answer is Answer.ANSWERED, f"{asked.target}: {_SAID[answer]}")
