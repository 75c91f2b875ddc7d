"""`watchbell check`: services once, now, from this terminal. Nothing is recorded and nobody is told."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable

from trayapp import events
from trayapp.asking import Asking
from trayapp.cli import exits, show
from trayapp.cli.home import chosen, configured, places_of
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.core.words import CheckResult, Service
from trayapp.monitor.clock import SystemClock

AT_ONCE = 32


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    loaded = configured(places)
    assert loaded.settings is not None
    services = chosen(loaded.settings.services, arguments.ids, places)
    if not services:
        show.complain("there is nothing to check yet; `watchbell add https://example.com` adds a service")
        return exits.CONFIG if loaded.faults else exits.of_outcomes(())
    names = {service.id: service.title for service in services}
    if arguments.json:
        results = ask_all(places, services, lambda result: print(events.line(events.check_object(result)), flush=True))
    else:
        results = ask_all(places, services, lambda result: None)
        order = {service.id: number for number, service in enumerate(services)}
        rows = sorted(results, key=lambda result: order[result.service])
        show.console().print(show.checks_table([(names[result.service], result) for result in rows]))
    outcome = exits.of_outcomes(result.finding.outcome for result in results)
    return outcome if loaded.right else max(outcome, exits.CONFIG)


def ask_all(places: Places, services: list[Service], tell: Callable[[CheckResult], None]) -> list[CheckResult]:
    """Check each service once, many at a time, telling each result as it comes."""

    async def run() -> list[CheckResult]:
        secrets = Secrets(places.keyring_service, folder=places.config)
        asking = Asking(secrets, SystemClock())
        room = asyncio.Semaphore(AT_ONCE)

        async def one(service: Service) -> CheckResult:
            async with room:
                result = await asking.ask(service)
            tell(result)
            return result

        return await asyncio.gather(*map(one, services))

    return asyncio.run(run())
