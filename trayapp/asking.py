"""One check outside of any schedule, and what every check is given to ask with."""

from __future__ import annotations

from collections.abc import Iterable

from trayapp.config.secrets import Secrets
from trayapp.core import verdict
from trayapp.core.keys import Reference, Text
from trayapp.core.words import CheckResult, Service
from trayapp.monitor.clock import Clock
from trayapp.monitor.resolver import Resolver
from trayapp.monitor.witness import Witness
from trayapp.probes.base import Means, SecretUnavailable
from trayapp.probes.bounded import bound, within
from trayapp.probes.encryption import verifying
from trayapp.probes.heartbeats import Heartbeats


class Asking:
    """Secrets, names and the trust store, handed to each check with its timeout."""

    def __init__(self, secrets: Secrets, clock: Clock, heartbeats: Heartbeats | None = None) -> None:
        """`heartbeats` knows who called, where somebody listens."""
        self._secrets = secrets
        self._clock = clock
        self._heartbeats = heartbeats
        self._resolver = Resolver()

    def means(self, service: Service) -> Means:
        return Means(
            timeout=service.timeout / 1000,
            # Half of the time: a keyring that hangs must not look like a service that does.
            reveal=self._secrets.reveal_for(service.probe.target, service.timeout / 2000),
            resolve=self._resolver.resolve,
            tls=verifying(),
            clock=self._clock.monotonic,
            heartbeats=self._heartbeats,
        )

    def about_the_network(self, seconds: float) -> Means:
        """What is given to whoever asks, after a failure, whether the network works: no secrets."""
        return Means(seconds, _no_secret, self._resolver.resolve, verifying(), self._clock.monotonic)

    def prepare(self, services: Iterable[Service]) -> None:
        """Load what checking these takes. Not on the loop: a first check that held it up would be worth nothing."""
        verifying()
        for kind in {type(service.probe) for service in services}:
            kind.load()

    def close(self) -> None:
        """Look up no more names. Waits for nothing."""
        self._resolver.close()

    async def ask(self, service: Service, witness: Witness) -> CheckResult:
        """Check once, now, and judge it as the monitor would; neither recorded nor told."""
        at, begun = self._clock.now(), witness.begin()
        try:
            finding = await within(bound(service.timeout / 1000), service.probe.check(self.means(service)))
        finally:
            witness.end()
        ended = max(at, self._clock.now())
        return CheckResult(service.id, at, ended, await witness.judge(service, verdict.judge(service, finding), begun))


async def _no_secret(text: Text) -> str:
    if isinstance(text, Reference):
        raise SecretUnavailable("config.secret_missing", "there are no secrets in asking for the network")
    return text
