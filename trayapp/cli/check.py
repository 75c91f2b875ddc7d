"""`watchbell check`: services once, now, from this terminal. Nothing is recorded and nobody is told."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Sequence

from trayapp import events
from trayapp.asking import Asking
from trayapp.cli import exits, show
from trayapp.cli.home import chosen, configured, places_of
from trayapp.config.load import load_file
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.config.surroundings import Network as Surroundings
from trayapp.core.words import CheckResult, Service
from trayapp.engine.remembered_ways import RememberedWays
from trayapp.monitor.clock import SystemClock
from trayapp.monitor.ground_here import ground_here
from trayapp.monitor.network import Network
from trayapp.monitor.rounds import AT_ONCE
from trayapp.monitor.witness import Witness
from trayapp.probes import bounded
from trayapp.probes.controls import control


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    all_, loaded = configured(places)
    if arguments.ids:
        services = chosen(all_, arguments.ids, loaded.left_out, places)
    else:
        services = [service for service in all_ if service.enabled]
    if not services and loaded.right:
        show.complain("there is nothing to check yet; `watchbell add https://example.com` adds a service")
    secrets = Secrets(places.keyring_service, folder=places.config)
    if arguments.json:
        results = ask_all(
            places, secrets, services, lambda result: print(events.line(events.check_object(result)), flush=True)
        )
    else:
        names = {service.id: service.title for service in services}
        results = ask_all(places, secrets, services)
        if results:
            show.console().print(show.checks_table([(names[result.service], result) for result in results]))
    if not loaded.right and not arguments.ids:
        return exits.CONFIG  # something that should have been checked was not
    return exits.of_outcomes(result.finding.outcome for result in results)


def ask_all(
    places: Places,
    secrets: Secrets,
    services: Sequence[Service],
    tell: Callable[[CheckResult], None] = lambda result: None,
) -> list[CheckResult]:
    """Check each service once, many at a time, and judge it by the same evidence as the running program: what fails
    while our own network does is UNKNOWN. Each result is told as it comes; returned in the order of services.
    """

    async def run() -> list[CheckResult]:
        clock = SystemClock()
        asking = Asking(secrets, clock)
        network = Network(ground_here(asking.about_the_network), clock)
        witness = Witness(clock, network)
        room = asyncio.Semaphore(AT_ONCE)

        async def one(service: Service) -> CheckResult:
            async with room:
                result = await asking.ask(service, witness)
            tell(result)
            return result

        try:
            # Whoever imports on the loop holds up the checks under way, and their results are worth nothing.
            await asyncio.to_thread(asking.prepare, services)
            _look_around(network, places, services)
            return await asyncio.gather(*map(one, services))
        finally:
            network.stop()
            asking.close()

    return bounded.run(run())


def _look_around(network: Network, places: Places, services: Sequence[Service]) -> None:
    """Use what the file says of the network, and what the program remembers of it."""
    settings = load_file(places.services_toml).settings
    chosen = settings.network if settings is not None else Surroundings()
    network.use(tuple(map(control, chosen.control)), ask_routers=chosen.gateway)
    ways = RememberedWays(places.data / "networks.json")
    ways.read()
    network.recall(ways.known)
    network.keep(services)
    network.begin(lambda _network, _lost: None)
