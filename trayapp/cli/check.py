"""`watchbell check`: services once, now, from this terminal. Nothing is recorded and nobody is told."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Sequence

from trayapp import events
from trayapp.asking import Asking
from trayapp.cli import exits, show
from trayapp.cli.home import chosen, configured, places_of
from trayapp.config.secrets import Secrets
from trayapp.core.words import CheckResult, Service
from trayapp.monitor.clock import SystemClock
from trayapp.monitor.rounds import AT_ONCE


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
        results = ask_all(secrets, services, lambda result: print(events.line(events.check_object(result)), flush=True))
    else:
        names = {service.id: service.title for service in services}
        results = ask_all(secrets, services)
        if results:
            show.console().print(show.checks_table([(names[result.service], result) for result in results]))
    if not loaded.right and not arguments.ids:
        return exits.CONFIG  # something that should have been checked was not
    return exits.of_outcomes(result.finding.outcome for result in results)


def ask_all(
    secrets: Secrets, services: Sequence[Service], tell: Callable[[CheckResult], None] = lambda result: None
) -> list[CheckResult]:
    """Check each service once, many at a time, telling each result as it comes; returned in the order of services."""

    async def run() -> list[CheckResult]:
        asking = Asking(secrets, SystemClock())
        room = asyncio.Semaphore(AT_ONCE)

        async def one(service: Service) -> CheckResult:
            async with room:
                result = await asking.ask(service)
            tell(result)
            return result

        try:
            return await asyncio.gather(*map(one, services))
        finally:
            asking.close()

    return asyncio.run(run())
